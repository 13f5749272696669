"""What is wrong with an expression, and where."""

from dataclasses import dataclass


@dataclass
class ExpressionFault(Exception):
    """An expression cannot stand: it does not parse, speaks of what it may not, or could cost too much."""

    detail: str
    """A sentence that says what is wrong and what to do."""
    at: int
    """Where it begins, in characters from the start, from 0."""

    def told(self, text: str) -> str:
        """Return the sentence with line and column, from 1, and the text found there."""
        before = text[: self.at]
        line, column = before.count("\n") + 1, self.at - (before.rfind("\n") + 1) + 1
        found = text[self.at :].split("\n", 1)[0][:30]
        here = f" at “{found}”" if found else " at its end"
        return f"{self.detail} (line {line}, column {column}{here})"


class Undecided(Exception):
    """An expression has no value for some facts: one is missing, or a sum leaves the range of numbers."""
