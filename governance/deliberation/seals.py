"""Seals: what the ledger keeps of words that their author may take back.

Pure. The ledger is never rewritten (law 10) and people may withdraw what they said, so it holds a salted
hash: while the words stand anyone can check them against it, and once words and salt are gone it tells
nothing, not even to somebody who guesses.
"""

import hashlib

import rfc8785


def seal(words: str, salt: str) -> str:
    """Return sha256, in hex, over the RFC 8785 form of ``words`` and ``salt``; ``salt`` is random."""
    return hashlib.sha256(rfc8785.dumps({"words": words, "salt": salt})).hexdigest()
