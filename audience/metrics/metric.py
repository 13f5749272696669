"""A metric: one number that is counted of every holder, and the clauses by which it is.

Pure: what a metric is. Which there are is said in ``of_members.py`` and ``of_guilds.py``; another is one more
entry there.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from coop.feature_rules import Metrics, Windowed
from coop.holdings import Holder as Holder

Section = Literal["exchanges", "activity", "answers", "reach", "reports"]
"""A table of clauses under ``/metrics``."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of one kind of holder."""

    name: str
    """The word for it in policies and answers."""
    meaning: str
    """In words that go on a number: "people who answered"."""
    counting: str | None = None
    """A statement that selects ``holder_id`` and ``value`` from the tables of ``facts.py``, or from what else
    is on record with its moment, at most one row a holder. It may be bound to ``:since``, where the window
    begins, and ``:until``, where every window ends. None for the whole days since the holder began: they
    follow from time alone, and are not kept."""
    section: Section | None = None
    """The clauses by which it is counted, its window among them; None where it counts what there is."""
    in_steps: bool = False
    """Whether its holder could not count it themself: then it goes by steps of the audience policy's clause
    ``/reach/least_told``, for whoever is told it and for what it decides (law 7)."""

    def window(self, rules: Metrics) -> timedelta:
        """Return how far back it counts; no time where it counts what there is."""
        return timedelta() if self.section is None else self._table(rules, self.section).window

    def clauses(self, rules: Metrics) -> tuple[str, ...]:
        """Return the JSON Pointers of its clauses in the policy ``features``, the window first."""
        if self.section is None:
            return ()
        fields = type(self._table(rules, self.section)).model_fields
        return tuple(f"/metrics/{self.section}/{name}" for name in fields)

    @staticmethod
    def _table(rules: Metrics, section: Section) -> Windowed:
        found: Windowed = getattr(rules, section)
        return found
