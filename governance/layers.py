"""A policy as the votes that it is made of: which version set which clause, and which of them still stand.

The arithmetic is :mod:`governance.inverse`'s; here the versions are read, and what has become of the
proposals that brought them. Law 2: what was to end by itself ends for good: it is not put back when what
was laid over it is taken away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from coop.policy_text import parse
from coop.tables import PolicyVersion
from governance import inverse
from governance.facts import State
from governance.inverse import Layer
from governance.tables import Proposal

COVERED = (State.SUPERSEDED, State.REPEALED)
"""How a change goes out of force because others were laid over it; it is back when they are taken away."""


@dataclass(frozen=True, slots=True)
class Layered:
    """One policy, layer by layer."""

    number: int
    """Of the newest version; 0 where there is none."""
    texts: dict[int, str]
    """Number of a version → its text; that of version 0 is empty."""
    layers: tuple[Layer, ...]
    """What the founding and each vote set, the oldest first."""
    gone: frozenset[int]
    """Numbers of the layers that do not stand any more."""
    covered: frozenset[int]
    """Numbers of those that would be in force again if what was laid over them were taken away."""
    proposals: dict[int, int]
    """Number → id of the proposal that brought it."""

    @property
    def text(self) -> str:
        """The text of the newest version."""
        return self.texts[self.number]

    @property
    def data(self) -> dict[str, Any]:
        """What that text says."""
        return _parsed(self.text)

    @property
    def surface(self) -> dict[str, int]:
        """Which version each clause is of."""
        return inverse.surface(self.layers, self.gone, self.data)

    def number_of(self, proposal_id: int) -> int:
        """Return the number of the version that a proposal brought. Raise KeyError where it brought none."""
        numbers = {proposal: number for number, proposal in self.proposals.items()}
        return numbers[proposal_id]

    def clauses_of(self, number: int) -> inverse.Clauses:
        """Return the clauses that the version ``number`` set."""
        return next(one.clauses for one in self.layers if one.number == number)

    def uncovered(self, number: int) -> dict[str, Any]:
        """Return what stands below the version ``number``, for each clause that is still its own."""
        return inverse.uncovered(self.layers, self.gone, self.data, number)


def read(session: Session, scope: str, kind: str, at: datetime) -> Layered:
    """Return a policy as it stands, and which of its layers had ended by ``at``."""
    rows = session.execute(
        select(
            col(PolicyVersion.number),
            col(PolicyVersion.text),
            col(PolicyVersion.cause),
            col(Proposal.id),
            col(Proposal.pace),
            col(Proposal.tally),
            col(Proposal.enacted_at),
            col(Proposal.renewed_at),
            col(Proposal.sunset_after),
            col(Proposal.undone_as),
        )
        .outerjoin(Proposal, col(Proposal.version_id) == col(PolicyVersion.id))
        .where(col(PolicyVersion.scope) == scope, col(PolicyVersion.kind) == kind)
        .order_by(col(PolicyVersion.number))
    ).all()
    texts = {0: "", **{row.number: row.text for row in rows}}
    laid = [row for row in rows if row.id is not None or row.cause == "founding"]
    gone = frozenset(row.number for row in laid if _is_gone(row, at))
    return Layered(
        number=max(texts),
        texts=texts,
        layers=tuple(
            inverse.layer(row.number, _parsed(texts[row.number - 1]), _parsed(row.text)) for row in laid
        ),
        gone=gone,
        covered=frozenset(row.number for row in laid if row.undone_as in COVERED) - gone,
        proposals={row.number: row.id for row in laid if row.id is not None},
    )


def _is_gone(row: Row[*tuple[Any, ...]], at: datetime) -> bool:
    """Say whether a layer does not stand any more: it was undone, or had to end while it was covered."""
    if row.undone_as in (State.SUNSET, State.REVERTED):
        return True
    if row.undone_as not in COVERED:
        return False
    if row.pace == "emergency" and not (row.tally or {}).get("passed", False):
        return True
    if row.sunset_after is None:
        return False
    ends_at: datetime = (row.renewed_at or row.enacted_at) + timedelta(seconds=row.sunset_after)
    return ends_at <= at


@lru_cache(maxsize=256)
def _parsed(text: str) -> dict[str, Any]:
    """Return the data of a text; texts are immutable, so parsed ones are kept. Nobody may change it."""
    return parse(text)
