"""Delivering: what is published reaches its webhooks, signed, however often that has to be tried."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import Session

from coop import webhook_delivery, webhooks
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from coop.outbound import Outbound
from coop.policies import Books
from coop.webhook_delivery import GIVEN_UP, TRIES, WAITS
from tests.coop.hooks import NOW, ONE, OUTBOUND, StoppedClock, deliver, only, publish, register
from tests.coop.receiver import Received, Receiver, receiving
from tests.coop.told import told, unread
from tests.factories import identity_of, make_member

SLACK = 1.1
"""A wait is up to a tenth longer than said."""


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def bruno(session: Session) -> Identity:
    return identity_of(make_member(session, "bruno"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as told:
        yield told


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


def signature(secret: str, sent: Received) -> str:
    """What the specification has a receiver expect, of the headers and the body alone."""
    signed = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}.".encode() + sent.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def test_what_arrives_is_signed_with_the_secret_over_id_time_and_body(
    database: Database, session: Session, book: Book, ada: Identity, receiver: Receiver, clock: StoppedClock
) -> None:
    made = register(session, book, ada, receiver.url)
    publish(session)
    assert deliver(database, clock) == 1
    (sent,) = receiver.received
    delivered = only(session, ada, made)
    assert json.loads(sent.body) == {
        "type": "decision.enacted",
        "timestamp": "2027-03-01T12:00:00.000000+00:00",
        "data": {"proposal": "7", "title": "Größere Räume"},
    }
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["webhook-id"] == f"event_{delivered.event_id}"
    assert sent.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert sent.headers["webhook-signature"] == signature(made.secret, sent)
    assert (delivered.status, delivered.tries, delivered.problem) == (204, 1, "")
    assert (delivered.delivered_at, delivered.due_at) == (NOW, None)
    assert deliver(database, clock) == 0


def test_the_next_try_is_signed_with_the_secret_that_was_made_last(
    database: Database, session: Session, book: Book, ada: Identity, receiver: Receiver, clock: StoppedClock
) -> None:
    receiver.status = 503
    made = register(session, book, ada, receiver.url)
    publish(session)
    deliver(database, clock)
    rotated = webhooks.rotate_secret(session, ada, made.endpoint.id)
    due_at = only(session, ada, made).due_at
    assert due_at is not None
    receiver.status, clock.at = 200, due_at
    deliver(database, clock)
    first, second = receiver.received
    assert first.headers["webhook-signature"] == signature(made.secret, first)
    assert second.headers["webhook-signature"] == signature(rotated.secret, second)
    assert rotated.secret != made.secret


@pytest.mark.parametrize("status", [300, 302, 400, 404, 500, 503])
def test_any_answer_but_a_good_one_is_tried_again(
    database: Database,
    session: Session,
    book: Book,
    ada: Identity,
    receiver: Receiver,
    clock: StoppedClock,
    status: int,
) -> None:
    receiver.status = status
    made = register(session, book, ada, receiver.url)
    publish(session)
    deliver(database, clock)
    waiting = only(session, ada, made)
    assert (waiting.status, waiting.delivered_at) == (status, None)
    assert waiting.due_at is not None
    assert WAITS[0] <= waiting.due_at - NOW <= WAITS[0] * SLACK
    assert deliver(database, clock) == 0
    receiver.status, clock.at = 200, waiting.due_at
    assert deliver(database, clock) == 1
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert only(session, ada, made).delivered_at == clock.at


def test_tries_lie_ever_further_apart_and_end_after_about_a_day(
    database: Database, session: Session, book: Book, ada: Identity, receiver: Receiver, clock: StoppedClock
) -> None:
    receiver.status = 500
    made = register(session, book, ada, receiver.url)
    publish(session)
    gaps = []
    while (due_at := only(session, ada, made).due_at) is not None:
        gaps.append(due_at - clock.at)
        clock.at = due_at
        assert deliver(database, clock) == 1
    assert len(receiver.received) == TRIES == 5
    assert all(wait <= gap <= wait * SLACK for wait, gap in zip(WAITS, gaps[1:], strict=True))
    assert timedelta(hours=23) < clock.at - NOW < timedelta(hours=27)
    given_up = only(session, ada, made)
    assert (given_up.tries, given_up.problem) == (TRIES, "The answer was 500.")
    assert webhooks.of(session, ada)[0].failures == 1


def fail_through(database: Database, session: Session, clock: StoppedClock, subject: int) -> None:
    """Publish an event and let every try at it fail."""
    publish(session, subject, clock.at)
    for wait in (*WAITS, timedelta()):
        deliver(database, clock)
        clock.at += wait * SLACK


def test_a_webhook_that_takes_nothing_is_disabled_and_its_owner_told(
    database: Database,
    session: Session,
    book: Book,
    ada: Identity,
    bruno: Identity,
    receiver: Receiver,
    clock: StoppedClock,
) -> None:
    receiver.status = 500
    register(session, book, ada, receiver.url)
    for subject in range(GIVEN_UP - 1):
        fail_through(database, session, clock, subject)
    assert webhooks.of(session, ada)[0].disabled_at is None
    assert unread(session, ada) == 0
    fail_through(database, session, clock, 99)
    assert webhooks.of(session, ada)[0].disabled_at is not None
    (notice,) = told(session, ada, unread_only=True)
    assert (notice.topic, notice.moment) == ("webhook", "disabled")
    assert notice.path == f"/members/me/webhooks/{webhooks.of(session, ada)[0].id}"
    assert receiver.url in notice.detail
    assert unread(session, bruno) == 0
    assert publish(session, 100, clock.at) == 0
    assert len(receiver.received) == GIVEN_UP * TRIES


def test_one_that_answers_again_is_forgiven(
    database: Database, session: Session, book: Book, ada: Identity, receiver: Receiver, clock: StoppedClock
) -> None:
    receiver.status = 500
    register(session, book, ada, receiver.url)
    for subject in range(GIVEN_UP - 1):
        fail_through(database, session, clock, subject)
    receiver.status = 200
    publish(session, 99, clock.at)
    deliver(database, clock)
    assert webhooks.of(session, ada)[0].failures == 0


def test_one_that_is_gone_is_disabled_at_once(
    database: Database, session: Session, book: Book, ada: Identity, receiver: Receiver, clock: StoppedClock
) -> None:
    receiver.status = 410
    made = register(session, book, ada, receiver.url)
    publish(session)
    deliver(database, clock)
    assert webhooks.of(session, ada)[0].disabled_at == NOW
    assert only(session, ada, made).due_at is None
    assert unread(session, ada) == 1


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        ("7200", timedelta(hours=2)),
        ("1", WAITS[0]),
        ("999999999", timedelta(days=1)),
        ("soon", WAITS[0]),
        ("٣", WAITS[0]),
    ],
)
def test_whoever_asks_to_be_left_alone_for_a_while_is(
    database: Database,
    session: Session,
    book: Book,
    ada: Identity,
    receiver: Receiver,
    clock: StoppedClock,
    asked: str,
    least: timedelta,
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": asked.encode().decode("latin-1")}
    made = register(session, book, ada, receiver.url)
    publish(session)
    deliver(database, clock)
    due_at = only(session, ada, made).due_at
    assert due_at is not None
    assert least <= due_at - NOW <= least * SLACK


def test_a_worker_that_dies_on_the_way_loses_nothing(
    database: Database, session: Session, book: Book, ada: Identity, receiver: Receiver, clock: StoppedClock
) -> None:
    made = register(session, book, ada, receiver.url)
    publish(session)
    assert len(webhook_delivery.claim(database, clock)) == 1
    claimed = only(session, ada, made)
    assert (claimed.tries, claimed.delivered_at) == (1, None)
    assert deliver(database, clock) == 0
    assert claimed.due_at is not None
    clock.at = claimed.due_at
    assert deliver(database, clock) == 1
    assert only(session, ada, made).delivered_at == clock.at


def test_a_webhook_removed_while_it_is_sent_to_leaves_nothing_behind(
    database: Database,
    session: Session,
    books: Books,
    book: Book,
    ada: Identity,
    receiver: Receiver,
    clock: StoppedClock,
) -> None:
    made = register(session, book, ada, receiver.url)
    publish(session)
    (one,) = webhook_delivery.claim(database, clock)
    webhooks.remove(session, ada, made.endpoint.id)
    receiver.status = 410
    outcome = webhook_delivery.send(OUTBOUND, one)
    webhook_delivery.record(session, books, one, outcome, NOW)
    assert unread(session, ada) == 0


def test_an_address_that_has_moved_inside_since_is_not_spoken_to(
    database: Database,
    session: Session,
    books: Books,
    book: Book,
    ada: Identity,
    receiver: Receiver,
    clock: StoppedClock,
) -> None:
    made = register(session, book, ada, f"https://rebound.example:{receiver.port}/")
    publish(session)
    client = Outbound(resolve=lambda host, port: ["127.0.0.1"], tls=OUTBOUND.tls)
    assert webhook_delivery.deliver(database, books, clock, client) == 1
    assert receiver.received == []
    assert only(session, ada, made).problem == "This name was not found on the public network."


def test_law_14_many_workers_make_each_try_once(committed: Database, receiver: Receiver) -> None:
    events, workers, clock = 20, 4, StoppedClock()
    with committed.begin() as session:
        ada = identity_of(make_member(session, "ada"))
        made = webhooks.register(session, ada, receiver.url, ONE, NOW, loopback=True)
        for subject in range(events):
            publish(session, subject)
    barrier = Barrier(workers)

    def run(index: int) -> int:
        barrier.wait()
        return deliver(committed, clock)

    with ThreadPoolExecutor(workers) as pool:
        assert sum(pool.map(run, range(workers))) == events
    assert len({sent.headers["webhook-id"] for sent in receiver.received}) == len(receiver.received) == events
    with committed.begin() as session:
        log = webhooks.deliveries(session, ada, made.endpoint.id, before=None, limit=100)
        assert [one.tries for one in log] == [1] * events
