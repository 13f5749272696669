"""Webhooks over HTTP: where decisions are sent to, and how that went."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from coop import webhooks
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden
from coop.outbound import LONGEST_URL
from coop.paging import Page, PageQuery, decode_int, encode
from coop.webhooks import Delivery, Endpoint, Registered

api = Api("webhooks")

POLICY, LIMIT = "deliberation", "/notices/webhooks"
"""The clause that says how many webhooks one member may hold."""


class WebhookIn(BaseModel):
    """Where to send decisions."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=LONGEST_URL)
    """An https address on the public network."""


class WebhookView(BaseModel):
    """A webhook of yours."""

    id: str
    url: str
    created_at: datetime
    failures: int
    """Decisions that were given up in a row."""
    disabled_at: datetime | None
    """Since when nothing is sent to it any more, because it took nothing."""


class NewWebhookView(WebhookView):
    """A webhook whose secret is fresh, and shown this once."""

    secret: str
    """Verifies what is sent: Standard Webhooks 1.0.0, HMAC-SHA256."""


class DeliveryView(BaseModel):
    """One decision on its way to a webhook, or arrived, or given up."""

    event: str
    """What ``webhook-id`` names, after ``event_``."""
    type: str
    at: datetime
    """When it was decided."""
    tries: int
    due_at: datetime | None
    """When it is tried next; none once it has arrived or was given up."""
    tried_at: datetime | None
    status: int | None
    """HTTP status of the last answer."""
    problem: str
    """Why the last try did not deliver it."""
    delivered_at: datetime | None


@api.post("/webhooks", secret=True, raises=(Conflict, Forbidden))
def register_webhook(call: Call, body: WebhookIn) -> NewWebhookView:
    """Have every decision sent to an address of yours, signed."""
    limit = call.book.cite(POLICY, LIMIT)
    loopback = call.platform.settings.outbound_loopback
    made = webhooks.register(call.session, call.member, body.url, limit, call.now, loopback=loopback)
    return _fresh(made)


@api.get("/webhooks")
def list_webhooks(call: Call) -> list[WebhookView]:
    """List your webhooks, the newest first."""
    return [WebhookView(**_told(endpoint)) for endpoint in webhooks.of(call.session, call.member)]


@api.post("/webhooks/<id:webhook_id>/secret", secret=True)
def rotate_secret(call: Call, webhook_id: int) -> NewWebhookView:
    """Give a webhook of yours a fresh secret; what is sent from here on is signed with it."""
    return _fresh(webhooks.rotate_secret(call.session, call.member, webhook_id))


@api.delete("/webhooks/<id:webhook_id>")
def remove_webhook(call: Call, webhook_id: int) -> None:
    """Remove a webhook of yours, and the log of what was sent to it."""
    webhooks.remove(call.session, call.member, webhook_id)


@api.get("/webhooks/<id:webhook_id>/deliveries")
def list_deliveries(call: Call, webhook_id: int, query: PageQuery) -> Page[DeliveryView]:
    """List what was sent to a webhook of yours and what it answered, the newest first."""
    before = decode_int(query.cursor)
    found = webhooks.deliveries(call.session, call.member, webhook_id, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    more = encode(shown[-1].event_id) if len(found) > len(shown) else None
    return Page[DeliveryView](items=[_delivery(delivery) for delivery in shown], next=more)


def _fresh(made: Registered) -> NewWebhookView:
    return NewWebhookView(**_told(made.endpoint), secret=made.secret)


def _told(endpoint: Endpoint) -> dict[str, object]:
    return asdict(endpoint) | {"id": str(endpoint.id)}


def _delivery(delivery: Delivery) -> DeliveryView:
    told = asdict(delivery)
    return DeliveryView(event=str(told.pop("event_id")), **told)
