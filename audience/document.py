"""The audience document: who may see and open a post, how many, how fast, and what they may do with it.

Pure; as its author writes it. A part that is left out inherits; an empty list is nobody. Law 8: creators
only tighten. A document is a stack of layers of which each can only narrow what stands below it: the one
that it was published with, those that were planned for an age or a share of its seats, and those that were
added by hand. A reader has to satisfy all layers whose time has come, so nothing is ever widened.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_serializer,
    field_validator,
    model_validator,
)

from audience.predicate import LOCAL, NOBODY, Atom, Following, Part, Predicate, left_out
from coop.clauses import Duration, as_text

Verb = Literal["like", "repost", "quote", "reply", "video_reply", "stitch", "duet", "sound", "download"]
"""What can be done with a post besides reading it."""

Preset = Literal["self", "mutuals", "followers", "guild", "local", "public"]
"""Steps of the gradient from oneself to everybody that need no name: see ``gradient.py``."""

LARGEST = 1_000_000_000

Wanted = TypeVar("Wanted", bound=Part)


def _seats(value: object) -> int | Literal["open"]:
    if value == "open":
        return "open"
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("Send a whole number, or open")
    if not 1 <= value <= LARGEST:
        raise ValueError(f"Seats are 1 to {LARGEST}; an empty read is nobody")
    return value


Number = Annotated[
    int | Literal["open"],
    PlainValidator(_seats),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": LARGEST}, {"const": "open"}]}),
]


def _something(part: Wanted) -> Wanted:
    if not part.model_fields_set:
        raise ValueError("This says nothing: leave it out")
    return part


class SeatsWanted(Part):
    """How many may open the post."""

    max: Number | None = left_out()
    """Distinct members, the author not counted; ``open`` asks for no limit."""
    on_full: Literal["close", "waitlist"] | None = left_out()
    """What happens when they are taken: it is gone for others, or they may wait their turn."""

    @field_validator("on_full")
    @classmethod
    def _has_an_end(cls, on_full: str | None, info: ValidationInfo) -> str | None:
        if on_full == "waitlist" and info.data.get("max") == "open":
            raise ValueError("Without a limit there is nothing to wait for")
        return on_full

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        return _something(self)


class ArrivalsWanted(Part):
    """How fast readers may arrive; whoever is seated is never delayed."""

    per_minute: int | None = left_out(ge=1, le=LARGEST)
    burst: int | None = left_out(ge=1, le=1_000_000)
    """How many may come at once, after a lull."""
    strangers_only: bool | None = left_out()
    """Whether friends of the post are never delayed."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        return _something(self)


class Permission(Part):
    """Who may do one thing with a post; a list that is left out is nobody."""

    auto: list[Atom] = Field(default=[], max_length=100)
    """These may at once."""
    ask: list[Atom] = Field(default=[], max_length=100)
    """These may once the author has said yes."""

    @model_validator(mode="after")
    def _says_each_once(self) -> Self:
        if any(atom in self.auto for atom in self.ask):
            raise ValueError("The same people may at once and may ask: choose one")
        return self


class RepliesWanted(Part):
    """How many answers a post takes, from whom and for how long."""

    max: int | None = left_out(ge=1, le=LARGEST)
    per_member: int | None = left_out(ge=1, le=LARGEST)
    gap_s: int | None = left_out(ge=1, le=604_800)
    """Seconds between two answers of one member."""
    watched_min: int | None = left_out(ge=1, le=100)
    """How much of the post one has to have watched or read, in percent."""
    until: Duration | None = left_out()
    """For how long after publishing."""
    at_time: Literal["on", "owner", "off"] | None = left_out()
    """Who may answer at a moment of it: everyone who may answer, the author alone, or nobody."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        return _something(self)

    @field_serializer("until")
    def _as_text(self, until: timedelta | None) -> str | None:
        return None if until is None else as_text(until)


class Parts(Part):
    """What one layer asks."""

    preset: Preset | None = left_out()
    """A step of the gradient, instead of ``see``."""
    see: Predicate | None = left_out()
    """Who may know of it: its author, its guild and its teaser."""
    read: Predicate | None = left_out()
    """Who of those may open it, and then takes a seat; left out: all of them."""
    seats: SeatsWanted | None = left_out()
    arrivals: ArrivalsWanted | None = left_out()
    interact: dict[Verb, Permission] | None = left_out(min_length=1)
    replies: RepliesWanted | None = left_out()

    @model_validator(mode="after")
    def _says_whom_once(self) -> Self:
        if self.preset is not None and self.see is not None:
            raise ValueError("preset and see both say who may see it: leave one out")
        return self

    def whom(self, guild: str | None) -> Predicate | None:
        """Return who may know of it; None where this layer does not say. ``guild`` is where it was made."""
        return self.see if self.preset is None else preset(self.preset, guild)

    def named(self) -> list[tuple[str, Atom]]:
        """Return every group of people that it names, with its JSON Pointer."""
        found = [
            (f"/{name}{at}", atom)
            for name, predicate in (("see", self.see), ("read", self.read))
            if predicate is not None
            for at, atom in predicate.named()
        ]
        for verb, permission in (self.interact or {}).items():
            for name, atoms in (("auto", permission.auto), ("ask", permission.ask)):
                found += [(f"/interact/{verb}/{name}/{n}", atom) for n, atom in enumerate(atoms)]
        return found

    def stored(self) -> dict[str, Any]:
        """Return the document as it is kept: only what its author wrote."""
        return self.model_dump(mode="json", by_alias=True)


class Planned(Part):
    """A layer that is added later: at an age of the post, when so much of its seats is taken, or by hand."""

    age: Duration | None = left_out()
    seats_pct: int | None = left_out(ge=1, le=100)
    """Percent of the seats that it has when one is taken."""
    set: Parts

    @model_validator(mode="after")
    def _has_one_cause(self) -> Self:
        if (self.age is None) == (self.seats_pct is None):
            raise ValueError("Name one of age and seats_pct")
        if not self.set.model_fields_set:
            raise ValueError("This changes nothing")
        return self

    @field_serializer("age")
    def _as_text(self, age: timedelta | None) -> str | None:
        return None if age is None else as_text(age)


class AudienceDocument(Parts):
    """Everything that an author decides about whom a post reaches."""

    after: list[Planned] | None = left_out(max_length=8)
    """How it grows narrower by itself."""

    @property
    def layers(self) -> list[tuple[str, Parts]]:
        """Every layer with its JSON Pointer in the document, that of publication first."""
        return [("", self), *((f"/after/{n}/set", one.set) for n, one in enumerate(self.after or ()))]

    def named(self) -> list[tuple[str, Atom]]:
        """Return every group of people that it names, with its JSON Pointer in the document."""
        later = [
            (f"/after/{n}/set{at}", atom)
            for n, one in enumerate(self.after or ())
            for at, atom in one.set.named()
        ]
        return [*super().named(), *later]


def preset(name: Preset, guild: str | None) -> Predicate:
    """Return whom a step of the gradient means for a post made in ``guild``; no guild is nobody's."""
    match name:
        case "self":
            return NOBODY
        case "mutuals":
            return Predicate(any=[Atom(follow=Following(dir="mutual"))])
        case "followers":
            return Predicate(any=[Atom(follow=Following(dir="follower"))])
        case "guild":
            return NOBODY if guild is None else Predicate(any=[Atom(guild=guild)])
        case "local":
            return LOCAL
        case "public":
            return Predicate(any=[Atom(public=True)])
