"""A small cooperative in session: members, proposals, and a clock that stands still until it is moved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app import ENACTORS, POLICY_KINDS, REPLAYERS
from coop.book import COOP
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.ledger import append
from coop.policies import Books
from coop.policy_text import sha256
from coop.tables import Guild, Member
from governance import ballots, cases, drafts, enactment, proposals, sponsors
from governance.ballots import Receipt, Vote
from governance.case import Case
from governance.drafts import Draft
from governance.facts import State
from governance.rehearsal import running
from governance.rehearsal.replayers import Replayer
from governance.tables import Proposal
from governance.tally import Choice, Tally
from governance.timeline import Timeline
from tests import databases
from tests.factories import LONG_AGO, identity_of, make_guild, make_members

START = datetime(2027, 3, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)

CLASS_A = [{"op": "replace", "path": "/photos/per_day", "value": 100}]
"""A value inside the bounds that the media policy declares."""
CLASS_B = [{"op": "replace", "path": "/photos/per_day", "value": 5000}]
CLASS_C = [{"op": "replace", "path": "/joining/admission", "value": "invited"}]
CLASS_D = [{"op": "replace", "path": "/classes/A/vote", "value": "P30D"}]


@dataclass
class StoppedClock(Clock):
    """A clock that a test moves by hand."""

    at: datetime = START

    def now(self, session: Session) -> datetime:
        return self.at


@dataclass
class Assembly:
    """Members who propose and vote in one session; the jobs run on the same connection."""

    database: Database
    session: Session
    books: Books
    clock: StoppedClock = field(default_factory=StoppedClock)
    members: list[Identity] = field(default_factory=list)

    def admit(self, number: int, joined_at: datetime | None = None) -> list[Identity]:
        found = [identity_of(member) for member in make_members(self.session, number, joined_at or LONG_AGO)]
        self.members += found
        return found

    def guild(self, slug: str, *people: Identity) -> tuple[Guild, list[Identity]]:
        """A guild of these members, as the ledger tells of it, and their identities as its members."""
        rows = [self.session.get_one(Member, person.member_id) for person in people]
        made = make_guild(self.session, slug, rows[0], tuple(rows[1:]))
        told = {"guild": slug, "name": made.name, "founder": people[0].handle}
        append(self.session, "guild.founded", told, LONG_AGO)
        for person in people[1:]:
            told = {"guild": slug, "member": person.handle, "role": "member"}
            append(self.session, "guild.joined", told, LONG_AGO)
        return made, [identity_of(row, (made,)) for row in rows]

    def draft(
        self, patch: list[dict[str, Any]] | None = None, kind: str = "media", scope: str = COOP
    ) -> Draft:
        head = self.books.current(self.session).policy(kind, scope)
        text = "" if head is None else head.text
        return Draft(scope, kind, "A change", "Because.", patch or CLASS_A, sha256(text))

    def propose(
        self,
        patch: list[dict[str, Any]] | None = None,
        kind: str = "media",
        scope: str = COOP,
        among: list[Identity] | None = None,
    ) -> int:
        """Draft and submit in the name of the first of ``among``; the next ones sign until it is enough."""
        return self.bring(self.draft(patch, kind, scope), among)

    def bring(self, wanted: Draft, among: list[Identity] | None = None) -> int:
        """Submit what is wanted in the name of the first of ``among``; the next ones sign."""
        author, *others = among or self.members
        made = self.put(wanted, author)
        for other in others:
            if self.state(made) is State.SPONSORING:
                self.sponsor(made, other)
        return made

    def submit(
        self,
        patch: list[dict[str, Any]] | None = None,
        kind: str = "media",
        scope: str = COOP,
        author: Identity | None = None,
    ) -> int:
        """Draft and submit; its author alone has signed.

        Its vote does not wait for a rehearsal, unless :meth:`rehearse` says so.
        """
        return self.put(self.draft(patch, kind, scope), author or self.members[0])

    def put(self, wanted: Draft, author: Identity) -> int:
        """Submit what is wanted; its author alone has signed."""
        book = self.books.current(self.session)
        made = drafts.draft(self.session, book, author, wanted, self.clock.at)
        proposals.submit(self.session, book, author, made, self.clock)
        self.session.get_one(Proposal, made).rehearsal_needed = False
        self.session.flush()
        return made

    def case(self, proposal_id: int) -> Case:
        return cases.one(self.session, proposal_id, self.clock.at)

    def state(self, proposal_id: int) -> State:
        return self.case(proposal_id).stage.state

    def times(self, proposal_id: int) -> Timeline:
        times = self.case(proposal_id).times
        assert times is not None
        return times

    def go_to(self, moment: datetime) -> None:
        self.clock.at = moment

    def tally(self, proposal_id: int) -> Tally:
        tally = self.case(proposal_id).facts.tally
        assert isinstance(tally, Tally)
        return tally

    def vote(self, proposal_id: int, voter: Identity, choice: str, **said: Any) -> Receipt:
        case = self.case(proposal_id)
        said = {"patch_sha256": case.patch_sha256, "rehearsal_sha256": case.rehearsal_sha256} | said
        return ballots.cast(self.session, voter, proposal_id, Vote(Choice(choice), **said), self.clock)

    def sponsor(self, proposal_id: int, member: Identity) -> None:
        sponsors.sponsor(self.session, member, proposal_id, self.clock)

    def rehearse(self, proposal_id: int, replayers: Mapping[str, Replayer] = REPLAYERS) -> None:
        """Have the vote on a proposal wait for its rehearsals, and run them as verification begins."""
        self.session.get_one(Proposal, proposal_id).rehearsal_needed = True
        self.session.flush()
        self.go_to(self.times(proposal_id).verification_at)
        self.advance()
        running.rehearse_due(self.database, self.books, self.clock, replayers)

    def advance(self) -> int:
        return enactment.advance(self.database, self.books, self.clock, ENACTORS)

    def carry(self, proposal_id: int, *choices: str) -> None:
        """Vote with one member a choice, and go to the moment at which the proposal is due."""
        times = self.times(proposal_id)
        self.go_to(times.voting_at)
        for voter, choice in zip(self.members, choices, strict=False):
            self.vote(proposal_id, voter, choice)
        self.go_to(times.due_at)


@contextmanager
def passing(engine: Engine) -> Iterator[Assembly]:
    """An assembly without members, in a transaction that is rolled back on leaving."""
    with databases.rolled_back(engine) as database, database.begin() as session:
        yield Assembly(database, session, Books(POLICY_KINDS))
