"""Races, for real: processes and threads that commit to a database of their own.

At full size (:mod:`tests.thorough`): 10,000 casts against a close, 1,000 proposals due at once.
"""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import Engine, Select, func, insert, select
from sqlmodel import col

from app import ENACTORS
from coop import ledger, policies
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict
from coop.identity import Identity
from coop.policies import Books
from coop.policy_text import sha256
from coop.tables import LedgerEvent, PolicyVersion
from governance import audit, ballots, cases, enactment, objections, petitions, settling, sponsors
from governance.ballots import Vote
from governance.facts import State
from governance.tables import Ballot, Petition, Proposal, RollEntry, Sponsor
from governance.tally import Choice, Tally
from tests.governance import processes
from tests.governance.assembly import CLASS_B, Assembly, StoppedClock
from tests.governance.processes import Casting, alone, race, share_clock
from tests.thorough import much

pytestmark = pytest.mark.long

CASTS = much(400, 10_000)
DUE = much(60, 1_000)


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


def url_of(database: Database) -> str:
    assert isinstance(database.bind, Engine)
    return database.bind.url.render_as_string(hide_password=False)


def audited(database: Database) -> None:
    with database.begin() as session:
        events, problems = ledger.read(ledger.export(session))
    assert problems == []
    assert audit.problems(events) == []


def test_law_04_of_64_casts_of_one_voter_in_many_processes_one_ballot_counts(
    committed: Database, books: Books
) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(5)
        made = assembly.propose()
        case, times = assembly.case(made), assembly.times(made)
    clock = StoppedClock(at=times.voting_at)
    enactment.advance(committed, books, clock, ENACTORS)  # the roll is drawn: voters share the lock
    share_clock(committed, times.voting_at)
    choices = ["for", "against", "abstain"]
    wanted = Casting(url_of(committed), made, case.patch_sha256, members[:1], choices, 16)
    found = [one for acknowledged, _ in race(processes.cast, *[(wanted,)] * 4) for one in acknowledged]
    assert sorted(one.version for one in found) == list(range(1, 65))
    clock.at = times.closes_at
    enactment.advance(committed, books, clock, ENACTORS)
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(Ballot)).scalar_one() == 64
        (counted,) = ballots.counting_ones(session, made)
        tally = cases.one(session, made, clock.at).facts.tally
    (last,) = (one for one in found if one.version == 64)
    assert (counted.version, counted.said.choice) == (64, last.choice)
    assert isinstance(tally, Tally)
    assert tally.for_ + tally.against + tally.abstain == 1
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


