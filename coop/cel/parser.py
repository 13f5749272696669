"""Parser: the tree of an expression, by recursive descent over the grammar of CEL.

Pure. What CEL has and we leave out (maps, messages, indexes, macros, null) is refused by name. An expression
is bounded, so many characters, so many levels: no text can exhaust whoever reads it.
"""

from collections.abc import Callable
from typing import TypeVar

from coop.cel.faults import ExpressionFault
from coop.cel.syntax import AND, IN, NOT, OR, TERNARY, Call, ListOf, Literal, Name, Node, depth_over
from coop.cel.tokens import Token, tokens
from coop.cel.types import INT_MAX

LONGEST = 2000
"""Characters of an expression at most."""
DEEPEST = 30
"""Levels of its tree at most; a chain of ``&&``, or of ``||``, is one level."""

_RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")
_LEVELS: tuple[tuple[str, ...], ...] = (_RELATIONS, ("+", "-"), ("*", "/", "%"))
"""Binary operators, from those that bind least; each level is taken from the left."""
_MACROS = frozenset({"has", "all", "exists", "exists_one", "map", "filter"})
NAMESPACED = frozenset({"sets.intersects"})
"""Functions whose own name has a dot."""

Part = Callable[[], Node]
Deep = TypeVar("Deep", Call, ListOf)


def parse(text: str) -> Node:
    """Return the tree of an expression; raise ExpressionFault where it is none, or too long or deep."""
    if len(text) > LONGEST:
        raise ExpressionFault(
            f"An expression has at most {LONGEST} characters; this has {len(text)}.", LONGEST
        )
    parser = _Parser(tokens(text))
    found = parser.expression()
    if parser.next.kind != "end":
        raise ExpressionFault(
            "Nothing may follow here: is an operator or a bracket missing?", parser.next.start
        )
    return found


