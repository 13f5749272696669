"""Feeds from elsewhere for tests: a real server on this machine, a profile that asks it, a clock by hand."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audience.feeds import own_record, profiles
from audience.feeds.own_draft import Draft
from audience.feeds.own_record import Asking
from coop.book import Book
from coop.clock import Clock
from coop.identity import Identity
from coop.outbound import Outbound
from tests.audience.factories import NOW
from tests.coop.receiver import Receiver

OUTBOUND = Outbound(loopback=True)
"""A client that may speak to this machine."""


@dataclass
class StoppedClock(Clock):
    """A clock that a test moves by hand."""

    at: datetime = NOW

    def now(self, session: Session) -> datetime:
        return self.at


def answers(server: Receiver, *posts: object) -> None:
    """Have a server name these posts."""
    server.status = 200
    server.headers = {"Content-Type": "application/json"}
    server.body = json.dumps({"feed": [{"post": str(one)} for one in posts]}).encode()


def add(session: Session, owner: Identity, book: Book, url: str, name: str = "outside") -> int:
    """Add a profile that asks an address, and return its id."""
    draft = Draft(name, external_url=url)
    return profiles.create(session, owner, book, draft, NOW, loopback=True).id


def asking(session: Session, owner: Identity, name: str = "outside") -> Asking:
    """Return what is known of the address of a profile."""
    found = own_record.find(session, owner, name).asking
    assert found is not None
    return found
