"""Headcounts: about how many members an audience means, before anything is published.

Law 7: never who they are, and never what one of them keeps to themself. Where members say they are, what they
gave to topics and whom they follow is counted over groups alone: those whom the author names one by one, in
the document, in the text or in a circle, are counted apart, as if they had said what is asked of them, and
leaving one of them out changes no other number. What is left is told in steps of the clause
``/reach/least_told``, and smaller numbers not at all: nobody is told only where the author could know that
themself, because nobody is in the groups that are no secret. Blocks by others change no number either.

It is one statement over all members, whatever is asked: every group is a set that is looked up once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
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

from audience.circle_tables import CircleMember
from audience.keys import EDITION_BITS, LAST_EDITION, SHIFT
from audience.predicate import Atom, Contributing, Following, Predicate
from audience.relations import BLOCK, FOLLOW
from audience.tables import Relation
from audience.topic_tables import Contribution, Tag
from coop.identity import Identity
from coop.place_tables import Place
from coop.tables import GuildMembership, Member

NAMING = ("member", "mentioned", "circle")
"""Kinds of groups in which the author named people one by one."""
PRIVATE = ("place", "contributed", "follow")
"""Kinds of groups of which members tell nobody that they are in them."""
DAY = timedelta(days=1)

Keys = Mapping[Atom, Sequence[int]]
Groups = Mapping[Atom, ColumnElement[bool]]
"""Whether a member is in each group."""
Leaf = Callable[[Atom], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class About:
    """About how many people are meant, the author not counted."""

    everybody: bool
    """Whether that is everybody, signed in or not."""
    named: int
    """Members whom the author named one by one, as if they had said what is asked of them."""
    others: int | None
    """Members whom groups mean, in steps of the clause; None where they are fewer than ``fewer_than``, and
    perhaps nobody."""
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
    atoms = dict.fromkeys(atom for case in cases for one in case for atom in one.atoms())
    people = _people(author.member_id, atoms, keys, now)
    groups = {atom: people.c[f"group{n}"] for n, atom in enumerate(atoms)}
    counts = []
    for case in cases:
        named = or_(
            false(), *(groups[atom] for one in case for atom in one.atoms(denied=False) if _names(atom))
        )
        counts.append(func.count().filter(*(_others(one, groups) for one in case)))
        counts.append(func.count().filter(*(_others_at_most(one, groups) for one in case)))
        counts.append(func.count().filter(named, *(_may(one, groups) for one in case)))
    row = session.execute(select(*counts).select_from(people)).one()
    return [
        About(
            everybody=all(_is_public(one) for one in case),
            named=row[3 * n + 2],
            others=_told(row[3 * n], row[3 * n + 1], least),
            fewer_than=least,
        )
        for n, case in enumerate(cases)
    ]


def _people(author_id: int, atoms: Iterable[Atom], keys: Keys, now: datetime) -> Subquery:
    """Return every member whom the author does not block, and for each group whether they are in it."""
    blocked = select(col(Relation.other_id)).where(
        col(Relation.member_id) == author_id, col(Relation.kind) == BLOCK
    )
    groups = [_group(atom, author_id, keys, now).label(f"group{n}") for n, atom in enumerate(atoms)]
    return (
        select(true().label("there"), *groups)
        .where(col(Member.left_at).is_(None), col(Member.id) != author_id, col(Member.id).not_in(blocked))
        .offset(0)  # else each group would be looked up for every number that asks for it
        .subquery("people")
    )


def _told(number: int, most: int, least: int) -> int | None:
    """Return a number of people as it may be told, in steps of the least that is told.

    ``most`` is how many they could be as far as the author can know.
    """
    if number < least:
        return None if most else 0
    return round(number / least) * least


def _is_public(predicate: Predicate) -> bool:
    return any(atom.public for atom in predicate.atoms())


def _names(atom: Atom) -> bool:
    return atom.kind in NAMING


def _others(predicate: Predicate, groups: Groups) -> ColumnElement[bool]:
    """Return whom the groups of a predicate mean, whoever is named besides."""
    return _joined(
        predicate,
        lambda atom: false() if _names(atom) else groups[atom],
        lambda atom: false() if _names(atom) else groups[atom],
    )


def _others_at_most(predicate: Predicate, groups: Groups) -> ColumnElement[bool]:
    """Return whom the groups of a predicate could mean, as far as its author can know."""
    return _joined(
        predicate,
        lambda atom: false() if _names(atom) else true() if atom.kind in PRIVATE else groups[atom],
        lambda atom: false() if _names(atom) or atom.kind in PRIVATE else groups[atom],
    )


def _may(predicate: Predicate, groups: Groups) -> ColumnElement[bool]:
    """Return who may be meant by a predicate, as far as its author can know."""
    return _joined(
        predicate,
        lambda atom: true() if atom.kind in PRIVATE else groups[atom],
        lambda atom: false() if atom.kind in PRIVATE else groups[atom],
    )


def _joined(predicate: Predicate, wanted: Leaf, denied: Leaf) -> ColumnElement[bool]:
    """Join groups in SQL, in whose logic too what is not known is neither yes nor no."""
    lists = [or_(false(), *map(wanted, atoms)) for atoms in predicate.alternatives]
    return and_(*lists, not_(or_(false(), *map(denied, predicate.not_ or ()))))


def _group(atom: Atom, author_id: int, keys: Keys, now: datetime) -> ColumnElement[bool]:
    """Return whether a member is in one group; null where it hangs on a place that they do not tell."""
    ids = [key >> SHIFT for key in keys[atom]]
    match atom.kind:
        case "public" | "local":
            return true()
        case "guild":
            inside = select(col(GuildMembership.member_id)).where(
                col(GuildMembership.guild_id).in_(ids), col(GuildMembership.left_at).is_(None)
            )
            return col(Member.id).in_(inside)
        case "circle":
            kept = [
                and_(
                    col(CircleMember.circle_id) == one >> EDITION_BITS,
                    col(CircleMember.since_edition) <= one & LAST_EDITION,
                )
                for one in ids
            ]
            return col(Member.id).in_(select(col(CircleMember.member_id)).where(or_(false(), *kept)))
        case "place":
            parts = select(col(Place.id)).where(col(Place.path).contains(cast(ids, ARRAY(BigInteger))))
            return col(Member.place_id).in_(parts)
    if atom.follow is not None:
        return _follow(atom.follow, author_id, now)
    if atom.contributed is not None:
        return _contributed(atom.contributed, now)
    return col(Member.id).in_(ids)


def _follow(wanted: Following, author_id: int, now: datetime) -> ColumnElement[bool]:
    old = (col(Relation.kind) == FOLLOW, col(Relation.since) <= now - wanted.min_days * DAY)
    member, other = col(Relation.member_id), col(Relation.other_id)
    follower = col(Member.id).in_(select(member).where(other == author_id, *old))
    following = col(Member.id).in_(select(other).where(member == author_id, *old))
    return {"follower": follower, "following": following, "mutual": and_(follower, following)}[wanted.dir]


def _contributed(wanted: Contributing, now: datetime) -> ColumnElement[bool]:
    first = now.date() - (wanted.days - 1) * DAY
    tag = select(col(Tag.id)).where(col(Tag.name) == wanted.tag).scalar_subquery()
    gave = (
        select(col(Contribution.member_id))
        .where(
            col(Contribution.tag_id) == tag,
            col(Contribution.kind).in_(wanted.kinds),
            col(Contribution.day) >= first,
        )
        .group_by(col(Contribution.member_id))
        .having(func.sum(col(Contribution.number)) >= wanted.min)
    )
    return col(Member.id).in_(gave)
