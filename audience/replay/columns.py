"""Columns: what a statement packs into arrays, read as NumPy reads them from the wire.

Five million rows cost seconds so, and no Python object each.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from sqlmodel import Session

from coop.driver import driver_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Doubles = NDArray[np.float64]

_BIGINTS, _TIMESTAMPS, _DOUBLES = 1016, 1185, 1022
"""Object ids of the types ``bigint[]``, ``timestamptz[]`` and ``float8[]`` in every PostgreSQL."""
_HEADER = 20
"""Bytes before the elements of an array of one dimension, in the binary format."""


class _Whole(Loader):
    """Reads a binary array of 8-byte whole numbers, none of them null."""

    format = Format.BINARY
    element = np.dtype([("length", ">i4"), ("value", ">i8")])

    def load(self, data: Buffer) -> NDArray[Any]:
        """Return the elements."""
        values = np.frombuffer(data, dtype=self.element, offset=min(_HEADER, len(data)))["value"]
        return values.astype(values.dtype.newbyteorder("="))


class _Double(_Whole):
    """Reads the same of floating point numbers."""

    element = np.dtype([("length", ">i4"), ("value", ">f8")])


def columns(session: Session, statement: str, width: int, bound: Mapping[str, Any]) -> list[NDArray[Any]]:
    """Return what a statement packs into ``width`` arrays a row, the rows joined.

    The arrays are of ``bigint``, of ``timestamptz`` (microseconds since 2000-01-01 UTC, as PostgreSQL keeps
    them) or of ``float8``. Raise TypeError on a connection that is not psycopg's.
    """
    with driver_of(session.connection()).cursor(binary=True) as cursor:
        for kind, loader in ((_BIGINTS, _Whole), (_TIMESTAMPS, _Whole), (_DOUBLES, _Double)):
            cursor.adapters.register_loader(kind, loader)
        rows = cursor.execute(statement, bound).fetchall()
    found = [[row[place] for row in rows if row[place] is not None] for place in range(width)]
    return [np.concatenate(parts) if parts else np.empty(0, np.int64) for parts in found]
