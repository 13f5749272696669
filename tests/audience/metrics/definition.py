"""What each metric means, said literally and slowly of a world of plain values; it knows no SQL."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from coop.feature_rules import Metrics

EVERYBODY = "everybody"
"""A group of readers beside guilds, which are named by their ids."""


@dataclass(frozen=True, eq=False)
class Member:
    id: int
    joined_at: datetime
    left: bool = False


@dataclass(frozen=True, eq=False)
class Belonging:
    guild: int
    member: int
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, eq=False)
class Block:
    by: int
    of: int
    since: datetime


@dataclass(frozen=True, eq=False)
class Post:
    id: int
    author: int
    guild: int | None
    readers: Collection[object]
    """Groups all of which may read it: guilds, or everybody; empty for some other audience."""
    at: datetime
    narrowed: bool
    held: bool
    deleted_at: datetime | None


@dataclass(frozen=True, eq=False)
class Reply:
    id: int
    post: Post
    parent: "Reply | None"
    author: int
    at: datetime
    state: str
    decided_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, eq=False)
class Seat:
    post: Post
    member: int
    at: datetime


@dataclass(frozen=True, eq=False)
class Case:
    """A jury's word on reports, and on the appeal against it."""

    id: int
    about: Post | Reply
    closed_at: datetime | None
    outcome: str | None
    appealed_at: datetime | None
    """When the appeal was decided, where there is one that was."""
    overturned: bool


@dataclass
class World:
    members: list[Member] = field(default_factory=list)
    guilds: list[int] = field(default_factory=list)
    belongings: list[Belonging] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


class Answer(NamedTuple):
    by: int
    to: int
    at: datetime


@dataclass(frozen=True)
class Measuring:
    """A world as it is measured at the end of a day, by some clauses."""

    world: World
    rules: Metrics
    step: int
    until: datetime

    def all(self) -> dict[tuple[str, int, str], int]:
        """Every number that is not nought, by holder and name."""
        among_all = Sphere(self, None)
        found = {
            ("member", one.id): among_all.of_member(one.id) for one in self.world.members if not one.left
        }
        found |= {("guild", one): Sphere(self, one).of_guild(one) for one in self.world.guilds}
        return {
            (*holder, name): value
            for holder, numbers in found.items()
            for name, value in numbers.items()
            if value
        }

    def belong(self, guild: int) -> set[int]:
        return {
            one.member
            for one in self.world.belongings
            if one.guild == guild
            and one.joined_at < self.until
            and (one.left_at is None or one.left_at >= self.until)
        }

    def stands(self, deleted_at: datetime | None) -> bool:
        return deleted_at is None or deleted_at >= self.until

    def lately(self, at: datetime, window: timedelta) -> bool:
        return self.until - window <= at < self.until

    def stepped(self, things: Collection[object]) -> int:
        return len(things) // self.step * self.step

    def counts(self, post: Post, guild: int | None) -> bool:
        """Say whether a post counts among all members, or in a guild."""
        if post.at >= self.until or not self.stands(post.deleted_at) or post.held or post.narrowed:
            return False
        if guild is None:
            return EVERYBODY in post.readers
        return post.guild == guild and (EVERYBODY in post.readers or guild in post.readers)

    def heard(self, reply: Reply) -> bool:
        return (
            reply.at < self.until
            and reply.state == "shown"
            and (reply.decided_at is None or reply.decided_at < self.until)
            and self.stands(reply.deleted_at)
        )

    def answers(self, reply: Reply) -> int | None:
        """Return whom a reply answers."""
        if reply.parent is None:
            to = reply.post.author
        elif reply.parent.state == "shown" and self.stands(reply.parent.deleted_at):
            to = reply.parent.author
        else:
            return None
        parted = any(
            {block.by, block.of} == {reply.author, to} and block.since < self.until
            for block in self.world.blocks
        )
        return None if parted or to == reply.author else to

    def upheld(self, case: Case) -> bool:
        """Say whether a jury found that a by-law was broken, and no other has overturned that."""
        if case.closed_at is None or not self.lately(case.closed_at, self.rules.reports.window):
            return False
        appealed = case.appealed_at is not None and case.appealed_at < self.until
        return case.outcome not in (None, "none") and not (appealed and case.overturned)

    def part(self, at: datetime) -> int:
        """Return in which part of the window for exchanges a moment lies, 0 for the last."""
        number, end = 0, self.until
        while not end - self.rules.exchanges.every <= at < end:
            number, end = number + 1, end - self.rules.exchanges.every
        return number


class Sphere:
    """What counts among all members, or in a guild."""

    def __init__(self, at: Measuring, guild: int | None) -> None:
        self.at = at
        self.posts = [post for post in at.world.posts if at.counts(post, guild)]
        self.replies = [one for one in at.world.replies if one.post in self.posts and at.heard(one)]
        self.answers = [
            Answer(one.author, to, one.at) for one in self.replies if (to := at.answers(one)) is not None
        ]
        self.seats = [
            one
            for one in at.world.seats
            if one.post in self.posts
            and one.member != one.post.author
            and at.lately(one.at, at.rules.reach.window)
        ]
        self.exchanges = {
            (frozenset((second.by, second.to)), at.part(second.at))
            for first in self.answers
            for second in self.answers
            if (first.by, first.to) == (second.to, second.by)
            and first.at <= second.at <= first.at + at.rules.exchanges.within
            and at.lately(second.at, at.rules.exchanges.window)
        }
        wrote: list[Post | Reply] = [*self.posts, *self.replies]
        self.lines = [one for one in wrote if at.lately(one.at, at.rules.activity.window)]

    def of_member(self, one: int) -> dict[str, int]:
        mine = {exchange for exchange in self.exchanges if one in exchange[0]}
        lines = [line for line in self.lines if line.author == one]
        lately = [a for a in self.answers if self.at.lately(a.at, self.at.rules.answers.window)]
        return {
            "reciprocal_pairs": len(mine),
            "counterparts": len({pair for pair, _ in mine}),
            "active_days": len({line.at.date() for line in lines}),
            "posts": len([line for line in lines if isinstance(line, Post)]),
            "replies_received_from": len({answer.by for answer in lately if answer.to == one}),
            "reach": self.at.stepped({seat.member for seat in self.seats if seat.post.author == one}),
            "upheld_reports": len(
                [case for case in self.at.world.cases if case.about.author == one and self.at.upheld(case)]
            ),
        }

    def of_guild(self, guild: int) -> dict[str, int]:
        members = self.at.belong(guild)
        return {
            "members": len(members),
            "active_members": self.at.stepped({line.author for line in self.lines} & members),
            "reciprocal_pairs": self.at.stepped({one for one in self.exchanges if one[0] <= members}),
            "reach": self.at.stepped({seat.member for seat in self.seats}),
        }
