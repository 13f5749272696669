"""Refusals as they are kept: why a post was not published at its time, fault by fault, with clauses. Pure."""

from dataclasses import dataclass
from typing import Any

from coop.errors import AllotmentError, Fault
from coop.receipts import Citation


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done."""

    detail: str
    faults: tuple[Fault, ...] = ()


def stored(error: AllotmentError) -> dict[str, Any]:
    """Return an error as it is kept: what was wrong, where, and which clauses decided it."""
    return {
        "detail": error.detail,
        "faults": [
            {
                "pointer": fault.pointer,
                "detail": fault.detail,
                "clause": None if fault.clause is None else fault.clause.model_dump(mode="json"),
            }
            for fault in error.faults
        ],
    }


def restored(kept: dict[str, Any]) -> Refusal:
    """Return the refusal that was kept so."""
    return Refusal(
        kept["detail"],
        tuple(
            Fault(
                one["pointer"],
                one["detail"],
                None if one["clause"] is None else Citation.model_validate(one["clause"]),
            )
            for one in kept["faults"]
        ),
    )
