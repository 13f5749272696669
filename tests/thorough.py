"""How much is tried: little enough for every change, or, where ``ALLOTMENT_THOROUGH`` is set, all of it.

``make prove`` sets it: races at full size, and properties over many more examples.
"""

import os

THOROUGH = bool(os.environ.get("ALLOTMENT_THOROUGH"))

EXAMPLES = 400 if THOROUGH else 40
"""Examples of a property, where a test does not say."""


def much(swift: int, thorough: int) -> int:
    """Return how many of something a test takes."""
    return thorough if THOROUGH else swift
