"""Due rows: what a job does with each of the rows that are due, one a transaction.

Law 14: a row that cannot be settled is met again by the next run, which starts from the facts; it keeps none
of those behind it waiting. Why it failed is logged each time, for whoever runs the coop.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import structlog
from sqlmodel import Session

from coop.database import Database

LOG = structlog.get_logger("worker")
PAGE = 500
"""Rows that are looked up at a time."""


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
