"""A subject: what a proposal is about, once it was found that it can stand; and what examines one.

Apart from :mod:`governance.subjects`, which names every examiner, so that examiners can import it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from coop.book import COOP, Book
from coop.errors import Fault, RuleBroken
from governance.rules import Method, RiskClass


class Wanted(Protocol):
    """What an examiner reads of a draft."""

    @property
    def scope(self) -> str:
        """``coop`` or ``guild:<slug>``."""

    @property
    def kind(self) -> str:
        """Kind of the policy to change, or of the other thing that is proposed."""

    @property
    def patch(self) -> list[Any]:
        """JSON Patch to that policy."""

    @property
    def base_sha256(self) -> str:
        """Hash of the text that the patch was written against."""

    @property
    def method(self) -> Method | None:
        """How votes are counted; None for what its class says."""

    @property
    def options(self) -> Any:
        """What a ballot chooses from."""

    @property
    def target_id(self) -> int | None:
        """The proposal that it is about."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is proposed, once it was found that it can stand."""

    risk_class: RiskClass
    method: Method
    base_number: int = 0
    """Number of the policy's version that it was written against; 0 for none."""
    options: Any = None
    takes_force: bool = True
    """Whether it changes a policy, so that it can be undone."""


Examiner = Callable[[Session, Book, Wanted, datetime], Subject]
"""Returns the subject of a draft; raises RuleBroken or Conflict with every fault where it cannot stand."""


def check_scope(scope: str, risk_class: RiskClass) -> None:
    """Raise RuleBroken where a guild would decide what is not its own to decide."""
    if scope != COOP and risk_class in ("C", "D"):
        fault = Fault("/scope", f"A guild decides classes A and B; this is of class {risk_class}.")
        raise RuleBroken("All of us decide this.", faults=(fault,))
