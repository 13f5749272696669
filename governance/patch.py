"""Patches: what a proposal changes, and the hash that a ballot binds to.

Pure. Law 5: a ballot names the hash of exactly what is enacted: patch, base, place, how votes are counted and
how it ends again, proposer and a nonce.
Without the proposer and the nonce another could copy the patch and claim its hash first
(OpenZeppelin advisory GHSA-5h3x-9wvq-w4m2).
"""

import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any

import rfc8785

from coop.errors import Fault

MOST_OPERATIONS = 50
LARGEST = 2**53 - 1
"""Largest number of either sign: beyond it, readers of JSON disagree on which number was meant."""

_MEMBERS = {
    "add": {"op", "path", "value"},
    "replace": {"op", "path", "value"},
    "test": {"op", "path", "value"},
    "remove": {"op", "path"},
    "move": {"op", "path", "from"},
    "copy": {"op", "path", "from"},
}
_POINTER = re.compile(r"(?:/(?:[^~/\0]|~[01])*)+")


def check(patch: list[Any]) -> list[Fault]:
    """Return where ``patch`` is no JSON Patch (RFC 6902) for a policy; each pointer is into the patch."""
    if not 1 <= len(patch) <= MOST_OPERATIONS:
        return [Fault("/patch", f"A patch has 1 to {MOST_OPERATIONS} operations.")]
    return [
        fault for index, operation in enumerate(patch) for fault in _check_one(operation, f"/patch/{index}")
    ]


def _check_one(operation: Any, at: str) -> list[Fault]:
    name = operation.get("op") if isinstance(operation, dict) else None
    if not isinstance(name, str) or name not in _MEMBERS:
        return [Fault(at, f"An operation is an object whose op is one of {', '.join(_MEMBERS)}.")]
    if operation.keys() != _MEMBERS[name]:
        return [Fault(at, f"{name} has exactly the members {', '.join(sorted(_MEMBERS[name]))}.")]
    faults = [
        Fault(f"{at}/{member}", "This is no JSON Pointer (RFC 6901) to a clause, such as /seats/default.")
        for member in ("path", "from")
        if member in operation
        and not (isinstance(operation[member], str) and _POINTER.fullmatch(operation[member]))
    ]
    if "value" in operation and not _writable(operation["value"]):
        faults.append(Fault(f"{at}/value", "This value cannot be written in a policy: null, NaN, too large."))
    return faults


def _writable(value: Any) -> bool:
    """Say whether TOML, the ledger and the database can all hold a value and give it back unchanged."""
    if isinstance(value, dict):
        return all(_writable(key) and _writable(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_writable, value))
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, bool):
        return True
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) <= LARGEST


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed beforehand about how a change ends."""

    review_after: int | None = None
    """Seconds in force after which it is looked at again."""
    sunset_after: int | None = None
    """Seconds in force, or since it was renewed, after which it ends by itself."""
    tripwires: tuple[dict[str, Any], ...] = ()
    """Measures and bounds, as :mod:`governance.tripwires` reads them; one that is crossed undoes it."""

    def as_json(self) -> dict[str, Any]:
        """Return the terms for the ledger."""
        return {
            "review_after": self.review_after,
            "sunset_after": self.sunset_after,
            "tripwires": list(self.tripwires),
        }


def patch_hash(
    *,
    scope: str,
    kind: str,
    base_sha256: str,
    patch: list[Any],
    method: str,
    options: Any,
    target: str | None,
    terms: dict[str, Any],
    proposer: str,
    nonce: str,
) -> str:
    """Return the hash of a proposal, in hex: sha256 over the RFC 8785 form of these ten members."""
    body = {
        "scope": scope,
        "kind": kind,
        "base_sha256": base_sha256,
        "patch": patch,
        "method": method,
        "options": options,
        "target": target,
        "terms": terms,
        "proposer": proposer,
        "nonce": nonce,
    }
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()
