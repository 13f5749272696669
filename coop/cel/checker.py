"""Checker: finds the type of everything in an expression, and the function that each call means.

Pure. It is asked when a proposal is filed, so no vote can pass a rule that does not parse, mixes types or
speaks of what is not known (law 13).
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from coop.cel import durations
from coop.cel.cost import cost_of
from coop.cel.expression import Apply, Const, Expression, FactOf, Logic, Part, parts_of
from coop.cel.faults import ExpressionFault
from coop.cel.functions import ANY, OVERLOADS, Overload
from coop.cel.parser import parse
from coop.cel.patterns import compiled
from coop.cel.syntax import AND, NOT, OR, TERNARY, Call, ListOf, Literal, Name, Node
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Schema, Type, list_of

_OF_PYTHON: dict[type, Type] = {bool: BOOL, int: INT, float: DOUBLE, str: STRING}
_LISTED = (INT, STRING)
"""What lists may hold; of others equality is no safe question."""


def check(text: str, schema: Schema, *, gives: Type = BOOL, most: int | None = None) -> Expression:
    """Return an expression that was checked.

    Raise ExpressionFault where it does not parse, speaks of unknown facts, mixes types, is no ``gives``, or
    could take more than ``most`` steps.
    """
    root = _Checker(schema).part(parse(text))
    if root.type != gives:
        raise ExpressionFault(f"This is a {root.type}; a {gives} is needed.", root.start)
    cost = cost_of(root, schema)
    if most is not None and cost > most:
        raise ExpressionFault(f"This could take {cost} steps, and {most} are allowed.", root.start)
    named = {one.name for one in parts_of(root) if isinstance(one, FactOf)}
    return Expression(text, root, tuple(sorted(named)), cost)


class _Checker:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def part(self, node: Node) -> Part:
        match node:
            case Literal():
                return Const(node.value, _OF_PYTHON[type(node.value)], node.start, node.end)
            case Name():
                return self._fact(node)
            case ListOf():
                return self._list(node)
            case Call(function="duration"):
                return self._duration(node)
            case Call(function=function) if function in (AND, OR, NOT, TERNARY):
                return self._logic(node)
            case Call():
                return self._call(node)

    def _fact(self, node: Name) -> FactOf:
        fact = self._schema.get(node.path)
        if fact is None:
            raise ExpressionFault(_unknown(node.path, self._schema), node.start)
        return FactOf(node.path, fact.type, node.start, node.end)

    def _list(self, node: ListOf) -> Const:
        items = [self.part(one) for one in node.items]
        if not items:
            raise ExpressionFault("An empty list holds nothing to ask for.", node.start)
        held: set[Any] = set()
        for one in items:
            if not isinstance(one, Const) or one.type not in _LISTED:
                raise ExpressionFault("A list is written out, of texts or of whole numbers.", one.start)
            if one.type != items[0].type:
                raise ExpressionFault(f"This is a {one.type} in a list of {items[0].type}.", one.start)
            if one.value in held:
                raise ExpressionFault("This stands in the list already.", one.start)
            held.add(one.value)
        return Const(frozenset(held), list_of(items[0].type), node.start, node.end)

    def _duration(self, node: Call) -> Const:
        said = node.args[0] if len(node.args) == 1 and not node.method else None
        if not isinstance(said, Literal) or not isinstance(said.value, str):
            raise ExpressionFault('A duration is written out: duration("72h").', node.start)
        try:
            value = durations.duration(said.value)
        except ExpressionFault as fault:
            raise ExpressionFault(fault.detail, said.start) from fault
        return Const(value, DURATION, node.start, node.end)

    def _logic(self, node: Call) -> Logic:
        args = [self.part(one) for one in node.args]
        asked = args[:1] if node.function == TERNARY else args
        for one in asked:
            if one.type != BOOL:
                raise ExpressionFault(f"Here a condition is needed, and this is a {one.type}.", one.start)
        if node.function == TERNARY and args[1].type != args[2].type:
            detail = f"Both sides of a choice are of one type; these are {args[1].type} and {args[2].type}."
            raise ExpressionFault(detail, args[2].start)
        return Logic(node.function, tuple(args), args[-1].type, node.start, node.end)

    def _call(self, node: Call) -> Apply:
        args = tuple(self.part(one) for one in node.args)
        named = [one for one in OVERLOADS if one.name == node.function and one.method == node.method]
        if not named:
            raise ExpressionFault(_no_function(node), node.at)
        for overload in named:
            if _fits(overload, args):
                if overload.name == "matches":
                    _check_pattern(args[1])
                return Apply(overload, args, overload.gives, node.start, node.end)
        raise ExpressionFault(_no_overload(node, named, args), node.at)


def _fits(overload: Overload, args: Sequence[Part]) -> bool:
    if len(args) != len(overload.takes):
        return False
    meant: Type | None = None
    for takes, one in zip(overload.takes, args, strict=True):
        wanted, given = (takes.item, one.type.item) if takes.item is not None else (takes, one.type)
        if takes.item is not None and one.type.item is None:
            return False
        if wanted == ANY:
            if meant not in (None, given) or given is None:
                return False
            meant = given
        elif wanted != given:
            return False
    return True


def _check_pattern(pattern: Part) -> None:
    if not isinstance(pattern, Const) or not isinstance(pattern.value, str):
        raise ExpressionFault("A pattern is written out, so that it can be checked.", pattern.start)
    try:
        compiled(pattern.value)
    except ExpressionFault as fault:
        raise ExpressionFault(fault.detail, pattern.start) from fault


def _unknown(path: str, schema: Schema) -> str:
    near = (
        get_close_matches(path, schema, n=3, cutoff=0.5)
        or [name for name in sorted(schema) if name.startswith(path.partition(".")[0] + ".")][:8]
    )
    known = f" Did you mean {' or '.join(near)}?" if near else f" Known are {', '.join(sorted(schema))}."
    return f"Nothing is known as “{path}”.{known}"


def _no_function(node: Call) -> str:
    kinds = {one.method for one in OVERLOADS if one.name == node.function}
    if kinds == {True}:
        return f"“{node.function}” is written behind a text: text.{node.function}(…)."
    if kinds == {False}:
        return f"“{node.function}” is written before what it is asked of: {node.function}(…)."
    names = ", ".join(sorted({one.name for one in OVERLOADS if one.name[0].isalpha()} | {"duration"}))
    return f"There is no function “{node.function}”. There are {names}."


def _no_overload(node: Call, named: Sequence[Overload], args: Sequence[Part]) -> str:
    sign = node.function.strip("_@")
    given = [str(one.type) for one in args]
    if len(args) != len(named[0].takes):
        return f"“{sign}” takes {len(named[0].takes)}, and this gives it {len(args)}."
    if {one.type for one in args} == {INT, DOUBLE}:
        return f"“{sign}” takes no int beside a double: write 3.0 for 3, or double(…)."
    return f"“{sign}” cannot be asked of {' and '.join(given)}."
