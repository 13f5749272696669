"""Suspensions under races: one vote on each thing asked, and none of whom is not asked any more."""

from sqlalchemy import delete, func, select
from sqlmodel import col

from app import ENACTORS
from coop import members, suspensions
from coop.database import Database
from coop.policies import Books
from coop.suspension_tables import Suspension, SuspensionAsked
from governance import enactment
from governance.people import suspensions as votes
from governance.people.tables import SuspensionVote
from governance.tables import Proposal
from tests.governance.assembly import START, StoppedClock
from tests.governance.people.asking import TALLY, Suspending, ground_of
from tests.governance.people.polls import crowd
from tests.governance.test_races import at_once, audited, sitting
from tests.thorough import much


def test_of_many_workers_one_opens_the_vote_on_what_a_jury_asks(committed: Database, books: Books) -> None:
    with sitting(committed, books, []) as assembly:
        assembly.admit(5)
        ground = ground_of(books.current(assembly.session))
    clock = StoppedClock()
    for _ in range(much(6, 60)):
        with committed.begin() as session:
            asked = suspensions.ask(session, assembly.members[0].member_id, ground, TALLY, START).id

        def open_it(_: int, asked: int = asked) -> bool:
            with committed.begin() as session:
                return votes.open_one(session, books.current(session), asked, clock.now(session))

        came = at_once(8, open_it)
        assert sorted(map(str, came)) == ["False"] * 7 + ["True"]
    with committed.begin() as session:
        opened = select(func.count()).where(col(Proposal.kind) == "suspension")
        number = session.scalar(select(func.count()).select_from(SuspensionAsked))
        assert session.scalar(opened) == number
        assert session.scalar(select(func.count()).select_from(SuspensionVote)) == number
    audited(committed)


def test_whoever_is_not_asked_for_any_more_is_not_suspended_however_late_that_comes(
    committed: Database, books: Books
) -> None:
    with sitting(committed, books, []) as assembly:
        crowd(assembly, 15)
        voted = Suspending.of(assembly)
        voted.count(yes=9, no=0)
        due_at = assembly.times(voted.id).due_at
    clock = StoppedClock(at=due_at)
    handle, asked_id = voted.concerned.handle, voted.asked_id

    def act(index: int) -> object:
        if index:
            return enactment.advance(committed, books, clock, ENACTORS)
        with committed.begin() as session:
            suspensions.withdraw(session, asked_id, due_at)
        return None

    came = at_once(2, act)
    assert not [one for one in came if isinstance(one, Exception)]
    with committed.begin() as session:
        until = members.identity_of(session, handle).suspended_until
        assert until is None or (until - due_at).total_seconds() < 1
    audited(committed)


def test_whoever_carries_out_and_whoever_takes_back_come_one_after_another(
    committed: Database, books: Books
) -> None:
    with sitting(committed, books, []) as assembly:
        assembly.admit(5)
        ground = ground_of(books.current(assembly.session))
    member_id = assembly.members[0].member_id
    for _ in range(much(40, 400)):
        with committed.begin() as session:
            asked = suspensions.ask(session, member_id, ground, TALLY, START).id

        def act(index: int, asked: int = asked) -> object:
            with committed.begin() as session:
                if index:
                    return suspensions.suspend(session, asked, 7, 28, START).id
                suspensions.withdraw(session, asked, START)
                return None

        at_once(2, act)
        with committed.begin() as session:
            left = select(col(Suspension.until)).where(col(Suspension.asked_id) == asked)
            until = session.scalars(left).one_or_none()
            assert until is None or (until - START).total_seconds() < 1
            session.execute(delete(Suspension))
