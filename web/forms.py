"""What a form is told when it is refused: what is wrong, at the field where it is wrong. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coop.errors import AllotmentError, Fault


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not carried out."""

    detail: str
    at: dict[str, Fault] = field(default_factory=dict)
    """Field name → what is wrong there."""
    elsewhere: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent and not carried out: which one, why, and what was typed into it."""

    form: str = ""
    refused: Refusal | None = None
    said: Mapping[str, str] = field(default_factory=dict)

    def refusal(self, form: str) -> Refusal | None:
        """Return what was wrong with this form of the page, if it was this one."""
        return self.refused if form == self.form else None

    def typed(self, form: str) -> Mapping[str, str]:
        """Return what was typed into this form, nothing where it was another one."""
        return self.said if form == self.form else {}


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
