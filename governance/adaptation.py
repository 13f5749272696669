"""Adaptation: one agreement among guilds, as a patch to the text of each.

Pure. What the guilds agree on are clauses and their values. One guild's text has a clause already, another's
lacks even the table that it stands in: so the same clauses are another patch to each.
"""

from collections.abc import Mapping
from typing import Any

from jsonpointer import JsonPointer

from coop.errors import Fault, RuleBroken
from coop.policy_text import leaves, token
from governance.patch import check

SETTING = ("add", "replace")
"""Operations that set clauses, whatever stood there."""


def clauses_set(patch: list[Any]) -> dict[str, Any]:
    """Return the clauses that a patch sets, pointer → value; raise RuleBroken where it does anything else."""
    faults = check(patch) or [
        Fault(f"/patch/{index}/op", "A joint proposal sets clauses: use add or replace.")
        for index, operation in enumerate(patch)
        if operation["op"] not in SETTING
    ]
    if faults:
        raise RuleBroken("This is no patch that several guilds can adopt.", faults=tuple(faults))
    found: dict[str, Any] = {}
    for operation in patch:
        value = operation["value"]
        inside = leaves(value, operation["path"]) if isinstance(value, dict) else {operation["path"]: value}
        found |= inside
    for pointer in found:
        if any(other.startswith(f"{pointer}/") for other in found):
            fault = Fault("/patch", f"{pointer} is set as a clause and as a table.")
            raise RuleBroken("This patch contradicts itself.", faults=(fault,))
    return found


def adapted(clauses: Mapping[str, Any], data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the JSON Patch (RFC 6902) by which a policy with this ``data`` gets these clauses."""
    return [_setting(pointer, value, data) for pointer, value in _by_table(clauses, data).items()]


def _by_table(clauses: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Return the clauses by where they are set: those in a table that is missing, together as that table."""
    found: dict[str, Any] = {}
    for pointer, value in clauses.items():
        keys = JsonPointer(pointer).parts
        depth = _depth(keys, data)
        place = "".join(f"/{token(key)}" for key in keys[: depth + 1])
        if depth + 1 >= len(keys):
            found[place] = value
            continue
        table = found.setdefault(place, {})
        for key in keys[depth + 1 : -1]:
            table = table.setdefault(key, {})
        table[keys[-1]] = value
    return found


def _depth(keys: list[str], data: Any) -> int:
    """Return how many of the tables that a clause stands in are there."""
    depth = 0
    while depth < len(keys) - 1 and isinstance(data, dict) and isinstance(data.get(keys[depth]), dict):
        data = data[keys[depth]]
        depth += 1
    return depth


def _setting(pointer: str, value: Any, data: dict[str, Any]) -> dict[str, Any]:
    known = JsonPointer(pointer).resolve(data, None) is not None
    return {"op": "replace" if known else "add", "path": pointer, "value": value}
