"""Commitments: what the ledger is told of a ballot before it may know the choice.

Pure. Whoever holds the nonce can show that the ballot counted is the ballot cast, and nobody can find the
choice by trying all of them.
"""

import hashlib
from typing import Any

import rfc8785


def commitment(said: dict[str, Any], nonce: str) -> str:
    """Return, in hex, sha256 over the RFC 8785 form of all that a ballot says and a random nonce.

    ``said`` is what :func:`governance.options.Said.as_json` returns.
    """
    return hashlib.sha256(rfc8785.dumps({**said, "nonce": nonce})).hexdigest()
