"""What a benchmark found, and whether it is what was promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

Figures = Mapping[str, float | int]


_SIGNS = {"exactly": "=", "at_most": "≤", "at_least": "≥"}


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound that a figure must keep."""

    kind: Literal["exactly", "at_most", "at_least"]
    bound: float | int

    def kept_by(self, figure: float | int) -> bool:
        """Say whether a figure keeps it."""
        if self.kind == "exactly":
            return figure == self.bound
        return figure <= self.bound if self.kind == "at_most" else figure >= self.bound

    def __str__(self) -> str:
        return f"{_SIGNS[self.kind]} {self.bound}"


Goals = Mapping[str, Goal]


def exactly(bound: float | int) -> Goal:
    """Return the goal of one value and no other."""
    return Goal("exactly", bound)


def at_most(bound: float | int) -> Goal:
    """Return the goal of staying at a value or below it."""
    return Goal("at_most", bound)


def at_least(bound: float | int) -> Goal:
    """Return the goal of staying at a value or above it."""
    return Goal("at_least", bound)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one run beside their goals."""

    bench: str
    figures: Figures
    goals: Goals
    machine: Mapping[str, Any]

    @property
    def missed(self) -> list[str]:
        """Names of the figures that are not what was promised."""
        return [name for name, goal in self.goals.items() if not goal.kept_by(self.figures[name])]

    def as_data(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "bench": self.bench,
            "figures": dict(self.figures),
            "goals": {name: {goal.kind: goal.bound} for name, goal in self.goals.items()},
            "met": not self.missed,
            "machine": dict(self.machine),
        }

    def show(self, console: Console) -> None:
        """Print a table for people."""
        table = Table(title=f"bench {self.bench}", title_justify="left")
        table.add_column("figure")
        table.add_column("measured", justify="right")
        table.add_column("goal", justify="right")
        missed = self.missed
        for name, figure in self.figures.items():
            goal = self.goals.get(name)
            style = "bold red" if name in missed else None
            table.add_row(name, f"{figure:,}", "" if goal is None else str(goal), style=style)
        console.print(table)
        for name, value in self.machine.items():
            console.print(f"  {name}: {value}", style="dim", highlight=False)
        console.print("goals met" if not missed else f"missed: {', '.join(missed)}")
