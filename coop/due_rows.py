"""Due rows: what a job does with each of the rows that are due, one a transaction.

Law 14: a row that cannot be settled is met again by the next run, which starts from the facts; it keeps none
of those behind it waiting, however many such rows there are: a run looks up all that is due, page by page.
Why it failed is logged each time, for whoever runs the coop.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import TextClause
from sqlmodel import Session

from coop.database import Database

LOG = structlog.get_logger("worker")
PAGE = 500
"""Rows that are looked up at a time."""
BEYOND = "(CAST(:at AS timestamptz) IS NULL OR ({}, {}) > (:at, :after))"
"""The condition of a page of :func:`in_order`, by the columns that say when a row was due, and its id."""


def one_by_one(
    database: Database, job: str, rows: Iterable[int], settle: Callable[[Session, int], int]
) -> int:
    """Settle each row, by its id, in a transaction of its own, and return the sum of what that returned.

    A row whose settling raises is rolled back and logged, with the name of the ``job``; the next is taken.
    """
    done = 0
    for row in rows:
        try:
            with database.begin() as session:
                settled = settle(session, row)
        except Exception:
            LOG.exception("row failed", job=job, row=row)
        else:
            done += settled
    return done


def in_pages(database: Database, page: Callable[[Session, int], Sequence[int]]) -> Iterator[int]:
    """Yield ids of rows, :data:`PAGE` looked up at a time: ``page`` returns those after an id, in order."""
    after = 0
    while True:
        with database.begin() as session:
            found = page(session, after)
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1]


def in_order(database: Database, wanted: TextClause, bound: Mapping[str, Any]) -> Iterator[int]:
    """Yield ids of rows, what was due first at the top, :data:`PAGE` looked up at a time.

    ``wanted`` selects ``at``, when a row was due, and its ``id``, in the order of both: of those beyond
    ``:at`` and ``:after`` (:data:`BEYOND`), ``:most``. ``bound`` is what it asks besides.
    """
    at, after = None, 0
    while True:
        with database.begin() as session:
            page = {"at": at, "after": after, "most": PAGE}
            rows = session.connection().execute(wanted, {**bound, **page}).all()
        yield from (row.id for row in rows)
        if len(rows) < PAGE:
            return
        at, after = rows[-1].at, rows[-1].id
