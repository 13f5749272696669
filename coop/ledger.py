"""The ledger: every decision, each event chained to the one before by its hash.

Law 10: the record is append-only. The database refuses updates and deletes; the chain makes any change
made behind its back show, because an event's hash covers the canonical JSON (RFC 8785) of everything in
it and the hash of its predecessor.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy import select, update
from sqlmodel import Session, col

from coop.tables import LedgerEvent, LedgerHead

GENESIS = "0" * 64
"""What the first event names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold in an exported ledger."""

    seq: int
    detail: str


def digest(seq: int, at: str, type: str, payload: dict[str, Any], prev: str) -> str:
    """Return an event's hash, in hex: sha256 over the RFC 8785 form of its five other members."""
    body: dict[str, Any] = {"seq": seq, "at": at, "type": type, "payload": payload, "prev": prev}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def stamp(at: datetime) -> str:
    """Return an instant as the ledger writes it: UTC, RFC 3339, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def append(session: Session, type: str, payload: dict[str, Any], now: datetime) -> LedgerEvent:
    """Add one event in the caller's transaction and return it.

    Locks the head row until the transaction ends: call it last, after every other lock.
    """
    head = session.execute(select(col(LedgerHead.seq), col(LedgerHead.hash)).with_for_update()).one()
    seq = head.seq + 1
    event = LedgerEvent(
        seq=seq,
        at=now,
        type=type,
        payload=payload,
        prev=head.hash,
        hash=digest(seq, stamp(now), type, payload, head.hash),
    )
    session.add(event)
    session.flush()
    session.execute(update(LedgerHead).values(seq=seq, hash=event.hash))
    return event


def as_line(event: LedgerEvent) -> str:
    """Return an event as one line of an export: canonical JSON with its hash."""
    return rfc8785.dumps(
        {
            "seq": event.seq,
            "at": stamp(event.at),
            "type": event.type,
            "payload": event.payload,
            "prev": event.prev,
            "hash": event.hash,
        }
    ).decode()


def export(session: Session, after: int = 0) -> Iterator[str]:
    """Yield every event after ``after`` as a line, in order, without holding them all in memory."""
    events = session.scalars(
        select(LedgerEvent)
        .where(col(LedgerEvent.seq) > after)
        .order_by(col(LedgerEvent.seq))
        .execution_options(yield_per=500)
    )
    for event in events:
        yield as_line(event)


def read(lines: Iterable[str]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Parse an export; return its events and the problems of its chain (none: it is whole)."""
    events: list[dict[str, Any]] = []
    problems: list[Problem] = []
    prev, expected = GENESIS, 1
    for line in lines:
        if not line.strip():
            continue
        event = _parse(line)
        if event is None:
            problems.append(Problem(expected, "this line is not an event"))
            expected += 1
            continue
        problems += _check(event, expected, prev)
        prev, expected = event["hash"], event["seq"] + 1
        events.append(event)
    return events, problems


def _parse(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return None
    shape = {"seq": int, "at": str, "type": str, "payload": dict, "prev": str, "hash": str}
    if not isinstance(event, dict) or event.keys() != shape.keys():
        return None
    if not all(type(event[name]) is kind for name, kind in shape.items()):
        return None
    return event


def _check(event: dict[str, Any], expected: int, prev: str) -> Iterator[Problem]:
    seq = event["seq"]
    if seq != expected:
        yield Problem(expected, f"event {expected} is missing: the next one is {seq}")
    if event["prev"] != prev:
        yield Problem(seq, "it does not follow the event before it")
    try:
        found = digest(seq, event["at"], event["type"], event["payload"], event["prev"])
    except rfc8785.CanonicalizationError as error:
        yield Problem(seq, f"it cannot be put in canonical form: {error}")
        return
    if found != event["hash"]:
        yield Problem(seq, "its hash does not match what it says")
