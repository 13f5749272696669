"""Slates: settling who stands in an election, when its roll is frozen.

Whoever may vote may stand: of the candidates, those on the frozen roll. Law 5: the proposal's hash is made
anew over the slate (:mod:`governance.people.slate`), and ballots bind to the new one.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from governance.case import Case
from governance.people.slate import slate, slate_hash, statement_sha256
from governance.people.tables import Candidate
from governance.tables import Proposal


def settle(session: Session, case: Case, roll: Mapping[int, str]) -> dict[str, Any]:
    """Write down the slate of an election, and return what the ledger is told of it.

    ``roll`` holds the handles of those on the frozen roll by their ids. The caller holds the proposal's lock.
    """
    stated = {
        roll[one]: statement_sha256(said) for one, said in _standing(session, case.id).items() if one in roll
    }
    options = {**case.options, "choices": slate(case.patch_sha256, stated)}
    hashed = slate_hash(case.scope, case.method, options, case.author, _nonce(session, case.id))
    session.execute(
        update(Proposal).where(col(Proposal.id) == case.id).values(options=options, patch_sha256=hashed)
    )
    return {"slate": options["choices"], "patch_sha256": hashed}


def _standing(session: Session, proposal_id: int) -> dict[int, str]:
    """Return what the candidates say, by their ids."""
    rows = session.execute(
        select(col(Candidate.member_id), col(Candidate.statement)).where(
            col(Candidate.proposal_id) == proposal_id
        )
    )
    return {row.member_id: row.statement for row in rows}


def _nonce(session: Session, proposal_id: int) -> str:
    nonce = select(col(Proposal.nonce)).where(col(Proposal.id) == proposal_id)
    return str(session.execute(nonce).scalar_one())
