"""What members were told, whether they see it yet or not."""

from datetime import UTC, datetime

from sqlmodel import Session

from coop import notices
from coop.identity import Identity
from coop.notices import Told

EVER = datetime(9000, 1, 1, tzinfo=UTC)
"""By then everything is seen."""


def told(session: Session, member: Identity, *, unread_only: bool = False) -> list[Told]:
    """All notices of a member, what was told last first."""
    found = notices.listing(session, member, EVER, unread_only=unread_only, limit=100)
    return sorted(found, key=lambda one: one.id, reverse=True)


def unread(session: Session, member: Identity) -> int:
    """How many notices a member has not read."""
    return notices.unread(session, member, EVER)
