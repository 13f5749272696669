# ruff: noqa: S608 - the statements are put together from constants
"""Cards: what is shown of posts that somebody has been delivered.

The only place that reads what a post says. Law 7: nothing is decided here; whoever calls has the posts from
``access.access_post`` or ``gate.claim``. How many like, repost or answer is told as far as the clauses say,
and so that it speaks of nobody (``disclosure.py``).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg.rows import TupleRow, tuple_row
from sqlalchemy import text
from sqlmodel import Session

from audience import disclosure
from audience.access import MORE_ASKED
from audience.gardens.garden import Garden, Mark
from audience.gardens.reading import garden_of
from audience.limits import Asked, limits_of
from audience.polls import reading
from audience.polls.reading import PollCard
from audience.polls.tables import OPTIONS
from audience.reply_sight import said
from audience.rules import AUDIENCE, AudienceRules, Counts, Told
from coop.book import Book
from coop.database import as_array
from coop.driver import DriverStatement
from coop.identity import Identity

_CARD = """
SELECT post.id, author.handle, author.display_name, guild.slug AS guild, post.body, post.created_at,
       place.id AS place_id, place.name AS place,
       post.seats_max, {more_asked} AS more_asked, (post.author_id = :me) IS TRUE AS mine,
       {audience} AS audience, {taken} AS taken,
       asset.id AS asset_id, asset.alt, asset.width, asset.height, asset.thumbhash, asset.duration_ms,
       asset.has_sound, files.renditions,
       {likes} AS likes, {reposts} AS reposts, {replies} AS replies,
       EXISTS (SELECT FROM post_like WHERE post_id = post.id AND member_id = :me) AS liked,
       EXISTS (SELECT FROM repost WHERE post_id = post.id AND member_id = :me) AS reposted,
       {state} AS state, derivative.kind AS made_as,
       CASE WHEN derivative.kind = 'stitch' THEN derivative.end_ms END AS first_ms,
       CASE WHEN derivative.kind = 'sound' THEN derivative.start_ms END AS from_ms, post.flag,
       {seen} AS seen,
       EXISTS (SELECT FROM room WHERE room.post_id = post.id) AS live, post.polled,
       CASE WHEN post.cowritten THEN named_writers(post.id, :me) END AS writers{more}
FROM post
JOIN member AS author ON author.id = post.author_id
LEFT JOIN guild ON guild.id = post.guild_id
LEFT JOIN place ON place.id = post.place_id
LEFT JOIN asset ON asset.id = post.asset_id
LEFT JOIN derivative ON derivative.post_id = post.id
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(name, width, height, bytes) ORDER BY width, name) AS renditions
  FROM rendition WHERE rendition.asset_id = post.asset_id
) AS files ON true
"""
_TAKEN = """coalesce(
  (SELECT gate.taken FROM gate WHERE gate.post_id = post.id),
  (SELECT count(*) FROM seat WHERE seat.post_id = post.id))"""
_SEEN = "(SELECT count(*) FROM (SELECT FROM seat WHERE seat.post_id = post.id LIMIT :least) AS few)"
_COUNTED = {
    "likes": "post_like WHERE post_id = post.id",
    "reposts": "repost WHERE post_id = post.id",
    "replies": f"reply WHERE reply.post_id = post.id AND reply.state = 'shown' AND {said('reply')}",
}
"""By what is counted: where, in SQL."""
# Of one post: an array's length is not known to a plan that is kept, so such a plan is never thought cheaper.
_OF_ONE, _OF_MANY = "WHERE post.id = :post", "WHERE post.id = ANY(CAST(:posts AS bigint[]))"


_TEXT = text(f"""
SELECT author_id, subject.body || {OPTIONS} AS body, asset_id, created_at, language
FROM post AS subject WHERE id = :post
""")


class Text(NamedTuple):
    """What a post says, without anything of who says it."""

    author_id: int
    body: str
    """Its text, and the options of its poll."""
    asset_id: int | None
    created_at: datetime
    language: str | None


class Card(NamedTuple):
    """What is shown of a post."""

    id: int
    author: str
    """Handle."""
    author_name: str
    guild: str | None
    """Slug of the guild it was made in."""
    body: str
    created_at: datetime
    place_id: int | None
    """Of where its author says it is from."""
    place: str | None
    """Its name."""
    seats_max: int | None
    more_asked: list[int | None] | None
    mine: bool
    audience: dict[str, Any] | None
    """The document, for its author alone: it names others."""
    taken: int | None
    """At least so many seats are taken, for the author alone: see ``disclosure.py``."""
    asset_id: int | None
    alt: str | None
    width: int | None
    height: int | None
    thumbhash: str | None
    duration_ms: int | None
    """How long it lasts, where what it shows is a video."""
    has_sound: bool | None
    """Whether that video has sound, where it is known."""
    renditions: list[tuple[str, int, int, int]] | None
    """Name, width, height and bytes of each file of the picture, the smallest first, and of the video."""
    likes: int | None
    """How many members like it, as far as the viewer is told."""
    reposts: int | None
    replies: int | None
    liked: bool
    """Whether the viewer likes it."""
    reposted: bool
    """Whether the viewer points to it on their own page."""
    state: str | None
    """Where it was made from another post: what came of that (``Derivative.state``), for its author alone."""
    made_as: str | None
    """How it shows that; told only together with it."""
    first_ms: int | None
    """How much of that is played before its own video, where it is a stitch."""
    from_ms: int | None
    """From where on the sound of that is played, where it uses its sound."""
    flag: dict[str, Any] | None
    """What its readers are told of a decision about it: see ``moderation/verdict.py``."""
    seen: int
    """How many members have been given it, counted only as far as what is told hangs on it."""
    live: bool
    """Whether it has a live room."""
    polled: bool
    """Whether it asks something."""
    writers: list[tuple[str, str]] | None
    """Handle and name of each who is named beside its author, because they wrote in it; or none."""
    mark: Mark | None = None
    """What the viewer's own garden does with it."""
    poll: PollCard | None = None
    """What it asks."""

    @property
    def asked(self) -> Asked:
        """What its author asked for."""
        return Asked.of(self.seats_max, self.more_asked)


