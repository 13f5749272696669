"""Cursor paging: a page and an opaque cursor to the next, stable while rows come and go."""

import base64
import binascii
import re
from typing import Generic, TypeVar

from pydantic import BaseModel, Field

from coop.errors import Fault, RuleBroken

Item = TypeVar("Item")
LONGEST = 400
"""Most characters of a cursor."""
_CURSOR = re.compile(f"[A-Za-z0-9_-]{{1,{LONGEST}}}")

LARGEST = 100
"""Most items a page may hold."""


class Page(BaseModel, Generic[Item]):
    """Some items, and where the next ones begin."""

    items: list[Item]
    next: str | None = None
    """Pass it as ``cursor`` for the next page; none where this is the last."""


class PageQuery(BaseModel):
    """The query of every list."""

    cursor: str | None = Field(default=None, max_length=LONGEST)
    limit: int = Field(default=30, ge=1, le=LARGEST)


def encode(position: int | str) -> str:
    """Return a cursor that stands for a position in an order."""
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def decode(cursor: str | None) -> str | None:
    """Return the position that a cursor stands for; raise RuleBroken where it is none of ours."""
    if cursor is None:
        return None
    if not _CURSOR.fullmatch(cursor):
        raise _unknown()
    try:
        position = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise _unknown() from error
    if not position.isprintable():
        raise _unknown()
    return position


def decode_int(cursor: str | None) -> int | None:
    """Return the numeric position that a cursor stands for; raise RuleBroken where it is none of ours."""
    position = decode(cursor)
    if position is None:
        return None
    if not position.isascii() or not position.isdigit() or len(position) > 19:
        raise _unknown()
    return min(int(position), 2**63 - 1)


def decode_ints(cursor: str | None, number: int) -> tuple[int, ...] | None:
    """Return the position of so many numbers, joined by ``-``, that a cursor stands for; see decode_int."""
    position = decode(cursor)
    if position is None:
        return None
    parts = position.split("-")
    if len(parts) != number or not all(part.isascii() and part.isdigit() for part in parts):
        raise _unknown()
    return tuple(min(int(part), 2**63 - 1) for part in parts)


def _unknown() -> RuleBroken:
    return RuleBroken(
        "This cursor is not one that a page gave out.",
        faults=(Fault("query/cursor", "Use the next of the page before, unchanged."),),
    )
