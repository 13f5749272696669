"""Small random worlds, and the rows that the platform would have kept of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, permutations
from random import Random
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col

import audience.tables as rows
from audience.cases.tables import Case as JudgedCase
from audience.keys import LOCAL_KEY, PUBLIC_KEY, guild_key, member_key
from audience.moderation.tables import Decision
from coop import tables
from coop.ids import first_id_at
from coop.tables import Guild
from tests.audience.metrics.definition import (
    EVERYBODY,
    Belonging,
    Block,
    Case,
    Member,
    Post,
    Reply,
    Seat,
    World,
)
from tests.factories import LONG_AGO, id_of, make_members

Row = dict[str, Any]
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
MEMBERS, GUILDS, POSTS, REPLIES, SEATS, CASES = 9, 2, 8, 130, 50, 8
PEOPLE = 8
"""Of a guild."""
AGES = (-1, 0, 0, 1, 1, 2, 3, 4, 5, 7, 7, 8, 10, 14, 14, 18, 21, 27, 28, 34, 35, 60)
"""Days, many on the edge of some window."""


@dataclass
class Maker:
    """Draws worlds, one after another, and writes down their rows."""

    session: Session
    until: datetime
    dice: Random
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def world(self) -> World:
        """Return a world whose people have nothing to do with those of another."""
        people = [id_of(one) for one in make_members(self.session, MEMBERS)]
        world = World(members=[Member(one, LONG_AGO, self.dice.random() < 0.05) for one in people])
        world.guilds = [self._guild(world) for _ in range(GUILDS)]
        pairs = {(by, of) for by, of in permutations(people, 2) if self.dice.random() < 0.02}
        world.blocks = [Block(by, of, self._moment()) for by, of in sorted(pairs)]
        world.posts = [self._post(world) for _ in range(POSTS)]
        for _ in range(REPLIES):
            world.replies.append(self._reply(world))
        places = {(self.dice.choice(world.posts), self.dice.choice(people)) for _ in range(SEATS)}
        world.seats = [Seat(post, member, self._moment()) for post, member in sorted(places, key=_order)]
        world.cases = [self._case(world) for _ in range(CASES)]
        self._write(world)
        return world

    def _moment(self) -> datetime:
        """Draw one that is often on the edge of something."""
        ago = timedelta(days=self.dice.choice(AGES))
        off = self.dice.choice((timedelta(), TICK, -TICK, timedelta(hours=self.dice.randrange(24))))
        return self.until - ago + off

    def _perhaps(self, chance: float) -> datetime | None:
        return self._moment() if self.dice.random() < chance else None

    def _somebody(self, world: World) -> int:
        """Draw one who writes: mostly one of a few."""
        return self.dice.choice((*world.members, *world.members[:3] * 4)).id

    def _guild(self, world: World) -> int:
        """Found a guild of some of its people; some left it, or came late."""
        people = self.dice.sample([one.id for one in world.members], PEOPLE)
        name = f"made-{next(self.numbers)}"
        guild = Guild(slug=name, name=name, purpose="", founder_id=people[0], founded_at=LONG_AGO)
        self.session.add(guild)
        self.session.flush()
        for one in people:
            joined_at = self.dice.choice((LONG_AGO, LONG_AGO, self._moment()))
            world.belongings.append(Belonging(id_of(guild), one, joined_at, self._perhaps(0.1)))
        return id_of(guild)

    def _post(self, world: World) -> Post:
        guild = self.dice.choice((None, *world.guilds[:1] * 3, *world.guilds))
        readers: tuple[object, ...] = self.dice.choice(
            ((EVERYBODY,),) * 5 + (tuple(world.guilds), (world.guilds[0],), ())
        )
        at = self._moment()
        return Post(
            self._id(at),
            self._somebody(world),
            guild,
            readers,
            at,
            narrowed=self.dice.random() < 0.1,
            held=self.dice.random() < 0.05,
            deleted_at=self._perhaps(0.1),
        )

    def _reply(self, world: World) -> Reply:
        post = self.dice.choice(world.posts)
        above = [one for one in world.replies if one.post is post]
        parent = self.dice.choice((None, *above[-6:])) if above else None
        answered = post if parent is None else parent
        back = post if parent is None or parent.parent is None else parent.parent
        few = [back.author, back.author, post.author, self._somebody(world)]
        author = self.dice.choice([one for one in few if one != answered.author] or few)
        soon = answered.at + self.dice.choice((TICK, DAY, 2 * DAY, 7 * DAY, 7 * DAY + TICK))
        at = self.dice.choice((soon, self._moment()))
        state = self.dice.choice(("shown",) * 8 + ("waiting", "refused"))
        decided_at = {"shown": self._perhaps(0.1), "waiting": None, "refused": at}[state]
        return Reply(self._id(at), post, parent, author, at, state, decided_at, self._perhaps(0.1))

    def _case(self, world: World) -> Case:
        """Draw what became of reports of something: mostly a jury's word, now and then an appeal."""
        things: list[Post | Reply] = [*world.posts, *world.replies]
        about = self.dice.choice(things)
        outcome = self.dice.choice(("none", "label", "narrow", "remove", "remove", None))
        closed_at = self._moment() if outcome is not None or self.dice.random() < 0.8 else self.until
        appealed = outcome not in (None, "none") and self.dice.random() < 0.5
        appealed_at = closed_at + self.dice.choice((TICK, DAY, 9 * DAY)) if appealed else None
        at = closed_at - DAY
        return Case(self._id(at), about, closed_at, outcome, appealed_at, self.dice.random() < 0.6)

    def _id(self, at: datetime) -> int:
        return first_id_at(at) | next(self.numbers)

    def _write(self, world: World) -> None:
        """Keep a world as the actions would have."""
        left = [one.id for one in world.members if one.left]
        self.session.execute(
            update(tables.Member).where(col(tables.Member.id).in_(left)).values(left_at=LONG_AGO)
        )
        for table, kept in (
            (tables.GuildMembership, [_membership(one) for one in world.belongings]),
            (rows.Relation, [_block(one) for one in world.blocks]),
            (rows.Post, [_post(one) for one in world.posts]),
            (rows.Reply, [_reply(one) for one in world.replies]),
            (rows.Seat, [_seat(one) for one in world.seats]),
        ):
            if kept:
                self.session.execute(insert(table), kept)
        self._write_cases(world)

    def _write_cases(self, world: World) -> None:
        """Keep what juries said: a decision of each that did something, and the case that is its appeal."""
        did = [one for one in world.cases if one.outcome not in (None, "none")]
        appeals = [one for one in did if one.appealed_at is not None]
        for table, kept in (
            (Decision, [_decision(one) for one in did]),
            (JudgedCase, [_case(one) for one in world.cases]),
            (JudgedCase, [_appeal(one) | {"id": self._id(self.until)} for one in appeals]),
        ):
            if kept:
                self.session.execute(insert(table), kept)


