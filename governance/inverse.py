"""Inverse patches: what puts back what a version of a policy set, and leaves what others have set since.

Pure. Law 12: whatever was enacted can be taken back. A policy is read as layers: the founding text is the
lowest, and each version that a vote brought lays the clauses that it changed over those before. Taking a
layer away uncovers, clause by clause, the newest layer below that still stands; a clause that a later layer
has set anew is that one's, and stays. Where nothing came between, that is exactly the text before.
"""

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from coop.policy_text import changed, leaves, same, token
from governance.patch import MOST_OPERATIONS


class Absent(Enum):
    """The value of a clause that there is not."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Clauses = Mapping[str, Any]
"""Clause, by its JSON Pointer → its value, or :data:`ABSENT`."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The clauses that one version set."""

    number: int
    """The version's."""
    clauses: Clauses


def layer(number: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> Layer:
    """Return the layer of the version ``number``, which made ``after`` of ``before``."""
    new = leaves(dict(after))
    touched = sorted(changed(dict(before), dict(after)))
    return Layer(number, {clause: new.get(clause, ABSENT) for clause in touched})


def surface(layers: Iterable[Layer], gone: Collection[int], data: Mapping[str, Any]) -> dict[str, int]:
    """Return which layer each clause of a policy is of, by the number of its version.

    ``gone`` are the numbers of the layers that do not stand any more, ``data`` is what the policy says: a
    clause that says something else than its topmost layer is of none.
    """
    top: dict[str, Layer] = {}
    for one in _standing(layers, gone):
        top |= dict.fromkeys(one.clauses, one)
    shown = leaves(dict(data))
    return {
        clause: one.number
        for clause, one in top.items()
        if same(one.clauses[clause], shown.get(clause, ABSENT))
    }


def uncovered(
    layers: Iterable[Layer], gone: Collection[int], data: Mapping[str, Any], number: int
) -> dict[str, Any]:
    """Return what stands below the layer ``number``, for each clause that is still its own."""
    known = tuple(layers)
    own = [clause for clause, top in surface(known, gone, data).items() if top == number]
    below: dict[str, Any] = {}
    for one in _standing(known, gone):
        if one.number < number:
            below |= one.clauses
    return {clause: below.get(clause, ABSENT) for clause in own}


def _standing(layers: Iterable[Layer], gone: Collection[int]) -> list[Layer]:
    return sorted((one for one in layers if one.number not in gone), key=lambda one: one.number)


def put(data: Mapping[str, Any], clauses: Clauses) -> dict[str, Any]:
    """Return the data of a policy with these clauses as they are given, and tables without any left out.

    Raise ValueError naming the clause in whose place other clauses stand.
    """
    found = deepcopy(dict(data))
    for clause, value in clauses.items():
        if value is ABSENT:
            _take(found, _path(clause))
    for clause, value in clauses.items():
        if value is not ABSENT:
            _set(found, clause, value)
    return found


def _take(table: dict[str, Any], path: list[str]) -> None:
    """Remove a clause, and the tables that are empty without it."""
    name, *below = path
    inner = table.get(name)
    if below and isinstance(inner, dict):
        _take(inner, below)
        if not inner:
            del table[name]
    elif not below and not isinstance(inner, dict):
        table.pop(name, None)


def _set(table: dict[str, Any], clause: str, value: Any) -> None:
    *above, name = _path(clause)
    for key in above:
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ValueError(clause)
        table = inner
    inner = table.get(name)
    if isinstance(inner, dict) and leaves(inner):
        raise ValueError(clause)
    table[name] = deepcopy(value)


def _path(clause: str) -> list[str]:
    """Return the keys that a JSON Pointer names (RFC 6901 §4)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in clause.split("/")[1:]]


def inverse(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the JSON Patch (RFC 6902) that makes ``before`` of ``after``; empty where they are the same.

    It names single clauses, and whole tables where it would else have more operations than a patch may.
    """
    patch = _steps(after, before, "", deep=True)
    return patch if len(patch) <= MOST_OPERATIONS else _steps(after, before, "", deep=False)


def _steps(
    old: Mapping[str, Any], new: Mapping[str, Any], prefix: str, *, deep: bool
) -> list[dict[str, Any]]:
    steps = [{"op": "remove", "path": f"{prefix}/{token(key)}"} for key in old if key not in new]
    for key, value in new.items():
        pointer = f"{prefix}/{token(key)}"
        if key not in old:
            steps.append({"op": "add", "path": pointer, "value": value})
        elif deep and isinstance(old[key], dict) and isinstance(value, dict):
            steps += _steps(old[key], value, pointer, deep=True)
        elif not same(old[key], value):
            steps.append({"op": "replace", "path": pointer, "value": value})
    return steps
