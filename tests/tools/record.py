"""The record of a small cooperative, as its members could take it away: export, checkpoints, receipts."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session

from coop import checkpoints, ledger
from coop.merkle import grown, leaf_hash, span_hash
from coop.signing import signed, verifier
from governance import proposals
from governance.ballots import Receipt
from tests.governance.assembly import CLASS_B, CLASS_D, START, Assembly

Events = list[dict[str, Any]]
KEY = Ed25519PrivateKey.generate()
ORIGIN = "coop.example/ledger"


@dataclass(frozen=True)
class Kept:
    """What somebody took away."""

    ledger: list[bytes]
    checkpoints: list[bytes]
    ballot: bytes
    """The receipt of a ballot, cast early on, with its proof under the first checkpoint."""

    @property
    def events(self) -> Events:
        return [json.loads(line) for line in self.ledger]


def lived(assembly: Assembly) -> Kept:
    """Votes that pass, fail, conflict, are withdrawn, are changed, and one in a guild; four checkpoints."""
    session = assembly.session
    first = assembly.propose()
    beaten = assembly.propose(CLASS_B)
    withdrawn = assembly.propose(CLASS_D, "voting")
    proposals.withdraw(session, assembly.members[0], withdrawn, assembly.clock)
    _sign(assembly)
    assembly.go_to(assembly.times(first).voting_at)
    for voter in assembly.members:
        assembly.vote(first, voter, "against", reason="Not yet.")
    for voter in assembly.members[:4]:
        cast = assembly.vote(first, voter, "for")
    _sign(assembly)
    receipt = _ballot(cast) | {"proof": _proof(session, cast.ledger_seq)}
    assembly.go_to(assembly.times(first).due_at)
    assembly.advance()
    assembly.advance()
    assert assembly.state(beaten) == "conflicted"
    failed = assembly.propose([{"op": "replace", "path": "/photos/per_day", "value": 90}])
    assembly.carry(failed, "for", "against", "abstain")
    assembly.advance()
    _sign(assembly)
    _, bakers = assembly.guild("bakers", *assembly.members)
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    own = assembly.propose(patch, "audience", "guild:bakers", among=bakers)
    assembly.carry(own, "for", "for", "for")
    assembly.advance()
    _sign(assembly)
    return Kept(
        [f"{line}\n".encode() for line in ledger.export(session)],
        [f"{line}\n".encode() for line in checkpoints.export(session)],
        json.dumps(receipt).encode(),
    )


def _sign(assembly: Assembly) -> None:
    assert checkpoints.extend(assembly.session, KEY, ORIGIN, START)


def _ballot(cast: Receipt) -> dict[str, Any]:
    """What ``GET /proposals/{id}/ballot`` answers, of which the times are not needed."""
    return {
        "proposal": str(cast.proposal_id),
        "voter": cast.voter,
        "version": cast.version,
        "marks": None,
        "value": None,
        **cast.said.as_json(),
        "patch_sha256": cast.patch_sha256,
        "rehearsal_sha256": cast.rehearsal_sha256,
        "nonce": cast.nonce,
        "commitment": cast.commitment,
        "ledger": {"seq": cast.ledger_seq, "hash": cast.ledger_hash},
    }


def _proof(session: Session, seq: int) -> dict[str, Any]:
    """What ``GET /ledger/events/{seq}/proof`` answers."""
    proof = checkpoints.proof_of(session, seq)
    return {
        "event": json.loads(ledger.as_line(proof.event)),
        "size": proof.size,
        "hashes": [one.hex() for one in proof.hashes],
        "checkpoint": proof.checkpoint,
        "key": proof.key,
    }


def rebuilt(events: Events) -> list[bytes]:
    """The lines of a chain that its keeper wrote anew, every number and every hash as it should be."""
    prev, lines = ledger.GENESIS, []
    for seq, event in enumerate(events, 1):
        event = event | {"seq": seq, "prev": prev}
        prev = ledger.digest(seq, event["at"], event["type"], event["payload"], prev)
        lines.append(rfc8785.dumps(event | {"hash": prev}) + b"\n")
    return lines


def resigned(lines: list[bytes], sizes: list[int], key: Ed25519PrivateKey = KEY) -> list[bytes]:
    """Checkpoints that its keeper signed anew over a chain."""
    hashes = grown(0, {}, [leaf_hash(bytes.fromhex(json.loads(line)["hash"])) for line in lines])
    told = []
    for size in sizes:
        root = base64.b64encode(span_hash((0, size), hashes)).decode()
        note = signed(key, ORIGIN, f"{ORIGIN}\n{size}\n{root}\n")
        told.append(rfc8785.dumps({"note": note, "key": verifier(key, ORIGIN)}) + b"\n")
    return told
