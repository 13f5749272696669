"""Every version of a policy names what brought it and the event of the ledger that holds it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlmodel import Session

from coop import checkpoints, ledger, policies
from coop.book import COOP
from coop.clock import Clock
from coop.policy_history import Written, history
from coop.tables import LedgerEvent
from tests.coop.statements import counted

KIND = "media"


def write(session: Session, causes: Iterable[tuple[str, int]], now: datetime) -> None:
    """Write a version for each cause and proposal, its text unlike the one before."""
    for cause, proposal_id in causes:
        head = policies.head(session, COOP, KIND)
        assert head is not None
        text = f"{head.text}# Version {head.number + 1}.\n"
        policies.new_version(
            session, COOP, KIND, text, cause=cause, proposal_id=proposal_id, tally=None, now=now
        )


def newest(session: Session) -> Written:
    return history(session, COOP, KIND)[0]


@pytest.mark.parametrize(
    ("causes", "takes_back", "why"),
    [
        ([("enactment", 7)], False, "A vote passed it."),
        ([("enactment", 7), ("sunset", 7)], True, "The time that was agreed for a change was over"),
        ([("enactment", 7), ("tripwire", 7)], True, "A measure left the bounds agreed for a change"),
        ([("emergency", 7)], False, "Stewards put it in force in an emergency"),
        ([("emergency", 7), ("emergency", 7)], True, "An emergency measure was not ratified"),
        ([("emergency", 7), ("emergency", 8)], False, "Stewards put it in force in an emergency"),
    ],
    ids=["a vote", "a sunset", "a tripwire", "a measure", "a measure not ratified", "a second measure"],
)
def test_law_02_a_version_says_what_brought_it(
    session: Session, clock: Clock, causes: list[tuple[str, int]], takes_back: bool, why: str
) -> None:
    write(session, causes, clock.now(session))
    found = newest(session)
    assert found.takes_back is takes_back
    assert found.why.startswith(why)


def test_law_10_each_version_names_the_event_that_holds_it(session: Session, clock: Clock) -> None:
    now = clock.now(session)
    write(session, [("enactment", 7)], now)
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    ledger.append(session, "policy.version", {"epoch": 999}, now)
    checkpoints.extend(session, key, "garden.example", now)
    write(session, [("sunset", 7), ("enactment", 8)], now + timedelta(hours=1))
    for written in history(session, COOP, KIND):
        event = session.get_one(LedgerEvent, written.ledger_seq)
        assert event.type == "policy.version"
        assert event.payload["sha256"] == written.version.sha256
        assert event.payload["number"] == written.version.number


def test_a_long_history_takes_no_more_statements_than_a_short_one(session: Session, clock: Clock) -> None:
    with counted(session) as short:
        history(session, COOP, KIND)
    write(session, [("enactment", number) for number in range(5)], clock.now(session))
    with counted(session) as long:
        assert len(history(session, COOP, KIND)) == 6
    assert len(long) == len(short)


def test_the_list_over_http_tells_why(client: FlaskClient, session: Session, clock: Clock) -> None:
    write(session, [("enactment", 7), ("tripwire", 7)], clock.now(session))
    undone, passed, founding = client.get(f"/api/v1/policies/coop/{KIND}/versions").get_json()["items"]
    assert [one["cause"] for one in (founding, passed, undone)] == ["founding", "enactment", "tripwire"]
    assert [one["takes_back"] for one in (founding, passed, undone)] == [False, False, True]
    assert (undone["proposal"], founding["proposal"]) == ("7", None)
    assert undone["why"].startswith("A measure left the bounds")
    assert undone["ledger_seq"] == passed["ledger_seq"] + 1
    assert "+# Version 3." in undone["diff"]
