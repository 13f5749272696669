"""Votes: what is asked, and how many final ballots say what.

Pure. Law 4: this is all that an outcome follows from; who cast which ballot is not in it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from governance.rules import Method
from governance.tally import Bar


@dataclass(frozen=True, slots=True)
class Question:
    """What the ballots answer."""

    method: Method
    options: Any
    """See :mod:`governance.options`; none for a vote for and against."""
    roll: int
    """How many may vote."""
    bar: Bar
    seed: str
    """Hash of the proposal in hex, published before the vote: ties that nothing else breaks fall by it."""
    strength: Literal["winning votes", "margins"]
    """What a victory weighs in Schulze's method, as the voting policy names it."""


@dataclass(slots=True)
class Votes:
    """How many final ballots say what."""

    choices: Counter[str] = field(default_factory=Counter)
    marks: Counter[bytes] = field(default_factory=Counter)
    """Rankings or approvals, as :mod:`governance.methods.ranking` writes them."""
    values: Counter[Decimal] = field(default_factory=Counter)
    guilds: dict[Hashable, "Votes"] = field(default_factory=dict)
    """The same among the members of each guild, by any name of it, where guilds are asked."""

    def add(
        self,
        choice: str,
        number: int = 1,
        marks: bytes | None = None,
        value: Decimal | None = None,
        guilds: Iterable[Hashable] = (),
    ) -> None:
        """Add so many ballots that say the same."""
        for votes in (self, *(self.guilds.setdefault(guild, Votes()) for guild in guilds)):
            votes.choices[choice] += number
            if marks is not None:
                votes.marks[bytes(marks)] += number
            if value is not None:
                votes.values[value] += number
