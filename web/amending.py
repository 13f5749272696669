"""From what a member types to an amendment: the whole patch that a proposal would then have.

Pure. The form shows each clause that the proposal sets, and others that the member picks. What a text
means is found as for a new proposal (:mod:`web.drafting`), clause by clause: the first reading is taken
with which the policy could stand, given what was typed before it.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import jsonpatch

from coop.book import Book
from coop.errors import AllotmentError
from coop.policy_text import changed, leaves
from governance.verification import verify
from web.drafting import Settable, readings, setting, shown


class Absent:
    """Stands for the value of a clause that a policy does not have."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Field:
    """A clause in the form of an amendment."""

    clause: Settable
    """With what the proposal would have it say; with what it says now, where that leaves it out."""
    now: str | None
    """What it says now, as it is typed; None where the policy does not have it."""
    left_out: bool
    """Whether the proposal takes it out of the policy."""


def fields(before: dict[str, Any], after: dict[str, Any], picked: Collection[str]) -> list[Field]:
    """Return the clauses that a proposal sets, and those picked besides, in the order of the texts.

    ``before`` is what the policy says and ``after`` what the proposal would have it say.
    """
    old, new = leaves(before), leaves(after)
    wanted = changed(before, after) | set(picked)
    return [_field(pointer, old, new) for pointer in {**old, **new} if pointer in wanted]


def others(before: dict[str, Any], after: dict[str, Any], listed: Sequence[Field]) -> list[str]:
    """Return the clauses that could be picked besides those listed."""
    taken = {field.clause.pointer for field in listed}
    return [pointer for pointer in {**leaves(before), **leaves(after)} if pointer not in taken]


def patch(before: dict[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the patch that sets these clauses, and takes out those that are to be :data:`ABSENT`."""
    made: list[dict[str, Any]] = []
    data = deepcopy(before)
    for pointer, value in values.items():
        steps = _steps(data, pointer, value)
        data = jsonpatch.JsonPatch(steps).apply(data)
        made += steps
    return made


def typed(
    book: Book,
    scope: str,
    kind: str,
    base_sha256: str,
    before: dict[str, Any],
    listed: Sequence[Field],
    texts: Mapping[str, str | None],
) -> list[dict[str, Any]]:
    """Return the patch of what was typed: by clause a text, or None for a clause to be left out.

    Where no reading of a text could stand, the likeliest is taken: offering the amendment tells why.
    """
    values = {field.clause.pointer: ABSENT if field.left_out else field.clause.value for field in listed}
    for field in listed:
        pointer = field.clause.pointer
        text = texts.get(pointer, field.clause.text)
        found = [ABSENT] if text is None else list(readings(text, field.clause.form))
        tried = (patch(before, {**values, pointer: value}) for value in found)
        at = next(
            (place for place, one in enumerate(tried) if _stands(book, scope, kind, one, base_sha256)), 0
        )
        values[pointer] = found[at]
    return patch(before, values)


def _field(pointer: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Field:
    clause = Settable(pointer, new.get(pointer, old.get(pointer)), pointer in old, "")
    return Field(clause, shown(old[pointer], clause.form) if pointer in old else None, pointer not in new)


def _steps(data: dict[str, Any], pointer: str, value: Any) -> list[dict[str, Any]]:
    own = leaves(data)
    if value is ABSENT:
        test = {"op": "test", "path": pointer, "value": own.get(pointer)}
        return [test, {"op": "remove", "path": pointer}] if pointer in own else []
    if pointer in own and type(own[pointer]) is type(value) and own[pointer] == value:
        return []
    return setting(data, pointer, value)


def _stands(book: Book, scope: str, kind: str, wanted: list[dict[str, Any]], base_sha256: str) -> bool:
    try:
        verify(book, scope, kind, wanted, base_sha256)
    except AllotmentError:
        return False
    return True
