"""Checkpoints over HTTP: what the coop has signed of its ledger, and proofs from it (law 10).

Sizes, roots and proofs are anyone's to read and keep: they tell nothing of what events say. What events
say is for members, as in :mod:`coop.routes.ledger`.
"""

from collections.abc import Iterator
from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from coop import checkpoints
from coop.api import Api
from coop.call import Call, Platform
from coop.checkpoint_tables import Checkpoint
from coop.errors import Conflict, NotFound
from coop.ledger import stamp

api = Api("ledger")

NOTE_TYPE = "text/plain"
LARGEST = 2**63 - 1


class CheckpointQuery(BaseModel):
    """Where an export of checkpoints begins."""

    after: int = Field(default=0, ge=0, le=LARGEST)
    """Size of the last checkpoint you have."""


class InclusionQuery(BaseModel):
    """Which event, and under which size."""

    seq: int = Field(ge=1, le=LARGEST)
    size: int = Field(ge=1, le=LARGEST)


class ConsistencyQuery(BaseModel):
    """From which size, to which."""

    old: int = Field(ge=0, le=LARGEST)
    new: int = Field(ge=0, le=LARGEST)


class SigningKey(BaseModel):
    """A public key of the coop's."""

    key: str
    """``name+id+base64``: a C2SP verifier key, Ed25519."""
    since: int
    """Size of the first checkpoint signed with it."""


class SigningKeys(BaseModel):
    """Every key that the ledger was signed with, the oldest first."""

    items: list[SigningKey]


class ProofView(BaseModel):
    """Hashes that prove something about the Merkle tree over the ledger."""

    hashes: list[str]
    """In hex, in the order of RFC 6962."""


class EventView(BaseModel):
    """One event, as an export has it."""

    seq: int
    at: str
    type: str
    payload: dict[str, Any]
    prev: str
    hash: str


class EventProofView(ProofView):
    """An event, and the proof that it is under a signed checkpoint: keep it as a receipt."""

    event: EventView
    size: int
    checkpoint: str
    """The signed note (C2SP tlog-checkpoint)."""
    key: str
    """The public key it was signed with; see ``/ledger/keys``."""


@api.get("/ledger/checkpoint", public=True, produces=NOTE_TYPE, raises=(NotFound,))
def read_latest_checkpoint(call: Call) -> Response:
    """Read the newest checkpoint, as a signed note (C2SP tlog-checkpoint).

    Keep it: any later rewriting of what it covers shows. Entry ``seq - 1`` of the tree is event ``seq``'s
    hash, as 32 bytes; leaves and nodes are hashed as in RFC 6962.
    """
    newest = checkpoints.latest(call.session)
    if newest is None:
        raise NotFound
    return _note(newest)


@api.get("/ledger/checkpoints/<id:size>", public=True, produces=NOTE_TYPE)
def read_checkpoint(call: Call, size: int) -> Response:
    """Read the checkpoint that was signed at a size, as a signed note."""
    return _note(checkpoints.at(call.session, size))


@api.get("/ledger/checkpoints", public=True, produces="application/jsonl")
def export_checkpoints(call: Call, query: CheckpointQuery) -> Response:
    """Export the checkpoints as JSON Lines, to verify an export of the ledger with ``tools/verify.py``."""
    response = Response(_lines(call.platform, query.after), content_type="application/jsonl; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@api.get("/ledger/keys", public=True)
def list_signing_keys(call: Call) -> SigningKeys:
    """List the public keys of the coop: note the newest, and compare it when you verify."""
    found = checkpoints.keys(call.session)
    return SigningKeys(items=[SigningKey(key=key, since=since) for key, since in found])


@api.get("/ledger/inclusion", public=True)
def prove_inclusion(call: Call, query: InclusionQuery) -> ProofView:
    """Prove that an event is among the first ``size`` (RFC 6962 §2.1.1)."""
    return _proof(checkpoints.inclusion_proof(call.session, query.seq, query.size))


@api.get("/ledger/consistency", public=True)
def prove_consistency(call: Call, query: ConsistencyQuery) -> ProofView:
    """Prove that the first ``new`` events begin with the first ``old`` (RFC 6962 §2.1.2)."""
    return _proof(checkpoints.consistency_proof(call.session, query.old, query.new))


@api.get("/ledger/events/<id:seq>/proof", raises=(Conflict,))
def prove_event(call: Call, seq: int) -> EventProofView:
    """Read an event with the proof that it is under the newest checkpoint: a receipt to keep.

    An event of the last moment is covered by no checkpoint yet; then this answers 409, and ``Retry-After``
    says in how many seconds to ask again.
    """
    proof = checkpoints.proof_of(call.session, seq)
    event = proof.event
    return EventProofView(
        event=EventView(
            seq=event.seq,
            at=stamp(event.at),
            type=event.type,
            payload=event.payload,
            prev=event.prev,
            hash=event.hash,
        ),
        size=proof.size,
        hashes=_hex(proof.hashes),
        checkpoint=proof.checkpoint,
        key=proof.key,
    )


def _note(checkpoint: Checkpoint) -> Response:
    response = Response(checkpoint.note, content_type=f"{NOTE_TYPE}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(platform: Platform, after: int) -> Iterator[str]:
    with platform.database.begin() as session:
        for line in checkpoints.export(session, after):
            yield line + "\n"


def _proof(hashes: list[bytes]) -> ProofView:
    return ProofView(hashes=_hex(hashes))


def _hex(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]