def test_law_04_of_all_casts_against_a_close_those_acknowledged_are_counted(
    committed: Database, books: Books
) -> None:
    with sitting(committed, books, []) as assembly:
        members, slow = assembly.admit(80), assembly.admit(3)
        made = assembly.propose()
        case, times = assembly.case(made), assembly.times(made)
    enactment.advance(committed, books, StoppedClock(at=times.voting_at), ENACTORS)
    share_clock(committed, times.voting_at)
    choices = ["against", "abstain"]  # a late floor of yes would put off the close
    url, digest = url_of(committed), case.patch_sha256
    casting = [Casting(url, made, digest, members[index::4], choices, CASTS // 4, True) for index in range(4)]
    casting += [Casting(url, made, digest, [one], choices, 1, True, pause=0.2) for one in slow]
    with ThreadPoolExecutor(1) as pool:
        counting = pool.submit(close_and_count, committed, made, times.closes_at)
        found = race(processes.cast, *[(one,) for one in casting])
        counting.result()
    acknowledged = {one.voter: one for ours, _ in found for one in ours}
    assert acknowledged
    assert all(refused for _, refused in found)
    assert sum(len(ours) + refused for ours, refused in found) >= CASTS
    with committed.begin() as session:
        assert session.execute(select(func.max(col(Ballot.at)))).scalar_one() < times.closes_at
        final = ballots.counting_ones(session, made)
        tally = cases.one(session, made, times.closes_at).facts.tally
    assert {receipt.voter: receipt.version for receipt in final} == {
        voter: one.version for voter, one in acknowledged.items()
    }
    chosen = [one.choice for one in acknowledged.values()]
    assert isinstance(tally, Tally)
    assert (tally.for_, tally.against, tally.abstain) == (
        0,
        chosen.count("against"),
        chosen.count("abstain"),
    )
    audited(committed)


def close_and_count(database: Database, made: int, closes_at: datetime) -> None:
    """Let the vote close when half of the ballots have been cast, and count at once and until it is done."""
    wait_for(database, select(func.count() >= CASTS // 2).select_from(Ballot))
    clock = share_clock(database, closes_at - timedelta(milliseconds=20))

    def count() -> None:
        with database.begin() as session:
            settling.settle(session, made, clock)

    tallied = select(col(Proposal.tallied_at).is_not(None)).where(col(Proposal.id) == made)
    wait_for(database, tallied, count)


def wait_for(
    database: Database, condition: Select[Any], meanwhile: Callable[[], object] = lambda: sleep(0.01)
) -> None:
    """Do something again and again until a condition holds, for minutes at most."""
    give_up_at = monotonic() + much(30, 300)
    while monotonic() < give_up_at:
        with database.begin() as session:
            if session.execute(condition).scalar_one():
                return
        meanwhile()
    raise TimeoutError


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
            sponsors.sponsor(assembly.session, members[index + 1], made, clock)

    found = at_once(8, sign)
    assert sum(one is None for one in found) == 2
    assert sum(isinstance(one, Conflict) for one in found) == 6
    with committed.begin() as session:
        last = session.execute(select(func.max(col(Sponsor.at)))).scalar_one()
        case = cases.one(session, made, last)
    assert case.facts.sponsored_at == last
    assert case.stage.state is State.DELIBERATION


def test_many_who_object_at_once_call_one_ordinary_vote(committed: Database, books: Books) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(8)
        made = assembly.propose()
        clock = assembly.clock

    def object_to(index: int) -> int | None:
        with committed.begin() as session:
            book, member = books.current(session), members[index]
            return objections.object_to(session, book, member, made, "No.", "/photos/per_day", clock)

    found = at_once(8, object_to)
    assert Counter(type(one) for one in found) == {int: 1, Conflict: 7}
    with committed.begin() as session:
        successors = select(col(Proposal.id)).where(col(Proposal.origin_id) == made)
        assert session.scalars(successors).all() == [one for one in found if isinstance(one, int)]
    audited(committed)


def test_many_who_petition_at_once_call_one_veto(committed: Database, books: Books) -> None:
    seats = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    with sitting(committed, books, []) as assembly:
        bakers = assembly.guild("bakers", *assembly.admit(3))[1]
        made = assembly.propose(seats, "audience", "guild:bakers", among=bakers)
        assembly.carry(made, "for", "for", "for")
        weavers = assembly.guild("weavers", *assembly.admit(8))[1]
        clock = StoppedClock(at=assembly.times(made).closes_at)

    def petition(index: int) -> int | None:
        with committed.begin() as session:
            book = books.current(session)
            return petitions.sign(session, book, weavers[index], made, "weavers", clock)

    found = at_once(8, petition)
    assert Counter(type(one) for one in found) == {type(None): 1, int: 1, Conflict: 6}
    with committed.begin() as session:
        signed = session.execute(select(func.count()).select_from(Petition)).scalar_one()
    assert signed == 2
    audited(committed)


@pytest.fixture
def due(committed: Database, books: Books) -> tuple[Database, int, StoppedClock]:
    """A proposal that passed and is due, with nothing but the ballots written down yet."""
    with sitting(committed, books, []) as assembly:
        assembly.admit(5)
        made = assembly.propose(CLASS_B)
        assembly.carry(made, *["for"] * 5)
        return committed, made, StoppedClock(at=assembly.times(made).due_at)


def enacted(database: Database, made: int, clock: StoppedClock) -> tuple[State, int, int]:
    """State, versions of the policy, and enactments in the ledger."""
    with database.begin() as session:
        events = select(func.count()).where(col(LedgerEvent.type) == "proposal.enacted")
        return (
            cases.one(session, made, clock.at).stage.state,
            len(policies.versions(session, "coop", "media")),
            session.execute(events).scalar_one(),
        )


def test_law_14_many_workers_enact_once(due: tuple[Database, int, StoppedClock]) -> None:
    database, made, clock = due
    moved = race(processes.advance, *[(url_of(database), clock.at)] * 4)
    assert sum(moved) >= 2
    assert enacted(database, made, clock) == (State.IN_FORCE, 2, 1)
    audited(database)


def test_law_14_two_workers_on_many_due_proposals_enact_each_once(committed: Database, books: Books) -> None:
    moment = many_due(committed, books, DUE)
    versions = select(func.count()).select_from(PolicyVersion)
    with committed.begin() as session:
        before = session.execute(versions).scalar_one()
    shares = race(processes.advance_all, *[(url_of(committed), moment)] * 2)
    assert sum(shares) >= DUE
    with committed.begin() as session:
        assert session.execute(versions).scalar_one() == before + DUE
        enacted = select(func.count()).where(col(LedgerEvent.type) == "proposal.enacted")
        assert session.execute(enacted).scalar_one() == DUE
        in_force = select(func.count()).where(col(Proposal.enacted_at).is_not(None))
        assert session.execute(in_force).scalar_one() == DUE
        assert policies.current_epoch(session) == before + DUE
        _, problems = ledger.read(ledger.export(session))
    assert problems == []


def many_due(database: Database, books: Books, number: int) -> datetime:
    """So many guilds, each with a proposal of its own that has been counted and is due; return when."""
    seats = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    with sitting(database, books, []) as assembly:
        (baker,) = assembly.guild("bakers", *assembly.admit(1))[1]
        made = assembly.propose(seats, "audience", "guild:bakers", among=[baker])
        assembly.carry(made, "for")
        times = assembly.times(made)
    enactment.advance(database, books, StoppedClock(at=times.closes_at), ENACTORS)
    with database.begin() as session:
        row = session.get_one(Proposal, made).model_dump()
        copies = (
            row | {"id": made + index, "scope": f"guild:table-{index}", "patch_sha256": sha256(str(index))}
            for index in range(1, number)
        )
        session.execute(insert(Proposal), list(copies))
    return times.due_at


def test_law_13_a_worker_killed_in_the_middle_of_an_enactment_leaves_nothing_half_done(
    due: tuple[Database, int, StoppedClock], books: Books
) -> None:
    database, made, clock = due
    assert alone(processes.advance_doomed, url_of(database), clock.at) == -signal.SIGKILL
    assert enacted(database, made, clock) == (State.TIMELOCK, 1, 0)
    assert alone(processes.advance, url_of(database), clock.at) == 0
    assert enacted(database, made, clock) == (State.IN_FORCE, 2, 1)
    assert enactment.advance(database, books, clock, ENACTORS) == 0
    audited(database)
