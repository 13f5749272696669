"""Patterns: regular expressions of RE2, which reads a text once, however a pattern is made.

A pattern that could take long on some text (ReDoS) is none of RE2's: it takes time in proportion to the text
(R. Cox, *Regular Expression Matching in the Wild*, 2010). What a pattern may cost to keep is bounded too.
"""

from functools import lru_cache
from typing import Protocol

import re2

from coop.cel.faults import ExpressionFault

MOST_BYTES = 1 << 20
"""Memory that one compiled pattern may take."""


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> object | None:
        """Return where it matches a text, None where it does not."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Pattern:
    """Return a pattern compiled; raise ExpressionFault where RE2 has none such, or it is too large."""
    options = re2.Options()
    options.max_mem = MOST_BYTES
    options.log_errors = False
    try:
        found: Pattern = re2.compile(pattern, options)
    except re2.error as error:
        raise ExpressionFault(f"This is no pattern: {_told(error)}.", 0) from error
    return found


def _told(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
