"""The record of rehearsals, checked as the audit reads it.

Pure. Law 5: of each change that a vote may choose one report was told before the roll was frozen, and every
ballot names the hash that stands for these reports.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from governance.rehearsal.changes import choosable, joined

Payload = dict[str, Any]
SUBJECT = ("scope", "kind", "base_sha256", "method", "options", "patch")
"""What of a submission says which changes its vote may choose."""


@dataclass
class Rehearsals:
    """What the events have said of them so far. Proposals are known by id."""

    reports: dict[str, dict[str, str]] = field(default_factory=dict)
    """Proposal → hash of a change → hash of the report on it."""
    shown: dict[str, str | None] = field(default_factory=dict)
    """Proposal → what its ballots have to name; None where nothing was rehearsed."""

    def rehearsed(self, told: Payload) -> Iterator[str]:
        """Check a report: the first on its change, so that no other can take its place."""
        reports = self.reports.setdefault(told["proposal"], {})
        if told["patch_sha256"] in reports:
            yield "this change was rehearsed before"
        reports[told["patch_sha256"]] = told["report_sha256"]

    def opened(self, submission: Payload) -> Iterator[str]:
        """Check, once a roll is frozen, that all the changes of its vote were rehearsed, or none of them."""
        proposal = submission["proposal"]
        changes = choosable(**{name: submission[name] for name in SUBJECT})
        reports = self.reports.get(proposal, {})
        told = {pointer: reports.get(change.sha256) for pointer, change in changes.items()}
        found = {pointer: digest for pointer, digest in told.items() if digest is not None}
        yield from (f"{pointer} was not rehearsed" for pointer in told if found and pointer not in found)
        self.shown[proposal] = joined(found) if found else None

    def cast(self, told: Payload) -> Iterator[str]:
        """Check that a ballot names what its voter was to be shown."""
        if told["rehearsal_sha256"] != self.shown.get(told["proposal"]):
            yield f"the ballot of {told['voter']} is for another rehearsal"
