"""The record of an assembly, exported, audited, and checked by the verifier that shares no code with us."""

import json
from typing import Any

from coop import ledger
from governance import audit
from tests.governance.assembly import Assembly
from tools import verify


def exported(assembly: Assembly) -> list[dict[str, Any]]:
    """The events of an export, whose chain is whole."""
    events, problems = ledger.read(ledger.export(assembly.session))
    assert problems == []
    found: list[dict[str, Any]] = json.loads(json.dumps(events))
    return found


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
