"""Asking addresses elsewhere, of real servers that answer, dawdle, flood, lead astray and lie."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from audience.feeds import external, own_record, profiles
from audience.feeds.own_draft import Draft
from audience.feeds.own_rules import External
from audience.feeds.rules import FEEDS, FeedRules
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from coop.outbound import Outbound
from coop.policies import Books
from tests.audience.factories import NOW
from tests.audience.feeds.outside import OUTBOUND, StoppedClock, add, answers, asking
from tests.coop.receiver import Receiver, receiving
from tests.factories import identity_of, make_member

EVERY = timedelta(minutes=5)


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiving() as made:
        answers(made, 7, 3)
        yield made


@dataclass
class Worker:
    """A worker that asks elsewhere for one member, by a clock that stands still until it is moved."""

    database: Database
    session: Session
    books: Books
    book: Book
    ada: Identity
    clock: StoppedClock = field(default_factory=StoppedClock)

    def add(self, url: str, name: str = "outside") -> int:
        """Give the member a profile that asks an address, and return its id."""
        return add(self.session, self.ada, self.book, url, name)

    def turn(self, url: str) -> None:
        """Have the member's profile ask another address from now on."""
        draft = Draft("outside", external_url=url)
        profiles.change(self.session, self.ada, self.book, "outside", draft, self.clock.at, loopback=True)

    def ask(self, outbound: Outbound = OUTBOUND) -> int:
        """Ask every address that is due and return how many were asked."""
        return external.ask_due(self.database, self.books, self.clock, outbound)

    def claim(self) -> list[external.Asking]:
        """Take every address that is due, without asking it yet."""
        return external.claim(self.database, self.books, self.clock)

    def record(self, claimed: external.Asking, outcome: list[int] | str) -> None:
        """Write down what came of an asking."""
        external.record(self.session, claimed, outcome, self.clock.at)

    def known(self, name: str = "outside") -> own_record.Asking:
        """Return what is known of the address of a profile."""
        return asking(self.session, self.ada, name)

    @property
    def rules(self) -> External:
        """The clauses on addresses elsewhere."""
        return self.book.rules(FEEDS, FeedRules).external


@pytest.fixture
def worker(database: Database, session: Session, books: Books, book: Book) -> Worker:
    return Worker(database, session, books, book, identity_of(make_member(session, "ada")))


def test_an_address_is_asked_once_and_then_every_few_minutes(worker: Worker, server: Receiver) -> None:
    worker.add(server.url)
    assert worker.ask() == 1
    worker.session.expire_all()
    found = worker.known()
    assert (found.state, found.posts, found.fetched_at) == ("answering", [7, 3], NOW)
    assert worker.ask() == 0
    answers(server, 5)
    worker.clock.at = NOW + EVERY
    assert worker.ask() == 1
    assert worker.known().posts == [5]


def test_whoever_is_asked_is_not_told_for_whom(worker: Worker, server: Receiver) -> None:
    worker.add(f"{server.url}?feed=slow")
    worker.ask()
    (got,) = server.received
    assert (got.method, got.path, got.body) == ("GET", "/decisions?feed=slow&limit=200", b"")
    assert got.headers.keys() == {"host", "user-agent", "accept-encoding", "accept"}
    assert got.headers["user-agent"] == "Allotment"


def fails(server: Receiver, how: str) -> str:
    """Have a server fail in one way, and return what is said of it."""
    if how == "slow":
        server.drip_s = 0.05
        return "in time"
    if how == "huge":
        server.body = b" " * 70_000
        return "64 KB"
    if how == "redirecting inward":
        server.status, server.headers = 302, {"Location": "http://127.0.0.1:9/"}
        return "no redirect is followed"
    if how == "broken":
        server.status = 500
        return "status 500"
    if how == "of another type":
        server.headers = {"Content-Type": "text/html"}
        return "application/json"
    answers(server, *{"naming twice": ("7", "7"), "naming nonsense": ("7", "x")}[how])
    return {"naming twice": "twice", "naming nonsense": "/feed/1/post"}[how]


@pytest.mark.parametrize(
    "how",
    ["slow", "huge", "redirecting inward", "broken", "of another type", "naming twice", "naming nonsense"],
)
def test_an_address_that_fails_is_said_to_with_the_reason_and_since_when(
    worker: Worker, server: Receiver, how: str
) -> None:
    worker.add(server.url)
    said = fails(server, how)
    (claimed,) = worker.claim()
    worker.record(claimed, external.ask(OUTBOUND, replace(claimed, seconds=0.3)))
    after = worker.known()
    assert (after.state, after.failing_since, after.strikes, after.posts) == ("failing", NOW, 1, [])
    assert said in after.failure
    server.drip_s = 0.0
    answers(server, 7)
    worker.clock.at = NOW + EVERY
    worker.ask()
    assert (worker.known().state, worker.known().strikes) == ("answering", 0)


def test_an_address_that_points_inward_is_not_asked(worker: Worker, server: Receiver) -> None:
    worker.add(server.url)
    worker.add("https://inward.example/", "inward")
    assert worker.ask(Outbound(resolve=lambda host, port: ["10.0.0.1"])) == 2
    assert server.received == []
    assert "public network" in worker.known("inward").failure
    assert worker.known().state == "failing"


def test_after_each_failure_it_is_left_alone_twice_as_long_and_at_last_for_good(
    worker: Worker, server: Receiver
) -> None:
    worker.add(server.url)
    server.status = 500
    tried = []
    for minute in range(60 * 24):
        worker.clock.at = NOW + timedelta(minutes=minute)
        if worker.ask():
            tried.append(minute)
    assert tried == [5 * (2**failures - 1) for failures in range(worker.rules.strikes)]
    assert worker.known().failing_since == NOW
    worker.turn(server.url)
    assert worker.ask() == 1


def test_what_nobody_opens_is_asked_no_more_until_somebody_does(worker: Worker, server: Receiver) -> None:
    made = worker.add(server.url)
    worker.ask()
    worker.clock.at = NOW + worker.rules.unused
    assert worker.ask() == 0
    external.want(worker.session, worker.ada, made, worker.clock.at)
    assert worker.ask() == 1


def test_law_14_an_answer_that_was_overtaken_counts_for_nothing(worker: Worker) -> None:
    worker.add("https://example.org/one")
    (claimed,) = worker.claim()
    worker.turn("https://example.org/two")
    worker.record(claimed, [7])
    assert worker.known().state == "waiting"
    (late,) = worker.claim()
    worker.clock.at = NOW + EVERY
    (newer,) = worker.claim()
    worker.record(newer, [3])
    worker.record(late, "It is too late.")
    assert (worker.known().state, worker.known().posts) == ("answering", [3])


def test_two_workers_ask_each_address_once(committed: Database, books: Books) -> None:
    with committed.begin() as session:
        ada = identity_of(make_member(session, "ada"))
        book = books.current(session)
        for number in range(3):
            add(session, ada, book, f"https://example.org/{number}", f"feed-{number}")
    clock = StoppedClock()
    assert len(external.claim(committed, books, clock)) == 3
    assert external.claim(committed, books, clock) == []


def test_what_is_removed_while_it_is_asked_stays_removed(worker: Worker) -> None:
    worker.add("https://example.org/one")
    (claimed,) = worker.claim()
    profiles.remove(worker.session, worker.ada, "outside")
    worker.record(claimed, [7])
    assert worker.claim() == []