def _order(place: tuple[Post, int]) -> tuple[int, int]:
    return place[0].id, place[1]


def _membership(one: Belonging) -> Row:
    return {
        "guild_id": one.guild,
        "member_id": one.member,
        "role": "member",
        "joined_at": one.joined_at,
        "left_at": one.left_at,
    }


def _block(one: Block) -> Row:
    return {"member_id": one.by, "kind": "block", "other_id": one.of, "since": one.since}


def _post(one: Post) -> Row:
    keys = {LOCAL_KEY if one.id % 3 else PUBLIC_KEY} if EVERYBODY in one.readers else {member_key(one.author)}
    keys |= {guild_key(guild) for guild in one.readers if isinstance(guild, int)}
    return {
        "id": one.id,
        "author_id": one.author,
        "guild_id": one.guild,
        "body": "Bread",
        "audience": {},
        "lock_any": sorted(keys),
        "lock_none": [member_key(one.author)] if one.narrowed else None,
        "created_at": one.at,
        "held_at": one.at if one.held else None,
        "deleted_at": one.deleted_at,
    }


def _reply(one: Reply) -> Row:
    return {
        "id": one.id,
        "post_id": one.post.id,
        "author_id": one.author,
        "body": "Yes",
        "above": _above(one),
        "state": one.state,
        "created_at": one.at,
        "decided_at": one.decided_at,
        "deleted_at": one.deleted_at,
    }


def _above(one: Reply) -> list[int]:
    return [] if one.parent is None else [*_above(one.parent), one.parent.id]


def _about(one: Case) -> Row:
    post = isinstance(one.about, Post)
    return {
        "post_id": one.about.id if post else None,
        "reply_id": None if post else one.about.id,
        "author_id": one.about.author,
    }


def _decision(one: Case) -> Row:
    """A decision that ended: more than one may have been about one thing."""
    appealed = one.appealed_at is not None
    return _about(one) | {
        "id": one.id,
        "action": one.outcome,
        "causes": [{}],
        "made_at": one.closed_at,
        "appeal_until": one.closed_at,
        "ended_at": one.closed_at,
        "ended_why": "jury",
        "judged": ("overturned" if one.overturned else "upheld") if appealed else None,
    }


def _case(one: Case) -> Row:
    did = one.outcome not in (None, "none")
    return _about(one) | {
        "id": one.id,
        "kind": "report",
        "ground": "attack",
        "opened_at": LONG_AGO,
        "salt": "",
        "closed_at": one.closed_at,
        "closed_why": "few" if one.outcome is None else "jury",
        "outcome": one.outcome,
        "measure": None if one.outcome is None else "nothing",
        "tally": None if one.outcome is None else {},
        "made_id": one.id if did else None,
    }


def _appeal(one: Case) -> Row:
    outcome = "none" if one.overturned else one.outcome
    made = {"kind": "appeal", "ground": None, "decision_id": one.id, "made_id": None}
    return _case(one) | made | {"closed_at": one.appealed_at, "outcome": outcome}


def _seat(one: Seat) -> Row:
    return {"member_id": one.member, "post_id": one.post.id, "at": one.at, "via": "post", "epoch": 1}
