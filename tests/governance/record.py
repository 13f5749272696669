"""The record of an assembly, exported and audited."""

import json
from typing import Any

from coop import ledger
from governance import audit
from tests.governance.assembly import Assembly


def exported(assembly: Assembly) -> list[dict[str, Any]]:
    """The events of an export, whose chain is whole."""
    events, problems = ledger.read(ledger.export(assembly.session))
    assert problems == []
    found: list[dict[str, Any]] = json.loads(json.dumps(events))
    return found


def audited(assembly: Assembly) -> None:
    """Find that the record of all that happened is right."""
    assert audit.problems(exported(assembly)) == []
