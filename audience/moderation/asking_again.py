# ruff: noqa: S608 - the statement is put together from constants
"""Asking again: a label that comes after a thing was made asks the rules that speak of its labeller.

Every other fact stays that of the moment when the thing was made. Law 14: an edition asks as of its own
moment, one after another, and how far that is done is kept with it, so a late or doubled job changes no
outcome. What people have looked at no labeller changes; while a jury looks, it may only let go.

Locks: the edition that is gone through, then the decision, then the thing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from audience.cards import text_of
from audience.moderation import decisions, label_facts
from audience.moderation.label_tables import EditionAsked
from audience.moderation.rules import ACTIONS, MODERATION, ModerationRules, Target
from audience.moderation.ruleset import Cause, ruleset, scope_of
from audience.moderation.screening import causes_of, together
from audience.moderation.tables import Decision
from audience.moderation.verdict import Kept, kept, timed, verdict
from audience.tables import Post, Reply
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books

LOG = structlog.get_logger("worker")
SETTLED = timedelta(seconds=10)
"""So old an edition is before it asks: by then every thing that was made before it is there."""
DAY = timedelta(days=1)
"""The time in which the labels that ask again are counted."""
AT_ONCE = 20
"""Things that one step asks about at most; it ends at the first of which something comes."""
LABELS = "labels"
"""Why a decision ended: labels that were given or taken back since came to something else."""
LET_GO = (decisions.UNSEEN, "default")
"""Why holds ended that nobody had decided on: no rule holds a thing twice."""

_CLAIM = text("""
SELECT asked.labeller_id, asked.number, asked.read_to, edition.made_at, labeller.slug
FROM edition_asked AS asked JOIN labeller_edition AS edition USING (labeller_id, number)
JOIN labeller ON labeller.id = asked.labeller_id
WHERE asked.done_at IS NULL AND (asked.labeller_id, asked.number) = (
  SELECT labeller_id, number FROM edition_asked WHERE done_at IS NULL AND due_at <= :now
  ORDER BY due_at, labeller_id, number LIMIT 1)
FOR UPDATE OF asked SKIP LOCKED
""")
_READ = text("""
UPDATE edition_asked SET read_to = :read_to, changed = changed + :changed, done_at = :done_at
WHERE labeller_id = :labeller AND number = :number
""")

IN_BUDGET = """(SELECT count(*) FROM given_label AS before
  WHERE before.labeller_id = given.labeller_id AND before.at > given.at - interval '1 day'
    AND (before.at, before.id) < (given.at, given.id)) < :labels_a_day"""
"""Whether a ``given`` label is among those that may ask again, of all that its labeller gave in 24 hours."""

_MADE = """(SELECT id, {reply} AS reply FROM {table}
      WHERE author_id = labelled.member_id AND created_at {when} :at ORDER BY id DESC LIMIT {most})"""


def _made(when: str, most: str) -> str:
    """Return what a labelled member made by, or just after, the moment of an edition."""
    posts = _MADE.format(reply="false", table="post", when=when, most=most)
    replies = _MADE.format(reply="true", table="reply", when=when, most=most)
    return f"{posts} UNION ALL {replies}"


_THINGS = text(f"""
WITH changed AS MATERIALIZED (
  SELECT post_id, member_id FROM given_label AS given
  WHERE labeller_id = :labeller AND at = :at AND since = :number AND {IN_BUDGET}
  UNION SELECT post_id, member_id FROM given_label WHERE labeller_id = :labeller AND until = :number
), labelled AS (
  SELECT member_id FROM changed WHERE member_id IS NOT NULL
), thing AS (
  SELECT post_id AS id, false AS reply FROM changed WHERE post_id IS NOT NULL
  UNION SELECT newest.id, newest.reply FROM labelled, LATERAL (
    {_made("<=", ":of_member")} ORDER BY id DESC LIMIT :of_member) AS newest
  UNION SELECT later.id, later.reply FROM labelled, LATERAL (
    {_made("> :at AND created_at < CAST(:at AS timestamptz) + :settled AND created_at >", "NULL")}) AS later
)
SELECT thing.id, thing.reply, guild.slug AS guild, post.language, made.created_at, made.asset_id
FROM thing LEFT JOIN reply ON thing.reply AND reply.id = thing.id
JOIN post ON post.id = CASE WHEN thing.reply THEN reply.post_id ELSE thing.id END
LEFT JOIN guild ON guild.id = post.guild_id,
LATERAL (SELECT coalesce(reply.created_at, post.created_at) AS created_at,
  coalesce(reply.deleted_at, post.deleted_at) IS NOT NULL AS gone,
  CASE WHEN thing.reply THEN reply.asset_id ELSE post.asset_id END AS asset_id) AS made
WHERE thing.id > :read_to AND NOT made.gone AND made.created_at >= CAST(:at AS timestamptz) - :within
ORDER BY thing.id LIMIT :most
""")

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


def queue(session: Session, book: Book, labeller_id: int, slug: str, number: int, now: datetime) -> None:
    """Have an edition that was published just now ask again, where a policy in force names its labeller."""
    if slug in label_facts.trusted_slugs(book):
        session.add(EditionAsked(labeller_id=labeller_id, number=number, due_at=now + SETTLED))
        session.flush()


def ask_due(database: Database, books: Books, clock: Clock) -> int:
    """Ask again what editions ask, the oldest first, and return of how many things something came."""
    changed = 0
    while True:
        with database.begin() as session:
            found = step(session, books.current(session), clock.now(session))
        if found is None:
            return changed
        changed += found


def step(session: Session, book: Book, now: datetime) -> int | None:
    """Ask about some things of the oldest edition that is due, until something comes of one.

    Return of how many something came; None where no edition is due, or another worker goes through it.
    """
    edition = session.connection().execute(_CLAIM, {"now": now}).one_or_none()
    if edition is None:
        return None
    limits = book.rules(MODERATION, ModerationRules).labelled
    key = {"labeller": edition.labeller_id, "number": edition.number}
    bound = {
        **key,
        "at": edition.made_at,
        "read_to": edition.read_to,
        "within": limits.within,
        "labels_a_day": limits.labels_a_day,
        "of_member": limits.of_member,
        "settled": SETTLED,
        "most": AT_ONCE,
    }
    things = [Thing(*row) for row in session.connection().execute(_THINGS, bound)]
    read_to, changed = edition.read_to, 0
    for thing in things:
        changed = int(_asked(session, book, thing, edition.slug, edition.made_at, now))
        read_to = thing.id
        if changed:
            break
    done = now if len(things) < AT_ONCE and not changed else None
    session.connection().execute(_READ, {**key, "read_to": read_to, "changed": changed, "done_at": done})
    return changed


def _asked(session: Session, book: Book, thing: Thing, slug: str, at: datetime, now: datetime) -> bool:
    """Ask of a thing what :func:`ask` does; one for which that fails is passed over and logged.

    Editions ask in order, so a thing that fails for good would keep all of them waiting. What fails by the
    moment (a lock, the connection) ends the run, and the next one asks again.
    """
    try:
        with session.begin_nested():
            return ask(session, book, thing, slug, at, now)
    except OperationalError:
        raise
    except Exception:
        LOG.exception("thing passed over", job="labels that ask again", labeller=slug, thing=thing.id)
        return False


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
