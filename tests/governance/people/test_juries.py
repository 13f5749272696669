"""Juries: drawn by lot from facts that anyone can read, heard by all, deciding nothing."""

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlmodel import col

from coop import checkpoints, notices
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.sortition import order, pool_sha256, seed
from coop.tables import LedgerEvent
from governance.people import juries, jurors
from governance.people.juries import Panel
from governance.people.jurors import Verdict
from tests.coop.told import told
from tests.governance.assembly import CLASS_B, CLASS_C, CLASS_D, START, Assembly
from tests.governance.people.polls import Poll, crowd

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def sign(assembly: Assembly, at: datetime | None = None) -> None:
    """Sign a checkpoint over all events so far."""
    checkpoints.extend(assembly.session, KEY, "garden.example", at or assembly.clock.at)


def panel(assembly: Assembly, made: int) -> Panel:
    found = juries.read(assembly.session, assembly.case(made)).panel
    assert found is not None
    return found


def why_none(assembly: Assembly, made: int) -> str:
    found = juries.read(assembly.session, assembly.case(made))
    assert found.panel is None
    return found.why


@pytest.fixture
def town(assembly: Assembly) -> Assembly:
    """Twenty members."""
    crowd(assembly, 15)
    return assembly


@pytest.fixture
def made(town: Assembly) -> int:
    """A proposal of class C whose jury was drawn."""
    made = town.propose(CLASS_C, "membership")
    sign(town)
    assert juries.draw_due(town.database, town.books, town.clock) == 1
    return made


def juror(town: Assembly, made: int, position: int = 0) -> Identity:
    handle = panel(town, made).seats[position].handle
    return next(member for member in town.members if member.handle == handle)


def test_anyone_can_draw_it_again_from_what_is_told(town: Assembly, made: int) -> None:
    found = panel(town, made)
    assert found.size == 9
    assert found.pool == sorted(member.handle for member in town.members[3:])
    assert found.pool_sha256 == pool_sha256(found.pool)
    assert found.seed == seed(found.checkpoint, found.pool_sha256)
    assert tuple(one.handle for one in found.seats) == order(found.seed, found.pool)[:9]
    assert checkpoints.at(town.session, found.checkpoint_size).root.hex() == found.checkpoint


def test_whoever_wrote_or_signed_it_is_not_drawn(town: Assembly, made: int) -> None:
    signers = {member.handle for member in town.members[:3]}
    assert signers.isdisjoint(panel(town, made).pool)


def test_the_seed_is_the_first_checkpoint_over_the_beginning_of_deliberation(town: Assembly) -> None:
    sign(town)
    made = town.propose(CLASS_C, "membership")
    assert juries.draw_due(town.database, town.books, town.clock) == 0
    assert why_none(town, made).startswith("Its jury is drawn once a checkpoint")
    began = select(col(LedgerEvent.seq)).where(col(LedgerEvent.type) == "proposal.sponsored")
    last = max(town.session.execute(began).scalars())
    sign(town)
    town.propose(CLASS_B)
    sign(town)
    assert juries.draw_due(town.database, town.books, town.clock) == 1
    assert panel(town, made).checkpoint_size == last


def test_law_14_a_late_job_draws_the_same_jury_and_a_second_one_none(town: Assembly) -> None:
    made = town.propose(CLASS_C, "membership")
    sign(town)
    town.admit(5, joined_at=START + timedelta(minutes=1))
    town.go_to(town.times(made).verification_at)
    sign(town)
    assert juries.draw_due(town.database, town.books, town.clock) == 1
    found = panel(town, made)
    assert found.pool == sorted(member.handle for member in town.members[3:20])
    assert juries.draw_due(town.database, town.books, town.clock) == 0
    assert panel(town, made) == found


def test_it_is_drawn_while_it_can_be_heard(town: Assembly) -> None:
    made = town.propose(CLASS_C, "membership")
    sign(town)
    town.go_to(town.times(made).voting_at)
    assert juries.draw_due(town.database, town.books, town.clock) == 0
    assert why_none(town, made) == "It ended before its jury was drawn."


def test_law_01_no_jury_is_drawn_for_other_classes_and_none_for_people(town: Assembly) -> None:
    change, poll = town.propose(CLASS_B), Poll.of(town)
    sign(town)
    assert juries.draw_due(town.database, town.books, town.clock) == 0
    assert why_none(town, change) == "No jury is asked for a proposal like this (voting /juries/classes)."
    assert why_none(town, poll.id) == "No jury looks at people."


