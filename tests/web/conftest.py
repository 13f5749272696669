"""A small cooperative behind the pages, and browsers of its members."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask

from app import ENACTORS, REPLAYERS
from coop import own_rhythm, policy_text
from coop.book import COOP, Book
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.rhythm import Rhythm
from coop.sign_in import COOKIE
from coop.tables import Member, WebSession
from governance import ballots, cases, drafts, enactment, proposals, sponsors
from governance.ballots import Vote
from governance.case import Case
from governance.deliberation import arguments
from governance.deliberation.arguments import Stance
from governance.drafts import Draft
from governance.rehearsal import running
from governance.tally import Choice
from governance.timeline import Timeline
from tests.factories import LONG_AGO, identity_of, make_guild, make_member
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

    def enrol(self, number: int) -> None:
        """Admit further members: friend0, friend1, …"""
        with self.database.begin() as session:
            for handle in (f"friend{one}" for one in range(number)):
                self.people[handle] = identity_of(make_member(session, handle, LONG_AGO))

    def guild(self, slug: str, *handles: str) -> None:
        """Found a guild of these members, and of no other that they belong to."""
        with self.database.begin() as session:
            first, *others = (session.get_one(Member, self.people[name].member_id) for name in handles)
            made = make_guild(session, slug, first, tuple(others))
            for name, member in zip(handles, (first, *others), strict=True):
                self.people[name] = identity_of(member, (made,))

    def hears_at_once(self, *handles: str) -> None:
        """Have these members wait for no batch of notices."""
        with self.database.begin() as session:
            book, now = self.books.current(session), self.clock.now(session)
            for handle in handles:
                rhythm = Rhythm("at_once", 18, "sunday", "UTC")
                own_rhythm.choose(session, self.people[handle], book, rhythm, now)

    def now(self) -> datetime:
        with self.database.begin() as session:
            return self.clock.now(session)

    def go_to(self, moment: datetime) -> None:
        self.clock.offset += moment - self.now() + timedelta(seconds=1)
        enactment.advance(self.database, self.books, self.clock, ENACTORS)
        if running.rehearse_due(self.database, self.books, self.clock, REPLAYERS):
            enactment.advance(self.database, self.books, self.clock, ENACTORS)

    def draft(
        self,
        author: str = "ada",
        title: str = "Make the default room smaller",
        patch: list[dict[str, Any]] | None = None,
        kind: str = "audience",
    ) -> int:
        with self.database.begin() as session:
            book = self.books.current(session)
            base = policy_text.sha256(book.policies[COOP, kind].text)
            wanted = Draft(COOP, kind, title, "Rooms are loud.", [*(patch or SMALLER_ROOM)], base)
        return self.keep(wanted, author)

    def keep(self, wanted: Draft, author: str = "ada") -> int:
        """Keep a draft of any kind, and return its id."""
        with self.database.begin() as session:
            book = self.books.current(session)
            return drafts.draft(session, book, self.people[author], wanted, self.clock.now(session))

    def bring(self, wanted: Draft, author: str = "ada") -> int:
        """Submit what is wanted, and find its sponsors."""
        made = self.keep(wanted, author)
        self.submit(made, author)
        self.sponsor(made)
        return made

    def open(self, made: int) -> None:
        """Go to the moment at which voting begins."""
        self.go_to(self.times(made).verification_at)
        self.go_to(self.times(made).voting_at)

    def submit(self, proposal_id: int, author: str = "ada") -> None:
        with self.database.begin() as session:
            book = self.books.current(session)
            proposals.submit(session, book, self.people[author], proposal_id, self.clock)

    def propose(self, author: str = "ada", **said: Any) -> int:
        made = self.draft(author, **said)
        self.submit(made, author)
        self.sponsor(made)
        return made

    def book(self) -> Book:
        with self.database.begin() as session:
            return self.books.current(session)

    def sponsor(self, made: int) -> None:
        """Sign a proposal until it has its sponsors."""
        for other in self.people.values():
            if self.case(made).times is None:
                with self.database.begin() as session:
                    sponsors.sponsor(session, other, made, self.clock)

    def in_voting(self, **said: Any) -> int:
        made = self.propose(**said)
        self.open(made)
        return made

    def argue(self, proposal_id: int, handle: str, *said: str, stance: str = "for") -> list[int]:
        """Have a member make arguments, and return their ids."""
        with self.database.begin() as session:
            book, who = self.books.current(session), self.people[handle]
            return [
                arguments.argue(session, book, who, proposal_id, Stance(stance), words, self.clock)
                for words in said
            ]

    def vote(self, proposal_id: int, **choices: str) -> None:
        for handle, choice in choices.items():
            case = self.case(proposal_id)
            with self.database.begin() as session:
                vote = Vote(Choice(choice), case.patch_sha256, rehearsal_sha256=case.rehearsal_sha256)
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

    @cache
    @cache
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
