"""A small cooperative behind the pages, and browsers of its members."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from flask import Flask

from app import ENACTORS
from coop import policy_text
from coop.book import COOP
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.sign_in import COOKIE
from coop.tables import WebSession
from governance import ballots, cases, enactment, proposals, sponsors
from governance.ballots import Vote
from governance.cases import Case
from governance.lifecycle import Timeline
from governance.proposals import Draft
from governance.tally import Choice
from tests.factories import LONG_AGO, identity_of, make_member
from tests.web.browser import Browser

SMALLER_ROOM = [
    {"op": "test", "path": "/seats/default", "value": 150},
    {"op": "replace", "path": "/seats/default", "value": 120},
]


@dataclass
class Village:
    """Members who propose and vote, on the application's own database and clock."""

    database: Database
    books: Books
    clock: Clock
    people: dict[str, Identity]

    def now(self) -> datetime:
        with self.database.begin() as session:
            return self.clock.now(session)

    def go_to(self, moment: datetime) -> None:
        self.clock.offset += moment - self.now() + timedelta(seconds=1)
        enactment.advance(self.database, self.books, self.clock, ENACTORS)

    def draft(self, author: str = "ada", title: str = "Make the default room smaller") -> int:
        with self.database.begin() as session:
            book = self.books.current(session)
            head = book.policies[COOP, "audience"]
            wanted = Draft(
                COOP, "audience", title, "Rooms are loud.", SMALLER_ROOM, policy_text.sha256(head.text)
            )
            return proposals.draft(session, book, self.people[author], wanted, self.clock.now(session))

    def submit(self, proposal_id: int, author: str = "ada") -> None:
        with self.database.begin() as session:
            book = self.books.current(session)
            proposals.submit(session, book, self.people[author], proposal_id, self.clock)

    def propose(self, author: str = "ada", title: str = "Make the default room smaller") -> int:
        made = self.draft(author, title)
        self.submit(made, author)
        self.sponsor(made)
        return made

    def sponsor(self, made: int) -> None:
        """Sign a proposal until it has its sponsors."""
        for other in self.people.values():
            if self.case(made).times is None:
                with self.database.begin() as session:
                    sponsors.sponsor(session, other, made, self.clock)

    def in_voting(self) -> int:
        made = self.propose()
        self.go_to(self.times(made).voting_at)
        return made

    def vote(self, proposal_id: int, **choices: str) -> None:
        for handle, choice in choices.items():
            case = self.case(proposal_id)
            with self.database.begin() as session:
                vote = Vote(Choice(choice), case.patch_sha256)
                ballots.cast(session, self.people[handle], proposal_id, vote, self.clock)

    def enacted(self) -> int:
        made = self.in_voting()
        self.vote(made, ada="for", bruno="for", chidi="for", dalia="against")
        self.go_to(self.times(made).due_at)
        return made

    def case(self, proposal_id: int) -> Case:
        with self.database.begin() as session:
            return cases.one(session, proposal_id, self.clock.now(session))

    def times(self, proposal_id: int) -> Timeline:
        times = self.case(proposal_id).times
        assert times is not None
        return times


@pytest.fixture
def village(database: Database, books: Books, clock: Clock) -> Village:
    handles = ("ada", "bruno", "chidi", "dalia", "emre")
    with database.begin() as session:
        people = {handle: identity_of(make_member(session, handle, LONG_AGO)) for handle in handles}
    return Village(database, books, clock, people)


@pytest.fixture
def visitor(app: Flask, village: Village) -> Browser:
    """A browser of somebody who is no member."""
    return Browser(app.test_client())


@pytest.fixture
def browser_of(app: Flask, village: Village) -> Callable[[str], Browser]:
    """Return the browser of a member who is signed in."""

    def make(handle: str) -> Browser:
        token, now = f"a session of {handle}", datetime.now(UTC)
        with village.database.begin() as session:
            session.add(
                WebSession(
                    token_sha256=sha256(token.encode()).hexdigest(),
                    member_id=village.people[handle].member_id,
                    created_at=now,
                    expires_at=now + timedelta(days=365),
                )
            )
        client = app.test_client()
        client.set_cookie(COOKIE, token)
        return Browser(client)

    return make


@pytest.fixture
def ada(browser_of: Callable[[str], Browser]) -> Browser:
    return browser_of("ada")
