"""A slate: those who stand in an election, in the order of the ballot, and the hash that ballots bind to.

Pure. The order is drawn from the proposal's hash, for the first place on a ballot is worth votes. Law 5: the
slate becomes part of what is voted on, so the hash is made anew over it.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from coop.sortition import order
from governance.patch import Terms, patch_hash

ELECTION = "election"
"""The kind of proposal that elects stewards."""


def slate(seed: str, statements: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the choices of a ballot.

    ``statements`` holds the hash of what each candidate says, by handle; ``seed`` is the proposal's hash as
    it was before.
    """
    return [
        {"label": handle, "statement_sha256": statements[handle]} for handle in order(seed, statements.keys())
    ]


def slate_hash(scope: str, method: str, options: Any, proposer: str, nonce: str) -> str:
    """Return the hash of an election with these options; an election has no patch, target or terms."""
    return patch_hash(
        scope=scope,
        kind=ELECTION,
        base_sha256="",
        patch=[],
        method=method,
        options=options,
        target=None,
        terms=Terms().as_json(),
        proposer=proposer,
        nonce=nonce,
    )


def statement_sha256(statement: str) -> str:
    """Return the hash of what a candidate says, in hex: sha256 over its UTF-8."""
    return hashlib.sha256(statement.encode()).hexdigest()
