"""The record of an assembly, exported, audited, and checked by the verifier that shares no code with us."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from coop import ledger
from governance import audit
from tests.governance.assembly import Assembly, passing
from tools import verify


def exported(assembly: Assembly) -> list[dict[str, Any]]:
    """The events of an export, whose chain is whole."""
    events, problems = ledger.read(ledger.export(assembly.session))
    assert problems == []
    found: list[dict[str, Any]] = json.loads(json.dumps(events))
    return found


def record_of(engine: Engine, live: Callable[[Assembly], None], members: int = 5) -> list[dict[str, Any]]:
    """The record of what so many members live through."""
    with passing(engine) as assembly:
        assembly.admit(members)
        live(assembly)
        return exported(assembly)


def audited(assembly: Assembly) -> None:
    """Find that the record of all that happened is right."""
    events = exported(assembly)
    assert audit.problems(events) == []
    assert verified(events) == []


def verified(events: list[dict[str, Any]]) -> list[str]:
    """What the verifier finds wrong in what the events say; that their chain is whole is not looked at."""
    record, report = verify.Record(), verify.Report()
    for event in events:
        report.check(f"event {event['seq']}", record.check(event))
        record.tree.add(bytes.fromhex(event["hash"]))
    report.check("the end", record.closed())
    return [problem["detail"] for problem in report.problems]
