"""Checkpoints: what the coop signs of its ledger, and proofs from it.

Law 10: a checkpoint commits to every event up to a size by the root of a Merkle tree (:mod:`coop.merkle`).
Entry ``seq - 1`` of the tree is the 32 bytes of event ``seq``'s hash, which covers all that the event says;
so a receipt that names an event's hash names its leaf too. Who keeps one checkpoint can hold the coop to
everything under it, even if the whole chain were made anew.

The tree grows with each checkpoint, from its stored right edge and the new events alone. Nothing is signed
that does not follow from what was signed before.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, insert, select, text, tuple_
from sqlmodel import Session, col

from coop import signing
from coop.checkpoint_tables import Checkpoint, LedgerNode
from coop.clock import Clock
from coop.database import Database
from coop.errors import Fault, NotFound, NotYet, RuleBroken
from coop.ledger import GENESIS
from coop.merkle import EMPTY, Node, Span, consistency, grown, inclusion, leaf_hash, nodes, span_hash
from coop.tables import LedgerEvent

EVERY_S = 1.0
"""How long the worker waits between two looks for new events, in seconds."""
MOST_EVENTS = 20_000
"""Events that one checkpoint adds to the one before, so that a long ledger is caught up with in steps."""

_ONE_AT_A_TIME = 7_201_938
"""Key of the advisory lock that two workers contend for."""
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")


class RecordBroken(RuntimeError):
    """The ledger no longer is what was signed, or its chain is broken: nothing more is signed."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That an event is in the ledger which a checkpoint was signed over."""

    event: LedgerEvent
    size: int
    """How many events the checkpoint covers."""
    hashes: list[bytes]
    """RFC 6962 §2.1.1, from the leaf's sibling up; the leaf is entry ``event.seq - 1``."""
    checkpoint: str
    """The signed note."""
    key: str
    """The public key it was signed with."""


def latest(session: Session) -> Checkpoint | None:
    """Return the newest checkpoint, if any was signed yet."""
    return session.scalars(select(Checkpoint).order_by(col(Checkpoint.size).desc()).limit(1)).one_or_none()


def at(session: Session, size: int) -> Checkpoint:
    """Return the checkpoint over exactly ``size`` events; raise NotFound where none was signed."""
    found = session.get(Checkpoint, size)
    if found is None:
        raise NotFound
    return found


def keep_up(database: Database, key: Ed25519PrivateKey, origin: str, clock: Clock) -> int:
    """Sign until every event is covered; return how many checkpoints that took, 0 where none was due.

    Each is a transaction of its own. Any number of workers may run this at once: one signs.
    """
    signed = 0
    while True:
        with database.begin() as session:
            if extend(session, key, origin, clock.now(session)) is None:
                return signed
        signed += 1


def extend(session: Session, key: Ed25519PrivateKey, origin: str, now: datetime) -> Checkpoint | None:
    """Sign a checkpoint over the next events, and return it; None where there are none, or another signs.

    ``origin`` names the ledger at its first checkpoint; later ones keep that name. Raise RecordBroken where
    the stored tree is not under the last signed root, or the new events do not follow each other.
    """
    if not session.execute(_TRY_LOCK, {"key": _ONE_AT_A_TIME}).scalar_one():
        return None
    before = latest(session)
    size, root = (before.size, before.root) if before is not None else (0, EMPTY)
    leaves = _new_leaves(session, size)
    if not leaves:
        return None
    edge = _hashes(session, nodes((0, size)))
    if span_hash((0, size), edge) != root:
        raise RecordBroken(f"the first {size} events are not what was signed")
    made = grown(size, edge, leaves)
    rows = [*_rows(made)]
    if rows:
        session.execute(insert(LedgerNode), rows)
    origin = origin if before is None else before.note.partition("\n")[0]
    signed = _signed(key, origin, size + len(leaves), span_hash((0, size + len(leaves)), edge | made), now)
    session.add(signed)
    session.flush()
    return signed


def export(session: Session, after: int = 0) -> Iterator[str]:
    """Yield every checkpoint over more than ``after`` events as a line: canonical JSON of note and key."""
    rows = session.execute(
        select(col(Checkpoint.note), col(Checkpoint.key))
        .where(col(Checkpoint.size) > after)
        .order_by(col(Checkpoint.size))
        .execution_options(yield_per=500)
    )
    for row in rows:
        yield rfc8785.dumps({"note": row.note, "key": row.key}).decode()


def keys(session: Session) -> list[tuple[str, int]]:
    """Return each public key that checkpoints were signed with, and the size of its first, oldest first."""
    first = func.min(col(Checkpoint.size))
    rows = session.execute(select(col(Checkpoint.key), first).group_by(col(Checkpoint.key)).order_by(first))
    return [(key, size) for key, size in rows]


