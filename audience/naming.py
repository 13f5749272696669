"""Naming: what the names in an audience document stand for, as keys.

Law 7: naming a member who blocks the author answers as naming anybody, because their page shows that they
are here; it lets nobody in, for no post is shown across a block. A guild that the author does not belong to
is as unknown as one that does not exist. A document that names what its author cannot name is refused whole,
with every name that was wrong.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience import circles
from audience.document import Parts, Preset, preset
from audience.keys import LOCAL_KEY, PUBLIC_KEY, contribution_key, guild_key, member_key, place_key
from audience.predicate import Atom, Contributing
from audience.topics import known
from coop.errors import Fault, RuleBroken
from coop.identity import Identity
from coop.names import normal
from coop.tables import Guild

_MENTION = re.compile(r"(?<![\w@/])@([A-Za-z][A-Za-z0-9_]{1,29})(?!\w)")

_PEOPLE = text("""
SELECT handle, id FROM member
WHERE handle = ANY(CAST(:handles AS text[])) AND left_at IS NULL
""")

_PLACES = text("SELECT id FROM place WHERE id = ANY(CAST(:ids AS bigint[]))")

_CONDITION = text("""
WITH made AS (
  INSERT INTO contribution_condition (tag_id, kinds, least, days) VALUES (:tag, :kinds, :least, :days)
  ON CONFLICT DO NOTHING RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM contribution_condition
WHERE tag_id = :tag AND kinds = CAST(:kinds AS varchar[]) AND least = :least AND days = :days
""")

WRONG = {
    "guild": "There is no guild of this name that you belong to.",
    "circle": "You keep no circle of this name.",
    "member": "There is no member of this name.",
    "place": "There is no place with this id.",
}
"""What is told of a name that stands for nothing."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who publishes: what they may name."""

    identity: Identity
    guilds: Mapping[str, int]
    """Ids of their guilds by slug."""


def author_of(session: Session, identity: Identity) -> Author:
    """Return a member as the author of an audience."""
    rows = session.execute(
        select(col(Guild.slug), col(Guild.id)).where(col(Guild.id).in_(identity.guilds))
    ).all()
    return Author(identity, {row.slug: row.id for row in rows})


def mentions_in(body: str) -> list[str]:
    """Return the handles that a text names by ``@handle``, each once, in order."""
    return list(dict.fromkeys(map(normal, _MENTION.findall(body))))


def pieces(body: str, begin: int, end: int) -> Iterator[tuple[str, str | None]]:
    """Yield a part of a text in pieces, each with the handle that it names; None for what names nobody."""
    for found in _MENTION.finditer(body, begin, end):
        yield body[begin : found.start()], None
        yield found[0], normal(found[1])
        begin = found.end()
    yield body[begin:end], None


def mentioned_in(session: Session, body: str) -> list[int]:
    """Return the ids of the members whom a text names, in order."""
    handles = mentions_in(body)
    found = _people(session, handles)
    return [found[one] for one in handles if one in found]


def keys_of(
    session: Session,
    author: Author,
    document: Parts,
    mentioned: Sequence[int],
    pointer: str,
    *,
    published: bool = True,
) -> dict[Atom, list[int]]:
    """Return the keys of every group of people that a document names; circles and conditions are used up.

    ``mentioned`` are the ids of whom the text names, ``pointer`` is where the document stands in what was
    sent. Where it is not ``published`` nothing is used up or written, and what members gave to a topic has no
    key. Raise RuleBroken for each name that the author cannot use.
    """
    named = document.named()
    atoms = list(dict.fromkeys([atom for _, atom in named] + _gradient(author)))
    by_kind = {
        "circle": (circles.use if published else circles.keys)(
            session, author.identity, [atom.circle for atom in atoms if atom.circle is not None]
        ),
        "member": {
            handle: member_key(one)
            for handle, one in _people(session, [a.member for a in atoms if a.member is not None]).items()
        },
        "place": _places(session, atoms),
        "guild": {slug: guild_key(one) for slug, one in author.guilds.items()},
    }
    wrong = [
        Fault(f"{pointer}{at}/{atom.kind}", WRONG[atom.kind])
        for at, atom in named
        if atom.kind in WRONG and getattr(atom, atom.kind) not in by_kind[atom.kind]
    ]
    if wrong:
        raise RuleBroken("The audience names what you cannot name.", faults=tuple(wrong))
    found = {atom: _keys(atom, by_kind, mentioned) for atom in atoms}
    if published:
        given = {atom: atom.contributed for atom in atoms if atom.contributed is not None}
        found |= {atom: [_condition(session, wanted)] for atom, wanted in given.items()}
    return found


def circles_in(keys: Mapping[Atom, Sequence[int]]) -> dict[str, int] | None:
    """Return the key of every circle that was named, by its name: its edition tells who was in it then."""
    return {atom.circle: one[0] for atom, one in keys.items() if atom.circle is not None} or None


def _gradient(author: Author) -> list[Atom]:
    """Return what a step of the gradient may stand for, or a document that says nothing."""
    steps: tuple[Preset, ...] = ("mutuals", "followers", "local", "public")
    fixed = [atom for step in steps for atom in preset(step, None).atoms()]
    return [*fixed, *(Atom(guild=slug) for slug in author.guilds)]


def _keys(atom: Atom, by_kind: Mapping[str, Mapping[str, int]], mentioned: Sequence[int]) -> list[int]:
    match atom.kind:
        case "public":
            return [PUBLIC_KEY]
        case "local":
            return [LOCAL_KEY]
        case "mentioned":
            return list(map(member_key, mentioned))
        case "guild" | "circle" | "member" | "place" as kind:
            return [by_kind[kind][getattr(atom, kind)]]
    return []


def _people(session: Session, handles: Sequence[str]) -> dict[str, int]:
    """Return the ids of members by their handles."""
    if not handles:
        return {}
    rows = session.execute(_PEOPLE, {"handles": sorted(set(handles))})
    return {row.handle: row.id for row in rows}


def _places(session: Session, atoms: Sequence[Atom]) -> dict[str, int]:
    ids = sorted({atom.place for atom in atoms if atom.place is not None})
    if not ids:
        return {}
    found = session.scalars(_PLACES, {"ids": [int(one) for one in ids]}).all()
    return {one: place_key(int(one)) for one in ids if int(one) in found}


def _condition(session: Session, wanted: Contributing) -> int:
    (topic,) = known(session, [wanted.tag])
    bound = {
        "tag": topic.id,
        "kinds": sorted(set(wanted.kinds)),
        "least": wanted.min,
        "days": wanted.days,
    }
    found = session.execute(_CONDITION, bound).scalars().first()
    if found is None:
        # Another transaction made it in the same moment; by now it is there to be read.
        found = session.execute(_CONDITION, bound).scalars().one()
    return contribution_key(found)
