"""Committing while the answer is written."""

import threading

import pytest
from psycopg import pq
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from coop import committing
from coop.database import Database
from coop.driver import driver_of

MAKE = text("CREATE TABLE kept (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
KEEP = text("INSERT INTO kept VALUES (:id)")
BACKEND = text("SELECT pg_backend_pid()")
TERMINATE = text("SELECT pg_terminate_backend(CAST(:pid AS integer), 1000)")
SLOWLY = text("""
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$
""")
SLOW = text("""
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION slowly()
""")
COUNT = text("SELECT count(*) FROM kept")


@pytest.fixture
def kept(committed: Database) -> Database:
    with committed.begin() as session:
        session.execute(MAKE)
    return committed


def number(database: Database) -> int:
    with database.begin() as session:
        return int(session.execute(COUNT).scalar_one())


def test_what_was_written_is_there_once_the_transaction_is_left(kept: Database) -> None:
    with kept.begin() as session:
        session.execute(KEEP, {"id": 1})
        committing.send(session)
    assert number(kept) == 1


def test_what_fails_while_the_answer_is_written_undoes_nothing_and_the_connection_goes_on(
    kept: Database,
) -> None:
    for each in (1, 2):
        with pytest.raises(ZeroDivisionError), kept.begin() as session:
            session.execute(KEEP, {"id": each})
            committing.send(session)
            raise ZeroDivisionError
    assert number(kept) == 2


def test_a_commit_that_fails_is_told_and_keeps_nothing(kept: Database) -> None:
    with pytest.raises(IntegrityError, match="UniqueViolation"), kept.begin() as session:
        session.execute(KEEP, [{"id": 1}, {"id": 1}])
        committing.send(session)
    assert number(kept) == 0


def test_other_threads_go_on_while_a_commit_takes_its_time(kept: Database) -> None:
    with kept.begin() as session:
        session.execute(SLOWLY)
        session.execute(SLOW)
    steps, done = [], threading.Event()

    def walk() -> None:
        while not done.wait(0.005):
            steps.append(done)

    with kept.begin() as session:
        session.execute(KEEP, {"id": 1})
        walker = threading.Thread(target=walk)
        walker.start()
        committing.send(session)
        committing.wait(session)
        done.set()
    walker.join()
    assert len(steps) > 5


def test_meanwhile_the_server_answers_nothing_else(kept: Database) -> None:
    with (
        pytest.raises(OperationalError, match="another command is already in progress"),
        kept.begin() as session,
    ):
        session.execute(KEEP, {"id": 1})
        committing.send(session)
        session.execute(COUNT)
    assert number(kept) == 1


def test_a_connection_that_is_lost_is_told_and_keeps_nothing(kept: Database) -> None:
    with pytest.raises(OperationalError), kept.begin() as session:
        session.execute(KEEP, {"id": 1})
        with kept.begin() as other:
            other.execute(TERMINATE, {"pid": session.scalar(BACKEND)})
        committing.send(session)
    assert number(kept) == 0


def test_inside_a_transaction_of_somebody_else_nothing_is_committed(database: Database) -> None:
    with database.begin() as session:
        session.execute(MAKE)
        session.execute(KEEP, {"id": 1})
        committing.send(session)
        assert session.execute(COUNT).scalar_one() == 1
    with database.begin() as session:
        status = driver_of(session.connection()).info.transaction_status
    assert status == pq.TransactionStatus.INTRANS