def proof_of(session: Session, seq: int) -> Proof:
    """Return the proof that an event is under the newest checkpoint.

    Raise NotFound where there is no such event, NotYet where no checkpoint covers it so far.
    """
    event = session.get(LedgerEvent, seq)
    if event is None:
        raise NotFound
    newest = latest(session)
    if newest is None or newest.size < seq:
        raise NotYet(
            "This event is recorded, and the next checkpoint will cover it.", retry_after_s=round(EVERY_S) + 1
        )
    hashes = _span_hashes(session, inclusion(seq - 1, newest.size))
    return Proof(event, newest.size, hashes, newest.note, newest.key)


def inclusion_proof(session: Session, seq: int, size: int) -> list[bytes]:
    """Return the hashes that prove event ``seq`` to be among the first ``size`` (RFC 6962 §2.1.1).

    Raise RuleBroken where it is not among them, or no checkpoint covers that many.
    """
    _check_covered(session, size, "query/size")
    if not 1 <= seq <= size:
        raise RuleBroken(
            "The event is not among so many.",
            faults=(Fault("query/seq", f"Name an event from 1 to {size}."),),
        )
    return _span_hashes(session, inclusion(seq - 1, size))


def consistency_proof(session: Session, old: int, new: int) -> list[bytes]:
    """Return the hashes that prove the first ``new`` events to begin with the first ``old`` (§2.1.2).

    Raise RuleBroken where ``old`` is the larger, or no checkpoint covers ``new``.
    """
    _check_covered(session, new, "query/new")
    if old > new:
        raise RuleBroken(
            "A ledger grows from the smaller size.", faults=(Fault("query/old", f"Name at most {new}."),)
        )
    return _span_hashes(session, consistency(old, new))


def _check_covered(session: Session, size: int, pointer: str) -> None:
    newest = latest(session)
    most = 0 if newest is None else newest.size
    if size > most:
        raise RuleBroken(
            "No checkpoint covers so many events.",
            faults=(Fault(pointer, f"The newest checkpoint covers {most}."),),
        )


def _new_leaves(session: Session, size: int) -> list[bytes]:
    """Return the leaf hashes of the next events, having seen that each names the one before it."""
    rows = session.execute(
        select(col(LedgerEvent.seq), col(LedgerEvent.prev), col(LedgerEvent.hash))
        .where(col(LedgerEvent.seq) >= size)
        .order_by(col(LedgerEvent.seq))
        .limit(MOST_EVENTS + 1)
    ).all()
    before = GENESIS
    if size:
        if not rows or rows[0].seq != size:
            raise RecordBroken(f"event {size} was signed and is gone")
        before, rows = rows[0].hash, rows[1:]
    leaves = []
    for seq, row in enumerate(rows[:MOST_EVENTS], size + 1):
        if row.seq != seq or row.prev != before:
            raise RecordBroken(f"event {row.seq} does not follow the one before it")
        before = row.hash
        leaves.append(leaf_hash(bytes.fromhex(row.hash)))
    return leaves


def _signed(key: Ed25519PrivateKey, origin: str, size: int, root: bytes, now: datetime) -> Checkpoint:
    """Return a checkpoint as C2SP tlog-checkpoint writes one, signed in the name of its origin."""
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n"
    note = signing.signed(key, origin, body)
    return Checkpoint(size=size, root=root, note=note, key=signing.verifier(key, origin), at=now)


def _rows(made: dict[Node, bytes]) -> Iterator[dict[str, object]]:
    for (level, index), found in made.items():
        if level:
            yield {"level": level, "index": index, "hash": found}


def _span_hashes(session: Session, spans: Sequence[Span]) -> list[bytes]:
    hashes = _hashes(session, [node for span in spans for node in nodes(span)])
    return [span_hash(span, hashes) for span in spans]


def _hashes(session: Session, wanted: Iterable[Node]) -> dict[Node, bytes]:
    """Read nodes in two statements at most: leaves from the events themselves, the others as stored."""
    listed = list(wanted)
    leaves = [place + 1 for height, place in listed if not height]
    inner = [(height, place) for height, place in listed if height]
    found: dict[Node, bytes] = {}
    if leaves:
        events = select(col(LedgerEvent.seq), col(LedgerEvent.hash)).where(col(LedgerEvent.seq).in_(leaves))
        found |= {(0, row.seq - 1): leaf_hash(bytes.fromhex(row.hash)) for row in session.execute(events)}
    if inner:
        level, index = col(LedgerNode.level), col(LedgerNode.index)
        stored = select(level, index, col(LedgerNode.hash)).where(tuple_(level, index).in_(inner))
        found |= {(row[0], row[1]): row[2] for row in session.execute(stored)}
    return found
