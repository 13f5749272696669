"""How a policy came to be: each version it has had, what wrote it, and where the ledger tells of it.

Law 2: no version is without a cause. The founding and votes set clauses; a sunset, a tripwire or an emergency
measure that was not ratified takes back what a change had set, as had been agreed with it.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop import policies
from coop.checkpoint_tables import Checkpoint
from coop.tables import LedgerEvent, PolicyVersion

UNDER_WAY = timedelta(minutes=1)
"""A checkpoint this much older than a version does not hold the event that tells of it."""

WHY: dict[tuple[str, bool], str] = {
    ("founding", False): "It is the text that the cooperative was founded with.",
    ("enactment", False): "A vote passed it.",
    ("emergency", False): "Stewards put it in force in an emergency; unless all of us ratify it, it ends.",
    ("emergency", True): "An emergency measure was not ratified, so what it had set was taken back.",
    ("sunset", True): "The time that was agreed for a change was over, so what it had set was taken back.",
    ("tripwire", True): "A measure left the bounds agreed for a change, so what that had set was taken back.",
}
"""What wrote a version, and whether it takes something back → why that is, in words."""


@dataclass(frozen=True, slots=True)
class Written:
    """One version that a policy has had."""

    version: PolicyVersion
    before: str | None
    """The text before it; None for the first."""
    takes_back: bool
    """Whether it takes back what its proposal had set, rather than setting it."""
    ledger_seq: int
    """Number of the event of the ledger that holds it."""

    @property
    def why(self) -> str:
        """What brought it, in a sentence."""
        return WHY[self.version.cause, self.takes_back]


def history(session: Session, scope: str, kind: str) -> list[Written]:
    """Return every version of a policy, the newest first."""
    found = policies.versions(session, scope, kind)
    places = _places(session, scope, kind)
    texts = [*(version.text for version in found[1:]), None]
    first = {version.proposal_id: version.number for version in found}
    return [
        Written(
            version,
            text,
            version.cause != "founding" and first[version.proposal_id] != version.number,
            places[version.number],
        )
        for version, text in zip(found, texts, strict=True)
    ]


def _places(session: Session, scope: str, kind: str) -> dict[int, int]:
    """Return where the ledger tells of each version, by its number, without reading the ledger through."""
    signed = (
        select(func.coalesce(func.max(col(Checkpoint.size)), 0))
        .where(col(Checkpoint.at) < col(PolicyVersion.enacted_at) - UNDER_WAY)
        .correlate(PolicyVersion)
        .scalar_subquery()
    )
    told = (
        select(col(LedgerEvent.seq))
        .where(
            col(LedgerEvent.seq) > signed,
            col(LedgerEvent.type) == "policy.version",
            col(LedgerEvent.payload)["epoch"].as_integer() == col(PolicyVersion.epoch),
        )
        .order_by(col(LedgerEvent.seq))
        .limit(1)
        .correlate(PolicyVersion)
        .scalar_subquery()
    )
    rows = session.execute(
        select(col(PolicyVersion.number), told.label("seq")).where(
            col(PolicyVersion.scope) == scope, col(PolicyVersion.kind) == kind
        )
    )
    return {row.number: row.seq for row in rows}
