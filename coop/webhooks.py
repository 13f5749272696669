"""Webhooks: addresses of members' own, to which what is published is sent, signed.

What is published is public, so a webhook tells its owner nothing that a visitor may not read. Law 7: whose
it is not, for them there is none. Its secret has to sign, so it is kept as it is and not as a hash; it
leaves here once, to its owner, when it is made.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop import outbound
from coop.database import COUNTED
from coop.errors import Conflict, Fault, Forbidden, NotFound
from coop.identity import Identity
from coop.ids import first_id_at, new_id
from coop.receipts import Citation
from coop.tables import Member
from coop.webhook_signature import new_secret
from coop.webhook_tables import Webhook, WebhookDelivery, WebhookEvent


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook as its owner sees it, without its secret."""

    id: int
    url: str
    created_at: datetime
    failures: int
    """Events given up in a row."""
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Registered:
    """A webhook whose secret is fresh, and shown this once."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something to publish. Of one subject, each type is published once."""

    type: str
    """Such as ``decision.enacted``."""
    subject: int
    """Id of the thing it happened to."""
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook, or arrived, or given up."""

    event_id: int
    type: str
    at: datetime
    tries: int
    due_at: datetime | None
    tried_at: datetime | None
    status: int | None
    problem: str
    delivered_at: datetime | None


_SEEN = (
    col(Webhook.id),
    col(Webhook.url),
    col(Webhook.created_at),
    col(Webhook.failures),
    col(Webhook.disabled_at),
)
"""Columns of an :class:`Endpoint`."""


def register(
    session: Session, owner: Identity, url: str, limit: Citation, now: datetime, *, loopback: bool
) -> Registered:
    """Make a webhook of a member.

    Raise RuleBroken where nothing can be sent to ``url``, Forbidden where they hold as many as ``limit``
    allows, and Conflict where they hold this one. Their own row is locked before counting, so that requests
    side by side cannot pass the number.
    """
    url = outbound.check(url, "/url", loopback=loopback)
    session.execute(
        select(col(Member.id)).where(col(Member.id) == owner.member_id).with_for_update(key_share=True)
    )
    held = [endpoint.url for endpoint in of(session, owner)]
    if url in held:
        raise Conflict("You have this webhook.", faults=(Fault("/url", "Remove the one you have first."),))
    if len(held) >= limit.value:
        detail = f"A member may hold {limit.value} webhooks."
        raise Forbidden(detail, faults=(Fault("", detail, limit),))
    made = Webhook(id=new_id(now), owner_id=owner.member_id, url=url, secret=new_secret(), created_at=now)
    session.add(made)
    session.flush()
    return Registered(Endpoint(made.id, made.url, made.created_at, 0, None), made.secret)


def of(session: Session, owner: Identity) -> list[Endpoint]:
    """Return a member's webhooks, the newest first."""
    rows = session.execute(
        select(*_SEEN).where(col(Webhook.owner_id) == owner.member_id).order_by(col(Webhook.id).desc())
    )
    return [Endpoint(**row._mapping) for row in rows]


def rotate_secret(session: Session, owner: Identity, webhook_id: int) -> Registered:
    """Give a webhook a fresh secret; every try that is claimed from here on is signed with it.

    Raise NotFound where the member has no such webhook.
    """
    secret = new_secret()
    row = session.execute(
        update(Webhook)
        .where(col(Webhook.id) == webhook_id, col(Webhook.owner_id) == owner.member_id)
        .values(secret=secret)
        .returning(*_SEEN)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Registered(Endpoint(**row._mapping), secret)


def remove(session: Session, owner: Identity, webhook_id: int) -> None:
    """Remove a webhook and the log of its deliveries; raise NotFound where the member has none such."""
    gone = session.execute(
        delete(Webhook)
        .where(col(Webhook.id) == webhook_id, col(Webhook.owner_id) == owner.member_id)
        .returning(col(Webhook.id))
    ).one_or_none()
    if gone is None:
        raise NotFound


def deliveries(
    session: Session, owner: Identity, webhook_id: int, *, before: int | None, limit: int
) -> list[Delivery]:
    """Return up to ``limit`` deliveries to a webhook, the newest event first, older than ``before``.

    Raise NotFound where the member has no such webhook.
    """
    held = select(col(Webhook.id)).where(
        col(Webhook.id) == webhook_id, col(Webhook.owner_id) == owner.member_id
    )
    if session.execute(held).one_or_none() is None:
        raise NotFound
    statement = (
        select(
            col(WebhookDelivery.event_id),
            col(WebhookEvent.type),
            col(WebhookEvent.at),
            col(WebhookDelivery.tries),
            col(WebhookDelivery.due_at),
            col(WebhookDelivery.tried_at),
            col(WebhookDelivery.status),
            col(WebhookDelivery.problem),
            col(WebhookDelivery.delivered_at),
        )
        .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
        .where(col(WebhookDelivery.webhook_id) == webhook_id)
        .order_by(col(WebhookDelivery.event_id).desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(col(WebhookDelivery.event_id) < before)
    return [Delivery(**row._mapping) for row in session.execute(statement)]


def publish(session: Session, event: Event, now: datetime) -> int | None:
    """Put an event on its way to every webhook in use; return to how many, or None where it was before.

    Webhooks that were disabled, and those of members who have left, are passed over.
    """
    published = session.execute(
        insert(WebhookEvent)
        .values(id=new_id(now), type=event.type, subject=event.subject, at=event.at, data=event.data)
        .on_conflict_do_nothing(index_elements=["type", "subject"])
        .returning(col(WebhookEvent.id))
    ).scalar_one_or_none()
    if published is None:
        return None
    to = (
        select(col(Webhook.id), literal(published), literal(0), literal(now), literal(""))
        .join(Member, col(Member.id) == col(Webhook.owner_id))
        .where(col(Webhook.disabled_at).is_(None), col(Member.left_at).is_(None))
    )
    columns = ["webhook_id", "event_id", "tries", "due_at", "problem"]
    sent = insert(WebhookDelivery).from_select(columns, to, include_defaults=False)
    return session.connection().execute(sent, execution_options=COUNTED).rowcount


def published(session: Session, subjects: list[int]) -> set[tuple[str, int]]:
    """Return what has been published of these things: pairs of type and subject."""
    rows = session.execute(
        select(col(WebhookEvent.type), col(WebhookEvent.subject)).where(
            col(WebhookEvent.subject).in_(subjects)
        )
    )
    return {(row.type, row.subject) for row in rows}


def sweep(session: Session, kept: timedelta, now: datetime) -> int:
    """Delete the deliveries of events older than ``kept`` and return how many; the events stay."""
    old = delete(WebhookDelivery).where(col(WebhookDelivery.event_id) < first_id_at(now - kept))
    return session.connection().execute(old).rowcount
