"""A proposal that is being talked over, and the acts of those who talk."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from coop.book import Book
from coop.identity import Identity
from coop.tables import LedgerEvent
from governance.deliberation import amendments, arguments, marks, threads
from governance.deliberation.amendments import Wanted
from governance.deliberation.arguments import Stance
from governance.deliberation.threads import Card, Order, Place
from tests.governance.assembly import Assembly

OTHER_PATCH: list[Any] = [{"op": "replace", "path": "/photos/per_day", "value": 70}]
"""What an amendment puts in the place of the assembly's usual patch."""


@dataclass
class Talk:
    """An assembly, a proposal of its first member's in deliberation, and the book in force."""

    assembly: Assembly
    proposal_id: int

    @property
    def book(self) -> Book:
        return self.assembly.books.current(self.assembly.session)

    @property
    def author(self) -> Identity:
        return self.assembly.members[0]

    @property
    def others(self) -> list[Identity]:
        return self.assembly.members[1:]

    def wait(self, time: timedelta = timedelta(minutes=1)) -> None:
        self.assembly.go_to(self.assembly.clock.at + time)

    def argue(self, who: Identity, stance: str = "for", body: str = "Because it helps.") -> int:
        """Argue a minute later, so that the order of ids is the order of making."""
        self.wait()
        return arguments.argue(
            self.assembly.session,
            self.book,
            who,
            self.proposal_id,
            Stance(stance),
            body,
            self.assembly.clock,
        )

    def answer(self, who: Identity, argument_id: int, body: str = "Does it?") -> int:
        self.wait()
        session, clock = self.assembly.session, self.assembly.clock
        return arguments.answer(session, self.book, who, argument_id, body, clock)

    def withdraw(self, who: Identity, argument_id: int) -> None:
        arguments.withdraw(self.assembly.session, who, argument_id, self.assembly.clock)

    def mark(self, who: Identity, argument_id: int) -> None:
        marks.mark(self.assembly.session, who, argument_id, self.assembly.clock)

    def card(self, who: Identity, argument_id: int) -> Card:
        return threads.one(self.assembly.session, who, argument_id, self.assembly.clock.at)

    def listing(
        self,
        stance: Stance | None = None,
        order: Order = "newest",
        after: Place | None = None,
        limit: int = 99,
    ) -> list[Card]:
        return threads.listing(
            self.assembly.session,
            self.author,
            self.assembly.case(self.proposal_id),
            stance=stance,
            order=order,
            after=after,
            limit=limit,
        )

    def amend(self, who: Identity, patch: list[Any] | None = None, of: str | None = None) -> int:
        """Make an amendment to the text as it is, or to another one."""
        self.wait()
        wanted = Wanted(patch or OTHER_PATCH, of or self.patch_sha256, "It goes too far.")
        session, clock = self.assembly.session, self.assembly.clock
        return amendments.make(session, self.book, who, self.proposal_id, wanted, clock)

    def accept(self, amendment_id: int, who: Identity | None = None) -> None:
        session, clock = self.assembly.session, self.assembly.clock
        amendments.accept(session, self.book, who or self.author, amendment_id, clock)

    def reject(self, amendment_id: int, reason: str = "It goes further still.") -> None:
        session, clock = self.assembly.session, self.assembly.clock
        amendments.reject(session, self.book, self.author, amendment_id, reason, clock)

    @property
    def patch_sha256(self) -> str:
        return self.assembly.case(self.proposal_id).patch_sha256

    def end_deliberation(self) -> None:
        self.assembly.go_to(self.assembly.times(self.proposal_id).verification_at)

    def told(self, type: str) -> list[dict[str, Any]]:
        """What the ledger was told of one type, in order."""
        events = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == type)
        return list(self.assembly.session.scalars(events.order_by(col(LedgerEvent.seq))))
