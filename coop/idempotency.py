"""Idempotency-Key: the same request twice has one effect.

After the IETF draft «The Idempotency-Key HTTP Header Field» and the practice of payment APIs: the key is
bound to its actor and to a hash of the request, that it was done is written in the transaction of the action
itself, and a second request with the same key waits for the first. What it is answered is in
``coop/repeats.py``: nothing that was shown is kept here.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.errors import Fault, RuleBroken
from coop.tables import IdempotencyRecord

KEPT = timedelta(days=1)
"""How long it is known that a request was done."""


@dataclass(frozen=True, slots=True)
class Done:
    """What is known of a request that was carried out."""

    status: int
    """Of its answer."""
    made: str | None
    """What it made, by the name that its path ends with; None where its own path says that."""


def fingerprint(secret: str, method: str, path: str, query: bytes, body: bytes) -> str:
    """Return the hash of what a key is bound to, in hex; ``query`` and ``body`` as they were sent.

    It is keyed (RFC 2104) with a ``secret`` that is not in the database, for a body may hold a password.
    """
    said = b"\0".join((method.encode(), path.encode(), query, body))
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def check_key(key: str) -> str:
    """Return the key of a request; raise RuleBroken unless it is 1 to 255 printable ASCII characters."""
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise RuleBroken(
            "The Idempotency-Key cannot be used.",
            faults=(Fault("header/Idempotency-Key", "Send 1 to 255 printable ASCII characters."),),
        )
    return key


def claim(session: Session, actor: str, key: str, request_sha256: str, now: datetime) -> Done | None:
    """Claim a key for this request; return what is known of it where it was done before.

    A request still under way holds the row's unique key, so this waits for it. Raise RuleBroken where
    the key was used for another request.
    """
    claimed = session.execute(
        insert(IdempotencyRecord)
        .values(actor=actor, key=key, request_sha256=request_sha256, created_at=now)
        .on_conflict_do_nothing()
        .returning(col(IdempotencyRecord.key))
    ).one_or_none()
    if claimed is not None:
        return None
    stored = session.scalars(select(IdempotencyRecord).where(_of(actor, key))).one()
    if stored.request_sha256 != request_sha256:
        raise RuleBroken(
            "This Idempotency-Key was used for another request.",
            faults=(Fault("header/Idempotency-Key", "Use a new key for a new request."),),
        )
    assert stored.status is not None, "it is written in the transaction that claims the key"
    return Done(stored.status, stored.made)


def keep(session: Session, actor: str, key: str, done: Done) -> None:
    """Write down that the request that claimed the key was carried out."""
    session.execute(
        update(IdempotencyRecord).where(_of(actor, key)).values(status=done.status, made=done.made)
    )


def free(session: Session, actor: str, key: str) -> None:
    """Let the key go: the request that claimed it was refused, so it may be sent again."""
    session.execute(delete(IdempotencyRecord).where(_of(actor, key)))


def _of(actor: str, key: str) -> ColumnElement[bool]:
    return and_(col(IdempotencyRecord.actor) == actor, col(IdempotencyRecord.key) == key)


def sweep(session: Session, now: datetime) -> int:
    """Delete what is older than ``KEPT`` and return how many."""
    gone = session.execute(
        delete(IdempotencyRecord)
        .where(col(IdempotencyRecord.created_at) < now - KEPT)
        .returning(col(IdempotencyRecord.key))
    ).all()
    return len(gone)
