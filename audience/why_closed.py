"""Why a post that a member may know of is not opened to them: whose rule it is that keeps them out.

Law 7: they are told by what group of people they may know of it, and not for whom it is; of its seats they
are told only where nothing but those keeps them out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audience import belonging, doors, why
from audience.limits import Asked, deciding
from audience.standing import Layered, layered
from audience.why import Limit
from coop.book import Book
from coop.identity import Identity
from coop.receipts import Citation

FULL = "Every seat is taken. It is open to you but for that, so you may wait for one."
FOR_OTHERS = "Its author opened it to others than you."


@dataclass(frozen=True, slots=True)
class WhyClosed:
    """Why a member may know of a post and not open it."""

    because: list[str]
    """Sentences, each one reason that would be enough to know of it, or to open it were there a seat."""
    closed: str
    """Why they may not open it."""
    limits: list[Limit]
    """The number of seats and who set it, where that is what keeps them out."""
    receipts: list[Citation]
    """Every clause that it rests on; none where all of it is as the author chose."""


def explain(session: Session, viewer: Identity, book: Book, post_id: int, now: datetime) -> WhyClosed:
    """Return why a post is not opened to the viewer; raise NotFound where they are shown no door.

    The caller has asked ``access_post`` first, which seats whoever finds a seat.
    """
    full = doors.door(session, viewer, book, post_id, now).full
    audience = layered(session, post_id, now)
    if not full:
        because = belonging.reasons(session, viewer, audience, "see", now)
        return WhyClosed(because, FOR_OTHERS, limits=[], receipts=[])
    asked = Asked.by_all([layer.parts for layer in audience.layers], wide=audience.wide)
    seats = why.seats(book, audience.guild, asked)
    cited = (seats.clause, _lets_wait(book, audience))
    return WhyClosed(
        because=belonging.reasons(session, viewer, audience, "read", now),
        closed=FULL,
        limits=[seats],
        receipts=[one for one in cited if one is not None],
    )


def _lets_wait(book: Book, audience: Layered) -> Citation | None:
    """Return the clause that lets members wait; None where the author did.

    It was settled when the post was published: where the clause has become another since, it is not cited.
    """
    asked = audience.layers[0].parts.seats
    if asked is not None and asked.on_full is not None:
        return None
    clause = deciding(book, audience.guild, "/seats/on_full")
    return clause if clause.value == "waitlist" else None
