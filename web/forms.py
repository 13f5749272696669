"""What a form is told when it is refused: what is wrong, at the field where it is wrong. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from coop.errors import AllotmentError, Fault


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not carried out."""

    detail: str
    at: dict[str, Fault] = field(default_factory=dict)
    """Field name → what is wrong there."""
    elsewhere: tuple[Fault, ...] = ()


def refusal(error: AllotmentError, fields: Iterable[str], also: dict[str, str] | None = None) -> Refusal:
    """Return an error as the form with these fields shows it; ``also`` maps other pointers to fields."""
    places = {f"/{name}": name for name in fields} | (also or {})
    at: dict[str, Fault] = {}
    elsewhere = []
    for fault in error.faults:
        name = places.get(fault.pointer)
        if name is None or name in at:
            elsewhere.append(fault)
        else:
            at[name] = fault
    return Refusal(error.detail, at, tuple(elsewhere))
