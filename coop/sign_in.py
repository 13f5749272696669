"""Signing in from a browser: a session cookie for a handle and a password.

The cookie holds 256 random bits and the database their hash, so a copy of the database opens no session.
Guessing is slow and fails closed: failures are counted in the database, for every process, by handle and
by address, and the count is taken under a lock that the guess itself holds. An unknown handle and a wrong
password are one answer, after the same work.
"""

import hashlib
import ipaddress
import math
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlmodel import Session, col

from coop.credential import Credential, opening
from coop.errors import TooMany
from coop.identity import Identity
from coop.members import EVERYTHING, as_identity, identity_query
from coop.names import normal
from coop.passwords import STANDARD, hash_password, needs_rehash, verify_password
from coop.tables import Member, SignInFailure, WebSession

COOKIE = "allotment_session"
LIFETIME = timedelta(days=30)
"""How long a session lasts, whatever is done with it."""

FAILURES = 10
WINDOW = timedelta(minutes=15)
"""After so many failures within this time, further tries are refused."""

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(subject, 0))"
    " FROM unnest(CAST(:subjects AS text[])) AS subject"
)
_BY_COOKIE = opening(
    identity_query()
    .add_columns(col(WebSession.expires_at))
    .join(WebSession, col(WebSession.member_id) == col(Member.id))
    .where(col(WebSession.token_sha256) == bindparam("digest"))
)


def sign_in(
    session: Session,
    handle: str,
    password: str,
    address: str,
    now: datetime,
    *,
    hasher: PasswordHasher = STANDARD,
) -> str | None:
    """Return the token of a new session, or None where handle and password do not belong together.

    None is a result, not an error, because the failure that it records must be committed with it: the
    caller answers it after its transaction. Raise TooMany where there have been too many failures for
    this handle or from this address; then even the right password is refused.
    """
    handle = normal(handle)
    by_handle, by_address = _subjects(handle, address)
    _refuse_guessing(session, sorted((by_handle, by_address)), now)
    row = session.execute(
        select(col(Member.id), col(Member.password_hash)).where(
            col(Member.handle) == handle, col(Member.left_at).is_(None)
        )
    ).one_or_none()
    if not verify_password(password, None if row is None else row.password_hash, hasher) or row is None:
        failed = [{"subject": subject, "at": now} for subject in (by_handle, by_address)]
        session.execute(insert(SignInFailure), failed)
        return None
    if needs_rehash(row.password_hash, hasher):
        renewed = hash_password(password, hasher)
        session.execute(update(Member).where(col(Member.id) == row.id).values(password_hash=renewed))
    session.execute(delete(SignInFailure).where(col(SignInFailure.subject) == by_handle))
    return _open(session, row.id, now)


def cookie(token: str) -> Credential:
    """Return the credential that a session token is: it speaks for its member in everything."""
    return Credential(_BY_COOKIE, {"digest": _digest(token)}, _read_cookie)


def _read_cookie(row: Any, now: datetime) -> Identity | None:
    return None if row.id is None or row.expires_at <= now else as_identity(row, EVERYTHING)


def sign_out(session: Session, token: str) -> None:
    """End a session; nothing happens where there is none."""
    session.execute(delete(WebSession).where(col(WebSession.token_sha256) == _digest(token)))


def cookie_attributes(public_url: str) -> dict[str, Any]:
    """Return how the cookie is set, as keyword arguments of Flask's ``set_cookie``.

    It is Secure everywhere but on plain HTTP to this very machine.
    """
    url = urlsplit(public_url)
    local = url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "max_age": int(LIFETIME.total_seconds()),
        "path": "/",
        "httponly": True,
        "samesite": "Lax",
        "secure": not local,
    }


def sweep(session: Session, now: datetime) -> int:
    """Forget sessions and failures whose time is over; return how many."""
    sessions = delete(WebSession).where(col(WebSession.expires_at) <= now)
    failures = delete(SignInFailure).where(col(SignInFailure.at) <= now - WINDOW)
    gone = [
        *session.execute(sessions.returning(col(WebSession.member_id))),
        *session.execute(failures.returning(col(SignInFailure.id))),
    ]
    return len(gone)


def _open(session: Session, member_id: int, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(WebSession).values(
            token_sha256=_digest(token),
            member_id=member_id,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return token


def _subjects(handle: str, address: str) -> tuple[str, str]:
    """Return what failures are counted against: hashes, for people type passwords where handles go."""
    return _digest(f"handle:{handle}"), _digest(f"address:{_network(address)}")


def _network(address: str) -> str:
    """Return whom an address stands for: itself, or the /64 that one subscriber has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _refuse_guessing(session: Session, subjects: list[str], now: datetime) -> None:
    """Wait for tries under way on these subjects, then raise TooMany where one has failed too often.

    The locks are taken in the order given and held until the transaction ends, so of tries made at once
    no more than ``FAILURES`` are ever checked.
    """
    session.execute(_LOCK, {"subjects": subjects})
    rows = session.execute(
        select(col(SignInFailure.subject), col(SignInFailure.at))
        .where(col(SignInFailure.subject).in_(subjects), col(SignInFailure.at) > now - WINDOW)
        .order_by(col(SignInFailure.at))
    )
    failed: dict[str, list[datetime]] = {}
    for subject, at in rows:
        failed.setdefault(subject, []).append(at)
    ends = [moments[-FAILURES] + WINDOW for moments in failed.values() if len(moments) >= FAILURES]
    if ends:
        wait = math.ceil((max(ends) - now).total_seconds())
        raise TooMany("There were too many failed tries to sign in.", retry_after_s=max(wait, 1))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
