"""The ledger: every decision, each event chained to the one before by its hash.

Law 10: the record is append-only. The database refuses updates and deletes; the chain makes any change
made behind its back show, because an event's hash covers the canonical JSON (RFC 8785) of everything in
it and the hash of its predecessor.

The head of the chain is locked from an append to the commit, so appends come one after another for the
whole cooperative. The database therefore chains the event itself, in one statement (``ledger_append``),
from the canonical text of the payload that it is handed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy import select, text
from sqlmodel import Session, col

from coop.tables import LedgerEvent, LedgerHead

GENESIS = "0" * 64
"""What the first event names as its predecessor."""


LARGEST_NUMBER = 2**53 - 1
"""Largest number in a payload, either way from nought: above it, doubles skip integers (RFC 7493 §2.2)."""

_APPEND = text("SELECT seq, hash FROM ledger_append(:at, :type, :payload)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the chain."""

    seq: int
    hash: str


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


def append(session: Session, type: str, payload: dict[str, Any], now: datetime) -> Place:
    """Add one event in the caller's transaction and return its place in the chain.

    Whatever the session holds unwritten is written first. Then the head is locked until the transaction
    ends: call it last, after every other lock, and commit soon. Raise rfc8785.CanonicalizationError where
    the payload has no canonical form that reads back as it was written.
    """
    session.flush()
    row = session.connection().execute(_APPEND, entry(type, payload, now)).one()
    return Place(row.seq, row.hash)


def hold(session: Session) -> None:
    """Keep others from appending until the transaction ends: what the ledger tells now stays all it tells.

    Like :func:`append`, call it after every other lock.
    """
    session.execute(select(col(LedgerHead.seq)).with_for_update())


def entry(type: str, payload: dict[str, Any], now: datetime) -> dict[str, str]:
    """Return the parameters of ``ledger_append(:at, :type, :payload)``, for a statement that does more.

    Raise what :func:`append` raises.
    """
    canonical = rfc8785.dumps(payload).decode()
    json.loads(canonical, parse_int=_check_number, parse_float=_check_number)
    return {"at": stamp(now), "type": type, "payload": canonical}


def _check_number(written: str) -> None:
    """Refuse a float so large that it reads back as an integer which has no canonical form."""
    if abs(float(written)) > LARGEST_NUMBER:
        raise rfc8785.IntegerDomainError(int(float(written)))


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
