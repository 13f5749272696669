"""Places: where the ledger tells of a proposal, found again without reading the ledger through.

An event is signed over by a checkpoint soon after it was written, and by none before: so the checkpoints say
from where on to look for what happened at a moment.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.checkpoint_tables import Checkpoint
from coop.errors import NotFound
from coop.tables import LedgerEvent

UNDER_WAY = timedelta(minutes=1)
"""A checkpoint this much older than a moment holds nothing that happened at it."""


def recorded(session: Session, types: Collection[str], proposal_id: int, at: datetime) -> LedgerEvent:
    """Return the event of one of ``types`` that was appended for a proposal at exactly ``at``.

    Raise NotFound where there is none.
    """
    before = select(func.coalesce(func.max(col(Checkpoint.size)), 0)).where(
        col(Checkpoint.at) < at - UNDER_WAY
    )
    found = session.scalars(
        select(LedgerEvent)
        .where(
            col(LedgerEvent.seq) > before.scalar_subquery(),
            col(LedgerEvent.at) == at,
            col(LedgerEvent.type).in_(types),
            col(LedgerEvent.payload)["proposal"].as_string() == str(proposal_id),
        )
        .order_by(col(LedgerEvent.seq))
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
