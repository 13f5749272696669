"""Committing while the answer is written: the disk works meanwhile, and not after it.

Whoever asks nothing more of the database says so with :func:`send`. The answer still goes out only once the
commit has come (:func:`wait`, on leaving the transaction), so nobody is told what is not kept. What fails
while the answer is written undoes nothing any more, so this is for those who read.
"""

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result
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
    server = driver_of(connection).pgconn
    try:
        server.send_query(_COMMIT.encode())
    except psycopg.Error as error:
        raise told(error, _COMMIT) from error
    session.info[_COMMIT] = server


def wait(session: Session) -> None:
    """Wait for a commit that was sent, where one was; raise DBAPIError where it failed."""
    server: pq.abc.PGconn | None = session.info.pop(_COMMIT, None)
    if server is None:
        return
    # All of it is read, whatever it says: until then the connection takes nothing else.
    failed = [one for one in iter(server.get_result, None) if one.status != pq.ExecStatus.COMMAND_OK]
    if failed:
        error = error_from_result(failed[0])
        raise told(error, _COMMIT) from error