_WIDTH = len(Card._fields) - 2
"""How much of a card its statement gives; the rest is looked up besides."""


class _Form(NamedTuple):
    """What a statement asks for. What is told to nobody on a page is not in it: it would cost without use."""

    where: str
    counts: Counts
    own: bool
    """Whether any of the posts may be the viewer's own."""
    more: str = ""
    """Columns that the viewer's garden asks for."""


@lru_cache(maxsize=512)
def _statement(form: _Form) -> DriverStatement[TupleRow]:
    told = {
        "more_asked": MORE_ASKED,
        "audience": _to_author("post.audience", form),
        "taken": _to_author(_TAKEN, form),
        **{what: _counted(what, told_to, form) for what, told_to in form.counts},
        "state": _to_author("derivative.state", form),
        "seen": _SEEN if "readers" in (form.counts.likes, form.counts.reposts) else "0",
        "more": form.more,
    }
    return DriverStatement(text(_CARD.format_map(told) + form.where), tuple_row)


def _to_author(what: str, form: _Form) -> str:
    """Return what is told to the author of a post alone."""
    return f"CASE WHEN post.author_id = :me THEN {what} END" if form.own else "NULL"


def _counted(what: str, told_to: Told, form: _Form) -> str:
    """Return how often something was done with a post; authors are not told of what they did themselves."""
    number = f"(SELECT count(*) FROM {_COUNTED[what]}"
    if told_to == "readers":
        return f"{number})"
    if told_to == "nobody":
        return "NULL"
    return _to_author(number + (")" if what == "replies" else " AND member_id <> :me)"), form)


def text_of(session: Session, post_id: int) -> Text:
    """Return what a post says, for those who judge it (``cases/sight.py``)."""
    return Text._make(session.connection().execute(_TEXT, {"post": post_id}).one())


def cards(
    session: Session,
    viewer: Identity | None,
    book: Book,
    posts: Sequence[int],
    now: datetime,
    garden: Garden | None = None,
    *,
    own: bool = True,
) -> dict[int, Card]:
    """Return what is shown of posts, by id; numbers as far as the clauses tell them to the viewer.

    The caller has them from ``access_post`` or ``gate.claim``; nothing is decided here. ``garden`` is the
    viewer's, read here where the caller has not; ``own`` is false where none of the posts is theirs.
    """
    garden = garden or garden_of(session, viewer, book, now)
    me = None if viewer is None else viewer.member_id
    rules = book.rules(AUDIENCE, AudienceRules)
    single = len(posts) == 1
    which: dict[str, Any] = {"post": posts[0]} if single else {"posts": as_array(posts)}
    bound = {"me": me, "now": now, "least": rules.reach.least_told, **which}
    where, more = _OF_ONE if single else _OF_MANY, ""
    if not garden.empty:
        columns, kept = garden.looked_at()
        more, bound = f", {columns}", bound | kept
    rows = _statement(_Form(where, rules.counts, own, more)).rows(session, bound)
    made = (_tended(Card(*row[:_WIDTH]), garden, row[_WIDTH:]) for row in rows)
    found = {card.id: _as_told(card, book, rules) for card in made}
    asking = [card.id for card in found.values() if card.polled]
    if asking:
        polls = reading.of_posts(session, viewer, book, asking, now)
        found |= {one: found[one]._replace(poll=polls[one]) for one in asking}
    return found


def _tended(card: Card, garden: Garden, looked_at: Sequence[Any]) -> Card:
    """Return a card as its reader's garden shows it.

    What a rule of moderation says of it is not told where that rule lets readers choose, and this one has.
    """
    if garden.empty or card.mine:
        return card
    grounds, followed, chosen = looked_at
    mark = garden.mark(grounds, followed, chosen=chosen)
    overridden = chosen and card.flag is not None and card.flag["override"]
    return card._replace(mark=mark, flag=None if overridden else card.flag)


def _as_told(card: Card, book: Book, rules: AudienceRules) -> Card:
    """Return a card with as much of its numbers of people as the viewer is told."""
    if card.taken is None and card.likes is None and card.reposts is None:
        return card
    least, taken = rules.reach.least_told, card.taken
    if taken is not None:
        cap = limits_of(book, card.guild, card.asked).seats
        taken = disclosure.seats(taken, cap, card.seats_max, least).taken

    def gestures(number: int | None, told_to: Told) -> int | None:
        public = told_to == "readers"
        return None if number is None else disclosure.gestures(number, card.seen, least, public=public)

    return card._replace(
        taken=taken,
        likes=gestures(card.likes, rules.counts.likes),
        reposts=gestures(card.reposts, rules.counts.reposts),
    )
