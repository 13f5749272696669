"""One request as the house sees it: who acts, under which book, at what time, in which transaction.

Law 3: the policy epoch is the first thing a request reads; everything in it is decided by that book.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app
from pydantic import BaseModel
from sqlmodel import Session

from coop.book import Book
from coop.clock import Clock
from coop.credential import Credential, begin
from coop.database import Database
from coop.errors import Unauthenticated
from coop.identity import Identity
from coop.policies import Books
from coop.profiles import Screen
from coop.settings import Settings


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts that one process shares between its requests."""

    settings: Settings
    database: Database
    books: Books
    clock: Clock
    screen_profile: Screen
    """Looks at each change of a profile before anybody else sees it."""

    @contextmanager
    def call(self, credential: Credential | None) -> Iterator["Call"]:
        """Open the transaction of one request: committed on return, rolled back on any exception."""
        with self.database.begin() as session:
            row = begin(session, credential)
            now = row.moment + self.clock.offset
            identity = None if credential is None else credential.reads(row, now)
            yield Call(session, identity, self.books.at(session, row.epoch, row.holdings), now, self)


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


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer to what is not done yet, because somebody else decides it (202)."""

    value: BaseModel


def made(answer: Response | Later) -> Response:
    """Return the answer itself; called after the commit."""
    return answer.make() if isinstance(answer, Later) else answer


def platform() -> Platform:
    """Return the platform of the running application."""
    found: Platform = current_app.extensions["allotment"]
    return found
