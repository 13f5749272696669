"""Committing while the answer is written: the disk works meanwhile, and not after it.

Whoever asks nothing more of the database says so with :func:`send`. The answer still goes out only once the
commit has come (:func:`wait`, on leaving the transaction), so nobody is told what is not kept. What fails
while the answer is written undoes nothing any more, so this is for those who read.
"""

import psycopg
from psycopg import generators, pq
from psycopg.errors import error_from_result
from psycopg.rows import TupleRow
from sqlmodel import Session

from coop.driver import driver_of, told

_COMMIT = "COMMIT"


def send(session: Session) -> None:
    """Have the server commit the session's transaction from now on; until it has, it answers nothing else.

    Inside a transaction of somebody else's nothing happens: whoever began that one commits it. Raise
    DBAPIError where the connection is lost.
    """
    session.flush()
    connection = session.connection()
    if connection.in_nested_transaction():
        return
    driver = driver_of(connection)
    try:
        driver.pgconn.send_query(_COMMIT.encode())
    except psycopg.Error as error:
        raise told(error, _COMMIT) from error
    session.info[_COMMIT] = driver


def wait(session: Session) -> None:
    """Wait for a commit that was sent, where one was; raise DBAPIError where it failed."""
    driver: psycopg.Connection[TupleRow] | None = session.info.pop(_COMMIT, None)
    if driver is None:
        return
    try:
        # The driver's own waiting: libpq's would hold up every other thread of the process.
        results = driver.wait(generators.execute(driver.pgconn))
    except psycopg.Error as error:
        raise told(error, _COMMIT) from error
    failed = [one for one in results if one.status != pq.ExecStatus.COMMAND_OK]
    if failed:
        refused = error_from_result(failed[0])
        raise told(refused, _COMMIT) from refused
