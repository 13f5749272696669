"""Permission: whether a reader may do one thing with a post that they may read.

Pure. The answer has four values: yes, ask (once the author has said so), unknown (it hangs on what the reader
has not told) and no. Law 8: it is the strictest of what every layer of the audience says and of the clauses
of guild and coop. The shape is GoToSocial's interaction policy (automatic and manual approval, by verb),
with a fourth value for what is not known (Kleene's logic).

Where a layer says nothing of a verb it inherits; the clause ``default`` stands in for what the post was
published with. In one list a person who is named beats a group: whoever is named in ``ask`` asks, though a
group of theirs may at once. Authors may always; whomever the text names may always answer it, unless a later
layer says who may. Whom a limit for now keeps out may nothing, whatever the audience says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from audience.document import Parts, Permission, Verb
from audience.limits import deciding, rules_of
from audience.predicate import Atom, Standing, is_met
from audience.rules import Opening, Openness
from coop.book import Book
from coop.receipts import Citation

Value = Literal["no", "unknown", "ask", "yes"]
"""What a reader may: the strictest first."""
VALUES: tuple[Value, ...] = ("no", "unknown", "ask", "yes")

SPECIFIC = ("member", "mentioned")
"""Kinds of atoms that name persons, not groups."""

OPENED: dict[Opening, Value] = {"nobody": "no", "ask": "ask", "readers": "yes"}


class Heard(NamedTuple):
    """One layer of an audience, and how the reader stands to it."""

    at: str
    """JSON Pointer of the layer in the document; empty for what it was published with."""
    parts: Parts
    reader: Standing


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a reader may do one thing with a post, and why."""

    verb: Verb
    value: Value
    reason: str
    """A sentence to the reader."""
    pointer: str | None = None
    """JSON Pointer of the part of the audience document that decided, where one did."""
    clause: Citation | None = None
    """The clause that decided, where one did."""


KEPT_OUT = "For now its author takes this only from people whom they know."
"""The reason told to whom a limit for now keeps out; nothing of it tells whom else, or until when."""


def answer(
    verb: Verb,
    layers: Sequence[Heard],
    book: Book,
    guild: str | None,
    *,
    author: bool,
    kept_out: bool = False,
) -> Answer:
    """Return whether the reader to whom ``layers`` are bound may do ``verb``; ``guild`` is the post's.

    ``layers`` are those whose time has come, that of publication first; ``author`` says that it is the
    reader's own post, ``kept_out`` that a limit for now shuts them out, who hold a seat. Of answers that are
    equally strict the first decides, in the order of the layers.
    """
    first = layers[0].reader
    if first.member is None:
        return Answer(verb, "no", "Only members do this: sign in.")
    if author:
        return Answer(verb, "yes", "You made it.")
    if kept_out:
        return Answer(verb, "no", KEPT_OUT)
    found = [_published(verb, layers[0], book, guild)]
    for one in layers[1:]:
        wanted = (one.parts.interact or {}).get(verb)
        if wanted is not None:
            found.append(_by_layer(verb, wanted, one))
    found.append(_by_clause(verb, "ceiling", book, guild))
    return strictest(found)


def strictest(answers: Iterable[Answer]) -> Answer:
    """Return the strictest of some answers; the first of those that are equally strict."""
    return min(answers, key=lambda one: VALUES.index(one.value))


def default_decides(verb: Verb, layers: Iterable[Parts], book: Book, guild: str | None) -> bool:
    """Say whether the answer hangs on no reader, because no layer speaks of the verb and all may, or none."""
    if any(verb in (parts.interact or {}) for parts in layers):
        return False
    return verb != "reply" or openness(verb, book, guild).default == "readers"


def openness(verb: Verb, book: Book, guild: str | None) -> Openness:
    """Return how far a verb is open for posts made in a guild: the stricter of guild and coop."""
    found: Openness = getattr(rules_of(book, guild).interact, verb)
    return found


def _published(verb: Verb, layer: Heard, book: Book, guild: str | None) -> Answer:
    """Return what the post was published with: its author's word, or the default."""
    if verb == "reply" and layer.reader.mentioned:
        return Answer(verb, "yes", "It names you, and whomever it names may answer.")
    wanted = (layer.parts.interact or {}).get(verb)
    return _by_clause(verb, "default", book, guild) if wanted is None else _by_layer(verb, wanted, layer)


def _by_clause(verb: Verb, name: Literal["default", "ceiling"], book: Book, guild: str | None) -> Answer:
    opening: Opening = getattr(openness(verb, book, guild), name)
    clause = deciding(book, guild, f"/interact/{verb}/{name}")
    reason = {
        "nobody": "The rules open this to nobody.",
        "ask": "The rules let you ask its author.",
        "readers": "The rules open this to every reader.",
    }[opening]
    return Answer(verb, OPENED[opening], reason, clause=clause)


def _by_layer(verb: Verb, wanted: Permission, layer: Heard) -> Answer:
    at = f"{layer.at}/interact/{verb}"
    auto: tuple[str, Value, list[Atom]] = ("auto", "yes", wanted.auto)
    ask: tuple[str, Value, list[Atom]] = ("ask", "ask", wanted.ask)
    for specific in (True, False):
        for name, value, atoms in (auto, ask):
            for atom in atoms:
                if (atom.kind in SPECIFIC) is specific and is_met(atom, layer.reader):
                    return Answer(verb, value, _met(value, atom), f"{at}/{name}")
    if any(is_met(atom, layer.reader) is None for atom in (*wanted.auto, *wanted.ask)):
        reason = "Its author opened this to people of some place: say where you are, and you will know."
        return Answer(verb, "unknown", reason, at)
    return Answer(verb, "no", "Its author has not opened this to you.", at)


def _met(value: Value, atom: Atom) -> str:
    """Return a sentence on a group that the reader is in; a circle is not told from a name (law 7)."""
    if value == "ask":
        return f"Its author decides: you may ask, as {_whom(atom)}."
    return f"Its author opened this to you, as {_whom(atom)}."


def _whom(atom: Atom) -> str:
    match atom.kind:
        case "public" | "local":
            return "to every member who may read it"
        case "guild":
            return f"to the guild {atom.guild}"
        case "place":
            return "to the people of a place that you are in"
        case "mentioned":
            return "to whomever the text names"
    if atom.follow is not None:
        return {
            "follower": "to those who follow them",
            "following": "to those whom they follow",
            "mutual": "to those with whom they follow each other",
        }[atom.follow.dir]
    if atom.contributed is not None:
        return f"to those who gave to #{atom.contributed.tag}"
    return "to people whom they chose"
