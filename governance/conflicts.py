"""Conflicts: the other proposals under way that would set the same clauses.

Whichever of them takes force first moves the text under the others, so they are named before anybody votes,
to the author already while drafting. Law 7: drafts of others are never named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from coop.policy_text import parse
from coop.tables import PolicyVersion
from governance import cases
from governance.case import Case
from governance.facts import OVER, State
from governance.overlap import Asked, overlapping, touched
from governance.tables import Proposal


@dataclass(frozen=True, slots=True)
class Rival:
    """A proposal under way that touches the same clauses."""

    id: int
    title: str
    state: State
    clauses: list[str]
    """Pointers of those that the other proposal would set too."""


def of(session: Session, case: Case) -> list[Rival]:
    """Return the rivals of a case of any state, the newest first; none where it changes no policy."""
    (own,) = _rows(session, col(Proposal.id) == case.id)
    asked = _asked(own)
    if not asked.places():
        return []
    same = (col(Proposal.scope) == case.scope, col(Proposal.kind) == case.kind)
    others = _rows(session, *cases.OPEN, *same, col(Proposal.id) != case.id)
    near = [row for row in others if overlapping(asked.places(), _asked(row).places())]
    if not near:
        return []
    texts = {row.text: parse(row.text or "") for row in (own, *near)}
    mine = touched(asked, texts[own.text])
    shared = {row.id: overlapping(mine, touched(_asked(row), texts[row.text])) for row in near}
    return [
        Rival(rival.id, rival.title, rival.stage.state, shared[rival.id])
        for rival in cases.find(session, case.read_at, col(Proposal.id).in_(shared))
        if shared[rival.id] and rival.stage.state not in OVER
    ]


def _rows(session: Session, *conditions: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    return session.execute(
        select(col(Proposal.id), col(Proposal.patch), col(Proposal.options), col(PolicyVersion.text))
        .outerjoin(
            PolicyVersion,
            (col(PolicyVersion.scope) == col(Proposal.scope))
            & (col(PolicyVersion.kind) == col(Proposal.kind))
            & (col(PolicyVersion.number) == col(Proposal.base_number)),
        )
        .where(*conditions)
    ).all()


def _asked(row: Row[*tuple[Any, ...]]) -> Asked:
    return Asked(row.patch, row.options)
