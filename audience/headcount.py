"""Headcounts: about how many members an audience means, before anything is published.

Law 7: never who they are, and never what one of them keeps to themself. Where members say they are, what they
gave to topics and whom they follow is counted over groups alone: those whom the author names one by one, in
the document, in the text or in a circle, are counted apart, as if they had said what is asked of them, and
leaving one of them out changes no other number. What is left is told in steps of the clause
``/reach/least_told``, and smaller numbers not at all. Blocks by others change no number either.

It is one statement over all members, whatever is asked: every group is a set that is looked up once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    cast,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col

from audience.keys import EDITION_BITS, SHIFT
from audience.predicate import Atom, Contributing, Following, Predicate
from audience.relations import BLOCK, FOLLOW
from audience.tables import CircleMember, Contribution, Relation, Tag
from coop.identity import Identity
from coop.tables import GuildMembership, Member, Place

NAMING = ("member", "mentioned", "circle")
"""Kinds of groups in which the author named people one by one."""
PRIVATE = ("place", "contributed", "follow")
"""Kinds of groups of which members tell nobody that they are in them."""
DAY = timedelta(days=1)

Keys = Mapping[Atom, Sequence[int]]
Leaf = Callable[[Atom], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class About:
    """About how many people are meant, the author not counted."""

    everybody: bool
    """Whether that is everybody, signed in or not."""
    named: int
    """Members whom the author named one by one, as if they had said what is asked of them."""
    others: int | None
    """Members whom groups mean, in steps of the clause; None where they are fewer than ``fewer_than``."""
    fewer_than: int

    @property
    def said(self) -> str:
        """The number in words."""
        if self.everybody:
            return "everybody"
        named = "1 person whom you name" if self.named == 1 else f"{self.named} people whom you name"
        if self.others == 0:
            return named if self.named else "nobody but you"
        number = f"fewer than {self.fewer_than}" if self.others is None else f"about {self.others}"
        return f"{named} and {number} others" if self.named else f"{number} people"


def headcount(
    session: Session,
    author: Identity,
    cases: Sequence[Sequence[Predicate]],
    keys: Keys,
    least: int,
    now: datetime,
) -> list[About]:
    """Return about how many members each case means: those for whom all of its predicates hold.

    ``keys`` are those of every group that is named, see ``naming.keys_of``; ``least`` is the smallest number
    of people that is told.
    """
    distinct: list[Predicate] = []
    for one in (predicate for case in cases for predicate in case):
        if one not in distinct:
            distinct.append(one)
    people = _people(_Sets(author, keys, now), distinct)
    counts = []
    for case in cases:
        numbers = [distinct.index(one) for one in case]
        others, may, named = (
            [people.c[f"{name}{n}"] for n in numbers] for name in ("others", "may", "named")
        )
        counts += [func.count().filter(*others), func.count().filter(or_(*named), *may)]
    row = session.execute(select(*counts).select_from(people)).one()
    return [
        About(
            everybody=all(_is_public(one) for one in case),
            named=row[2 * n + 1],
            others=_told(row[2 * n], least),
            fewer_than=least,
        )
        for n, case in enumerate(cases)
    ]


def _people(sets: "_Sets", predicates: Sequence[Predicate]) -> Subquery:
    """Return every member whom the author does not block, with what each predicate makes of them."""
    columns = [
        column.label(f"{name}{n}")
        for n, one in enumerate(predicates)
        for name, column in (
            ("others", sets.others(one)),
            ("may", sets.may(one)),
            ("named", sets.is_named(one)),
        )
    ]
    there = (col(Member.left_at).is_(None), col(Member.id) != sets.me, col(Member.id).not_in(sets.blocked()))
    return select(*columns).where(*there).subquery("people")


def _told(number: int, least: int) -> int | None:
    """Return a number of people as it may be told: nobody, or a multiple of the least that is told."""
    return None if 0 < number < least else round(number / least) * least


def _is_public(predicate: Predicate) -> bool:
    return any(atom.public for atom in predicate.atoms())


class _Sets:
    """Groups of people as sets of members in SQL, where too what is not known is neither yes nor no."""

    def __init__(self, author: Identity, keys: Keys, now: datetime) -> None:
        self.me, self.keys, self.now = author.member_id, keys, now

    def others(self, predicate: Predicate) -> ColumnElement[bool]:
        """Return whom the groups of a predicate mean, whoever is named besides."""
        return _joined(
            predicate,
            lambda atom: false() if atom.kind in NAMING else self.held(atom),
            lambda atom: false() if atom.kind in NAMING else self.held(atom),
        )

    def may(self, predicate: Predicate) -> ColumnElement[bool]:
        """Return who may be meant by a predicate, as far as its author can know."""
        return _joined(
            predicate,
            lambda atom: true() if atom.kind in PRIVATE else self.held(atom),
            lambda atom: false() if atom.kind in PRIVATE else self.held(atom),
        )

    def is_named(self, predicate: Predicate) -> ColumnElement[bool]:
        """Return whom a predicate names one by one."""
        atoms = [atom for atom in predicate.atoms(denied=False) if atom.kind in NAMING]
        return or_(false(), *map(self.held, dict.fromkeys(atoms)))

    def blocked(self) -> Select[Any]:
        """Return whom the author blocks."""
        own = (col(Relation.member_id) == self.me, col(Relation.kind) == BLOCK)
        return select(col(Relation.other_id)).where(*own)

    def held(self, atom: Atom) -> ColumnElement[bool]:
        """Return who is in one group."""
        ids = [key >> SHIFT for key in self.keys[atom]]
        match atom.kind:
            case "public" | "local":
                return true()
            case "guild":
                inside = select(col(GuildMembership.member_id)).where(
                    col(GuildMembership.guild_id).in_(ids), col(GuildMembership.left_at).is_(None)
                )
                return col(Member.id).in_(inside)
            case "circle":
                circles = [one >> EDITION_BITS for one in ids]
                kept = select(col(CircleMember.member_id)).where(col(CircleMember.circle_id).in_(circles))
                return col(Member.id).in_(kept)
            case "place":
                parts = select(col(Place.id)).where(col(Place.path).contains(cast(ids, ARRAY(BigInteger))))
                return col(Member.place_id).in_(parts)
        if atom.follow is not None:
            return self._follow(atom.follow)
        if atom.contributed is not None:
            return self._contributed(atom.contributed)
        return col(Member.id).in_(ids)

    def _follow(self, wanted: Following) -> ColumnElement[bool]:
        old = (col(Relation.kind) == FOLLOW, col(Relation.since) <= self.now - wanted.min_days * DAY)
        member, other = col(Relation.member_id), col(Relation.other_id)
        follower = col(Member.id).in_(select(member).where(other == self.me, *old))
        following = col(Member.id).in_(select(other).where(member == self.me, *old))
        return {
            "follower": follower,
            "following": following,
            "mutual": and_(follower, following),
        }[wanted.dir]

    def _contributed(self, wanted: Contributing) -> ColumnElement[bool]:
        first = self.now.date() - (wanted.days - 1) * DAY
        gave = (
            select(col(Contribution.member_id))
            .join(Tag, col(Tag.id) == col(Contribution.tag_id))
            .where(
                col(Tag.name) == wanted.tag,
                col(Contribution.kind).in_(wanted.kinds),
                col(Contribution.day) >= first,
            )
            .group_by(col(Contribution.member_id))
            .having(func.sum(col(Contribution.number)) >= wanted.min)
        )
        return col(Member.id).in_(gave)


def _joined(predicate: Predicate, wanted: Leaf, denied: Leaf) -> ColumnElement[bool]:
    lists = [or_(false(), *map(wanted, atoms)) for atoms in predicate.alternatives]
    return and_(*lists, not_(or_(false(), *map(denied, predicate.not_ or ()))))
