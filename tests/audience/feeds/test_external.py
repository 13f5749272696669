"""Asking addresses elsewhere, of real servers that answer, dawdle, flood, lead astray and lie."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from audience.feeds import external, profiles
from audience.feeds.own_draft import Draft
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


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def hand() -> StoppedClock:
    return StoppedClock()


def test_an_address_is_asked_once_and_then_every_few_minutes(
    database: Database,
    session: Session,
    book: Book,
    books: Books,
    ada: Identity,
    server: Receiver,
    hand: StoppedClock,
) -> None:
    add(session, ada, book, server.url)
    assert external.ask_due(database, books, hand, OUTBOUND) == 1
    session.expire_all()
    found = asking(session, ada)
    assert (found.state, found.posts, found.fetched_at) == ("answering", [7, 3], NOW)
    assert external.ask_due(database, books, hand, OUTBOUND) == 0
    answers(server, 5)
    hand.at = NOW + EVERY
    assert external.ask_due(database, books, hand, OUTBOUND) == 1
    assert asking(session, ada).posts == [5]


def test_whoever_is_asked_is_not_told_for_whom(
    database: Database,
    session: Session,
    book: Book,
    books: Books,
    ada: Identity,
    server: Receiver,
    hand: StoppedClock,
) -> None:
    add(session, ada, book, f"{server.url}?feed=slow")
    external.ask_due(database, books, hand, OUTBOUND)
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
    database: Database,
    session: Session,
    book: Book,
    books: Books,
    ada: Identity,
    server: Receiver,
    hand: StoppedClock,
    how: str,
) -> None:
    add(session, ada, book, server.url)
    said = fails(server, how)
    outbound = Outbound(loopback=True)
    (claimed,) = external.claim(database, books, hand)
    found = external.ask(outbound, replace(claimed, seconds=0.3))
    external.record(session, claimed, found, hand.at)
    after = asking(session, ada)
    assert (after.state, after.failing_since, after.strikes, after.posts) == ("failing", NOW, 1, [])
    assert said in after.failure
    server.drip_s = 0.0
    answers(server, 7)
    hand.at = NOW + EVERY
    external.ask_due(database, books, hand, outbound)
    assert (asking(session, ada).state, asking(session, ada).strikes) == ("answering", 0)


def test_an_address_that_points_inward_is_not_asked(
    database: Database,
    session: Session,
    book: Book,
    books: Books,
    ada: Identity,
    server: Receiver,
    hand: StoppedClock,
) -> None:
    add(session, ada, book, server.url)
    add(session, ada, book, "https://inward.example/", "inward")
    outbound = Outbound(resolve=lambda host, port: ["10.0.0.1"])
    assert external.ask_due(database, books, hand, outbound) == 2
    assert server.received == []
    assert "public network" in asking(session, ada, "inward").failure
    assert asking(session, ada).state == "failing"


def test_after_each_failure_it_is_left_alone_twice_as_long_and_at_last_for_good(
    database: Database,
    session: Session,
    book: Book,
    books: Books,
    ada: Identity,
    server: Receiver,
    hand: StoppedClock,
) -> None:
    add(session, ada, book, server.url)
    server.status = 500
    tried = []
    for minute in range(60 * 24):
        hand.at = NOW + timedelta(minutes=minute)
        if external.ask_due(database, books, hand, OUTBOUND):
            tried.append(minute)
    strikes = book.rules(FEEDS, FeedRules).external.strikes
    assert tried == [5 * (2**failures - 1) for failures in range(strikes)]
    assert asking(session, ada).failing_since == NOW
    draft = Draft("outside", external_url=server.url)
    profiles.change(session, ada, book, "outside", draft, hand.at, loopback=True)
    assert external.ask_due(database, books, hand, OUTBOUND) == 1


def test_what_nobody_opens_is_asked_no_more_until_somebody_does(
    database: Database,
    session: Session,
    book: Book,
    books: Books,
    ada: Identity,
    server: Receiver,
    hand: StoppedClock,
) -> None:
    made = add(session, ada, book, server.url)
    external.ask_due(database, books, hand, OUTBOUND)
    hand.at = NOW + book.rules(FEEDS, FeedRules).external.unused
    assert external.ask_due(database, books, hand, OUTBOUND) == 0
    external.want(session, ada, made, hand.at)
    assert external.ask_due(database, books, hand, OUTBOUND) == 1


def test_law_14_an_answer_that_was_overtaken_counts_for_nothing(
    database: Database, session: Session, book: Book, books: Books, ada: Identity, hand: StoppedClock
) -> None:
    add(session, ada, book, "https://example.org/one")
    (claimed,) = external.claim(database, books, hand)
    draft = Draft("outside", external_url="https://example.org/two")
    profiles.change(session, ada, book, "outside", draft, NOW, loopback=True)
    external.record(session, claimed, [7], hand.at)
    assert asking(session, ada).state == "waiting"
    (late,) = external.claim(database, books, hand)
    hand.at = NOW + EVERY
    (newer,) = external.claim(database, books, hand)
    external.record(session, newer, [3], hand.at)
    external.record(session, late, "It is too late.", hand.at)
    assert (asking(session, ada).state, asking(session, ada).posts) == ("answering", [3])


def test_two_workers_ask_each_address_once(committed: Database, books: Books, hand: StoppedClock) -> None:
    with committed.begin() as session:
        ada = identity_of(make_member(session, "ada"))
        book = books.current(session)
        for number in range(3):
            add(session, ada, book, f"https://example.org/{number}", f"feed-{number}")
    claimed = external.claim(committed, books, hand)
    assert len(claimed) == 3
    assert external.claim(committed, books, hand) == []


def test_what_is_removed_while_it_is_asked_stays_removed(
    database: Database, session: Session, book: Book, books: Books, ada: Identity, hand: StoppedClock
) -> None:
    add(session, ada, book, "https://example.org/one")
    (claimed,) = external.claim(database, books, hand)
    profiles.remove(session, ada, "outside")
    external.record(session, claimed, [7], hand.at)
    assert external.claim(database, books, hand) == []
