"""Receipts: the citation of the clauses that decided something.

A receipt can be checked by anyone: the clause is named by policy and JSON Pointer, the text it stood in
by its sha256, and the vote that put it there by proposal and tally.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Citation(BaseModel):
    """One clause in force: what it says, since which version, and by which vote."""

    model_config = ConfigDict(frozen=True)

    scope: str
    """``coop`` or ``guild:<slug>``."""
    kind: str
    """The policy's kind, such as ``audience``."""
    clause: str
    """JSON Pointer (RFC 6901) of the clause in the policy."""
    value: Any
    """The value that decided."""
    version: int
    """Number of the version of that policy which last set this clause (1 is the founding text)."""
    sha256: str
    """Hash of that version's text, in hex."""
    proposal: str | None
    """Id of the proposal that last set the clause; none for the founding text."""
    tally: dict[str, Any] | None
    """That proposal's tally, as counted."""

    def sentence(self) -> str:
        """Return the citation as a person would say it."""
        source = f"proposal {self.proposal}" if self.proposal else "the founding text"
        return f"{self.scope}/{self.kind} {self.clause} = {self.value!r}, version {self.version}, by {source}"
