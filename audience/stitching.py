"""Videos made from a post: one that continues another, one that plays beside it, and one that answers.

Nothing of the other is copied: both are played side by side, or one after the other, to whoever may see both.
So law 8 holds by itself, as it does for quotes (``derivatives.py``): what the author of the source narrows,
takes back or detaches is gone from what was made of it in the same moment. How much of the source a stitch
begins with is kept as it was when its author could say yes to it. A video that answers shows the post whole,
as a quote does, and what it answers need not be a video.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from audience.rules import AUDIENCE, AudienceRules
from audience.tables import Post
from coop import features
from coop.book import Book
from coop.errors import Fault, Forbidden, RuleBroken
from coop.features import STITCH_DUET
from coop.identity import Identity
from coop.unheld import unheld
from media.tables import Asset

Kind = Literal["quote", "video_reply", "stitch", "duet"]
"""How a post shows another: inside it, inside a video that answers, before its own video, or beside it."""
HELD: frozenset[Kind] = frozenset({"stitch", "duet"})
"""What is made from another's video itself, by whoever holds the feature."""

WORDS: Mapping[Kind, str] = {
    "quote": "quote",
    "video_reply": "video answer",
    "stitch": "stitch",
    "duet": "duet",
}
"""What each is called."""


class Span(NamedTuple):
    """How much of its source a derivative takes, in milliseconds; all of it where both are None."""

    start_ms: int | None = None
    end_ms: int | None = None


def check_may_make(book: Book, maker: Identity, kind: Kind, video_ms: int | None, now: datetime) -> None:
    """Raise Forbidden where a member does not hold the feature, and RuleBroken where they show no video."""
    if kind in HELD and not features.held(book, STITCH_DUET, maker, now):
        fault = unheld(book, STITCH_DUET, None, now)
        raise Forbidden("You do not hold what it takes to make a stitch or a duet.", faults=(fault,))
    if kind != "quote" and video_ms is None:
        raise _broken("/asset_id", f"A {WORDS[kind]} shows a video of your own.")


def span(session: Session, book: Book, kind: Kind, source_id: int) -> Span:
    """Return how much of its source, which the maker was shown, something takes that is made from it.

    Raise RuleBroken where the source shows no video.
    """
    if kind not in HELD:
        return Span()
    lasts: int | None = session.scalar(
        select(col(Asset.duration_ms))
        .join(Post, col(Post.asset_id) == col(Asset.id))
        .where(col(Post.id) == source_id)
    )
    if lasts is None:
        raise _broken("/quote/post_id", f"A {WORDS[kind]} is made from a post that shows a video.")
    seconds = book.rules(AUDIENCE, AudienceRules).derivatives.stitch_seconds
    return Span(0, min(lasts, 1000 * seconds)) if kind == "stitch" else Span()


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This post cannot be published.", faults=(Fault(pointer, detail),))
