"""Predicates: whom an audience document means, read literally.

Pure. ``any`` of these, ``all`` of these, and ``not`` any of these. A list that is left out asks nothing, an
empty ``any`` is nobody, and what would mean two things or nobody by mistake is refused where it is written.

``holds`` decides by the tree itself, in three values: what a reader has not told (their place) is unknown.
Posts are shown by compiled locks (``locks.py``) instead; that both decide alike is tested on random trees.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from coop.names import normal

DAY = timedelta(days=1)

Direction = Literal["follower", "following", "mutual"]
Contributed = Literal["post", "reply"]


class Part(BaseModel):
    """A part of an audience document: strict, immutable, and with no other fields than are declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_by_name=True)


def left_out(**more: Any) -> Any:
    """Return the field of a part that may be left out, and then is not in the document at all."""
    return Field(default=None, exclude_if=lambda value: value is None, **more)


def _tag(name: str) -> str:
    """Return a tag in the form in which texts are searched for it (``topics.tags_in``)."""
    found = normal(name)
    if not re.fullmatch(r"\w+", found) or found.isdigit():
        raise ValueError("A tag is one word of letters and digits, without the #")
    return found


def _true(value: object) -> object:
    """Refuse all but true: a literal of Python also takes 1, which equals it."""
    if value is not True:
        raise ValueError("Say true, or leave it out")
    return value


Yes = Annotated[Literal[True], BeforeValidator(_true)]
"""What is said of a group that has no name."""


class Following(Part):
    """How the reader and the author follow each other."""

    dir: Direction
    """``follower``: the reader follows the author; ``following``: the author the reader; ``mutual``: both."""
    min_days: int = Field(default=0, ge=0, le=3650)
    """For how long, in days: who follows only to get in has to wait."""


class Contributing(Part):
    """What the reader has given to a topic."""

    tag: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_tag)]
    kinds: list[Contributed] = Field(default=["post", "reply"], min_length=1, max_length=2)
    min: int = Field(default=1, ge=1, le=1000)
    """At least so many."""
    days: int = Field(default=90, ge=1, le=3650)
    """In the last so many days, today's counted."""

    def __hash__(self) -> int:
        return hash((self.tag, tuple(self.kinds), self.min, self.days))


