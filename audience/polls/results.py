"""Results of polls: as much of the numbers as speaks of nobody. Pure.

Law 7: an option that fewer chose than the clause ``/reach/least_told`` names is not told apart from others
that so few chose, nor from one that nobody did. Of those it is told that together they come to at least so
many, in steps and only where more than one way to get there is left (``disclosure.py``). How many voted is
not told, for it would give away what is left out. Nothing is told before a poll is over, so no two tellings
can be compared. Where all of a guild choose the same, everybody knows what each chose: that is in the
question, not in the telling.
"""

from collections.abc import Sequence
from typing import NamedTuple

from audience import disclosure


class Results(NamedTuple):
    """What is told of a poll that is over."""

    votes: tuple[int | None, ...]
    """Of each option, in order; None where too few chose it to be told apart."""
    others: int | None
    """At least so many of all those options together; None where they too are too few, or there are none."""


def told(counts: Sequence[int], least: int) -> Results:
    """Return what is told of the number of votes of each option; ``least`` is at least 5."""
    few = [number for number in counts if number < least]
    others = disclosure.in_steps(sum(few), least)
    if others is not None and others == len(few) * (least - 1):
        # Only one way is left to come to as many.
        others = disclosure.in_steps(others - least, least)
    return Results(tuple(number if number >= least else None for number in counts), others)
