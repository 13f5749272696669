"""Single transferable vote: several seats in proportion to the votes, by the Scottish rules.

Pure. The weighted inclusive Gregory method of the Scottish Local Government Elections Order 2007 (SSI
2007/42, schedule 1, rules 45–52): whoever reaches the quota is elected, all papers of an elected option
pass on at a value that leaves it the quota, and where there is no surplus the lowest option is excluded.
Values are cut to five decimals, so votes are counted in whole hundred-thousandths.

Two options level in votes are parted by the latest earlier round in which they were not, then by the draw
(``ties.py``), which stands for the returning officer's lot. Rule 52 ends the count once as many options
are left as seats; the exclusion that leaves them is counted to its end, as in the published counts, since
it says in which order they are elected. With one seat the count ends at the last two (``irv.py``).

Law 4: int64 cannot overflow: the largest product is a surplus times a value, at most 10⁵·ballots × 10⁵,
below 2⁶³ for the 2²⁹ ballots that a profile may have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from governance.methods.packing import NONE
from governance.methods.ranking import Profile

UNIT = 100_000
"""One vote, in the units that are counted: hundred-thousandths."""

Step = Literal["count", "transfer", "exclude"]
"""What a round did: counted first preferences, transferred a surplus, or excluded an option."""
Tie = Literal["", "earlier round", "lot"]
"""What parted the option of a round from others that had as many votes."""


@dataclass(frozen=True, slots=True)
class Round:
    """The state after one step of a count; votes are in hundred-thousandths."""

    step: Step
    option: int | None
    """Whose papers the step transferred."""
    tie: Tie
    tally: dict[int, int]
    """Votes of every option that is not excluded."""
    nontransferable: int
    """Votes of the papers that name none who is left, at their value."""
    cut_off: int
    """Votes lost so far to the cut after five decimals."""
    elected: tuple[int, ...]
    """Who was elected at the end of this round, in order."""
    run_off_tie: Tie
    """What parted the last two of an instant run-off that ended level."""

    def action(self, names: Sequence[str]) -> str:
        """Say what happened, for people."""
        said = {"count": "first preferences", "transfer": "transfer", "exclude": "exclude"}[self.step]
        if self.option is not None:
            said += f" {names[self.option]}"
        if self.tie:
            said += f" (tie, by {self.tie})"
        said += "".join(f"; elect {names[option]}" for option in self.elected)
        return said + (f" (tie, by {self.run_off_tie})" if self.run_off_tie else "")


@dataclass(frozen=True, slots=True)
class Count:
    """A whole count."""

    method: Literal["stv", "irv"]
    seats: int
    quota: int
    """Votes that elect, whole ones."""
    winners: tuple[int, ...]
    """In the order in which they were elected."""
    rounds: tuple[Round, ...]

    def as_json(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the count for the ledger and for people, options by their names.

        Votes are text with five decimals; in an instant run-off no vote is ever divided and they are
        whole numbers.
        """
        return {
            "method": self.method,
            "seats": self.seats,
            "quota": self.quota,
            "winners": [names[option] for option in self.winners],
            "rounds": [
                {
                    "tally": {names[option]: self._votes(units) for option, units in one.tally.items()},
                    "action": one.action(names),
                    "nontransferable": self._votes(one.nontransferable),
                }
                for one in self.rounds
            ],
        }

    def _votes(self, units: int) -> str | int:
        whole, rest = divmod(units, UNIT)
        return whole if self.method == "irv" else f"{whole}.{rest:05}"


def count(profile: Profile, seats: int, lots: Sequence[int], method: Literal["stv", "irv"] = "stv") -> Count:
    """Return the count of a profile for so many seats.

    ``lots`` is the draw of the options (:func:`governance.methods.ties.draw`). Where there are no more
    options than seats all are elected; where no ballot ranks anything the draw decides alone. Raise
    ValueError for fewer than one seat or another number of lots than options.
    """
    if seats < 1:
        raise ValueError("there is at least one seat")
    if sorted(lots) != list(range(profile.options)):
        raise ValueError("there is one lot for each option")
    return _Papers(profile, seats, lots).count(method)


