"""Passwords, kept as argon2id hashes (RFC 9106).

The parameters are RFC 9106's second recommended option, for where memory is scarce: 64 MiB, 3 passes,
4 lanes, 128-bit salt, 256-bit tag. What a password must be follows NIST SP 800-63B: it is long, and it
need not hold signs of any class; the least length is a clause of the membership policy.
"""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

STANDARD = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""What every password of a member is hashed with; about 90 ms on one core of 2020."""

CHEAP = PasswordHasher.from_parameters(CHEAPEST)
"""For tests and synthetic members, passed by those who make them: it protects nothing."""

UNUSABLE = "!"
"""A stored hash that no password matches, for a member who has left."""


def hash_password(password: str, hasher: PasswordHasher = STANDARD) -> str:
    """Return the hash to store, with its salt and parameters in PHC form."""
    return hasher.hash(_normal(password))


def verify_password(password: str, stored: str | None, hasher: PasswordHasher = STANDARD) -> bool:
    """Say whether a password matches the stored hash.

    Where there is none (an unknown handle), do the same work against a hash that nobody knows the
    password of, so that the time taken does not tell which handles exist.
    """
    try:
        matches = hasher.verify(_decoy(hasher) if stored is None else stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def needs_rehash(stored: str, hasher: PasswordHasher = STANDARD) -> bool:
    """Say whether a stored hash was made with other parameters than ``hasher`` uses now."""
    return hasher.check_needs_rehash(stored)


def _normal(password: str) -> str:
    """Return the one form of a password that differently typed accents share (SP 800-63B §3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _decoy(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(32))
