"""Idempotency-Key: the same request twice has one effect and one answer.

After the IETF draft «The Idempotency-Key HTTP Header Field» and the practice of payment APIs: the key is
bound to its actor and to a hash of the request, its outcome is stored in the transaction of the action
itself, and a second request with the same key waits for the first and then gets the same bytes.
"""

import hashlib
from datetime import datetime, timedelta

from flask import Response
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.errors import Fault, RuleBroken
from coop.tables import IdempotencyRecord

KEPT = timedelta(days=1)
"""How long an outcome is kept."""


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return the hash of what a key is bound to, in hex."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


def check_key(key: str) -> str:
    """Return the key of a request; raise RuleBroken unless it is 1 to 255 printable ASCII characters."""
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise RuleBroken(
            "The Idempotency-Key cannot be used.",
            faults=(Fault("header/Idempotency-Key", "Send 1 to 255 printable ASCII characters."),),
        )
    return key


def replay(session: Session, actor: str, key: str, request_sha256: str, now: datetime) -> Response | None:
    """Claim a key for this request, or return the stored answer of the request that had it before.

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
    stored = session.scalars(
        select(IdempotencyRecord).where(
            col(IdempotencyRecord.actor) == actor, col(IdempotencyRecord.key) == key
        )
    ).one()
    if stored.request_sha256 != request_sha256:
        raise RuleBroken(
            "This Idempotency-Key was used for another request.",
            faults=(Fault("header/Idempotency-Key", "Use a new key for a new request."),),
        )
    response = Response(stored.body, stored.status, content_type=stored.content_type)
    if stored.location is not None:
        response.headers["Location"] = stored.location
    response.headers["Idempotent-Replayed"] = "true"
    return response


def store(session: Session, actor: str, key: str, response: Response) -> None:
    """Keep the answer of the request that claimed the key."""
    session.execute(
        update(IdempotencyRecord)
        .where(col(IdempotencyRecord.actor) == actor, col(IdempotencyRecord.key) == key)
        .values(
            status=response.status_code,
            content_type=response.content_type,
            body=response.get_data(as_text=True),
            location=response.headers.get("Location"),
        )
    )


def sweep(session: Session, now: datetime) -> int:
    """Delete outcomes older than ``KEPT`` and return how many."""
    gone = session.execute(
        delete(IdempotencyRecord)
        .where(col(IdempotencyRecord.created_at) < now - KEPT)
        .returning(col(IdempotencyRecord.key))
    ).all()
    return len(gone)
