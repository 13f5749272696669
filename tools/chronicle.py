"""A chronicle: acts told in the order in which they happened, on a clock that stands still in between.

Whatever is planned happens at its own moment, and before it the worker comes at every moment at which time
alone changes something, as it would have come. So the ledger is in order, and nothing in it was made up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple, TypeVar

from sqlmodel import Session

from coop import members
from coop.book import Book
from coop.call import Platform
from coop.clock import Clock
from coop.identity import Identity
from coop.worker import Job
from governance import enactment

Jobs = Callable[[Platform], Sequence[Job]]
"""Returns what the worker does on a platform."""


@dataclass(kw_only=True)
class StoryClock(Clock):
    """A clock that shows the moment that is being told."""

    at: datetime

    def now(self, session: Session) -> datetime:
        """Return the moment that is being told."""
        return self.at


class Room(NamedTuple):
    """What a member acts with: the book in force, in a transaction that ends with the act."""

    session: Session
    book: Book
    who: Identity
    clock: StoryClock

    def setting(self, kind: str, clause: str, value: Any) -> list[dict[str, Any]]:
        """Return the patch that sets a clause of the coop's policy, where it says what it says now."""
        return [
            {"op": "test", "path": clause, "value": self.book.cite(kind, clause).value},
            {"op": "replace", "path": clause, "value": value},
        ]


Act = Callable[[Room], object]
T = TypeVar("T")


class Chronicle:
    """Acts by their moments, and the worker who comes between them."""

    def __init__(self, platform: Platform, jobs: Jobs, begins: datetime) -> None:
        self.clock = StoryClock(at=begins)
        self.platform = replace(platform, clock=self.clock)
        self._jobs = jobs(self.platform)
        self._planned: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()

    def plan(self, moment: datetime, act: Callable[[], object]) -> None:
        """Have something done at a moment; of two at the same one, what was planned first comes first."""
        heappush(self._planned, (moment, next(self._order), act))

    def later(self, delay: timedelta, handle: str, act: Act) -> None:
        """Have a member do something so long after the moment that is being told."""
        self.plan(self.clock.at + delay, lambda: self.act(handle, act))

    def act(self, handle: str, act: Callable[[Room], T]) -> T:
        """Do something as a member, now, and return what came of it."""
        with self.platform.database.begin() as session:
            book = self.platform.books.current(session)
            return act(Room(session, book, members.identity_of(session, handle), self.clock))

    def tell(self, until: datetime) -> None:
        """Do what is planned up to a moment, and what acts plan meanwhile; at the end the worker comes."""
        while self._planned and self._planned[0][0] <= until:
            moment, _, act = heappop(self._planned)
            self._go_to(moment)
            act()
        self._go_to(until)
        self._work()

    def _go_to(self, moment: datetime) -> None:
        """Let time pass up to a moment; the worker comes whenever that alone changes something."""
        while (due := self._due()) is not None and due <= moment:
            self.clock.at = due
            self._work()
        self.clock.at = moment

    def _due(self) -> datetime | None:
        with self.platform.database.begin() as session:
            return enactment.next_due(session, self.clock.at)

    def _work(self) -> None:
        for job in self._jobs:
            job.run()
