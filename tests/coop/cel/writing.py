"""Well-typed expressions at random, and facts to ask them of."""

from datetime import timedelta
from random import Random
from typing import Any

from coop.cel.types import BOOL, DOUBLE, DURATION, INT, INT_MAX, INT_MIN, STRING, Fact, Type, list_of

STRINGS, INTS = list_of(STRING), list_of(INT)
SCHEMA = {
    "post.links": Fact(INT, "how many"),
    "post.likes": Fact(INT, "how many"),
    "post.share": Fact(DOUBLE, "of something"),
    "post.heat": Fact(DOUBLE, "how hot"),
    "post.text": Fact(STRING, "what it says", most=20_000),
    "post.language": Fact(STRING, "or nothing", most=8),
    "post.reply": Fact(BOOL, "whether it is one"),
    "author.new": Fact(BOOL, "whether they are"),
    "author.age": Fact(DURATION, "since they joined"),
    "author.follows": Fact(DURATION, "for how long"),
    "post.hosts": Fact(STRINGS, "where it leads", most=50),
    "author.labels": Fact(STRINGS, "what they are called", most=20),
    "post.levels": Fact(INTS, "of something", most=10),
}
NAMES: dict[Type, list[str]] = {}
for _name, _fact in SCHEMA.items():
    NAMES.setdefault(_fact.type, []).append(_name)

WORDS = [
    "",
    "a",
    "b",
    "ab",
    "spam",
    "Spam",
    "é",
    "e\u0301",
    "😀",
    "a.b",
    "x y",
    "'",
    '"',
    "\\",
    "\n",
    "\t",
    "%",
    "_",
]
PATTERNS = ["a", "^a", "b$", "(?i)spam", "[a-c]+", "^$", "a|b", "\\.", "(a+)+$", ".", "\\pL", "(?s).*"]
NUMBERS = [0, 1, 2, 3, 7, 100, INT_MAX, INT_MIN, INT_MAX - 1, -1, -3, 2**62]
RATIOS = [0.0, 0.5, 1.0, 1.5, 2.0, 1e300, 1e-300, 3.25, 100.0]
HOURS = [0, 1, 24, 72, 720]


