"""The ledger: append-only, chained, verified offline."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from coop import ledger
from coop.database import Database
from coop.tables import LedgerEvent
from tests.coop.statements import counted
from tests.factories import make_member
from tests.thorough import much

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers(-ledger.LARGEST_NUMBER, ledger.LARGEST_NUMBER) | st.floats(
    -ledger.LARGEST_NUMBER, ledger.LARGEST_NUMBER
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=12,
)
MOMENTS = st.datetimes(
    datetime(1970, 1, 2),
    datetime(2999, 12, 31),
    timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14))),
)


def head(session: Session) -> LedgerEvent:
    """The newest event, read anew."""
    newest = select(LedgerEvent).order_by(col(LedgerEvent.seq).desc()).limit(1)
    return session.scalars(newest.execution_options(populate_existing=True)).one()


def chain(*payloads: dict[str, Any]) -> list[str]:
    """A short export of its own, chained by the reference."""
    lines, prev = [], ledger.GENESIS
    for seq, payload in enumerate(payloads, start=1):
        digest = ledger.digest(seq, ledger.stamp(NOW), "note", payload, prev)
        event = LedgerEvent(seq=seq, at=NOW, type="note", payload=payload, prev=prev, hash=digest)
        lines.append(ledger.as_line(event))
        prev = digest
    return lines


@pytest.fixture
def lines(session: Session) -> list[str]:
    for number in range(3):
        ledger.append(session, "note", {"number": number, "text": "grüße"}, NOW)
    return list(ledger.export(session))


def test_law_10_a_whole_export_has_no_problems(lines: list[str]) -> None:
    events, problems = ledger.read(lines)
    assert problems == []
    assert [event["seq"] for event in events] == list(range(1, len(lines) + 1))


def test_law_10_every_changed_byte_is_found() -> None:
    whole = "\n".join(chain({"number": 1}, {"text": "grüße", "list": [None, 0.5]}, {})).encode()
    assert ledger.read(whole.decode().split("\n"))[1] == []
    missed = []
    for index in range(len(whole)):
        changed = bytearray(whole)
        changed[index] ^= 1
        found = ledger.read(changed.decode("utf-8", "replace").split("\n"))[1]
        if not found:
            missed.append((index, whole[max(0, index - 20) : index + 20]))
    assert missed == []


def test_law_10_a_removed_and_a_moved_event_are_found(lines: list[str]) -> None:
    assert ledger.read([*lines[:-2], lines[-1]])[1]
    assert ledger.read([*lines[:-2], lines[-1], lines[-2]])[1]


def test_law_10_a_rewritten_event_with_its_hash_made_anew_breaks_the_chain(lines: list[str]) -> None:
    event = json.loads(lines[-2])
    event["payload"] = {"number": 99}
    event["hash"] = ledger.digest(*(event[name] for name in ("seq", "at", "type", "payload", "prev")))
    problems = ledger.read([*lines[:-2], json.dumps(event), lines[-1]])[1]
    assert [problem.seq for problem in problems] == [event["seq"] + 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_event SET type = 'x'",
        "DELETE FROM ledger_event",
        "TRUNCATE ledger_event CASCADE",
        "UPDATE policy_version SET text = 'x'",
        "DELETE FROM policy_version",
    ],
)
def test_law_10_the_database_itself_refuses_to_change_the_record(session: Session, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(statement))


@settings(max_examples=much(20, 200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(type=TEXTS, payload=st.dictionaries(TEXTS, VALUES), at=MOMENTS)
@example(type='\x01\x1f\x7f"\\/\b\f\n\r\t', payload={"\ue000": 1e-7, "😀": 5e-324, "é": [-0.0, 0.1]}, at=NOW)
def test_law_10_the_database_chains_an_event_as_the_reference_does(
    session: Session, type: str, payload: dict[str, Any], at: datetime
) -> None:
    before = head(session)
    place = ledger.append(session, type, payload, at)
    event = head(session)
    assert (place.seq, event.seq, event.prev) == (before.seq + 1, before.seq + 1, before.hash)
    reference = ledger.digest(event.seq, ledger.stamp(at), type, payload, before.hash)
    assert place.hash == event.hash == reference
    assert event.at == at
    told = json.loads(ledger.as_line(event))
    assert ledger.digest(*(told[name] for name in ("seq", "at", "type", "payload", "prev"))) == reference


@pytest.mark.parametrize("value", [2**53, -(2**53), float(2**53), -1e300, 1e21, float("nan"), float("inf")])
def test_law_10_a_number_that_would_not_read_back_is_refused(session: Session, value: float) -> None:
    before = head(session).seq
    with pytest.raises(rfc8785.CanonicalizationError):
        ledger.append(session, "note", {"deep": [{"value": value}]}, NOW)
    assert head(session).seq == before


def test_an_event_is_appended_in_one_statement_after_what_was_unwritten(session: Session) -> None:
    member = make_member(session)
    with counted(session) as sent:
        ledger.append(session, "note", {}, NOW)
    assert len(sent) == 1
    member.about = "Grows beans."
    with counted(session) as sent:
        ledger.append(session, "note", {}, NOW)
    assert [statement.split()[0] for statement in sent] == ["UPDATE", "SELECT"]


def test_law_10_events_appended_at_once_are_one_chain(committed: Database) -> None:
    def add(number: int) -> ledger.Place:
        with committed.begin() as session:
            return ledger.append(session, "note", {"number": number}, NOW)

    with ThreadPoolExecutor(8) as threads:
        places = list(threads.map(add, range(80)))
    with committed.begin() as session:
        events, problems = ledger.read(ledger.export(session))
        found = session.execute(select(func.count()).where(col(LedgerEvent.type) == "note")).scalar_one()
    assert (found, problems) == (80, [])
    held = {event["seq"]: event["hash"] for event in events}
    assert all(held[place.seq] == place.hash for place in places)