@dataclass(slots=True)
class _Papers:
    """The ballot papers on the table during one count. Equal rankings travel together, at one value."""

    profile: Profile
    seats: int
    lots: Sequence[int]
    holder: NDArray[np.uint8] = field(init=False)
    """Which option holds each ranking's papers, NONE for nobody."""
    value: NDArray[np.int64] = field(init=False)
    """Value of one paper of each ranking."""
    votes: NDArray[np.int64] = field(init=False)
    """Votes credited to each option; those of nobody at NONE."""
    standing: NDArray[np.bool_] = field(init=False)
    """Who can receive papers; nobody, at NONE, always can."""
    continuing: list[int] = field(init=False)
    """Options neither elected nor excluded."""
    excluded: set[int] = field(default_factory=set)
    winners: list[int] = field(default_factory=list)
    past: list[list[int]] = field(default_factory=list)
    """Votes at the end of each round, the latest first."""

    def __post_init__(self) -> None:
        self.continuing = list(range(self.profile.options))
        self.holder = self.profile.ranks[0].copy()
        self.value = np.full(len(self.holder), UNIT, np.int64)
        self.votes = np.zeros(NONE + 1, np.int64)
        np.add.at(self.votes, self.holder, self.profile.counts * UNIT)
        self.votes[NONE] = 0  # a ballot that ranks nothing is not valid (rule 45)
        self.standing = np.zeros(NONE + 1, np.bool_)
        self.standing[[*self.continuing, NONE]] = True

    def count(self, method: Literal["stv", "irv"]) -> Count:
        valid = int(self.votes.sum())
        quota = valid // UNIT // (self.seats + 1) + 1
        rounds: list[Round] = []
        step: tuple[Step, int | None, Tie] = ("count", None, "")
        while True:
            self.past.insert(0, self.votes[: self.profile.options].tolist())
            elected, run_off_tie = self._elect(quota * UNIT)
            tally = {
                option: units for option, units in enumerate(self.past[0]) if option not in self.excluded
            }
            nobody = int(self.votes[NONE])
            cut_off = valid - sum(tally.values()) - nobody
            rounds.append(Round(*step, tally, nobody, cut_off, elected, run_off_tie))
            if not self.continuing:
                return Count(method, self.seats, quota, tuple(self.winners), tuple(rounds))
            step = self._step(quota * UNIT)

    def _elect(self, quota: int) -> tuple[tuple[int, ...], Tie]:
        """Elect whoever has the quota, and the last ones where the seats suffice for them (rules 47, 52).

        Return them in order, and what parted the last two of a run-off that are level. Once nothing is
        left to decide, nobody is continuing.
        """
        elected = self._in_order(option for option in self.continuing if self.past[0][option] >= quota)
        vacant = self.seats - len(self.winners) - len(elected)
        rest = self._in_order(set(self.continuing) - set(elected))
        run_off = self.seats == vacant == 1 and len(rest) == 2
        tie: Tie = self._tie(*rest) if run_off else ""
        last = vacant == 0 or len(rest) <= vacant or run_off
        if last:
            elected += rest[:vacant]
        self.winners += elected
        self.standing[elected] = False
        self.continuing = [] if last else [option for option in self.continuing if option in rest]
        return tuple(elected), tie

    def _step(self, quota: int) -> tuple[Step, int | None, Tie]:
        """Transfer the largest surplus, or exclude the lowest option where there is none (rules 48–51)."""
        ahead = self._in_order(option for option in self.winners if self.past[0][option] > quota)
        if ahead:
            option, others = ahead[0], ahead[1:]
            self._transfer(option, quota)
            return "transfer", option, self._tie(option, *others)
        *others, option = self._in_order(self.continuing)
        self._exclude(option)
        return "exclude", option, self._tie(option, *others)

    def _transfer(self, option: int, quota: int) -> None:
        papers = np.flatnonzero(self.holder == option)
        total = int(self.votes[option])
        self.value[papers] = (total - quota) * self.value[papers] // total
        self._pass_on(papers)
        self.votes[option] = quota

    def _exclude(self, option: int) -> None:
        self.continuing.remove(option)
        self.excluded.add(option)
        self.standing[option] = False
        self._pass_on(np.flatnonzero(self.holder == option))
        self.votes[option] = 0

    def _pass_on(self, papers: NDArray[np.intp]) -> None:
        """Give papers, at their value, to the first option on each that is still standing."""
        ranks = self.profile.ranks[:, papers]
        first = self.standing[ranks].argmax(axis=0)
        to = ranks[first, np.arange(len(papers))]
        self.holder[papers] = to
        np.add.at(self.votes, to, self.profile.counts[papers] * self.value[papers])

    def _in_order(self, options: Iterable[int]) -> list[int]:
        """Return options by votes now, then by those of the latest round that differs, then by lot."""
        return sorted(
            options, key=lambda option: ([-votes[option] for votes in self.past], self.lots[option])
        )

    def _tie(self, option: int, *others: int) -> Tie:
        level = [other for other in others if self.past[0][other] == self.past[0][option]]
        if not level:
            return ""
        same = any(all(votes[other] == votes[option] for votes in self.past) for other in level)
        return "lot" if same else "earlier round"
