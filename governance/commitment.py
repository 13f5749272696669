"""Commitments: binding a ballot in the ledger without telling what it says.

Pure. Law 4: the commitment stands in the ledger from the moment a ballot is cast, and the count reveals
what it was made of, so anyone can see that no ballot was changed in between.
"""

import hashlib

import rfc8785


def commitment(choice: str, reason: str, clause: str, nonce: str) -> str:
    """Return sha256, in hex, over the RFC 8785 form of a ballot's four members; ``nonce`` is random."""
    body = {"choice": choice, "reason": reason, "clause": clause, "nonce": nonce}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()
