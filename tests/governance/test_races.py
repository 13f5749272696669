"""Races, for real: threads and processes that commit to a database of their own."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from app import ENACTORS
from coop import ledger, policies
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict
from coop.identity import Identity
from coop.policies import Books
from coop.tables import LedgerEvent
from governance import audit, ballots, cases, enactment
from governance.ballots import Vote
from governance.lifecycle import State
from governance.tables import Ballot, RollEntry, Sponsor
from governance.tally import Choice
from tests.governance.assembly import CLASS_B, Assembly, StoppedClock

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def sitting(database: Database, books: Books, members: list[Identity]) -> Iterator[Assembly]:
    """An assembly in a transaction that is committed."""
    with database.begin() as session:
        yield Assembly(database, session, books, members=members)


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """Do something ``number`` times at the same moment; return what each came to, errors too."""
    barrier = Barrier(number)

    def run(index: int) -> object:
        barrier.wait()
        try:
            return act(index)
        except Exception as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def cast(database: Database, voter: Identity, made: int, choice: str, clock: Clock) -> int:
    with database.begin() as session:
        digest = cases.one(session, made, clock.now(session)).patch_sha256
        return ballots.cast(session, voter, made, Vote(Choice(choice), digest), clock).version


def audited(database: Database) -> None:
    with database.begin() as session:
        events, problems = ledger.read(ledger.export(session))
    assert problems == []
    assert audit.problems(events) == []


def test_law_04_one_voter_in_many_threads_has_one_ballot_that_counts(
    committed: Database, books: Books
) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(5)
        made = assembly.propose()
        times = assembly.times(made)
    clock = StoppedClock(at=times.voting_at)
    enactment.advance(committed, books, clock, ENACTORS)  # the roll is drawn: voters share the lock
    choices = ["for", "against", "abstain"] * 4
    found = at_once(12, lambda index: cast(committed, members[0], made, choices[index], clock))
    assert sorted(found) == list(range(1, 13))  # type: ignore[type-var]
    clock.at = times.closes_at
    enactment.advance(committed, books, clock, ENACTORS)
    with committed.begin() as session:
        tally = cases.one(session, made, clock.at).facts.tally
    assert tally is not None
    assert tally.for_ + tally.against + tally.abstain == 1
    assert (tally.for_, tally.against, tally.abstain).index(1) == found.index(12) % 3
    audited(committed)


def test_law_04_many_first_voters_draw_one_roll(committed: Database, books: Books) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(12)
        made = assembly.propose()
        clock = StoppedClock(at=assembly.times(made).voting_at)
    found = at_once(12, lambda index: cast(committed, members[index], made, "for", clock))
    assert found == [1] * 12
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(RollEntry)).scalar_one() == 12
        frozen = select(func.count()).where(col(LedgerEvent.type) == "roll.frozen")
        assert session.execute(frozen).scalar_one() == 1
    audited(committed)


def test_law_04_no_ballot_lands_after_the_count(committed: Database, books: Books) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(6)
        made = assembly.propose()
        times = assembly.times(made)
        # One second before the close, on a clock that runs.
        clock = Clock(times.closes_at - Clock().now(assembly.session) - timedelta(seconds=1))
    choices = ["for", "against", "abstain"]
    acknowledged: dict[str, int] = {}

    def vote(index: int) -> None:
        for turn in range(10_000):
            version = cast(committed, members[index], made, choices[turn % 3], clock)
            acknowledged[members[index].handle] = version

    def count(index: int) -> None:
        for _ in range(10_000):
            enactment.advance(committed, books, clock, ENACTORS)
            with committed.begin() as session:
                if cases.one(session, made, clock.now(session)).tallied_at is not None:
                    return

    found = at_once(8, lambda index: count(index) if index >= 6 else vote(index))
    assert [type(one) for one in found] == [Conflict] * 6 + [type(None)] * 2
    with committed.begin() as session:
        assert session.execute(select(func.max(col(Ballot.at)))).scalar_one() < times.closes_at
        final = ballots.counting(session, made)
        tally = cases.one(session, made, times.closes_at).facts.tally
    assert tally is not None
    chosen = [receipt.choice for receipt in final]
    assert tally.for_ == chosen.count(Choice.FOR)
    assert tally.against == chosen.count(Choice.AGAINST)
    assert tally.abstain == chosen.count(Choice.ABSTAIN)
    assert acknowledged
    assert {receipt.voter: receipt.version for receipt in final} == acknowledged
    audited(committed)


def test_signatures_at_once_start_deliberation_at_the_one_needed_last(
    committed: Database, books: Books
) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(101)
        made = assembly.submit()
        # A clock that runs, on the day the assembly sits.
        clock = Clock(assembly.clock.at - Clock().now(assembly.session))

    def sign(index: int) -> None:
        with sitting(committed, books, members) as assembly:
            assembly.clock = clock  # type: ignore[assignment]
            assembly.sponsor(made, members[index + 1])

    found = at_once(8, sign)
    assert sum(one is None for one in found) == 2
    assert sum(isinstance(one, Conflict) for one in found) == 6
    with committed.begin() as session:
        last = session.execute(select(func.max(col(Sponsor.at)))).scalar_one()
        case = cases.one(session, made, last)
    assert case.facts.sponsored_at == last
    assert case.stage.state is State.DELIBERATION


@pytest.fixture
def due(committed: Database, books: Books) -> tuple[Database, int, StoppedClock]:
    """A proposal that passed and is due, with nothing but the ballots written down yet."""
    with sitting(committed, books, []) as assembly:
        assembly.admit(5)
        made = assembly.propose(CLASS_B)
        assembly.carry(made, *["for"] * 5)
        return committed, made, StoppedClock(at=assembly.times(made).due_at)


def worker(database: Database, clock: StoppedClock, *doom: str) -> "subprocess.Popen[str]":
    assert isinstance(database.bind, Engine)
    url = database.bind.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.governance.worker", url, clock.at.isoformat(), *doom]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def enacted(database: Database, made: int, clock: StoppedClock) -> tuple[State, int, int]:
    """State, versions of the policy, and enactments in the ledger."""
    with database.begin() as session:
        events = select(func.count()).where(col(LedgerEvent.type) == "proposal.enacted")
        return (
            cases.one(session, made, clock.at).stage.state,
            len(policies.versions(session, "coop", "media")),
            session.execute(events).scalar_one(),
        )


def test_law_14_many_workers_enact_once(due: tuple[Database, int, StoppedClock], books: Books) -> None:
    database, made, clock = due
    others = [worker(database, clock) for _ in range(2)]
    found = at_once(4, lambda index: enactment.advance(database, books, clock, ENACTORS))
    assert all(isinstance(one, int) for one in found)
    for process in others:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert enacted(database, made, clock) == (State.IN_FORCE, 2, 1)
    audited(database)


def test_law_13_a_worker_killed_in_the_middle_of_an_enactment_leaves_nothing_half_done(
    due: tuple[Database, int, StoppedClock], books: Books
) -> None:
    database, made, clock = due
    doomed = worker(database, clock, "doomed")
    doomed.communicate(timeout=60)
    assert doomed.returncode == -signal.SIGKILL
    assert enacted(database, made, clock) == (State.TIMELOCK, 1, 0)
    successor = worker(database, clock)
    successor.communicate(timeout=60)
    assert successor.returncode == 0
    assert enacted(database, made, clock) == (State.IN_FORCE, 2, 1)
    assert enactment.advance(database, books, clock, ENACTORS) == 0
    audited(database)
