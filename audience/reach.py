# ruff: noqa: S608 - the statements are put together from constants
"""Reach: how far a post of one's own went, through which feeds, and what held it.

Its stages: *eligible* are all whom it is for, *candidates* those of them who opened a feed since it was made,
*served* those to whom that feed delivered it, *seated* those to whom anything did, and of these some
*finished* it and some *replied*.

For its author alone. Law 7: it speaks of numbers of people and never of a person. Whom it is for is told as
the preview tells it (``eligible.py``), everything else by the rules of ``disclosure.py``, so that neither
this report nor two of them, before and after the post was tightened, speak of one. What members keep to
themselves (where they are, what they contributed to, whom they block) is counted over groups alone here too.
Law 1: how much of a post one has to have watched to have finished it is the clause ``/signals/finish/share``.
Law 11: what a feed makes of the post is told as the same exact terms, for a reader of whom nothing is known.

How many of a feed's readers are candidates is counted out by the very functions that let them in, over all
of them or, where they are many, over a sample.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from sqlalchemy import text
from sqlmodel import Session

from audience import disclosure, why
from audience.access import Access, access_post
from audience.eligible import eligible
from audience.feeds import page as feeds
from audience.feeds import ranking
from audience.feeds.candidates import candidate
from audience.feeds.ranking import Term
from audience.feeds.reader import NOTHING_KNOWN
from audience.feeds.recipe import weights_of
from audience.feeds.rules import FEEDS, FeedRules, SignalName
from audience.feeds.sliders import Weighing
from audience.headcount import About
from audience.keys import CIRCLE, MEMBER, SHIFT
from audience.rules import AUDIENCE, AudienceRules
from audience.standing import layered
from audience.why import Limit, Narrowed
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from coop.ids import moment_of
from coop.receipts import Citation

SAMPLE = 1000
"""Of more readers of a feed than this, so many are asked whether they could open it."""
Stage = Literal["served", "finished", "replied"]
"""What is counted of each way by which it was delivered."""
FINISH = "/signals/finish/share"
FEED = "feed:"
"""How ``seat.via`` begins for what a voted feed delivered."""
NAMING = (MEMBER, CIRCLE)
"""Kinds of keys by which an author names people one by one."""

# The sample is the same for the same post, so that asking again tells nothing more. A source's later layers
# are not asked: they are for its author to know.
_CANDIDATES = text(f"""
WITH looked AS (
  SELECT DISTINCT via, member_id AS id FROM seat
  WHERE at >= :since AND starts_with(via, '{FEED}') AND member_id <> :author AND member_id NOT IN (
    SELECT other_id FROM relation WHERE member_id = :author AND kind = 'block')
), drawn AS (
  SELECT via, id, count(*) OVER (PARTITION BY via) AS number,
         row_number() OVER (PARTITION BY via ORDER BY hashint8extended(id, :post)) AS place
  FROM looked
)
SELECT via, max(number) AS readers, count(*) AS asked, count(*) FILTER (WHERE
  lock_opens(post.lock_any, post.lock_all, post.lock_none, post.lock_groups, post.lock_follow,
             held.keys, drawn.id, post.author_id, :now)
  AND own_stages_open(post.id, 'read', held.keys, drawn.id, post.author_id, :now)
) AS opened
FROM drawn CROSS JOIN post CROSS JOIN LATERAL (
  SELECT ARRAY(
    SELECT key FROM unnest((reader_keys(drawn.id, :now)).keys) AS key
    WHERE key & {(1 << SHIFT) - 1} NOT IN {NAMING}
  ) AS keys
) AS held
WHERE place <= {SAMPLE} AND post.id = :post
GROUP BY via
""")

_SEATS = text("""
SELECT via, count(*) AS served, count(*) FILTER (WHERE watched_ms >= :share * post.length_ms) AS finished,
       count(*) FILTER (WHERE member_id IN (
         SELECT reply.author_id FROM reply
         WHERE reply.post_id = :post AND reply.deleted_at IS NULL AND reply.state = 'shown')) AS replied
