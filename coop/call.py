"""One request as the house sees it: who acts, under which book, at what time, in which transaction.

Law 3: the policy epoch is the first thing a request reads; everything in it is decided by that book.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app
from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import Unauthenticated
from coop.identity import Identity
from coop.policies import Books
from coop.settings import Settings
from coop.tables import PolicyEpoch

Authenticator = Callable[[Session, datetime], Identity | None]
"""Finds who acts from what the request carries; made by the API for tokens, by the pages for cookies."""

_BEGIN = select(col(PolicyEpoch.epoch), func.clock_timestamp())


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts that one process shares between its requests."""

    settings: Settings
    database: Database
    books: Books
    clock: Clock

    @contextmanager
    def call(self, authenticate: Authenticator) -> Iterator["Call"]:
        """Open the transaction of one request: committed on return, rolled back on any exception."""
        with self.database.begin() as session:
            epoch, moment = session.connection().execute(_BEGIN).one()
            now = moment + self.clock.offset
            book = self.books.at(session, epoch)
            yield Call(session, authenticate(session, now), book, now, self)


@dataclass(frozen=True, slots=True)
class Call:
    """What a route hands to an action."""

    session: Session
    identity: Identity | None
    book: Book
    now: datetime
    """The database's time when the request began, in UTC."""
    platform: Platform

    @property
    def member(self) -> Identity:
        """The member who acts; raise Unauthenticated where nobody is signed in."""
        if self.identity is None:
            raise Unauthenticated
        return self.identity


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that is made once the transaction has committed, so that a slow store holds no row."""

    make: Callable[[], Response]


def made(answer: Response | Later) -> Response:
    """Return the answer itself; called after the commit."""
    return answer.make() if isinstance(answer, Later) else answer


def platform() -> Platform:
    """Return the platform of the running application."""
    found: Platform = current_app.extensions["allotment"]
    return found
