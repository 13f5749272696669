"""Rehearsals run by several workers at once, on committed data."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from app import POLICY_KINDS
from coop.book import COOP
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.rehearsal import Rehearsing, Report
from governance import cases, drafts, proposals
from governance.rehearsal import holding, rehearsals, running
from governance.rehearsal.changes import Change, joined
from governance.rehearsal.rehearsals import Rehearsed
from governance.rehearsal.replayers import Replayer
from governance.rehearsal.running import FIRST_WAIT
from governance.tables import Proposal
from tests.factories import LONG_AGO, identity_of, make_member
from tests.governance.assembly import CLASS_A
from tests.governance.contesting import contest


class Killed(BaseException):
    """What ends a worker without asking it."""


def asked(database: Database, number: int) -> tuple[Identity, list[int]]:
    """Ask for so many rehearsals in the name of one member."""
    with database.begin() as session:
        member = identity_of(make_member(session))
        book = Books(POLICY_KINDS).current(session)
        policy = book.policies[COOP, "media"]
        wanted = Change(COOP, "media", CLASS_A, policy.sources[policy.number].sha256)
        now = Clock().now(session)
        return member, [rehearsals.ask_draft(session, book, member, wanted, now) for _ in range(number)]


def work(database: Database, replayer: Replayer, clock: Clock | None = None) -> int:
    return running.rehearse_due(database, Books(POLICY_KINDS), clock or Clock(), {"media": replayer})


def read(database: Database, member: Identity, made: int) -> Rehearsed:
    with database.begin() as session:
        return rehearsals.visible(session, member, made, Clock().now(session))


def test_many_workers_run_each_rehearsal_once(committed: Database) -> None:
    member, made = asked(committed, 12)
    began, ran = threading.Barrier(4), list[datetime]()

    def replayer(session: Session, tried: Rehearsing) -> Report:
        ran.append(tried.until)
        tried.progress(1, 1, "nothing")
        return Report({})

    def worker() -> int:
        began.wait()
        return work(committed, replayer)

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(worker) for _ in range(4)]
        assert sum(one.result() for one in done) == 12
    found = [read(committed, member, one) for one in made]
    assert {(one.state, one.attempts) for one in found} == {("done", 1)}
    assert len(ran) == 12


@dataclass
class Meeting(Clock):
    """A clock at which two workers meet as they store their reports, unless one of them is kept waiting."""

    place: threading.Barrier = field(default_factory=lambda: threading.Barrier(2))

    def now(self, session: Session) -> datetime:
        with suppress(threading.BrokenBarrierError):
            self.place.wait(0.1)
        return super().now(session)


def test_of_two_reports_stored_at_once_the_later_one_lets_the_vote_go(committed: Database) -> None:
    books, clock = Books(POLICY_KINDS), Clock()
    with committed.begin() as session:
        author = identity_of(make_member(session, joined_at=LONG_AGO))
        book = books.current(session)
        made = drafts.draft(session, book, author, contest(book), clock.now(session))
        proposals.submit(session, book, author, made, clock)
        session.execute(update(Proposal).where(col(Proposal.id) == made).values(entry="verification"))
    assert holding.ask_due(committed, books, clock) == 1
    meeting, replayers = Meeting(), {"media": lambda session, tried: Report({})}
    claims = [running.claim(committed, clock) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for done in [
            pool.submit(running.run, committed, books, meeting, replayers, one) for one in claims if one
        ]:
            done.result()
    with committed.begin() as session:
        case = cases.one(session, made, clock.now(session))
        stored = {one.pointer: one.report_sha256 or "" for one in rehearsals.of_proposal(session, made)}
    assert case.rehearsal_sha256 == joined(stored)
    assert len(stored) == 2


def test_progress_is_seen_by_others_while_it_runs_and_nobody_else_takes_it_up(committed: Database) -> None:
    member, (made,) = asked(committed, 1)
    late = Clock(2 * FIRST_WAIT)
    seen: list[tuple[str, int, int]] = []

    def replayer(session: Session, tried: Rehearsing) -> Report:
        tried.progress(2, 5, "uploads")
        found = read(committed, member, made)
        seen.append((found.state, found.done, found.total))
        assert running.claim(committed, late) is None
        return Report({})

    assert work(committed, replayer) == 1
    assert seen == [("running", 2, 5)]
    assert read(committed, member, made).state == "done"


def test_law_13_what_a_killed_worker_leaves_another_takes_up(committed: Database) -> None:
    member, (made,) = asked(committed, 1)

    def killed(session: Session, tried: Rehearsing) -> Report:
        raise Killed

    with pytest.raises(Killed):
        work(committed, killed)
    assert read(committed, member, made).state == "running"

    def replayer(session: Session, tried: Rehearsing) -> Report:
        return Report({})

    assert work(committed, replayer) == 0
    assert work(committed, replayer, Clock(FIRST_WAIT + timedelta(seconds=1))) == 1
    found = read(committed, member, made)
    assert (found.state, found.attempts) == ("done", 2)
