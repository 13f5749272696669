"""Changes: what a rehearsal tries, and every change that the vote on a proposal may choose.

Pure. Law 5: a ballot names all that its voter was shown of them by one hash, which anyone computes again
from the reports.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from governance.chosen import possible
from governance.rehearsal.reports import content_sha256
from governance.rules import Method

ENDS = {"/options/min": "the least", "/options/max": "the most"}
"""What the ends of a number's range are called, by their pointer in the proposal."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be rehearsed."""

    scope: str
    kind: str
    patch: list[Any]
    """JSON Patch (RFC 6902) to the policy of that kind and scope."""
    base_sha256: str

    @property
    def sha256(self) -> str:
        """The hash that names it."""
        return content_sha256(
            scope=self.scope, kind=self.kind, base_sha256=self.base_sha256, patch=self.patch
        )


def choosable(
    *, scope: str, kind: str, base_sha256: str, method: Method, options: Any, patch: list[Any]
) -> dict[str, Change]:
    """Return every change that a vote may choose, by its pointer in the proposal, in the proposal's order.

    Those are its one patch, each choice that has one, or the two ends of a number's range: whatever number is
    named lies between them. Where no policy is changed there are none.
    """
    patches = possible(method, options, patch)
    return {pointer: Change(scope, kind, one, base_sha256) for pointer, one in patches.items() if one}


def label(pointer: str, options: Any) -> str:
    """Return what people call the change at a pointer of a proposal; empty for one that is its only patch.

    ``options`` are the proposal's, to which every other pointer leads.
    """
    *_, parent, last = pointer.split("/")
    if parent == "choices":
        return str(options["choices"][int(last)]["label"])
    return f"{options[last]}, {ENDS[pointer]}" if pointer in ENDS else ""


def joined(hashes: Mapping[str, str]) -> str:
    """Return the one hash that stands for those of several changes, each by its pointer.

    The hash of a single one stands for itself. That of several is sha256, in hex, over the RFC 8785 form of
    the mapping.
    """
    if len(hashes) == 1:
        return next(iter(hashes.values()))
    return hashlib.sha256(rfc8785.dumps(dict(hashes))).hexdigest()
