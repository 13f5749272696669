"""Entries of the moderation policy: which there are, and the patch that adds, changes or takes away one.

Pure. A patch has one operation for each part that changes, and a test of what stood there before. Whether
the policy can stand with it is for verification to say.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from audience.moderation.rules import MODERATION, FactName, Name
from coop.book import COOP, Book, value_at
from coop.errors import Fault, RuleBroken
from coop.policy_text import same, token
from web.entry_tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands, or would."""

    scope: str
    table: str
    name: str

    @property
    def pointer(self) -> str:
        """The entry, by JSON Pointer."""
        return f"/{self.table}/{token(self.name)}"


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry that is in force, among others."""

    place: Place
    about: str


def standing(book: Book, scope: str, clause: str) -> Place | None:
    """Return the entry of a scope's own policy in which a clause stands; None where there is none by now."""
    table, _, rest = clause.removeprefix("/").partition("/")
    place = Place(scope, table, rest.partition("/")[0])
    return place if table in TABLES and value_of(book, place) is not None else None


def listed(book: Book, scope: str) -> list[tuple[Table, list[Listed]]]:
    """Return the tables with the entries that a scope's own policy has in each."""
    data = _own(book, scope)
    return [
        (table, [Listed(Place(scope, name, one), about(value)) for one, value in data.get(name, {}).items()])
        for name, table in TABLES.items()
    ]


def about(value: Any) -> str:
    """Return what an entry says of itself, in short."""
    if isinstance(value, dict):
        return str(value.get("about") or value.get("labeller") or "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _own(book: Book, scope: str) -> dict[str, Any]:
    head = book.policy(MODERATION, scope)
    return {} if head is None else head.data


def value_of(book: Book, place: Place) -> Any:
    """Return what an entry says in its scope's own policy; None where there is none."""
    return value_at(_own(book, place.scope), place.pointer)


def name_of(book: Book, scope: str, table: Table, typed: str) -> str:
    """Return the name of a new entry; raise RuleBroken where it is none, or taken."""
    names: TypeAdapter[str] = TypeAdapter(Name if table.hyphens else FactName)
    try:
        found = names.validate_python(typed.strip())
    except ValidationError as error:
        raise _refused(f"This is no name for a {table.one}.", Fault("/name", table.names)) from error
    for holder, whose in ((scope, "It is"), (COOP, "It is the coop’s, whose entries no guild changes:")):
        if value_of(book, Place(holder, table.name, found)) is not None:
            told = f"{whose} taken: give this one another name."
            raise _refused("There is one of this name already.", Fault("/name", told))
    return found


def adding(book: Book, place: Place, value: Any) -> list[dict[str, Any]]:
    """Return the patch that adds an entry, with its table where the scope has none yet."""
    if place.table in _own(book, place.scope):
        return [{"op": "add", "path": place.pointer, "value": value}]
    return [{"op": "add", "path": f"/{place.table}", "value": {place.name: value}}]


def changing(place: Place, old: Any, new: Any) -> list[dict[str, Any]]:
    """Return the patch that sets the parts of an entry that change; raise RuleBroken where none does."""
    if isinstance(old, dict):
        found = [
            operation
            for part in {**old, **new}
            for operation in _set(f"{place.pointer}/{token(part)}", old.get(part), new.get(part))
        ]
    else:
        found = _set(place.pointer, old, new)
    if not found:
        raise _refused("This changes nothing.", Fault("/patch", "It says what the policy says already."))
    return found


def _set(pointer: str, old: Any, new: Any) -> list[dict[str, Any]]:
    if same(old, new):
        return []
    if old is None:
        return [{"op": "add", "path": pointer, "value": new}]
    test = {"op": "test", "path": pointer, "value": old}
    if new is None:
        return [test, {"op": "remove", "path": pointer}]
    return [test, {"op": "replace", "path": pointer, "value": new}]


def removing(place: Place, old: Any) -> list[dict[str, Any]]:
    """Return the patch that takes an entry out of its policy."""
    return _set(place.pointer, old, None)


def _refused(detail: str, fault: Fault) -> RuleBroken:
    return RuleBroken(detail, faults=(fault,))
