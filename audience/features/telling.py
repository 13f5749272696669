"""Telling of features: whoever gains one, comes into its grace or loses it hears of it, each once.

What is the same for many is told to all of them at once: one text for each feature, each sort of change and
each night. Members of a guild are told what has become of it; which guild it is they read on the page.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger
from sqlmodel import Session, col

from coop import notices
from coop.book import Book
from coop.database import as_array
from coop.feature_grants import Key
from coop.feature_rules import FEATURES, FeatureRules
from coop.feature_state import Changed
from coop.features import WIDE_REACH
from coop.holdings import Holder
from coop.ids import first_id_at
from coop.notices import Recipients, Tidings
from coop.tables import GuildMembership

Moment = Literal["gained", "grace", "kept", "lost"]

PATH = "/members/me/features"
GUILD_PATH = "A guild can hold it: found one, or join one, and it is given to the guild by a vote."
"""What whoever loses wide reach is shown."""
_SAID: dict[tuple[Holder, Moment], str] = {
    ("member", "gained"): "You may now {about}.",
    ("member", "grace"): "What lets you {about} ends soon.",
    ("member", "kept"): "You go on to {about}: what keeps it holds again.",
    ("member", "lost"): "You may no longer {about}.",
    ("guild", "gained"): "A guild of yours has come far enough to {about}.",
    ("guild", "grace"): "What lets a guild of yours {about} ends soon.",
    ("guild", "kept"): "A guild of yours goes on to {about}: what keeps it holds again.",
    ("guild", "lost"): "A guild of yours may no longer {about}.",
}
_DETAIL: dict[Moment, str] = {
    "gained": "See what keeps it.",
    "grace": "See until when, and what would keep it.",
    "kept": "See what keeps it.",
    "lost": "See what would bring it back.",
}


def tell(
    session: Session,
    book: Book,
    holder: Holder,
    changes: Sequence[tuple[Key, Changed]],
    at: datetime,
    now: datetime,
) -> None:
    """Tell of everything that a night has changed for holders of one kind, by the numbers as of ``at``."""
    by_moment: dict[tuple[str, Moment], list[int]] = defaultdict(list)
    for (name, holder_id), changed in changes:
        for moment in moments_of(changed):
            by_moment[name, moment].append(holder_id)
    for (name, moment), holders in sorted(by_moment.items()):
        tidings = _tidings(book, holder, name, moment, at)
        notices.tell(session, book, tidings, _recipients(holder, holders), now)


def moments_of(changed: Changed) -> tuple[Moment, ...]:
    """Return what is told of a change: that a feature was lost and gained anew in one night is not."""
    before, state = changed.before, changed.state
    if state is None:
        return ("lost",)
    if before is None:
        return ("gained",)
    if changed.lost is not None or before.grace_until == state.grace_until:
        return ()
    return ("grace",) if state.grace_until is not None else ("kept",)


def _tidings(book: Book, holder: Holder, name: str, moment: Moment, at: datetime) -> Tidings:
    feature = book.rules(FEATURES, FeatureRules).features.get(name)
    about = f"use the feature {name}" if feature is None else feature.about
    offered = holder == "member" and name == WIDE_REACH and moment in ("grace", "lost")
    detail = f"{_DETAIL[moment]} {GUILD_PATH}" if offered else _DETAIL[moment]
    return Tidings(
        topic="feature",
        subject=first_id_at(at),
        moment=f"{moment}:{holder}:{name}",
        line=_SAID[holder, moment].format(about=about),
        detail=detail,
        path=PATH,
        at=at,
        # A vote on a clause has the same night asked again, and then others may be concerned.
        turn=book.epoch,
    )


def _recipients(holder: Holder, holders: Sequence[int]) -> Recipients:
    listed = cast(literal(as_array(sorted(holders)), String), ARRAY(BigInteger))
    if holder == "member":
        return select(func.unnest(listed))
    return select(col(GuildMembership.member_id)).where(
        col(GuildMembership.guild_id) == func.any(listed), col(GuildMembership.left_at).is_(None)
    )
