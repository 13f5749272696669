"""Asking again: a label that comes after a thing was made asks the rules that speak of its labeller.

Every other fact stays that of the moment when the thing was made. What people have looked at no labeller
changes; while a jury looks, it may only let go. Which things are asked about, and when, is said by
``asking_editions.py``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.cards import text_of
from audience.moderation import decisions, ending_holds, label_facts
from audience.moderation.rules import ACTIONS, MODERATION, ModerationRules, Target
from audience.moderation.ruleset import Cause, ruleset, scope_of
from audience.moderation.screening import causes_of, together
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept, kept, timed, verdict
from audience.tables import Post, Reply
from coop.book import Book

LABELS = "labels"
"""Why a decision ended: labels that were given or taken back since came to something else."""
LET_GO = (ending_holds.UNSEEN, "default")
"""Why holds ended that nobody had decided on: no rule holds a thing twice."""

_LOOKED = text("""
SELECT coalesce(bool_or(closed_why = 'jury'), false) AS looked,
       coalesce(bool_or(closed_at IS NULL AND called_at IS NOT NULL), false) AS looking
FROM moderation_case WHERE post_id = :post OR reply_id = :reply
""")


@dataclass(frozen=True, slots=True)
class Thing:
    """A post or reply that is asked about again."""

    id: int
    reply: bool
    guild: str | None
    """Slug of that in which it was made."""
    language: str | None
    created_at: datetime
    asset_id: int | None

    @property
    def post_id(self) -> int | None:
        """Its id, where it is a post."""
        return None if self.reply else self.id

    @property
    def reply_id(self) -> int | None:
        """Its id, where it is a reply."""
        return self.id if self.reply else None


def ask(session: Session, book: Book, thing: Thing, slug: str, at: datetime, now: datetime) -> bool:
    """Ask the rules that speak of a labeller again of a thing, as of a moment; say whether something came."""
    at = max(at, thing.created_at)
    today = at.astimezone(UTC).date()
    target = ruleset(book, thing.guild, "reply" if thing.reply else "post")
    shown = ruleset(book, thing.guild, "upload")
    names = target.again(slug, today)
    of_picture = shown.again(slug, today) if thing.asset_id is not None else frozenset[str]()
    if not names | of_picture:
        return False
    before = decisions.in_force(session, thing.post_id, thing.reply_id)
    subject = decisions.row(session, thing.post_id, thing.reply_id)
    found = _causes(session, book, thing, subject, names, of_picture, at)
    post_id = thing.post_id
    scope = scope_of(book, thing.guild)
    cited = label_facts.cited(session, book, scope, post_id, subject.author_id, found, at)
    _try(session, subject, [kept(one, book, scope, cited) for one in found if one.rule.dry_run], now)
    standing = [] if before is None else cast(list[Kept], before.causes)
    looked, looking = session.connection().execute(_LOOKED, {"post": post_id, "reply": thing.reply_id}).one()
    if looked or any(one["by"] != "rule" for one in standing):
        return False
    new = [kept(one, book, scope, cited) for one in found if not one.rule.dry_run]
    after = merged(standing, new, names | of_picture, _let_go(session, subject))
    if _said(after) == _said(standing) or (looking and _weight(after) >= _weight(standing)):
        return False
    _replace(session, book, subject, before, after, now)
    return True


def merged(
    standing: Sequence[Kept], new: Sequence[Kept], asked: Iterable[str], let_go: Iterable[str]
) -> list[Kept]:
    """Return what is to stand on a thing, the weightiest first.

    That is what stands by rules that were not ``asked``, and by those that hold for it now: as it was kept,
    where it stood already. No rule of those that had ``let_go`` of it holds it again.
    """
    known = {(one["rule"], one["then"]): one for one in standing}
    again = [one for one in new if one["then"] != "hold" or one["rule"] not in let_go]
    left = [one for one in standing if one["rule"] not in asked]
    made = [*left, *(known.get((one["rule"], one["then"]), one) for one in again)]
    return sorted(made, key=lambda one: (-ACTIONS.index(one["then"]), one["rule"]))


def _causes(
    session: Session,
    book: Book,
    thing: Thing,
    subject: Post | Reply,
    names: frozenset[str],
    of_picture: frozenset[str],
    at: datetime,
) -> list[Cause]:
    found: list[Cause] = []
    if names:
        target: Target = "reply" if thing.reply else "post"
        body = subject.body if thing.reply else text_of(session, thing.id).body
        asked = causes_of(session, book, target, thing.guild, thing.id, body, thing.language, at)
        found = [one for one in asked if one.name in names]
    if of_picture and thing.asset_id is not None:
        asked = causes_of(session, book, "upload", thing.guild, thing.asset_id, None, None, at)
        found = together(found, [one for one in asked if one.name in of_picture])
    return found


def _try(session: Session, subject: Post | Reply, tried: Sequence[Kept], now: datetime) -> None:
    """Keep what rules would have done that are only tried, once for each."""
    if not tried:
        return
    before = select(col(Decision.causes)).where(_of(subject), col(Decision.dry_run))
    known = {one["rule"] for causes in session.scalars(before) for one in causes}
    made = verdict(timed([one for one in tried if one["rule"] not in known], now))
    if made is not None:
        decisions.keep(session, subject, made, now, dry_run=True)


def _let_go(session: Session, subject: Post | Reply) -> frozenset[str]:
    """Return the rules that held a thing until its hold was over."""
    over = select(col(Decision.causes)).where(_of(subject), col(Decision.ended_why).in_(LET_GO))
    return frozenset(
        one["rule"] for causes in session.scalars(over) for one in causes if one["then"] == "hold"
    )


def _of(subject: Post | Reply) -> Any:
    column = Decision.post_id if isinstance(subject, Post) else Decision.reply_id
    return col(column) == subject.id


def _said(causes: Sequence[Kept]) -> set[tuple[str, str, str | None]]:
    return {(one["rule"], one["then"], one["label"]) for one in causes}


def _weight(causes: Sequence[Kept]) -> int:
    return max((ACTIONS.index(one["then"]) for one in causes), default=-1)


def _replace(
    session: Session,
    book: Book,
    subject: Post | Reply,
    before: Decision | None,
    after: Sequence[Kept],
    now: datetime,
) -> None:
    """Put what stands now in place of what stood; a hold ends when it would have, and its author is told."""
    until = None
    if any(one["then"] == "hold" for one in after) and _weight(after) == ACTIONS.index("hold"):
        began = before.holds_until if before is not None else None
        until = began or now + book.rules(MODERATION, ModerationRules).holds.longest
    stood = _said([] if before is None else cast(list[Kept], before.causes))
    made = decisions.replace(session, book, subject, before, after, LABELS, now, holds_until=until)
    further = [one for one in after if (one["rule"], one["then"], one["label"]) not in stood]
    if made is not None and further:
        decisions.tell(session, book, subject, made, further[0]["about"], now)