FROM seat JOIN post ON post.id = seat.post_id WHERE post_id = :post GROUP BY via
""")

_ASIDE = text("""
SELECT post.seats_max, post.waitlist, coalesce(gate.waiting, 0) AS waiting
FROM post LEFT JOIN gate ON gate.post_id = post.id WHERE post.id = :post
""")

_FULL = text("SELECT at FROM seat WHERE post_id = :post ORDER BY at, member_id OFFSET :before LIMIT 1")


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which it was delivered: a feed, a page, or its own address. Numbers are told as in Reach."""

    via: str
    candidates: int | None
    """Of a feed: members who opened it since the post was made and are among those for whom it is, without
    those who are named one by one; None for other ways too."""
    about: bool
    """Whether that was worked out from a sample, and may be less."""
    served: int | None
    """Members to whom it was delivered this way first."""
    finished: int | None
    """Of these, who watched or read it to the end."""
    replied: int | None
    """Of these, who answered."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a voted feed makes of it for a reader of whom nothing is known."""

    profile: str
    score: int
    """In billionths."""
    terms: list[Term]
    weighings: Mapping[SignalName, Weighing]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a post went; numbers are "at least", and None where they are too small to be told."""

    eligible: About
    """Members for whom it is now."""
    ways: list[Way]
    """Those of which any number is told."""
    seated: int | None
    """Members to whom it was delivered, all ways together: as many as its card says."""
    finished: int | None
    """Of these, who watched or read it to the end, by the clause ``/signals/finish/share``."""
    replied: int | None
    """Of these, who answered."""
    full_at: datetime | None
    """When its last seat was taken, where it is told that all are."""
    waiting: int | None
    """Members who wait for a seat; 0 where nobody can."""
    narrowed: list[Narrowed]
    """The layers of its audience that were reached."""
    limits: list[Limit]
    weighed: list[Weighed]


def report(session: Session, author: Identity, book: Book, post_id: int, now: datetime) -> Reach:
    """Return how far a post of one's own went; raise NotFound for any other."""
    post = access_post(session, author, book, post_id, now)
    if post.author_id != author.member_id:
        raise NotFound
    least = book.rules(AUDIENCE, AudienceRules).reach.least_told
    audience = layered(session, post_id, now)
    came = _came(session, book, post_id)
    aside = session.connection().execute(_ASIDE, {"post": post_id}).one()
    taken, cap = came.total("served"), post.limits.seats
    seats = disclosure.seats(taken, cap, aside.seats_max, least)
    finished = {"finished": came.total("finished")}
    return Reach(
        eligible=eligible(session, author, audience, least, now),
        ways=_ways(session, post, came, least, now),
        seated=seats.taken,
        finished=disclosure.parts(finished, taken, least)["finished"],
        replied=disclosure.in_steps(came.total("replied"), least),
        full_at=_filled_at(session, post_id, cap) if seats.full and cap is not None else None,
        waiting=disclosure.in_steps(aside.waiting, least) if aside.waitlist else 0,
        narrowed=why.narrowed(session, audience, now, seats_told=seats.taken is not None),
        limits=why.limits(book, post, audience),
        weighed=_weighed(session, author, book, post_id, now),
    )


class Came(NamedTuple):
    """How many members came by each way, how many of them finished it and how many replied, as it is."""

    served: dict[str, int]
    finished: dict[str, int]
    replied: dict[str, int]

    def total(self, stage: Stage) -> int:
        """Return how many there are at a stage, all ways together."""
        return sum(getattr(self, stage).values())

    def told(self, stage: Stage, least: int) -> dict[str, int | None]:
        """Return the numbers of a stage as they may be told, by way.

        Each is a part of two wholes: of all at that stage, and of all who came the same way. Of what may be
        told of it as a part of either, the smaller number is.
        """
        cells: dict[str, int] = getattr(self, stage)
        told = disclosure.parts(cells, self.total(stage), least)
        if stage == "served":
            return told
        of_way = {via: disclosure.parts({via: cells[via]}, self.served[via], least)[via] for via in cells}
        return {via: min(told[via] or 0, of_way[via] or 0) or None for via in cells}


def _came(session: Session, book: Book, post_id: int) -> Came:
    share = book.rules(FEEDS, FeedRules).signals.finish.share
    rows = session.connection().execute(_SEATS, {"post": post_id, "share": share}).all()
    return Came(
        served={row.via: row.served for row in rows},
        finished={row.via: row.finished for row in rows},
        replied={row.via: row.replied for row in rows},
    )


def _ways(session: Session, post: Access, came: Came, least: int, now: datetime) -> list[Way]:
    """Return the ways of which any number is told: how many came by a way of which none is, nobody says."""
    bound = {"post": post.post_id, "author": post.author_id, "since": moment_of(post.post_id), "now": now}
    found = {row.via: row for row in session.connection().execute(_CANDIDATES, bound)}
    served, finished, replied = (came.told(stage, least) for stage in get_args(Stage))
    ways = []
    for via in sorted({*came.served, *found}):
        row = found.get(via)
        whole = 0 if row is None else round(row.opened * row.readers / row.asked)
        ways.append(
            Way(
                via=via,
                candidates=disclosure.in_steps(whole, least),
                about=row is not None and row.readers > row.asked,
                served=served.get(via),
                finished=finished.get(via),
                replied=replied.get(via),
            )
        )
    return [one for one in ways if one.candidates is not None or one.served is not None]


def _filled_at(session: Session, post_id: int, cap: int) -> datetime:
    at: datetime = session.connection().execute(_FULL, {"post": post_id, "before": cap - 1}).scalar_one()
    return at


def _weighed(session: Session, author: Identity, book: Book, post_id: int, now: datetime) -> list[Weighed]:
    """Return what every voted profile makes of it for a stranger."""
    made = candidate(session, author, book, post_id, now)._replace(
        follows=False, same_guild=False, named=False
    )
    found = []
    for name in book.rules(FEEDS, FeedRules).profiles:
        recipe = feeds.recipe_of(book, name)
        weighings = recipe.weighings
        weights = weights_of(weighings)
        (scored,) = ranking.ranked([made], recipe.setting(now, NOTHING_KNOWN), weights)
        found.append(Weighed(name, scored.score, ranking.terms(scored, weights), weighings))
    return found


def least_told(book: Book) -> Citation:
    """Return the receipt of the clause by which smaller numbers of people are not told."""
    return book.cite(AUDIENCE, "/reach/least_told")


def to_finish(book: Book) -> Citation:
    """Return the receipt of the clause by which so much of a post's length, watched, has finished it."""
    return book.cite(FEEDS, FINISH)
