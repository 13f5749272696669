"""Time-ordered identifiers that say nothing about how many things exist.

A sequence would let a reader count what they may not see (law 7: refusal leaks nothing), so rows that
have an audience carry 42 bits of milliseconds followed by 21 random bits: still sortable by age, still
one ``bigint``, but with no gaps to read.
"""

import secrets
from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated

from pydantic import AfterValidator, Field

from coop.whole_numbers import whole

RANDOM_BITS = 21

LARGEST = 2**63 - 1
"""The largest that a ``bigint`` holds."""


def _fits(digits: str) -> str:
    if int(digits) > LARGEST:
        raise ValueError("This is no id")
    return digits


Id = Annotated[str, Field(pattern=r"^[0-9]{1,19}$"), AfterValidator(_fits)]
"""An id in a body or a query: decimal digits, as text, because JavaScript's numbers are too short."""


def as_id(written: str) -> int | None:
    """Return the id that a form or an address sent; None where it is none."""
    return whole(written, LARGEST)


REMEMBERED = 16_384
"""How many of the ids that this process made it does not make again."""
_latest: OrderedDict[int, None] = OrderedDict()
_drawing = Lock()


def new_id(now: datetime) -> int:
    """Return a fresh positive 63-bit id whose order follows ``now`` to the millisecond.

    It is none of the latest of this process, however many are made at one moment; two processes draw the same
    one in a millisecond once in two million times.
    """
    first = int(now.timestamp() * 1000) << RANDOM_BITS
    with _drawing:
        made = first | secrets.randbits(RANDOM_BITS)
        while made in _latest:
            made = first | secrets.randbits(RANDOM_BITS)
        _latest[made] = None
        if len(_latest) > REMEMBERED:
            _latest.popitem(last=False)
    return made


def first_id_at(moment: datetime) -> int:
    """Return the lowest id that can have been made at ``moment`` or later (for range scans)."""
    return int(moment.timestamp() * 1000) << RANDOM_BITS


def moment_of(made: int) -> datetime:
    """Return when an id was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp((made >> RANDOM_BITS) / 1000, UTC)
