"""What can go wrong, in the words of the people it happens to.

These errors know nothing of HTTP: ``coop/problems.py`` is the one place that maps them (RFC 9457).
Each says what was wrong, where (a JSON Pointer, RFC 6901), which clause decided, and what to do.
"""

from dataclasses import dataclass
from typing import ClassVar

from coop.receipts import Citation


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent."""

    pointer: str
    """JSON Pointer into the body, or ``query/NAME``, or a clause's pointer in a policy."""
    detail: str
    """What is wrong and what would be right."""
    clause: Citation | None = None
    """The clause that decided it, where a rule did."""


class AllotmentError(Exception):
    """The root of everything this project raises on purpose."""

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "", *, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = faults


class NotFound(AllotmentError):
    """There is no such thing, or none that you may see: the two answers are one (law 7)."""

    slug = "not-found"
    title = "There is nothing here that you can see"


class Unauthenticated(AllotmentError):
    """Nobody is signed in."""

    slug = "sign-in-needed"
    title = "Sign in to do this"


class Forbidden(AllotmentError):
    """You are known, and a rule says no."""

    slug = "not-allowed"
    title = "A rule does not allow this"


class Conflict(AllotmentError):
    """The thing has moved on since you looked at it."""

    slug = "conflict"
    title = "This no longer fits what is there"


class RuleBroken(AllotmentError):
    """What was sent is well formed and breaks a rule."""

    slug = "rule-broken"
    title = "This breaks a rule"


class Malformed(AllotmentError):
    """What was sent cannot be read at all."""

    slug = "malformed"
    title = "This could not be read"


class WrongMediaType(AllotmentError):
    """The body is not of the type that this operation takes."""

    slug = "wrong-media-type"
    title = "The body is of another type than is taken here"


class TooMany(AllotmentError):
    """A limit on how often has been reached."""

    slug = "too-many"
    title = "Too many tries"

    def __init__(self, detail: str = "", *, retry_after_s: int, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail, faults=faults)
        self.retry_after_s = retry_after_s


class NotYet(Conflict):
    """It will be there in a moment; ask again then."""

    slug = "not-yet"
    title = "This is not there yet"

    def __init__(self, detail: str = "", *, retry_after_s: int, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail, faults=faults)
        self.retry_after_s = retry_after_s


class Unavailable(AllotmentError):
    """A part that this needs does not answer now."""

    slug = "unavailable"
    title = "A part of the platform does not answer; try again shortly"
