"""A jury that asks all of us to suspend somebody, and the vote on it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from coop import suspensions
from coop.book import Book
from coop.identity import Identity
from governance.ballots import Vote
from governance.case import Case
from governance.facts import State
from governance.people import secret_ballots, suspension_votes
from governance.people import suspensions as votes
from governance.people.secret_ballots import SecretReceipt
from governance.people.suspension_votes import Asked
from governance.people.tables import SuspensionVote
from governance.settling import settle
from governance.tally import Choice
from tests.governance.assembly import START, Assembly

TALLY = {"suspend": 3, "nothing": 2}


def ground_of(book: Book) -> dict[str, Any]:
    """The by-law that a jury found broken, as audience hands it over."""
    receipt = book.cite("moderation", "/grounds/attack/about")
    told = {name: getattr(receipt, name) for name in ("scope", "clause", "version", "sha256", "proposal")}
    return {"about": receipt.value, **told}


def vote_on(session: Session, asked_id: int) -> int | None:
    """The vote that was opened on what was asked, if one was."""
    found = select(col(SuspensionVote.proposal_id)).where(col(SuspensionVote.asked_id) == asked_id)
    return session.scalars(found).one_or_none()


@dataclass
class Suspending:
    """The vote on suspending the first of its members."""

    assembly: Assembly
    asked_id: int
    id: int

    @classmethod
    def of(cls, assembly: Assembly) -> "Suspending":
        """Have a jury ask for it, and the worker open the vote."""
        session = assembly.session
        ground = ground_of(assembly.books.current(session))
        asked = suspensions.ask(session, assembly.members[0].member_id, ground, TALLY, START)
        votes.open_one(session, assembly.books.current(session), asked.id, assembly.clock.at)
        made = vote_on(session, asked.id)
        assert made is not None
        return cls(assembly, asked.id, made)

    @property
    def concerned(self) -> Identity:
        return self.assembly.members[0]

    @property
    def case(self) -> Case:
        return self.assembly.case(self.id)

    @property
    def state(self) -> State:
        return self.assembly.state(self.id)

    def open(self) -> None:
        self.assembly.go_to(self.assembly.times(self.id).voting_at)
        settle(self.assembly.session, self.id, self.assembly.clock)

    def cast(self, who: int, *, suspend: bool) -> SecretReceipt:
        said = Vote(Choice.APPROVED, self.case.patch_sha256, marks=(0,) if suspend else ())
        member = self.assembly.members[who]
        return secret_ballots.cast(self.assembly.session, member, self.id, said, self.assembly.clock)

    def count(self, yes: int, no: int) -> None:
        """Have so many vote for it and so many against it, and count."""
        self.open()
        for who in range(yes + no):
            self.cast(who, suspend=who >= no)
        self.assembly.go_to(self.assembly.times(self.id).closes_at)
        settle(self.assembly.session, self.id, self.assembly.clock)

    def due(self) -> None:
        self.assembly.go_to(self.assembly.times(self.id).due_at)
        self.assembly.advance()

    def advance(self) -> int:
        return votes.advance(self.assembly.database, self.assembly.books, self.assembly.clock)

    def read(self, who: int = 1) -> Asked:
        return suspension_votes.read(self.assembly.session, self.assembly.members[who], self.case)
