"""Approval: each ballot approves any number of options; those approved by most are elected.

Pure. A ballot counts once for every option it approves, and in which order it names them means nothing.
Level options are parted by the draw (``ties.py``), for there are no earlier rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from governance.methods.packing import NONE
from governance.methods.ranking import Profile


@dataclass(frozen=True, slots=True)
class Approval:
    """How many ballots approve each option."""

    seats: int
    votes: tuple[int, ...]
    """Ballots that approve each option."""
    blank: int
    """Ballots that approve none."""
    ranking: tuple[int, ...]
    """All options, most approved first."""

    @property
    def winners(self) -> tuple[int, ...]:
        """The options elected, most approved first."""
        return self.ranking[: self.seats]

    @property
    def by_lot(self) -> bool:
        """Say whether the draw parted the last who is elected from the first who is not."""
        border = self.ranking[self.seats - 1 : self.seats + 1]
        return len(border) == 2 and self.votes[border[0]] == self.votes[border[1]]

    def as_json(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the count for the ledger and for people, options by their names; all numbers are whole."""
        elected = ", ".join(names[option] for option in self.winners)
        tally = {names[option]: votes for option, votes in enumerate(self.votes)}
        action = f"approvals; elect {elected}{' (tie, by lot)' if self.by_lot else ''}"
        return {
            "method": "approval",
            "seats": self.seats,
            "winners": [names[option] for option in self.winners],
            "rounds": [{"tally": tally, "action": action, "nontransferable": self.blank}],
        }


def count(profile: Profile, seats: int, lots: Sequence[int]) -> Approval:
    """Return the count of a profile; ``lots`` is the draw of the options.

    Raise ValueError for fewer than one seat or another number of lots than options.
    """
    if seats < 1:
        raise ValueError("there is at least one seat")
    if len(lots) != profile.options:
        raise ValueError("there is one lot for each option")
    votes = np.zeros(NONE + 1, np.int64)
    for place in profile.ranks[:-1]:
        np.add.at(votes, place, profile.counts)
    blank = int(profile.counts[profile.ranks[0] == NONE].sum())
    told = votes[: profile.options].tolist()
    ranking = sorted(range(profile.options), key=lambda option: (-told[option], lots[option]))
    return Approval(seats, tuple(told), blank, tuple(ranking))
