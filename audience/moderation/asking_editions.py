# ruff: noqa: S608 - the statement is put together from constants
"""Editions that ask again: which things those are about whose labels changed, a few at a time.

Law 14: an edition asks as of its own moment, one after another, and how far that is done is kept with it, so
a late or doubled job changes no outcome. What asking comes to: ``asking_again.py``.

Locks: the edition that is gone through, then the decision, then the thing.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from audience.moderation import asking_again, label_facts
from audience.moderation.asking_again import Thing
from audience.moderation.label_tables import EditionAsked
from audience.moderation.rules import MODERATION, ModerationRules
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
    """Ask of a thing what ``asking_again.ask`` does; one for which that fails is passed over and logged.

    Editions ask in order, so a thing that fails for good would keep all of them waiting. What fails by the
    moment (a lock, the connection) ends the run, and the next one asks again.
    """
    try:
        with session.begin_nested():
            return asking_again.ask(session, book, thing, slug, at, now)
    except OperationalError:
        raise
    except Exception:
        LOG.exception("thing passed over", job="labels that ask again", labeller=slug, thing=thing.id)
        return False
