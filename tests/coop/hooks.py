"""Webhooks for tests: registered, published to and delivered to, on a clock that stands still."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from app import POLICY_KINDS
from coop import webhook_delivery, webhooks
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.outbound import Outbound
from coop.policies import Books
from coop.receipts import Citation
from coop.webhooks import Delivery, Event, Registered

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
LIMIT = "/notices/webhooks"
ONE = Citation(
    scope="coop", kind="deliberation", clause=LIMIT, value=1, version=1, sha256="", proposal=None, tally=None
)
OUTBOUND = Outbound(loopback=True)
"""A client that may speak to this machine."""


@dataclass
class StoppedClock(Clock):
    """A clock that a test moves by hand."""

    at: datetime = NOW

    def now(self, session: Session) -> datetime:
        return self.at


def register(session: Session, book: Book, owner: Identity, url: str = "https://example.org/") -> Registered:
    limit = book.cite("deliberation", LIMIT)
    return webhooks.register(session, owner, url, limit, NOW, loopback=url.startswith("http://127"))


def publish(session: Session, subject: int = 7, at: datetime = NOW) -> int | None:
    data = {"proposal": str(subject), "title": "Größere Räume"}
    return webhooks.publish(session, Event("decision.enacted", subject, NOW, data), at)


def deliver(database: Database, clock: Clock) -> int:
    return webhook_delivery.deliver(database, Books(POLICY_KINDS), clock, OUTBOUND)


def only(session: Session, owner: Identity, made: Registered) -> Delivery:
    (found,) = webhooks.deliveries(session, owner, made.endpoint.id, before=None, limit=9)
    return found