class Atom(Part):
    """One group of people: exactly one of these."""

    public: Yes | None = left_out()
    """Everybody, signed in or not."""
    local: Yes | None = left_out()
    """Every member."""
    guild: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(normal)] | None = left_out()
    """Every member of the guild with this slug, as long as they belong to it."""
    circle: Annotated[str, Field(min_length=1, max_length=60)] | None = left_out()
    """Whoever is in this circle of the author's when the post is published, as long as they are."""
    member: Annotated[str, Field(min_length=1, max_length=30), AfterValidator(normal)] | None = left_out()
    """The member with this handle."""
    mentioned: Yes | None = left_out()
    """Whoever the text names by ``@handle``."""
    follow: Following | None = left_out()
    place: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = left_out()
    """Whoever says that they are in this place (its id), or in a part of it."""
    contributed: Contributing | None = left_out()

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(self.model_fields_set) != 1 or self.kind is None:
            raise ValueError(f"Name exactly one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def kind(self) -> str | None:
        """The name of the one field that is set."""
        return next((name for name in type(self).model_fields if getattr(self, name) is not None), None)


class Alternatives(Part):
    """One of these is enough, where it stands inside ``all``."""

    any: list[Atom] = Field(min_length=1, max_length=1000)


def _form(needed: Any) -> str:
    """Return which of the two stands inside ``all``, by the key that only one of them has."""
    several = "any" in needed if isinstance(needed, dict) else isinstance(needed, Alternatives)
    return "several" if several else "one"


Needed = Annotated[
    Annotated[Atom, Tag("one")] | Annotated[Alternatives, Tag("several")], Discriminator(_form)
]
"""What may stand inside ``all``. Whatever is neither is told what an atom is, and nothing else."""


def _some(atom: Atom) -> Atom:
    """Return a group that can be left out and leave somebody."""
    if atom.kind in ("public", "local"):
        raise ValueError("Whoever is not a member, or not anybody, is nobody: an empty any says that")
    return atom


class Predicate(Part):
    """Whom is meant."""

    any: list[Atom] | None = left_out(max_length=1000)
    """One of these is enough; an empty list is nobody."""
    all: list[Needed] | None = left_out(min_length=1, max_length=20)
    """All of these are needed."""
    not_: list[Annotated[Atom, AfterValidator(_some)]] | None = left_out(
        alias="not", min_length=1, max_length=1000
    )
    """None of these may be."""

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        if self.any is None and self.all is None:
            raise ValueError("Say who may, in any or all: who may not is not enough")
        wanted, unwanted = list(self.atoms(denied=False)), self.not_ or []
        if any(one.public for one in wanted) and wanted != [Atom(public=True)]:
            raise ValueError("What is public is for everybody: nothing else can stand beside it")
        if any(one.public for one in wanted) and unwanted:
            raise ValueError("What is public cannot leave anyone out: they need only sign out")
        for one in self.alternatives:
            if one and all(atom in unwanted for atom in one):
                raise ValueError("The same people are asked for and left out, so it is for nobody")
        return self

    @property
    def alternatives(self) -> list[list[Atom]]:
        """Lists of which each needs one to be met: ``any``, and what stands in ``all``."""
        inner = [one.any if isinstance(one, Alternatives) else [one] for one in self.all or ()]
        return inner if self.any is None else [self.any, *inner]

    def atoms(self, *, denied: bool = True) -> Iterable[Atom]:
        """Yield every atom; those under ``not`` only where ``denied``."""
        for one in self.alternatives:
            yield from one
        if denied:
            yield from self.not_ or ()

    def named(self) -> Iterable[tuple[str, Atom]]:
        """Yield every atom with its JSON Pointer inside the predicate."""
        for index, atom in enumerate(self.any or ()):
            yield f"/any/{index}", atom
        for index, one in enumerate(self.all or ()):
            if isinstance(one, Alternatives):
                for inner, atom in enumerate(one.any):
                    yield f"/all/{index}/any/{inner}", atom
            else:
                yield f"/all/{index}", one
        for index, atom in enumerate(self.not_ or ()):
            yield f"/not/{index}", atom


NOBODY = Predicate(any=[])
LOCAL = Predicate(any=[Atom(local=True)])


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a predicate may ask of one reader, as they stand to one author."""

    now: datetime
    member: str | None
    """Handle; None is a visitor."""
    guilds: frozenset[str] = frozenset()
    """Slugs."""
    circles: frozenset[str] = frozenset()
    """Names of the author's circles that they were in at publication and still are."""
    mentioned: bool = False
    follower_since: datetime | None = None
    """Since when the reader has followed the author."""
    following_since: datetime | None = None
    """Since when the author has followed the reader."""
    places: frozenset[str] | None = None
    """Ids of the place they say they are in, and of all that it lies in; None where they say nothing."""
    contributions: Mapping[tuple[str, str, date], int] = field(default_factory=dict)
    """How many, by tag, kind and day (in UTC)."""


def holds(predicate: Predicate, reader: Standing) -> bool | None:
    """Say whether a reader is meant; None where it hangs on what they have not told (Kleene's logic)."""
    needed = [_one_of(atoms, reader) for atoms in predicate.alternatives]
    denied = _one_of(predicate.not_ or (), reader)
    return _every([*needed, None if denied is None else not denied])


def one_of(atoms: Iterable[Atom], reader: Standing) -> bool | None:
    """Say whether a reader is one of these; None where it hangs on what they have not told."""
    return _one_of(atoms, reader)


def _one_of(atoms: Iterable[Atom], reader: Standing) -> bool | None:
    answers = {is_met(atom, reader) for atom in atoms}
    return True if True in answers else None if None in answers else False


def _every(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return False if False in found else None if None in found else True


def is_met(atom: Atom, reader: Standing) -> bool | None:
    """Say whether a reader is in one group of people; None where they have not told."""
    match atom.kind:
        case "public":
            return True
        case "local":
            return reader.member is not None
        case "guild":
            return atom.guild in reader.guilds
        case "circle":
            return atom.circle in reader.circles
        case "member":
            return atom.member == reader.member
        case "mentioned":
            return reader.mentioned
        case "place":
            return None if reader.places is None else atom.place in reader.places
    if atom.follow is not None:
        return _follows(atom.follow, reader)
    assert atom.contributed is not None
    return _contributed(atom.contributed, reader)


def _follows(wanted: Following, reader: Standing) -> bool:
    since = {
        "follower": [reader.follower_since],
        "following": [reader.following_since],
        "mutual": [reader.follower_since, reader.following_since],
    }[wanted.dir]
    return all(one is not None and one <= reader.now - wanted.min_days * DAY for one in since)


def _contributed(wanted: Contributing, reader: Standing) -> bool:
    first = reader.now.date() - (wanted.days - 1) * DAY
    found = sum(
        number
        for (tag, kind, day), number in reader.contributions.items()
        if tag == wanted.tag and kind in wanted.kinds and day >= first
    )
    return found >= wanted.min