class _Parser:
    """Where one is in the tokens of a text."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._levels = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    def expression(self) -> Node:
        self._levels += 1
        start = self.next.start
        if self._levels > DEEPEST:
            raise ExpressionFault(_too_deep(), start)
        asked = self._chain("||", OR, lambda: self._chain("&&", AND, lambda: self._binary(0)))
        if self._took("?"):
            at = self._tokens[self._at - 1].start
            yes = self._chain("||", OR, lambda: self._chain("&&", AND, lambda: self._binary(0)))
            self._expect(":", "A choice is written: condition ? this : that.")
            asked = self._call(TERNARY, (asked, yes, self.expression()), start, at)
        self._levels -= 1
        return asked

    def _took(self, *signs: str) -> bool:
        if self.next.kind in ("sign", "name") and self.next.value in signs:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str, detail: str) -> None:
        if not self._took(sign):
            raise ExpressionFault(detail, self.next.start)

    def _chain(self, sign: str, function: str, part: "Part") -> Node:
        start, parts, at = self.next.start, [part()], self.next.start
        while self._took(sign):
            parts.append(part())
        return parts[0] if len(parts) == 1 else self._call(function, tuple(parts), start, at)

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        start, left = self.next.start, self._binary(level + 1)
        while self.next.kind in ("sign", "name") and self.next.value in _LEVELS[level]:
            token = self.next
            self._at += 1
            function = IN if token.value == "in" else f"_{token.value}_"
            left = self._call(function, (left, self._binary(level + 1)), start, token.start)
        return left

    def _unary(self) -> Node:
        sign = self.next
        if sign.kind != "sign" or sign.value not in ("!", "-"):
            return self._member()
        signs = []
        while self.next.kind == "sign" and self.next.value == sign.value:
            signs.append(self.next.start)
            self._at += 1
        if sign.value == "-" and self.next.kind in ("int", "double"):
            start = signs.pop()
            found = self._members(self._number(negative=True, start=start), start)
        else:
            found = self._member()
        for at in reversed(signs):
            found = self._call(NOT if sign.value == "!" else "-_", (found,), at, at)
        return found

    def _member(self) -> Node:
        start = self.next.start
        return self._members(self._primary(), start)

    def _members(self, found: Node, start: int) -> Node:
        while True:
            if self._took("."):
                found = self._part_of(found, start)
            elif self.next.value == "[" and self.next.kind == "sign":
                raise ExpressionFault("A list is not read by number: ask with “in”.", self.next.start)
            elif self.next.value == "{" and self.next.kind == "sign":
                raise ExpressionFault("Maps and messages are no part of this language.", self.next.start)
            else:
                return found

    def _part_of(self, found: Node, start: int) -> Node:
        token = self.next
        if token.kind != "name" or not isinstance(token.value, str):
            raise ExpressionFault("After a dot comes a name.", token.start)
        self._at += 1
        if self._took("("):
            if token.value in _MACROS:
                raise ExpressionFault(_no_macro(token.value), token.start)
            args = self._until(")")
            if isinstance(found, Name) and f"{found.path}.{token.value}" in NAMESPACED:
                return self._call(f"{found.path}.{token.value}", args, start, found.start)
            return self._call(token.value, (found, *args), start, token.start, method=True)
        if not isinstance(found, Name):
            raise ExpressionFault("Only a name has parts.", token.start)
        return Name(f"{found.path}.{token.value}", start, token.end)

    def _call(
        self, function: str, args: tuple[Node, ...], start: int, at: int, *, method: bool = False
    ) -> Call:
        """Return a call that ends where one is: with the brackets around what it begins and ends with."""
        end = self._tokens[self._at - 1].end
        return _bounded(Call(function, args, start, end, depth_over(args), at, method))

    def _primary(self) -> Node:
        token = self.next
        if token.kind in ("int", "double"):
            return self._number(negative=False, start=token.start)
        self._at += 1
        if token.kind == "string":
            return Literal(token.value, token.start, token.end)
        if token.kind == "name":
            return self._named(token)
        if token.value == "(" and token.kind == "sign":
            inside = self.expression()
            self._expect(")", "A bracket is not closed.")
            return inside
        if token.value == "[" and token.kind == "sign":
            items = self._until("]")
            end = self._tokens[self._at - 1].end
            return _bounded(ListOf(items, token.start, end, depth_over(items)))
        if token.value == "{" and token.kind == "sign":
            raise ExpressionFault("Maps and messages are no part of this language.", token.start)
        self._at -= 1
        missing = "Here something is missing: a name, a number, a text or a bracket."
        raise ExpressionFault(missing, token.start)

    def _named(self, token: Token) -> Node:
        written = str(token.value)
        if written in ("true", "false"):
            return Literal(written == "true", token.start, token.end)
        if written == "null":
            raise ExpressionFault(
                "Nothing is null here: what stands for nothing is told with each fact.", token.start
            )
        if written == "in":
            raise ExpressionFault("Before “in” comes what is looked for.", token.start)
        if self._took("("):
            if written in _MACROS:
                raise ExpressionFault(_no_macro(written), token.start)
            return self._call(written, self._until(")"), token.start, token.start)
        return Name(written, token.start, token.end)

    def _number(self, *, negative: bool, start: int) -> Literal:
        token = self.next
        self._at += 1
        value = -token.value if negative and not isinstance(token.value, str) else token.value
        if isinstance(value, int) and value > INT_MAX:
            raise ExpressionFault("Whole numbers have 64 bits: this is too large.", token.start)
        if self.next.kind == "name" and self.next.start == token.end:
            raise ExpressionFault("A number ends before a letter.", self.next.start)
        return Literal(value, start, token.end)

    def _until(self, closing: str) -> tuple[Node, ...]:
        """Return what stands between brackets, with commas, past the bracket that closes."""
        found: list[Node] = []
        if self._took(closing):
            return ()
        while True:
            found.append(self.expression())
            if self._took(closing):
                return tuple(found)
            self._expect(",", f"Between two comes a comma, and {closing} at the end.")


def _bounded(found: Deep) -> Deep:
    if found.depth > DEEPEST:
        raise ExpressionFault(_too_deep(), found.start)
    return found


def _too_deep() -> str:
    return f"An expression has at most {DEEPEST} levels: split it into two rules."


def _no_macro(name: str) -> str:
    if name == "has":
        return "“has” is not needed: every fact has a value, and what stands for nothing is told with it."
    return f"“{name}” would be a loop, and there are none: ask with “in” or sets.intersects(…)."
