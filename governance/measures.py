"""Measures of how we decide. Who voted is on public record, so nothing here is hidden."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.measures import Measure
from coop.metrics import STEP, Span, share
from governance.tables import Ballot, Proposal, RollEntry


def turnout(session: Session, span: Span) -> Decimal | None:
    """Return the share, in percent, of those on the rolls who voted, of all votes counted in the span.

    A secret vote's roll says who voted, another's ballots do. None where no vote was counted.
    """
    voted = (
        select(col(Ballot.member_id))
        .where(
            col(Ballot.proposal_id) == col(RollEntry.proposal_id),
            col(Ballot.member_id) == col(RollEntry.member_id),
        )
        .exists()
    )
    took_part, on_rolls = session.execute(
        select(func.count().filter(voted | col(RollEntry.voted)), func.count())
        .select_from(RollEntry)
        .join(Proposal, col(Proposal.id) == col(RollEntry.proposal_id))
        .where(
            col(Proposal.tallied_at) >= span.since,
            col(Proposal.tallied_at) < span.until,
            col(Proposal.scope) == span.scope,
        )
    ).one()
    return share(took_part, on_rolls).quantize(STEP) if on_rolls else None


MEASURES: Mapping[str, Measure] = {"turnout": turnout}
"""By the name of the metric."""
