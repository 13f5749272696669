"""Overlap: which clauses a proposal would set, and which of them another would set too.

Pure. A clause is named by its pointer; a table that one proposal sets overlaps with every clause in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import jsonpatch

from coop.policy_text import changed


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proposal asks for, of whatever method."""

    patch: list[Any]
    options: Any
    """See :mod:`governance.options`."""

    def patches(self) -> Iterator[list[Any]]:
        """Yield every patch that may come of it."""
        if self.patch:
            yield self.patch
        for choice in self._options.get("choices", ()):
            if choice.get("patch"):
                yield choice["patch"]

    def clauses(self) -> frozenset[str]:
        """Return the clauses that it names without a patch: the one whose value is voted on."""
        return frozenset(filter(None, [self._options.get("clause")]))

    @property
    def _options(self) -> dict[str, Any]:
        return self.options if isinstance(self.options, dict) else {}

    def places(self) -> frozenset[str]:
        """Return every place that its operations name: whatever it changes lies in one of them."""
        named = {
            operation[member]
            for patch in self.patches()
            for operation in patch
            for member in ("path", "from")
            if member in operation
        }
        return self.clauses() | named


def touched(asked: Asked, before: dict[str, Any]) -> frozenset[str]:
    """Return the pointers of the clauses that a proposal may change, of a policy with this data."""
    found = asked.clauses()
    for patch in asked.patches():
        found |= changed(before, jsonpatch.apply_patch(before, patch))
    return found


def overlapping(mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Return the pointers among ``mine`` that touch one of ``theirs``, in order."""
    others = list(theirs)
    return sorted(pointer for pointer in mine if any(_touch(pointer, other) for other in others))


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
