"""Races on what is said: threads that commit to a database of their own."""

from collections import Counter

from sqlalchemy import func, select
from sqlmodel import col

from coop import ledger
from coop.database import Database
from coop.errors import Conflict
from coop.policies import Books
from governance.deliberation import amendments, arguments, turns
from governance.deliberation.amendments import Wanted
from governance.deliberation.arguments import Stance
from governance.deliberation.tables import Amendment, Argument, ProposalCoauthor
from tests.governance.assembly import StoppedClock
from tests.governance.deliberation.talk import OTHER_PATCH, Talk
from tests.governance.test_races import at_once, sitting


def test_in_rounds_many_who_speak_at_once_each_get_one_turn(committed: Database, books: Books) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(4)
        made = assembly.propose()
        turns.switch(assembly.session, members[0], made, True, assembly.clock)
        for member in members:
            turns.join(assembly.session, member, made, assembly.clock)
    clock = StoppedClock()

    def speak(index: int) -> None:
        with committed.begin() as session:
            book = books.current(session)
            member = members[index % 3]
            arguments.argue(session, book, member, made, Stance.FOR, "Now.", clock)

    # The fourth member is waited for, so of four who try for each of the others one gets through.
    found = at_once(12, speak)
    assert Counter(type(one) for one in found) == {type(None): 3, Conflict: 9}
    with committed.begin() as session:
        rows = session.execute(select(col(Argument.author_id), col(Argument.round))).all()
        assert {tuple(row) for row in rows} == {(member.member_id, 1) for member in members[:3]}
        assert ledger.read(ledger.export(session))[1] == []


def test_law_05_of_many_amendments_accepted_at_once_one_is_taken(committed: Database, books: Books) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(7)
        talk = Talk(assembly, assembly.propose())
        made = [
            amendments.make(
                assembly.session,
                talk.book,
                member,
                talk.proposal_id,
                Wanted(OTHER_PATCH, talk.patch_sha256, ""),
                assembly.clock,
            )
            for member in members[1:]
        ]
    clock = StoppedClock()

    def accept(index: int) -> None:
        with committed.begin() as session:
            amendments.accept(session, books.current(session), members[0], made[index], clock)

    found = at_once(6, accept)
    assert Counter(type(one) for one in found) == {type(None): 1, Conflict: 5}
    with committed.begin() as session:
        taken = session.scalars(select(Amendment).where(col(Amendment.ended_as) == "accepted")).one()
        assert session.scalars(select(col(ProposalCoauthor.member_id))).all() == [taken.author_id]
        assert ledger.read(ledger.export(session))[1] == []


def test_law_01_a_member_in_many_threads_makes_no_more_arguments_than_the_policy_says(
    committed: Database, books: Books
) -> None:
    with sitting(committed, books, []) as assembly:
        members = assembly.admit(5)
        talk = Talk(assembly, assembly.propose())
        for _ in range(8):
            talk.argue(members[1])
    clock = StoppedClock(at=assembly.clock.at)

    def speak(index: int) -> None:
        with committed.begin() as session:
            book = books.current(session)
            arguments.argue(session, book, members[1], talk.proposal_id, Stance.FOR, "More.", clock)

    found = at_once(8, speak)
    assert sum(one is None for one in found) == 2
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(Argument)).scalar_one() == 10
