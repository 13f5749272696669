"""Welcome: first posts of newcomers are brought to members who asked to greet, a few of them for each.

Who meets whom is drawn by lot once and for all: of those who asked to greet, the ``greeters`` whose number
comes first when each is hashed with the newcomer as the seed (rendezvous hashing, D. G. Thaler and C. V.
Ravishankar, *A Name-Based Mapping Scheme for Rendezvous*, 1996). So newcomers are spread evenly, and
whoever begins or ceases to greet changes the draw of nobody but those whom they meet.

Law 7: a greeter is shown a first post only as far as they may see it, and takes its seat; which posts are
first is counted among those for every member, so none that is hidden moves another. Law 1: how many posts,
for how long, and how many greeters are clauses; newcomers are told of all this. A greeting is an answer or
thanks, as anybody's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from audience import newest
from audience.feeds.runs import OPEN
from audience.newest import Kind, Page
from audience.rules import AUDIENCE, AudienceRules, Welcome
from audience.standpoint import standpoint
from coop.book import Book
from coop.errors import Forbidden
from coop.identity import Identity
from coop.ids import first_id_at

VIA = "greet"
"""Where a seat is taken by whoever greets."""

_MINE = """, newcomer AS MATERIALIZED (
  SELECT member.id FROM member
  JOIN volunteer AS mine ON mine.member_id = :me AND mine.role = 'greet'
  WHERE member.joined_at > :joined_since AND member.left_at IS NULL AND member.id <> :me AND (
    SELECT count(*) FROM volunteer AS other JOIN member AS greeter ON greeter.id = other.member_id
    WHERE other.role = 'greet' AND greeter.left_at IS NULL AND other.member_id <> member.id
      AND (hashint8extended(other.member_id, member.id), other.member_id)
        < (hashint8extended(mine.member_id, member.id), mine.member_id)
  ) < :greeters
)"""
"""The newcomers whom the viewer meets."""

_SAID_OPENLY = OPEN.replace("post.", "said.")
_IS_FIRST = f"""
post.id >= :first AND post.id < :before AND (
  SELECT count(*) FROM post AS said
  WHERE said.author_id = newcomer.id AND said.id < post.id AND said.deleted_at IS NULL AND {_SAID_OPENLY}
) < :posts
"""  # noqa: S608 - put together from constants

_FIRST = newest.statement(Kind("newcomer JOIN post ON post.author_id = newcomer.id", _IS_FIRST), also=_MINE)

_GREETS = text("SELECT EXISTS (SELECT FROM volunteer WHERE member_id = :me AND role = 'greet')")
_GREETERS = text("""
SELECT count(*) FROM volunteer JOIN member ON member.id = member_id
WHERE role = 'greet' AND left_at IS NULL AND member_id <> :me
""")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What a newcomer is told."""

    until: datetime
    """When they cease to be one."""
    posts: int
    """So many of their first posts are brought to those who greet."""
    greeters: int
    """To so many at most."""


def rules_of(book: Book) -> Welcome:
    """Return the clauses of the welcome."""
    return book.rules(AUDIENCE, AudienceRules).welcome


def newcomer(session: Session, member: Identity, book: Book, now: datetime) -> Newcomer | None:
    """Return what a member is told as long as they are a newcomer; None afterwards.

    How many greet is told no more exactly than the clause says: fewer only where fewer have asked to.
    """
    rules = rules_of(book)
    until = member.joined_at + timedelta(days=rules.days)
    if until <= now:
        return None
    there = session.connection().execute(_GREETERS, {"me": member.member_id}).scalar_one()
    return Newcomer(until, rules.posts, min(rules.greeters, there))


def first_posts(
    session: Session, greeter: Identity, book: Book, now: datetime, *, before: int, limit: int
) -> Page:
    """Return first posts of the newcomers whom a greeter meets, the newest first, taking a seat at each.

    Raise Forbidden where the member did not ask to greet.
    """
    if not session.scalar(_GREETS, {"me": greeter.member_id}):
        raise Forbidden("Offer to greet first: PUT /members/me/offers/greet/coop.")
    rules = rules_of(book)
    since = now - timedelta(days=rules.days)
    bound = {
        **standpoint(session, greeter, book, now),
        "joined_since": since,
        "first": first_id_at(since),
        "posts": rules.posts,
        "greeters": rules.greeters,
    }

    def find(start: int, number: int) -> newest.Rows:
        return session.connection().execute(_FIRST, {**bound, "before": start, "limit": number}).all()

    return newest.page(session, greeter, book, find, now, before=before, limit=limit, via=VIA)
