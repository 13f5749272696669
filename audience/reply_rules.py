"""Reply rules: how many answers a post takes, from whom, how fast, for how long, and at which moments of it.

Pure. Law 1: every number stands in a clause or in the author's own document. Law 8: of all that say something
(the coop, the guild, each layer of the document whose time has come) the strictest holds, and an author can
only be stricter than the clauses.

The author of a post answers it as often and as fast as there is room, and need not have watched it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Generic, NamedTuple, TypeVar

from audience.document import Parts, RepliesWanted
from audience.limits import deciding, rules_of, scope_of
from audience.rules import AT_TIMES, AUDIENCE, AtTime, Replies
from coop.book import Book
from coop.clauses import as_text
from coop.errors import Fault, Forbidden, RuleBroken, TooMany
from coop.receipts import Citation

Value = TypeVar("Value")

CLAUSES = {
    "max": "per_post",
    "per_member": "per_member",
    "gap_s": "gap_s",
    "watched_min": "watched_min",
    "until": "until",
    "at_time": "at_time",
}
"""By the name of a limit in a document: its clause in the table ``replies``."""

_STRICTNESS: Mapping[str, Callable[[Any], float]] = {
    "max": lambda most: float("inf") if most is None else most,
    "per_member": lambda most: float("inf") if most is None else most,
    "gap_s": lambda seconds: -seconds,
    "watched_min": lambda percent: -percent,
    "until": lambda length: float("inf") if length is None else length.total_seconds(),
    "at_time": lambda who: float(AT_TIMES.index(who)),
}
"""By the name of a limit: the number that is the smaller the stricter its value."""


@dataclass(frozen=True, slots=True)
class Said(Generic[Value]):
    """A limit, and who set it."""

    value: Value
    pointer: str | None = None
    """JSON Pointer of the part of the audience document that set it; none where a clause did."""
    clause: Citation | None = None

    def fault(self, detail: str, pointer: str = "") -> Fault:
        """Return what this limit says no to; ``pointer`` is where that stands in what was sent."""
        return Fault(pointer or self.pointer or "", detail, self.clause)


@dataclass(frozen=True, slots=True)
class ReplyLimits:
    """The limits that hold for the replies to one post; None is no limit."""

    max: Said[int | None]
    """Of all members together."""
    per_member: Said[int | None]
    gap_s: Said[int]
    """Seconds between two of one member; 0 is no pause."""
    watched_min: Said[int]
    """Percent."""
    until: Said[timedelta | None]
    """After publishing."""
    at_time: Said[AtTime]


def reply_limits(layers: Iterable[tuple[str, Parts]], book: Book, guild: str | None) -> ReplyLimits:
    """Return the limits that hold for a post made in ``guild``.

    ``layers`` are those of its document whose time has come, each with its JSON Pointer.
    """
    scope = scope_of(book, guild)
    found = book.derived(("reply limits", scope), lambda: _by_clauses(book, guild))
    for at, parts in layers:
        if parts.replies is not None:
            found = _tightened(found, parts.replies, f"{at}/replies")
    return found


def _by_clauses(book: Book, guild: str | None) -> ReplyLimits:
    """Return the limits that the clauses set: the stricter of guild and coop."""
    rules = rules_of(book, guild).replies
    said: dict[str, Any] = {
        name: Said(_by_clause(rules, clause), None, deciding(book, guild, f"/replies/{clause}"))
        for name, clause in CLAUSES.items()
    }
    return ReplyLimits(**said)


def _by_clause(rules: Replies, clause: str) -> Any:
    """Return what a clause sets; None where it leaves it open."""
    value = getattr(rules, clause)
    return None if value == "open" else value


def _tightened(below: ReplyLimits, wanted: RepliesWanted, at: str) -> ReplyLimits:
    said: dict[str, Any] = {
        name: getattr(below, name) if value is None else Said(value, f"{at}/{name}")
        for name, value in ((name, getattr(wanted, name)) for name in CLAUSES)
    }
    return _stricter(below, ReplyLimits(**said))


def _stricter(first: ReplyLimits, second: ReplyLimits) -> ReplyLimits:
    """Return the strictest of two for each limit; of equally strict ones the first."""
    said: dict[str, Any] = {}
    for name in CLAUSES:
        strict = _STRICTNESS[name]
        one, other = getattr(first, name), getattr(second, name)
        said[name] = other if strict(other.value) < strict(one.value) else one
    return ReplyLimits(**said)


def wider(at: str, wanted: RepliesWanted, holds: ReplyLimits) -> Iterator[Fault]:
    """Yield what a layer of a document asks for its replies that is wider than what holds without it.

    ``at`` is the JSON Pointer of the layer; ``holds`` are the limits of the clauses and the layers below it.
    Each fault names the clause that holds, or the part of the document that does.
    """
    for name in CLAUSES:
        value, said = getattr(wanted, name), getattr(holds, name)
        if value is not None and _STRICTNESS[name](value) > _STRICTNESS[name](said.value):
            detail = _MOST[name].format(_in_words(said.value))
            if said.pointer is not None:
                detail += f" So says {said.pointer}, and a later layer can only be stricter."
            yield Fault(f"{at}/replies/{name}", detail, said.clause)


_MOST = {
    "max": "This is at most {}.",
    "per_member": "This is at most {}.",
    "gap_s": "This is at least {}.",
    "watched_min": "This is at least {}.",
    "until": "This is at most {}.",
    "at_time": "The most that it may be is {}.",
}


def _in_words(value: object) -> str:
    return as_text(value) if isinstance(value, timedelta) else str(value)


@dataclass(frozen=True, slots=True)
class Replier:
    """What is known of one who would answer a post, and of the post, at a moment."""

    now: datetime
    published_at: datetime
    author: bool
    """Whether the post is their own."""
    total: int
    """Replies that stand and are shown to its readers."""
    own: int
    """Replies of theirs that stand, those that wait included."""
    last_at: datetime | None
    """When they last answered it, though that be taken back."""
    watched_ms: int
    length_ms: int

    @property
    def moment(self) -> datetime:
        """The latest moment that is known to have come.

        Of two requests at once the one that waits for the post's row may have begun first; but what it finds
        there has been written, so it is judged as of then.
        """
        return self.now if self.last_at is None else max(self.now, self.last_at)


class Obstacle(NamedTuple):
    """Why one may not answer a post now, and what to do."""

    detail: str
    said: Said[Any]
    again: datetime | None = None
    """When it will be gone by itself."""


def obstacles(limits: ReplyLimits, replier: Replier) -> Iterator[Obstacle]:
    """Yield why one may not answer now, what lasts longest first."""
    until, most = limits.until.value, limits.max.value
    if until is not None and replier.now >= replier.published_at + until:
        yield Obstacle(f"It took replies for {as_text(until)} after it was published.", limits.until)
    if most is not None and replier.total >= most:
        yield Obstacle(f"{_full(most)}.", limits.max)
    if replier.author:
        return
    each, watched = limits.per_member.value, limits.watched_min.value
    if each is not None and replier.own >= each:
        often = "once" if each == 1 else f"{each} times"
        detail = f"You have answered it {often}, which is as often as one may: take one back first."
        yield Obstacle(detail, limits.per_member)
    if 100 * replier.watched_ms < watched * replier.length_ms:
        seen = 100 * replier.watched_ms // replier.length_ms
        yield Obstacle(f"Watch or read {watched} % of it first; you are at {seen} %.", limits.watched_min)
    if replier.last_at is not None:
        again = replier.last_at + timedelta(seconds=limits.gap_s.value)
        if again > replier.moment:
            wait = _wait_s(again, replier)
            detail = f"Answer again in {wait} {'second' if wait == 1 else 'seconds'}."
            yield Obstacle(detail, limits.gap_s, again)


def _wait_s(again: datetime, replier: Replier) -> int:
    """Return for how many whole seconds it is too soon."""
    return ceil((again - replier.moment).total_seconds())


def _full(most: int) -> str:
    return "It takes 1 reply, and has it" if most == 1 else f"It takes {most} replies, and has them"


def check(limits: ReplyLimits, replier: Replier, further: Iterable[Obstacle] = ()) -> None:
    """Raise Forbidden with all that stands in the way of an answer; TooMany where it is only too soon.

    ``further`` is what stands in the way besides the limits.
    """
    found = [*obstacles(limits, replier), *further]
    if not found:
        return
    faults = tuple(one.said.fault(one.detail) for one in found)
    if len(found) == 1 and found[0].again is not None:
        raise TooMany(found[0].detail, retry_after_s=_wait_s(found[0].again, replier), faults=faults)
    raise Forbidden("This post takes no more replies from you now.", faults=faults)


def check_full(limits: ReplyLimits, total: int) -> None:
    """Raise Forbidden where a post that shows ``total`` replies takes no further one."""
    most = limits.max.value
    if most is not None and total >= most:
        detail = f"{_full(most)}: one has to be taken back first."
        raise Forbidden("This post takes no more replies.", faults=(limits.max.fault(detail),))


def check_moment(limits: ReplyLimits, replier: Replier, at_ms: int | None, *, pause: bool) -> None:
    """Raise RuleBroken or Forbidden where a reply cannot speak of this moment of its post."""
    if at_ms is None:
        if pause:
            fault = Fault("/pause", "Name the moment at which it stops, in at_ms.")
            raise RuleBroken("A reply stops a post at a moment of it.", faults=(fault,))
        return
    if not speaks_of_moments(limits, author=replier.author):
        detail = "Leave out at_ms: " + (
            "nobody answers at a moment of it."
            if limits.at_time.value == "off"
            else "only its author answers at a moment of it."
        )
        raise Forbidden(
            "You cannot answer at a moment of it.", faults=(limits.at_time.fault(detail, "/at_ms"),)
        )
    if not 0 <= at_ms <= replier.length_ms:
        fault = Fault("/at_ms", f"Its moments are 0 to {replier.length_ms} milliseconds.")
        raise RuleBroken("The post has no such moment.", faults=(fault,))


def speaks_of_moments(limits: ReplyLimits, *, author: bool) -> bool:
    """Say whether one may answer at a moment of a post; ``author`` says that it is their own."""
    return limits.at_time.value == "on" or (author and limits.at_time.value == "owner")


def left(limits: ReplyLimits, replier: Replier) -> int | None:
    """Return how many more replies of theirs a post takes; None where nobody counts them.

    How near it is to being full is told to nobody: that would count replies that they may not see (law 7).
    """
    most, each = limits.max.value, limits.per_member.value
    if most is not None and replier.total >= most:
        return 0
    return None if each is None or replier.author else max(0, each - replier.own)


def check_depth(book: Book, depth: int) -> None:
    """Raise Forbidden where no answer may stand as deep as this."""
    clause = book.cite(AUDIENCE, "/replies/depth")
    if depth > clause.value:
        detail = f"Answers stand at most {clause.value} deep: answer one that stands higher."
        raise Forbidden("This is as deep as answers go.", faults=(Fault("/parent_id", detail, clause),))