def test_a_pool_smaller_than_a_jury_is_said_to_be(assembly: Assembly) -> None:
    made = assembly.propose(CLASS_D, "voting")
    sign(assembly)
    assert juries.draw_due(assembly.database, assembly.books, assembly.clock) == 0
    assert why_none(assembly, made) == "The pool is of 2, too few for a jury (voting /juries/size = 9)."


def test_nobody_draws_again(town: Assembly, made: int) -> None:
    before, now = panel(town, made), town.clock.at
    with pytest.raises(Conflict, match=before.seed):
        juries.draw_again(town.session, town.members[0], made, now)
    assert panel(town, made) == before
    other = town.propose(CLASS_B)
    with pytest.raises(Conflict, match="by hand"):
        juries.draw_again(town.session, town.members[0], other, now)


def test_jurors_are_told_that_they_were_drawn(town: Assembly, made: int) -> None:
    found = notices.listing(town.session, juror(town, made), town.clock.at, unread_only=True, limit=9)
    assert [(one.topic, one.subject, one.moment) for one in found] == [("jury", made, "drawn")]
    assert told(town.session, town.members[0]) == []


def test_a_verdict_is_heard_at_once_and_the_last_word_stands(town: Assembly, made: int) -> None:
    who = juror(town, made, 4)
    jurors.tell(town.session, who, made, Verdict.AGAINST, "It shuts the door.", town.clock)
    town.go_to(town.times(made).verification_at)
    jurors.tell(town.session, who, made, Verdict.UNSURE, "It may not.", town.clock)
    seat = panel(town, made).seats[4]
    assert (seat.verdict, seat.reason, seat.verdict_at) == ("unsure", "It may not.", town.clock.at)
    with pytest.raises(RuleBroken):
        jurors.tell(town.session, who, made, Verdict.FOR, "  ", town.clock)


def test_whoever_steps_down_is_followed_by_the_next_in_the_draw(town: Assembly, made: int) -> None:
    drawn = order(panel(town, made).seed, panel(town, made).pool)
    first, second = juror(town, made, 0), juror(town, made, 1)
    jurors.step_down(town.session, first, town.books.current(town.session), made, town.clock)
    jurors.step_down(town.session, first, town.books.current(town.session), made, town.clock)
    jurors.step_down(town.session, second, town.books.current(town.session), made, town.clock)
    seats = panel(town, made).seats
    assert tuple(seat.handle for seat in seats) == drawn[:11]
    assert [seat.declined_at is not None for seat in seats] == [True, True] + [False] * 9
    with pytest.raises(Conflict, match="another follows"):
        jurors.tell(town.session, first, made, Verdict.FOR, "After all.", town.clock)


def test_once_the_pool_is_used_up_nobody_follows(town: Assembly, made: int) -> None:
    for position in range(17):
        jurors.step_down(
            town.session, juror(town, made, position), town.books.current(town.session), made, town.clock
        )
    assert len(panel(town, made).seats) == 17
    declined = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == "jury.declined")
    told = town.session.execute(declined.order_by(col(LedgerEvent.seq))).scalars().all()
    assert [one["follows"] is None for one in told] == [False] * 8 + [True] * 9


def test_a_verdict_that_was_told_is_not_taken_back(town: Assembly, made: int) -> None:
    who = juror(town, made)
    jurors.tell(town.session, who, made, Verdict.FOR, "It helps.", town.clock)
    with pytest.raises(Conflict, match="unsure"):
        jurors.step_down(town.session, who, town.books.current(town.session), made, town.clock)


def test_others_and_latecomers_are_not_heard(town: Assembly, made: int) -> None:
    with pytest.raises(Forbidden):
        jurors.tell(town.session, town.members[0], made, Verdict.FOR, "I wrote it.", town.clock)
    other = town.propose(CLASS_B)
    with pytest.raises(NotFound):
        jurors.tell(town.session, town.members[5], other, Verdict.FOR, "Yes.", town.clock)
    who = juror(town, made)
    town.go_to(town.times(made).voting_at)
    with pytest.raises(Conflict, match="being voted on"):
        jurors.tell(town.session, who, made, Verdict.FOR, "Too late.", town.clock)
    with pytest.raises(Conflict, match="being voted on"):
        jurors.step_down(town.session, who, town.books.current(town.session), made, town.clock)


def test_law_04_what_a_jury_thinks_decides_nothing(town: Assembly, made: int) -> None:
    for position in range(9):
        jurors.tell(town.session, juror(town, made, position), made, Verdict.AGAINST, "No.", town.clock)
    town.carry(made, *["for"] * 10)
    town.advance()
    assert town.state(made) == "in_force"
