"""Moments of a post, as they are typed into a form: seconds from its beginning, with tenths. Pure."""

from coop.errors import Fault, RuleBroken

LARGEST_S = 2**31 // 1000
"""More seconds than any post lasts."""


def milliseconds(said: str, pointer: str, refusal: str) -> int | None:
    """Return the moment that was typed, in milliseconds; None where none was.

    Raise RuleBroken with these words, and a fault at ``pointer``, where it says no moment.
    """
    if not said.strip():
        return None
    try:
        seconds = float(said)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LARGEST_S:
        fault = Fault(pointer, "Write the moment as seconds from the beginning, such as 12.5.")
        raise RuleBroken(refusal, faults=(fault,))
    return round(seconds * 1000)
