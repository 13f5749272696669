"""The scale of opinions on an amendment as a picture: whoever wants it lies right of the middle. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.deliberation.suggestions import Degree, Opinions

SIDE = 100
"""Length of one side of the picture, in its own units."""


@dataclass(frozen=True, slots=True)
class Part:
    """Those of one degree, where they lie in the picture."""

    degree: Degree
    number: int
    fulfilled: int
    """How many of them think that the proposal already does it."""
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """What is thought of one amendment."""

    parts: list[Part]
    """From must not to must, as they lie from left to right."""

    @property
    def number(self) -> int:
        """How many say something."""
        return sum(part.number for part in self.parts)


def scale(opinions: Sequence[Opinions]) -> Scale:
    """Return opinions as parts of a picture from −100 to 100, in which the larger side reaches its edge."""
    counted = {one.degree: one.fulfilled + one.unfulfilled for one in opinions}
    already = {one.degree: one.fulfilled for one in opinions}
    wanted = sum(number for degree, number in counted.items() if degree > 0)
    unit = SIDE / (max(wanted, sum(counted.values()) - wanted) or 1)
    at = -unit * (sum(counted.values()) - wanted)
    parts = []
    for degree in sorted(counted):
        width = unit * counted[degree]
        parts.append(Part(degree, counted[degree], already[degree], round(at, 2), round(width, 2)))
        at += width
    return Scale(parts)
