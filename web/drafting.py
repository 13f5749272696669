"""From what a member types into a form to a patch: one clause, its new value, and the test of its old one.

Pure. Which type is meant is not asked for: a text is read in each way that makes sense, and the first
reading that the policy could stand with is taken.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonpointer import JsonPointer

from coop.book import COOP, Book, describe, merged, value_at
from coop.errors import AllotmentError
from coop.policy_text import leaves, sha256
from governance.verification import verify


@dataclass(frozen=True, slots=True)
class Settable:
    """A clause that a proposal may set."""

    pointer: str
    value: Any
    """What it says now; for a guild that has not set it, what the coop says."""
    own: bool
    """Whether the policy of this very scope holds it."""
    bound: str
    """The declared bound inside which a change is class A, in words; empty where none is declared."""

    @property
    def bounding(self) -> bool:
        """Whether it is itself a declared bound."""
        return self.pointer.startswith("/bounds/")

    @property
    def form(self) -> str:
        """How it is typed: ``choice`` (yes or no), ``lines``, ``toml``, ``number`` or ``text``."""
        if isinstance(self.value, bool):
            return "choice"
        if isinstance(self.value, list):
            return "lines" if all(isinstance(item, str) for item in self.value) else "toml"
        return "number" if isinstance(self.value, int | float) else "text"

    @property
    def text(self) -> str:
        """What it says now, as it is typed."""
        return shown(self.value, self.form)


def shown(value: Any, form: str = "text") -> str:
    """Return a value as a form shows it."""
    if form == "lines":
        return "\n".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(f'"{item}"' if isinstance(item, str) else shown(item) for item in value) + "]"
    return str(value)


def settable(book: Book, scope: str, kind: str) -> list[Settable]:
    """Return the clauses that a proposal to this policy may set, in the order of the text."""
    coops = book.policies[COOP, kind].data
    bounds: dict[str, Any] = coops.get("bounds", {}).get("coop" if scope == COOP else "guild", {})
    head = book.policy(kind, scope)
    own = leaves({} if head is None else head.data)
    names = own if scope == COOP else dict.fromkeys([*bounds, *own])
    data = coops if head is None else merged(coops, head.data)
    return [
        Settable(
            pointer,
            own.get(pointer, value_at(data, pointer)),
            pointer in own,
            describe(bounds[pointer]) if pointer in bounds else "",
        )
        for pointer in names
    ]


def base_sha256(book: Book, scope: str, kind: str) -> str:
    """Return the hash of the text that a patch written now is written against."""
    head = book.policy(kind, scope)
    return sha256("" if head is None else head.text)


def patch(book: Book, scope: str, kind: str, clause: Settable, text: str, base: str) -> list[dict[str, Any]]:
    """Return the patch that sets ``clause`` to what was typed.

    Where no reading of it could stand, the patch of the likeliest is returned: drafting it tells why.
    """
    head = book.policy(kind, scope)
    data: dict[str, Any] = {} if head is None else head.data
    found = [setting(data, clause.pointer, value) for value in readings(text, clause.form)]
    for one in found:
        try:
            verify(book, scope, kind, one, base)
        except AllotmentError:
            continue
        return one
    return found[0]


def readings(text: str, form: str) -> Iterator[Any]:
    """Yield the values that a typed text may mean, the likeliest first."""
    typed = text.replace("\r\n", "\n")
    if form == "lines":
        yield [line.strip() for line in typed.split("\n") if line.strip()]
        return
    typed = typed.strip()
    literal = _toml(typed)
    if form != "text" and literal is not None:
        yield literal
    yield typed
    if form == "text" and literal is not None:
        yield literal


def _toml(text: str) -> Any:
    """Return the value that a text is in TOML, or None where it is none or a date."""
    try:
        data = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return None
    plain = isinstance(data.get("value"), bool | int | float | str | list | dict)
    return data["value"] if plain and len(data) == 1 else None


def setting(data: dict[str, Any], pointer: str, value: Any) -> list[dict[str, Any]]:
    """Return the operations that set a clause: a test of its old value first, or the tables it needs."""
    own = leaves(data)
    if pointer in own:
        return [
            {"op": "test", "path": pointer, "value": own[pointer]},
            {"op": "replace", "path": pointer, "value": value},
        ]
    parts = JsonPointer(pointer).parts
    depth = next(
        n for n in range(len(parts)) if value_at(data, JsonPointer.from_parts(parts[: n + 1]).path) is None
    )
    for part in reversed(parts[depth + 1 :]):
        value = {part: value}
    return [{"op": "add", "path": JsonPointer.from_parts(parts[: depth + 1]).path, "value": value}]
