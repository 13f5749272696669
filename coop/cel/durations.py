"""Durations as CEL writes them: ``duration("72h")``, ``duration("1h30m")``, ``duration("-1.5s")``.

Pure. Numbers with the units h, m, s, ms, us and ns, as in the CEL language definition; days are written in
hours. We count in microseconds, as PostgreSQL does, and refuse what is finer.
"""

import re
from datetime import timedelta
from fractions import Fraction

from coop.cel.faults import ExpressionFault

_UNITS = {
    "h": Fraction(3600), "m": Fraction(60), "s": Fraction(1),
    "ms": Fraction(1, 10**3), "us": Fraction(1, 10**6), "ns": Fraction(1, 10**9),
}  # fmt: skip
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|ns)", re.ASCII)
_WHOLE = re.compile(rf"[-+]?(?:{_PART.pattern})+", re.ASCII)
LONGEST = timedelta(seconds=315_576_000_000)
"""About ten thousand years, as in the protocol buffers that CEL takes durations from."""


def duration(written: str) -> timedelta:
    """Return a duration; raise ExpressionFault where it is none, or finer or longer than can be said."""
    if written == "0":
        return timedelta()
    if _WHOLE.fullmatch(written) is None:
        detail = f"“{written}” is no duration: write “72h”, “30m” or “1h30m”; a day is “24h”."
        raise ExpressionFault(detail, 0)
    seconds = sum((Fraction(number) * _UNITS[unit] for number, unit in _PART.findall(written)), Fraction(0))
    micro = seconds * 10**6 * (-1 if written.startswith("-") else 1)
    if micro.denominator != 1:
        raise ExpressionFault(f"“{written}” is finer than a microsecond.", 0)
    if abs(micro) > LONGEST // timedelta(microseconds=1):
        raise ExpressionFault(f"“{written}” is longer than ten thousand years.", 0)
    return timedelta(microseconds=int(micro))
