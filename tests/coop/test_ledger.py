"""The ledger: append-only, chained, verified offline."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from coop import ledger

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def lines(session: Session) -> list[str]:
    for number in range(3):
        ledger.append(session, "note", {"number": number, "text": "grüße"}, NOW)
    return list(ledger.export(session))


def test_law_10_a_whole_export_has_no_problems(lines: list[str]) -> None:
    events, problems = ledger.read(lines)
    assert problems == []
    assert [event["seq"] for event in events] == list(range(1, len(lines) + 1))


def test_law_10_every_changed_byte_is_found(lines: list[str]) -> None:
    whole = "\n".join(lines).encode()
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
