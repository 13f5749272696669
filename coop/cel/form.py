"""A condition as a form: lines, each a fact, a comparison and a value, of which any or all must hold.

Pure. Whoever shows a form says which facts it knows, how each may be compared and how its values are typed;
how that is written in CEL, and read back from it, is here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coop.cel.checker import check
from coop.cel.expression import Apply, FactOf, Logic, Part
from coop.cel.syntax import AND, NOT, OR
from coop.cel.types import Schema
from coop.errors import Fault, RuleBroken

Match = Literal["any", "all"]
Comparison = Literal[
    "yes", "no", "more_than", "at_least", "less_than", "at_most", "is", "is_not", "contains", "contains_not",
    "has", "has_not", "any_of", "none_of",
]  # fmt: skip

_SIGNS: Mapping[Comparison, str] = {"more_than": ">", "at_least": ">=", "less_than": "<", "at_most": "<="}
WRITTEN: Mapping[str, str] = {
    "yes": "{0}",
    "no": "!{0}",
    "is": "{0} == {1}",
    "is_not": "{0} != {1}",
    "contains": "{0}.contains({1})",
    "contains_not": "!{0}.contains({1})",
    "has": "{1} in {0}",
    "has_not": "!({1} in {0})",
    "any_of": "sets.intersects({0}, {1})",
    "none_of": "!sets.intersects({0}, {1})",
    **{name: f"{{0}} {sign} {{1}}" for name, sign in _SIGNS.items()},
}
"""By comparison: a line in CEL, given its fact and its value."""
_READ: Mapping[tuple[str, bool], Comparison] = {
    ("_==_", False): "is",
    ("_!=_", False): "is_not",
    ("contains", False): "contains",
    ("contains", True): "contains_not",
    ("@in", False): "has",
    ("@in", True): "has_not",
    ("sets.intersects", False): "any_of",
    ("sets.intersects", True): "none_of",
    **{(f"_{sign}_", False): name for name, sign in _SIGNS.items()},
}
"""By function, and whether it is denied: how a form says it."""
_JOINED: Mapping[Match, str] = {"any": " || ", "all": " && "}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form."""

    fact: str
    comparison: str
    value: str = ""
    """As it is typed: of a duration, in whole days for a filter, or in hours for a rule; of what is or is not
    so, nothing."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is filled in."""

    lines: list[Line]
    match: Match


def joined(
    lines: Sequence[Line], match: Match, write: Callable[[Line, str], str | Fault], refusal: str
) -> str:
    """Return the condition of a form: any of its lines, or all, each as ``write`` says it.

    ``write`` is given a line and its JSON Pointer. Raise RuleBroken, in the words of ``refusal``, with the
    faults of all lines that are amiss.
    """
    said = [write(line, f"/conditions/{index}") for index, line in enumerate(lines)]
    faults = tuple(one for one in said if isinstance(one, Fault))
    if faults:
        raise RuleBroken(refusal, faults=faults)
    return _JOINED[match].join(one for one in said if isinstance(one, str))


def read_back(
    when: str,
    schema: Schema,
    typed: Callable[[Part], str | None],
    written: Callable[[Sequence[Line], Match], str],
) -> Form | None:
    """Return the form that ``written`` makes exactly this condition of; None where there is none.

    ``typed`` returns a value as it is typed, or None where it cannot be. Raise ExpressionFault where it is no
    condition under the schema.
    """
    root = check(when, schema).root
    match: Match = "any" if isinstance(root, Logic) and root.function == OR else "all"
    lines = [_line(one, typed) for one in _joined_by(root, OR if match == "any" else AND)]
    found = Form([one for one in lines if one is not None], match)
    if None in lines:
        return None
    try:
        return found if written(found.lines, match) == when else None
    except RuleBroken:
        return None


def _joined_by(root: Part, function: str) -> list[Part]:
    """Return what ``&&``, or ``||``, joins at the top of a condition; the whole where it joins nothing."""
    if isinstance(root, Logic) and root.function == function:
        return [part for one in root.args for part in _joined_by(one, function)]
    return [root]


def _line(part: Part, typed: Callable[[Part], str | None]) -> Line | None:
    denied = isinstance(part, Logic) and part.function == NOT
    inner = part.args[0] if isinstance(part, Logic) and denied else part
    if isinstance(inner, FactOf):
        return Line(inner.name, "no" if denied else "yes")
    if not isinstance(inner, Apply) or len(inner.args) != 2:
        return None
    fact, value = inner.args if inner.overload.name != "@in" else inner.args[::-1]
    if isinstance(fact, Apply) and fact.overload.name == "size":
        fact = fact.args[0]
    comparison, said = _READ.get((inner.overload.name, denied)), typed(value)
    if comparison is None or said is None or not isinstance(fact, FactOf):
        return None
    return Line(fact.name, comparison, said)
