"""An election in session: who stands, who votes, and how it comes out."""

from dataclasses import dataclass
from typing import Any

from coop.book import COOP
from coop.identity import Identity
from coop.tables import Member
from governance import drafts, proposals, settling
from governance.ballots import Vote
from governance.case import Case
from governance.drafts import Draft
from governance.facts import State
from governance.people import candidates, elections, secret_ballots
from governance.people.elections import Election
from governance.people.secret_ballots import SecretReceipt
from governance.rules import Method
from governance.tally import Choice
from tests.factories import LONG_AGO, identity_of
from tests.governance.assembly import Assembly


def draft(scope: str = COOP, method: Method | None = None, options: Any = None, **other: Any) -> Draft:
    said = {"title": "Our council", "rationale": "A year has passed.", "patch": [], "base_sha256": ""}
    return Draft(scope, "election", method=method, options=options, **(said | other))


def crowd(assembly: Assembly, number: int) -> list[Identity]:
    """Admit so many members in one statement."""
    rows = [
        Member(handle=f"voter{one}", display_name=f"Voter {one}", password_hash="!", joined_at=LONG_AGO)
        for one in range(len(assembly.members), len(assembly.members) + number)
    ]
    assembly.session.add_all(rows)
    assembly.session.flush()
    found = [identity_of(row) for row in rows]
    assembly.members += found
    return found


@dataclass
class Poll:
    """One election."""

    assembly: Assembly
    voters: list[Identity]
    id: int

    @classmethod
    def of(
        cls, assembly: Assembly, wanted: Draft | None = None, voters: list[Identity] | None = None
    ) -> "Poll":
        """Submit an election and find its sponsors, among the voters."""
        voters = voters or assembly.members
        session, book = assembly.session, assembly.books.current(assembly.session)
        made = drafts.draft(session, book, voters[0], wanted or draft(), assembly.clock.at)
        proposals.submit(session, book, voters[0], made, assembly.clock)
        for voter in voters[1:]:
            if assembly.state(made) is State.SPONSORING:
                assembly.sponsor(made, voter)
        return cls(assembly, voters, made)

    @property
    def case(self) -> Case:
        return self.assembly.case(self.id)

    def stand(self, who: int, statement: str = "I listen.") -> None:
        candidates.stand(self.assembly.session, self.voters[who], self.id, statement, self.assembly.clock)

    def open(self, *standing: int) -> None:
        """Let these stand, and go to the moment at which voting begins."""
        for who in standing:
            self.stand(who)
        self.assembly.go_to(self.assembly.times(self.id).voting_at)
        self.settle()

    def settle(self) -> None:
        """What the worker does first: write down what time has decided."""
        settling.settle(self.assembly.session, self.id, self.assembly.clock)

    def place(self, who: int) -> int:
        """Where somebody stands on the slate."""
        return elections.slate(self.case).index(self.voters[who].handle)

    def cast(self, who: int, *ranked: int, **said: Any) -> SecretReceipt:
        """Rank these candidates, in the order in which they are named."""
        wanted = {"patch_sha256": self.case.patch_sha256, "marks": tuple(map(self.place, ranked))} | said
        vote = Vote(wanted.pop("choice", Choice.RANKED), **wanted)
        return secret_ballots.cast(
            self.assembly.session, self.voters[who], self.id, vote, self.assembly.clock
        )

    def count(self) -> None:
        self.assembly.go_to(self.assembly.times(self.id).closes_at)
        self.settle()

    def enact(self) -> None:
        self.assembly.go_to(self.assembly.times(self.id).due_at)
        self.assembly.advance()

    def read(self, who: int = 0) -> Election:
        session, books = self.assembly.session, self.assembly.books
        return elections.read(session, books, self.voters[who], self.case)
