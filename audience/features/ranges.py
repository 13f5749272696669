"""Ranges: the numbers that a condition leaves to each metric, as far as that can be read off it.

Pure. Of a condition that is put together from comparisons of one metric with one number, the conjuncts bound
each metric by themselves. Whatever else a condition says is passed over, so the ranges are never too narrow:
where one is empty the condition can never hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from coop.cel.expression import Apply, Const, FactOf, Logic, Part
from coop.cel.syntax import AND, NOT, OR

NEGATED = {"_<_": "_>=_", "_<=_": "_>_", "_>_": "_<=_", "_>=_": "_<_", "_==_": "_!=_", "_!=_": "_==_"}
TURNED = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_", "_==_": "_==_", "_!=_": "_!=_"}


@dataclass(slots=True)
class Range:
    """Whole numbers from ``least`` to ``most``, both among them; None for no end."""

    least: int = 0
    """No metric is below nought."""
    most: int | None = None

    @property
    def empty(self) -> bool:
        """Whether there is none."""
        return self.most is not None and self.most < self.least

    def cut(self, function: str, number: int) -> None:
        """Leave those that compare so with a number."""
        if function in ("_>_", "_>=_", "_==_"):
            self.least = max(self.least, number + (function == "_>_"))
        if function in ("_<_", "_<=_", "_==_"):
            most = number - (function == "_<_")
            self.most = most if self.most is None else min(self.most, most)


def ranges(*wanted: tuple[Part, bool]) -> dict[str, Range]:
    """Return the range of each metric in which all of some conditions may come out as wanted."""
    found: dict[str, Range] = {}
    for part, holds in wanted:
        for name, function, number in _comparisons(part, holds):
            found.setdefault(name, Range()).cut(function, number)
    return found


def _comparisons(part: Part, wanted: bool) -> Iterator[tuple[str, str, int]]:
    """Yield what has to hold of single metrics where a condition comes out as wanted."""
    match part:
        case Logic(function=function, args=(inner,)) if function == NOT:
            yield from _comparisons(inner, not wanted)
        case Logic(function=function, args=args) if function == (AND if wanted else OR):
            for one in args:
                yield from _comparisons(one, wanted)
        case Apply(overload=overload, args=(FactOf(name=name), Const(value=int() as number))) if (
            overload.name in NEGATED
        ):
            yield name, overload.name if wanted else NEGATED[overload.name], number
        case Apply(overload=overload, args=(Const(value=int() as number), FactOf(name=name))) if (
            overload.name in NEGATED
        ):
            turned = TURNED[overload.name]
            yield name, turned if wanted else NEGATED[turned], number
