"""Delivering: sending what was published to the webhooks that wait for it.

A try is claimed in a short transaction (``FOR UPDATE SKIP LOCKED``, so any number of workers may deliver),
sent outside of any, and its outcome written in another. The claim already says when the next try is due: a
worker that dies on the way loses nothing, and whoever receives a delivery twice knows it by its
``webhook-id``. The times between tries, and what an answer means, follow Standard Webhooks 1.0.0.
"""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from sqlalchemy import case, select, update
from sqlmodel import Session, col

from coop import notices
from coop.clock import Clock
from coop.database import Database
from coop.exchange import Answer, NotSent
from coop.ledger import stamp
from coop.notices import Tidings
from coop.outbound import Outbound
from coop.policies import Books
from coop.tables import Member
from coop.webhook_signature import headers
from coop.webhook_tables import Webhook, WebhookDelivery, WebhookEvent

WAITS = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=17),
)
"""How long after each try that failed the next one is made: five tries in about a day."""
TRIES = len(WAITS) + 1
GIVEN_UP = 3
"""After so many events given up in a row a webhook is disabled, and its owner told."""
AT_ONCE = 8
"""Deliveries under way in one worker at one time."""
GONE = 410
"""By this status the receiver says that it wants no more."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try at one delivery, claimed by this worker."""

    webhook_id: int
    event_id: int
    url: str
    secret: str
    number: int
    """1 for the first."""
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try."""

    status: int | None
    """None where there was no answer."""
    problem: str = ""
    """Why it did not deliver; empty where it did."""
    after: timedelta = timedelta()
    """The least time that the receiver asks to be left alone."""


def deliver(database: Database, books: Books, clock: Clock, outbound: Outbound) -> int:
    """Send what is due and return how many tries were made."""
    done = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while claimed := claim(database, clock):
            outcomes = pool.map(lambda one: send(outbound, one), claimed)
            for one, outcome in zip(claimed, outcomes, strict=True):
                with database.begin() as session:
                    record(session, books, one, outcome, clock.now(session))
            done += len(claimed)
    return done


def claim(database: Database, clock: Clock) -> list[Try]:
    """Take the tries that have been due longest, and write down when each would be repeated."""
    with database.begin() as session:
        now = clock.now(session)
        rows = session.execute(
            select(
                col(WebhookDelivery.webhook_id),
                col(WebhookDelivery.event_id),
                col(WebhookDelivery.tries),
                col(Webhook.url),
                col(Webhook.secret),
                col(WebhookEvent.type),
                col(WebhookEvent.at),
                col(WebhookEvent.data),
            )
            .join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
            .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
            .where(
                col(WebhookDelivery.due_at) <= now,
                col(WebhookDelivery.tries) < TRIES,
                col(Webhook.disabled_at).is_(None),
            )
            .order_by(col(WebhookDelivery.due_at))
            .limit(AT_ONCE)
            .with_for_update(of=WebhookDelivery, skip_locked=True)
        ).all()
        for row in rows:
            number = row.tries + 1
            session.execute(
                update(WebhookDelivery)
                .where(*_is(row.webhook_id, row.event_id))
                .values(tries=number, tried_at=now, due_at=now + _wait(number))
            )
    return [
        Try(row.webhook_id, row.event_id, row.url, row.secret, row.tries + 1, now, _body(row)) for row in rows
    ]


def send(outbound: Outbound, one: Try) -> Outcome:
    """Make a try, and return what came of it: any answer of the 2xx is a delivery, and nothing else is."""
    signed = headers(one.secret, f"event_{one.event_id}", one.at, one.body)
    try:
        answer = outbound.post(one.url, one.body, {"Content-Type": "application/json", **signed})
    except NotSent as error:
        return Outcome(None, error.detail)
    if 200 <= answer.status < 300:
        return Outcome(answer.status)
    return Outcome(answer.status, f"The answer was {answer.status}.", _asked_for(answer))


def record(session: Session, books: Books, one: Try, outcome: Outcome, now: datetime) -> None:
    """Write down what came of a try; a webhook that fails again and again is disabled, its owner told."""
    delivered, last = not outcome.problem, one.number >= TRIES or outcome.status == GONE
    written = session.execute(
        update(WebhookDelivery)
        .where(*_is(one.webhook_id, one.event_id), col(WebhookDelivery.tries) == one.number)
        .values(
            status=outcome.status,
            problem=outcome.problem,
            delivered_at=now if delivered else None,
            due_at=None
            if delivered or last
            else case(
                (col(WebhookDelivery.due_at) < now + outcome.after, now + outcome.after),
                else_=col(WebhookDelivery.due_at),
            ),
        )
        .returning(col(WebhookDelivery.webhook_id))
    ).one_or_none()
    if written is None:
        return  # Its owner has removed the webhook meanwhile.
    if delivered:
        _mend(session, one.webhook_id)
    elif last:
        _give_up(session, books, one.webhook_id, outcome, now)


def _mend(session: Session, webhook_id: int) -> None:
    session.execute(
        update(Webhook).where(col(Webhook.id) == webhook_id, col(Webhook.failures) > 0).values(failures=0)
    )


def _give_up(session: Session, books: Books, webhook_id: int, outcome: Outcome, now: datetime) -> None:
    """Count an event that was given up, and disable the webhook where it is one too many."""
    most = 1 if outcome.status == GONE else GIVEN_UP
    row = session.execute(
        update(Webhook)
        .where(col(Webhook.id) == webhook_id)
        .values(failures=col(Webhook.failures) + 1)
        .returning(col(Webhook.failures), col(Webhook.owner_id), col(Webhook.url))
    ).one()
    if row.failures < most:
        return
    session.execute(update(Webhook).where(col(Webhook.id) == webhook_id).values(disabled_at=now))
    tidings = Tidings(
        topic="webhook",
        subject=webhook_id,
        moment="disabled",
        line="A webhook of yours was disabled",
        detail=f"{row.url} was sent {row.failures} decisions in a row and took none. {outcome.problem}"
        " Remove it, and register it again once it answers.",
        path=f"/members/me/webhooks/{webhook_id}",
        at=now,
    )
    owner = select(col(Member.id)).where(col(Member.id) == row.owner_id)
    notices.tell(session, books.current(session), tidings, owner, now)


def _is(webhook_id: int, event_id: int) -> Sequence[Any]:
    return col(WebhookDelivery.webhook_id) == webhook_id, col(WebhookDelivery.event_id) == event_id


def _wait(number: int) -> timedelta:
    """Return how long after the try of this number the next is due, up to a tenth more, by chance.

    Else what failed together, because a receiver was busy, would come together again.
    """
    wait = WAITS[min(number, len(WAITS)) - 1]
    return wait + wait * secrets.randbelow(1000) / 10_000


def _asked_for(answer: Answer) -> timedelta:
    """Return how long the receiver asks to be left alone (``Retry-After`` in seconds), a day at most."""
    asked = answer.headers.get("retry-after", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return timedelta()
    return min(timedelta(seconds=int(asked)), timedelta(days=1))


def _body(row: Any) -> bytes:
    """Return the body of a delivery: the same bytes at every try."""
    return rfc8785.dumps({"type": row.type, "timestamp": stamp(row.at), "data": row.data})
