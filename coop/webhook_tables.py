"""Tables of webhooks: where members want decisions sent, what was decided, and each delivery.

The secret of a webhook is kept as it is, because it signs every delivery; it is shown once, when it is made.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Webhook(Row, table=True):
    """An address of a member's own, to which every decision is sent."""

    __tablename__ = "webhook"
    __table_args__ = (
        UniqueConstraint("owner_id", "url"),
        CheckConstraint("url ~ '^https?://'", name="url_scheme"),
        CheckConstraint("failures >= 0", name="failures_counted"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    owner_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    url: str
    secret: str
    created_at: datetime = Field(sa_column=moment())
    failures: int = 0
    """Events given up in a row; one that is delivered sets it back to 0."""
    disabled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class WebhookEvent(Row, table=True):
    """One thing that happened, published once, whoever asks for it."""

    __tablename__ = "webhook_event"
    __table_args__ = (UniqueConstraint("type", "subject"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    """Ordered by when it was published (``coop/ids.py``)."""
    type: str
    """Such as ``decision.enacted``."""
    subject: int = Field(sa_type=BigInteger)
    """Id of the thing it happened to."""
    at: datetime = Field(sa_column=moment())
    data: dict[str, Any] = Field(sa_column=document())


class WebhookDelivery(Row, table=True):
    """One event on its way to one webhook."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries_counted"),
        CheckConstraint("delivered_at IS NULL OR due_at IS NULL", name="delivered_once"),
        Index("ix_webhook_delivery_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    webhook_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("webhook.id", ondelete="CASCADE"), primary_key=True)
    )
    event_id: int = Field(foreign_key="webhook_event.id", primary_key=True, sa_type=BigInteger)
    tries: int = 0
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When it is tried next; none once it was delivered or given up."""
    tried_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    status: int | None = None
    """HTTP status of the last answer."""
    problem: str = ""
    """Why the last try did not deliver it."""
    delivered_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
