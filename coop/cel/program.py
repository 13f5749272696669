"""Program: many expressions as one Python function, for rules that are asked of everything that is published.

The text of the function is made from checked trees alone: names of facts and every value that an author wrote
go in as objects and never as text, so nothing that is written in a rule is ever read as Python.

Python's ``and`` and ``or`` stop at the first part that decides, and let an error through. Where there is none
they say what CEL says. Where there is one each expression is evaluated by itself (``evaluation``).
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from coop.cel.evaluation import Facts, value
from coop.cel.expression import Apply, Const, Expression, FactOf, Logic, Part
from coop.cel.faults import Undecided
from coop.cel.patterns import compiled
from coop.cel.syntax import AND, NOT, TERNARY


class Outcome(NamedTuple):
    """What became of the expressions of a program."""

    holding: list[int]
    """The places of those that hold, in order."""
    undecided: Mapping[int, str] = MappingProxyType({})
    """The places of those that have no value, with why."""


class Program:
    """Some conditions, compiled."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._expressions = tuple(expressions)
        self._function = _function(self._expressions)

    def ask(self, facts: Facts) -> Outcome:
        """Return which conditions hold for some facts."""
        try:
            return Outcome(self._function(facts))
        except (KeyError, Undecided):
            return self._one_by_one(facts)

    def _one_by_one(self, facts: Facts) -> Outcome:
        holding, undecided = [], {}
        for place, expression in enumerate(self._expressions):
            try:
                if value(expression.root, facts):
                    holding.append(place)
            except Undecided as error:
                undecided[place] = str(error)
        return Outcome(holding, undecided)


def _function(expressions: Sequence[Expression]) -> Callable[[Facts], list[int]]:
    text = _Text()
    conditions = [text.of(one.root) for one in expressions]
    lines = [
        "def holding(facts):",
        *(f"    {local} = facts[{text.object(name)}]" for name, local in text.facts.items()),
        "    found = []",
        *(f"    if {condition}: found.append({place})" for place, condition in enumerate(conditions)),
        "    return found",
    ]
    made: dict[str, Any] = dict(text.objects)
    exec(compile("\n".join(lines), "<rules>", "exec"), made)  # noqa: S102 - see the text of this module
    function: Callable[[Facts], list[int]] = made["holding"]
    return function


class _Text:
    """The text of some conditions, and the objects that it names."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self.objects: dict[str, Any] = {}

    def object(self, value: Any) -> str:
        name = f"o{len(self.objects)}"
        self.objects[name] = value
        return name

    def of(self, part: Part) -> str:
        match part:
            case Const(value=found):
                return self.object(found)
            case FactOf(name=name):
                return self.facts.setdefault(name, f"f{len(self.facts)}")
            case Apply():
                return self._apply(part)
            case Logic(function=function, args=args):
                said = [self.of(one) for one in args]
                if function == NOT:
                    return f"(not {said[0]})"
                if function == TERNARY:
                    return f"({said[1]} if {said[0]} else {said[2]})"
                return f"({(' and ' if function == AND else ' or ').join(said)})"

    def _apply(self, part: Apply) -> str:
        overload, args = part.overload, list(part.args)
        if overload.name == "matches" and isinstance(args[1], Const):
            said = [self.of(args[0]), self.object(compiled(str(args[1].value)))]
        else:
            said = [self.of(one) for one in args]
        run = self.object(overload.run) if "{run}" in overload.python else ""
        return overload.python.format(*said, run=run)
