"""Groups of people in a form: one row each, by which a form says exactly whom an audience means. Pure.

Rows stand in lists. A list is named for what it makes of the document: ``see``, ``read``, or a verb. A row is
the fields whose names begin with the list and a number: ``see0_kind``, ``see0_part`` and what its kind of
group is asked for. Rows are added and taken away by buttons of the form, so it needs no script.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from audience.document import Verb
from coop.errors import Fault, RuleBroken

Said = Mapping[str, str]
"""What a form says, by field."""

VERBS: tuple[Verb, ...] = get_args(Verb)
LISTS = ("see", "read", *VERBS)
CHOSEN = "chosen"
"""What the field above a list says where its rows are what counts."""
MOST = 100
"""Rows that one list of a form holds; the API takes more."""

WHO = {
    "any": "Any of",
    "all": "All of",
    "not": "Not",
}
"""The parts of a predicate: one of these is enough, each of these is needed, none of these may be."""
HOW = {
    "auto": "At once",
    "ask": "Once you say yes",
}
"""The parts of a permission."""
KINDS = {
    "local": "All members",
    "guild": "A guild",
    "circle": "A circle",
    "member": "A member",
    "mentioned": "Whom the text names",
    "follow": "Who follows whom",
    "place": "People of a place",
    "contributed": "Who gave to a tag",
}
"""What groups of people there are."""
DIRECTIONS = {
    "follower": "They follow you",
    "following": "You follow them",
    "mutual": "You follow each other",
}
NEW: dict[str, dict[str, str]] = {
    "follow": {"dir": "follower", "days": "0"},
    "contributed": {"post": "on", "reply": "on", "min": "1", "days": "90"},
}
"""What a row of this kind says when it is added."""

_ROW = re.compile(rf"({'|'.join(LISTS)})([0-9]{{1,2}})")
_ADD, _DROP = "add", "drop"


class Row(NamedTuple):
    """One group of people in a form."""

    list: str
    number: int
    part: str
    """``any``, ``all`` or ``not`` of a predicate; ``auto`` or ``ask`` of a permission."""
    kind: str
    """One of :data:`KINDS`."""

    @property
    def name(self) -> str:
        """How the names of its fields begin, and where its faults are told."""
        return f"{self.list}{self.number}"


def switch(name: str) -> str:
    """Return the field that says whether the rows of a list count."""
    return {"see": "reach", "read": "read"}.get(name, f"verb_{name}")


def parts_of(name: str) -> dict[str, str]:
    """Return the parts that rows of a list may belong to, with what they are called."""
    return WHO if name in ("see", "read") else HOW


def rows(said: Said, name: str) -> list[Row]:
    """Return the rows of a list in their order; what is no row of ours is none."""
    numbered = ((number, f"{name}{number}") for number in range(MOST))
    return [
        Row(name, number, said.get(f"{own}_part", ""), said[f"{own}_kind"])
        for number, own in numbered
        if said.get(f"{own}_kind") in KINDS
    ]


def changed(said: Said) -> dict[str, str] | None:
    """Return a form with the row more, or less, that its button asks for; None where it asks for neither.

    Raise RuleBroken where a row cannot be added.
    """
    act, _, which = said.get("act", "").partition(":")
    if act == _ADD:
        verb = which == "verb"
        name = said.get("add_verb", "") if verb else which
        return _added(said, name, said.get(f"add_{which}_part", ""), said.get(f"add_{which}_kind", ""))
    if act == _DROP and _ROW.fullmatch(which):
        return {field: value for field, value in said.items() if not field.startswith(f"{which}_")}
    return None


def groups(said: Said, name: str) -> dict[str, list[dict[str, Any]]]:
    """Return the groups of a list by their part, as a document names them.

    Raise RuleBroken, at the row or at the field above the list, where one says nothing or there is none.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(said, name):
        if row.part not in parts_of(name):
            raise _wrong(row.name, "Choose one of these.")
        found.setdefault(row.part, []).append({row.kind: _asked(said, row)})
    if not found:
        raise _wrong(switch(name), "Add a group of people, or choose something else.")
    return found


def owners(said: Said, name: str, at: str) -> dict[str, str]:
    """Return where faults of the groups of a list are told: by JSON Pointer below ``at``, the list or row."""
    found = {at: switch(name)}
    if said.get(switch(name)) == CHOSEN:
        for part in parts_of(name):
            belonging = [row for row in rows(said, name) if row.part == part]
            found |= {f"{at}/{part}/{index}": row.name for index, row in enumerate(belonging)}
    return found


def number(said: Said, field: str, shown: str | None = None) -> int:
    """Return the whole number that a field says; raise RuleBroken, at ``shown`` or the field, where none."""
    written = said[field].strip()
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise _wrong(shown or field, "Write a whole number.")
    return int(written)


def _added(said: Said, name: str, part: str, kind: str) -> dict[str, str]:
    if name not in LISTS or part not in parts_of(name) or kind not in KINDS:
        raise RuleBroken("There is nothing that this form asks for.")
    found = rows(said, name)
    place = found[-1].number + 1 if found else 0
    if place == MOST:
        raise _wrong(switch(name), f"This form holds {MOST} groups: take some away.")
    own = Row(name, place, part, kind).name
    fields = {"part": part, "kind": kind, **NEW.get(kind, {})}
    return {**said, switch(name): CHOSEN, **{f"{own}_{field}": value for field, value in fields.items()}}


def _asked(said: Said, row: Row) -> Any:
    """Return what a row says of its group, as a document does."""
    match row.kind:
        case "guild" | "circle":
            return _named(said, row, "value", "Choose which one.")
        case "member":
            return _named(said, row, "value", "Write whom you mean.").removeprefix("@")
        case "place":
            return _named(said, row, "place", "Look for a place, and choose one.")
        case "follow":
            return {"dir": said.get(f"{row.name}_dir", ""), **_numbers(said, row, {"days": "min_days"})}
        case "contributed":
            kinds = [kind for kind in ("post", "reply") if said.get(f"{row.name}_{kind}")]
            tag = _named(said, row, "tag", "Write a tag.").removeprefix("#")
            return {"tag": tag, "kinds": kinds, **_numbers(said, row, {"min": "min", "days": "days"})}
    return True


def _named(said: Said, row: Row, field: str, otherwise: str) -> str:
    found = said.get(f"{row.name}_{field}", "").strip()
    if not found:
        raise _wrong(row.name, otherwise)
    return found


def _numbers(said: Said, row: Row, fields: Mapping[str, str]) -> dict[str, int]:
    """Return the numbers that a row says, by what a document calls them; one left empty is left out."""
    asked = {f"{row.name}_{field}": name for field, name in fields.items()}
    return {
        name: number(said, field, row.name) for field, name in asked.items() if said.get(field, "").strip()
    }


def _wrong(field: str, detail: str) -> RuleBroken:
    return RuleBroken("Some of what was written does not fit.", faults=(Fault(f"/{field}", detail),))