class Writer:
    """Writes expressions of some type."""

    def __init__(self, lot: Random) -> None:
        self._lot = lot

    def expression(self, kind: Type = BOOL, depth: int = 4) -> str:
        """Return an expression of a type, of at most so many levels more or less."""
        if depth <= 0 or self._lot.random() < 0.12:
            return self._leaf(kind)
        choices = {BOOL: self._condition, INT: self._whole, DOUBLE: self._broken, STRING: self._text}
        if kind in choices and self._lot.random() < 0.9:
            return choices[kind](depth - 1)
        if kind == DURATION and self._lot.random() < 0.5:
            return f"({self._two(DURATION, depth - 1, self._lot.choice('+-'))})"
        if kind.item is None and self._lot.random() < 0.2:
            yes, no = self.expression(kind, depth - 1), self.expression(kind, depth - 1)
            return f"({self.expression(BOOL, depth - 1)} ? {yes} : {no})"
        return self._leaf(kind)

    def _two(self, kind: Type, depth: int, sign: str) -> str:
        space = self._lot.choice(["", " "])
        return f"{self.expression(kind, depth)} {sign}{space}{self.expression(kind, depth)}"

    def _condition(self, depth: int) -> str:
        lot = self._lot
        way = lot.randrange(9)
        if way < 3:
            sign = lot.choice(["&&", "||"])
            parts = [self.expression(BOOL, depth) for _ in range(lot.randint(2, 3))]
            return f"({f' {sign} '.join(parts)})"
        if way == 3:
            return f"!({self.expression(BOOL, depth)})"
        if way == 4:
            return self._of_a_list(depth)
        if way == 5:
            word = self.expression(STRING, 0)
            return f"{self._named(STRING)}.{lot.choice(['contains', 'startsWith', 'endsWith'])}({word})"
        if way == 6:
            return f"{self._named(STRING)}.matches({self.quoted(lot.choice(PATTERNS))})"
        kind = lot.choice([BOOL, INT, INT, DOUBLE, STRING, DURATION])
        return f"({self._two(kind, depth, lot.choice(['==', '!=', '<', '<=', '>', '>=']))})"

    def _of_a_list(self, depth: int) -> str:
        item = self._lot.choice([STRING, INT])
        if self._lot.random() < 0.6:
            return f"({self.expression(item, min(depth, 1))} in {self.expression(list_of(item), 0)})"
        return f"sets.intersects({self._named(list_of(item))}, {self.expression(list_of(item), 0)})"

    def _whole(self, depth: int) -> str:
        way = self._lot.randrange(7)
        if way == 0:
            return f"size({self.expression(self._lot.choice([STRING, STRINGS, INTS]), 0)})"
        if way == 1:
            return f"-({self.expression(INT, depth)})"
        return f"({self._two(INT, depth, self._lot.choice('++--*/%'))})"

    def _broken(self, depth: int) -> str:
        way = self._lot.randrange(6)
        if way == 0:
            return f"double({self.expression(INT, depth)})"
        if way == 1:
            return f"-({self.expression(DOUBLE, depth)})"
        return f"({self._two(DOUBLE, depth, self._lot.choice('+-*/'))})"

    def _text(self, depth: int) -> str:
        return f"({self._two(STRING, depth, '+')})"

    def _named(self, kind: Type) -> str:
        return self._lot.choice(NAMES[kind])

    def _leaf(self, kind: Type) -> str:
        lot = self._lot
        if lot.random() < 0.55:
            return self._named(kind)
        if kind.item is not None:
            return f"[{', '.join(self._distinct(kind.item, lot.randint(1, 4)))}]"
        return self._literal(kind)

    def _distinct(self, kind: Type, number: int) -> list[str]:
        """Return so many values at most, none of them twice: a list is asked as a set."""
        if kind == INT:
            return [str(one) for one in self._lot.sample(NUMBERS, number)]
        return [self.quoted(one) for one in self._lot.sample(WORDS, number)]

    def _literal(self, kind: Type) -> str:
        lot = self._lot
        if kind == BOOL:
            return lot.choice(["true", "false"])
        if kind == INT:
            return str(lot.choice(NUMBERS)) if lot.random() < 0.9 else hex(lot.randrange(1 << 40))
        if kind == DOUBLE:
            return repr(lot.choice(RATIOS))
        if kind == DURATION:
            return f'duration("{lot.choice(["", "-"])}{lot.choice(HOURS)}h{lot.choice(["", "30m", "1.5s"])}")'
        return self.quoted(lot.choice(WORDS))

    def quoted(self, word: str) -> str:
        """Return a text in one of the ways in which CEL writes it."""
        mark = self._lot.choice(["'", '"'])
        if "\\" not in word and "\n" not in word and mark not in word and self._lot.random() < 0.2:
            return f"r{mark}{word}{mark}"
        escaped = word.replace("\\", "\\\\").replace("\n", "\\n").replace(mark, f"\\{mark}")
        if self._lot.random() < 0.1:
            escaped = "".join(f"\\U{ord(one):08x}" for one in word)
        return f"{mark}{escaped}{mark}"


def facts(lot: Random, *, missing: float = 0.0) -> dict[str, Any]:
    """Return a value for each fact, but for a share that is not known."""
    return {name: _value(lot, one.type) for name, one in SCHEMA.items() if lot.random() >= missing}


def _value(lot: Random, kind: Type) -> Any:
    if kind.item is not None:
        return frozenset(_value(lot, kind.item) for _ in range(lot.randint(0, 4)))
    if kind == BOOL:
        return lot.random() < 0.5
    if kind == INT:
        return lot.choice(NUMBERS) if lot.random() < 0.3 else lot.randint(-5, 50)
    if kind == DOUBLE:
        return lot.choice(RATIOS)
    if kind == DURATION:
        return timedelta(hours=lot.choice(HOURS), seconds=lot.choice([0, 0, 1]))
    return "".join(lot.choice(WORDS) for _ in range(lot.randint(0, 3)))
