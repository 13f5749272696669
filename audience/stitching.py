"""Posts made from another's video, or with one: what continues it, plays beside it, answers, uses its sound.

Nothing of the other is copied: both are played side by side, one after the other, or one's picture with the
other's sound, to whoever may see both. So law 8 holds by itself, as it does for quotes (``derivatives.py``):
what the author of the source narrows, takes back or detaches is gone from what was made of it in the same
moment. How much of the source is taken is kept as it was when its author could say yes to it. A video that
answers shows the post whole, as a quote does, and what it answers need not be a video. A sound is used with a
picture too; where it is gone, what is left is a post with a picture or video like any other (law 7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
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

Kind = Literal["quote", "video_reply", "stitch", "duet", "sound"]
"""How a post shows another: inside it, inside a video that answers, before its own video, beside it, or by
its sound alone."""
HELD: frozenset[Kind] = frozenset({"stitch", "duet", "sound"})
"""What is made from another's video itself, by whoever holds the feature."""

WORDS: Mapping[Kind, str] = {
    "quote": "quote",
    "video_reply": "video answer",
    "stitch": "stitch",
    "duet": "duet",
    "sound": "post with another’s sound",
}
"""What each is called."""


@dataclass(frozen=True, slots=True)
class Making:
    """How a post is made from another, and what it shows of its maker's own."""

    kind: Kind
    picture: bool
    """Whether that is a picture or a video at all."""
    video_ms: int | None
    """How long it lasts, where it is a video."""
    from_ms: int | None = None
    """From where on it uses the other's sound; None is from its beginning."""


class Span(NamedTuple):
    """How much of its source a derivative takes, in milliseconds; all of it where both are None."""

    start_ms: int | None = None
    end_ms: int | None = None


def check_may_make(book: Book, maker: Identity, making: Making, now: datetime) -> None:
    """Raise Forbidden where a member does not hold the feature, and RuleBroken where they show too little.

    A sound is used with a picture or a video of one's own, and begins at a moment; the others show a video,
    and begin where their source does.
    """
    kind = making.kind
    if kind in HELD and not features.held(book, STITCH_DUET, maker, now):
        fault = unheld(book, STITCH_DUET, None, now)
        raise Forbidden(f"You do not hold what it takes to make a {WORDS[kind]}.", faults=(fault,))
    if kind == "sound" and not making.picture:
        raise _broken("/asset_id", f"A {WORDS[kind]} shows a picture or a video of your own.")
    if kind not in ("quote", "sound") and making.video_ms is None:
        raise _broken("/asset_id", f"A {WORDS[kind]} shows a video of your own.")
    if kind != "sound" and making.from_ms is not None:
        raise _broken("/quote/from_ms", f"Leave this out: a {WORDS[kind]} uses no sound from a moment on.")


def span(session: Session, book: Book, making: Making, source_id: int) -> Span:
    """Return how much of its source, which the maker was shown, something takes that is made from it.

    Raise RuleBroken where the source shows no video, or is to be heard and has no sound, or not so late.
    """
    if making.kind not in HELD:
        return Span()
    found = session.execute(
        select(col(Asset.duration_ms), col(Asset.has_sound))
        .join(Post, col(Post.asset_id) == col(Asset.id))
        .where(col(Post.id) == source_id, col(Asset.duration_ms).is_not(None))
    ).one_or_none()
    if found is None:
        raise _broken("/quote/post_id", f"A {WORDS[making.kind]} is made from a post that shows a video.")
    lasts, has_sound = found
    if making.kind == "sound":
        return _heard(making, lasts, has_sound)
    seconds = book.rules(AUDIENCE, AudienceRules).derivatives.stitch_seconds
    return Span(0, min(lasts, 1000 * seconds)) if making.kind == "stitch" else Span()


def _heard(making: Making, lasts: int, has_sound: bool | None) -> Span:
    """Return what is heard of a video that lasts so many milliseconds, with what its user shows."""
    if has_sound is False:
        raise _broken("/quote/post_id", "The video of that post has no sound.")
    begins = making.from_ms or 0
    if begins >= lasts:
        raise _broken("/quote/from_ms", f"That video lasts {lasts} milliseconds: begin before its end.")
    return Span(begins, lasts if making.video_ms is None else min(lasts, begins + making.video_ms))


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This post cannot be published.", faults=(Fault(pointer, detail),))
