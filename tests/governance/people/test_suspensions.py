"""Votes on suspensions: opened because a jury asked, secret, for the time that was voted on, no longer."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from coop import members, notices, suspensions
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.suspension_tables import Suspension
from coop.tables import LedgerEvent, Member
from governance import announcements, audit, ballots, proposals, roll
from governance.ballots import Vote
from governance.deliberation import arguments
from governance.deliberation.arguments import Stance
from governance.drafts import Draft
from governance.facts import State
from governance.outcome import Outcome
from governance.people import juries, secret_ballots, suspension_votes
from governance.people import suspensions as votes
from governance.tally import Choice
from tests.governance.assembly import START, Assembly
from tests.governance.people.asking import TALLY, Suspending, ground_of, vote_on
from tests.governance.people.polls import crowd
from tests.governance.record import audited, exported, verified

DAY = timedelta(days=1)


@pytest.fixture
def asked(assembly: Assembly) -> Suspending:
    """Twenty members, of whom a jury asks that the first is suspended."""
    crowd(assembly, 15)
    return Suspending.of(assembly)


def until(asked: Suspending) -> Any:
    """Until when the one concerned is suspended, as the next request reads it."""
    return members.identity_of(asked.assembly.session, asked.concerned.handle).suspended_until


def told(asked: Suspending, who: int = 0) -> list[str]:
    session, later = asked.assembly.session, START + 400 * DAY
    member = asked.assembly.members[who]
    found = notices.listing(session, member, later, unread_only=False, before=None, limit=9)
    return [one.line for one in found]


def test_what_a_jury_asks_opens_one_vote_of_class_c_that_is_talked_over_first(asked: Suspending) -> None:
    case = asked.case
    assert (case.stage.state, case.facts.risk_class, case.method, case.scope) == (
        State.DELIBERATION, "C", "approval", "coop",
    )  # fmt: skip
    assert (case.author, case.author_id) == ("", None)
    assert asked.advance() == 0
    found = asked.read(0)
    assert (found.member, found.days, found.jury, found.mine) == (asked.concerned.handle, 28, TALLY, True)
    assert (found.clause, found.version) == ("/grounds/attack/about", 1)


def test_whoever_it_is_about_is_told_at_once_and_answers_where_all_read_it(asked: Suspending) -> None:
    assert told(asked) == ["A jury asks all of us to suspend you for a time. A vote decides."]
    assert told(asked, 1) == []
    assembly = asked.assembly
    book = assembly.books.current(assembly.session)
    made = arguments.argue(
        assembly.session, book, asked.concerned, asked.id, Stance.AGAINST, "I was quoting.", assembly.clock
    )
    assert made is not None


def test_a_vote_that_passes_suspends_for_as_long_as_it_said_and_ends_by_itself(asked: Suspending) -> None:
    asked.count(yes=8, no=2)
    assert (asked.state, until(asked)) == (State.TIMELOCK, None)
    asked.due()
    assert asked.case.facts.enacted_at == asked.assembly.clock.at
    since = asked.assembly.clock.at
    assert until(asked) == since + 28 * DAY
    assert told(asked)[0].startswith("All of us voted to suspend you until")
    audited(asked.assembly)


@pytest.mark.parametrize(("yes", "no"), [(5, 5), (2, 0), (0, 9)])
def test_a_vote_that_fails_suspends_nobody(asked: Suspending, yes: int, no: int) -> None:
    asked.count(yes=yes, no=no)
    assert asked.state is State.REJECTED
    asked.due()
    assert until(asked) is None
    audited(asked.assembly)


def test_law_05_it_is_for_as_long_as_was_voted_on_whatever_a_vote_makes_of_the_clause(
    asked: Suspending,
) -> None:
    asked.count(yes=9, no=0)
    options = asked.case.options
    assert options["days"] == 28
    with pytest.raises(Conflict, match="another patch"):
        ballots.check_binding(asked.case, Vote(Choice.APPROVED, "0" * 64, marks=(0,)))


def test_law_12_whoever_it_is_about_is_on_the_roll_and_votes_even_when_suspended(asked: Suspending) -> None:
    asked.count(yes=8, no=2)
    asked.due()
    again = Suspending.of(asked.assembly)
    again.open()
    assert roll.holds(asked.assembly.session, again.id, asked.concerned.member_id)
    again.cast(0, suspend=False)
    assert again.read(0).voted


def test_law_04_the_ballots_are_secret_and_cast_for_good(asked: Suspending) -> None:
    asked.open()
    with pytest.raises(Conflict, match="in secret"):
        said = Vote(Choice.APPROVED, asked.case.patch_sha256, marks=())
        ballots.cast(asked.assembly.session, asked.concerned, asked.id, said, asked.assembly.clock)
    asked.cast(1, suspend=True)
    with pytest.raises(Conflict, match="You have voted"):
        asked.cast(1, suspend=False)
    assert (asked.read(1).voted, asked.read(2).voted) == (True, False)


def test_where_too_few_vote_nothing_is_told_of_what_they_said(asked: Suspending) -> None:
    asked.count(yes=3, no=0)
    outcome = asked.case.facts.tally
    assert isinstance(outcome, Outcome)
    assert (outcome.passed, outcome.ballots, outcome.result) == (False, 3, {"chosen": [], "count": None})
    assert secret_ballots.counted(asked.assembly.session, asked.case, after=0, limit=9) == []
    assert "took part" in outcome.reason


def test_a_roll_too_small_to_keep_a_secret_votes_on_nobody(assembly: Assembly) -> None:
    small = Suspending.of(assembly)
    small.open()
    assert small.state is State.CANCELLED
    assert "too few to keep a vote on people secret" in (small.case.end_reason or "")


def test_visitors_are_told_of_no_name(asked: Suspending) -> None:
    case = asked.case
    assert asked.concerned.handle not in case.title
    asked.count(yes=8, no=2)
    said = announcements.sentence(asked.case)
    assert said.startswith("Passed")
    assert asked.concerned.handle not in said


def test_no_panel_looks_at_people_and_nobody_leads_the_talk_for_an_author(asked: Suspending) -> None:
    assert juries.draw_due(asked.assembly.database, asked.assembly.books, asked.assembly.clock) == 0
    asked.assembly.go_to(START + 3 * DAY)
    assert juries.draw_due(asked.assembly.database, asked.assembly.books, asked.assembly.clock) == 0


def test_no_member_proposes_amends_or_takes_back_a_suspension(asked: Suspending) -> None:
    assembly = asked.assembly
    with pytest.raises(RuleBroken, match="No member proposes") as caught:
        wanted = Draft("coop", "suspension", "Out with them", "I do not like them.", [], "")
        assembly.put(wanted, assembly.members[1])
    assert caught.value.faults[0].pointer == "/kind"
    for member in assembly.members[:2]:
        with pytest.raises(Forbidden):
            proposals.withdraw(assembly.session, member, asked.id, assembly.clock)


def test_law_07_what_is_no_vote_on_a_suspension_reads_as_none(asked: Suspending) -> None:
    other = asked.assembly.propose()
    with pytest.raises(NotFound):
        suspension_votes.read(asked.assembly.session, asked.concerned, asked.assembly.case(other))
    with pytest.raises(NotFound):
        suspension_votes.visible_secret(asked.assembly.session, asked.concerned, other, START)


def test_a_jury_that_asks_no_more_ends_the_vote_wherever_it_stands(asked: Suspending) -> None:
    asked.open()
    asked.cast(1, suspend=True)
    suspensions.withdraw(asked.assembly.session, asked.asked_id, asked.assembly.clock.at)
    assert asked.advance() == 1
    assert (asked.state, asked.case.end_reason) == (State.WITHDRAWN, votes.WITHDRAWN)
    assert asked.advance() == 0
    audited(asked.assembly)


def test_a_vote_that_passed_is_not_carried_out_where_it_is_asked_no_more(asked: Suspending) -> None:
    asked.count(yes=9, no=0)
    suspensions.withdraw(asked.assembly.session, asked.asked_id, asked.assembly.clock.at)
    asked.due()
    assert asked.state is State.CONFLICTED
    assert until(asked) is None
    audited(asked.assembly)


def test_in_its_timelock_a_vote_that_is_asked_no_more_ends_at_once(asked: Suspending) -> None:
    asked.count(yes=9, no=0)
    suspensions.withdraw(asked.assembly.session, asked.asked_id, asked.assembly.clock.at)
    assert asked.advance() == 1
    assert asked.state is State.WITHDRAWN


def test_a_suspension_that_is_asked_no_more_ends_and_the_record_says_so(asked: Suspending) -> None:
    asked.count(yes=9, no=0)
    asked.due()
    later = asked.assembly.clock.at + DAY
    suspensions.withdraw(asked.assembly.session, asked.asked_id, later)
    suspensions.withdraw(asked.assembly.session, asked.asked_id, later + DAY)
    assert until(asked) == later
    ended = select(LedgerEvent).where(col(LedgerEvent.type) == "member.suspension_ended")
    assert len(asked.assembly.session.scalars(ended).all()) == 1
    audited(asked.assembly)


def test_whoever_leaves_is_voted_on_no_more(asked: Suspending) -> None:
    members.leave(asked.assembly.session, asked.concerned, START + DAY)
    asked.assembly.session.expire_all()
    assert asked.advance() == 1
    assert (asked.state, asked.case.end_reason) == (State.WITHDRAWN, votes.LEFT)


def test_of_whoever_left_before_no_vote_is_opened(assembly: Assembly) -> None:
    session = assembly.session
    session.get_one(Member, assembly.members[0].member_id).left_at = START
    session.flush()
    ground = ground_of(assembly.books.current(session))
    made = suspensions.ask(session, assembly.members[0].member_id, ground, TALLY, START)
    assert votes.advance(assembly.database, assembly.books, assembly.clock) == 0
    assert vote_on(session, made.id) is None


def test_two_suspensions_run_side_by_side_and_are_not_added_up(asked: Suspending) -> None:
    asked.count(yes=9, no=0)
    asked.due()
    first = until(asked)
    again = Suspending.of(asked.assembly)
    again.count(yes=9, no=0)
    again.due()
    assert until(asked) == asked.assembly.clock.at + 28 * DAY
    assert until(asked) > first
    rows = asked.assembly.session.scalars(select(Suspension)).all()
    assert {one.until - one.since for one in rows} == {28 * DAY}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"member": "voter9"}, "no vote that passed suspended voter9"),
        ({"until": "2031-01-01T00:00:00.000000Z"}, "it is not for as long as was voted on"),
    ],
)
def test_law_10_a_suspension_that_no_vote_decided_is_found_by_audit_and_verifier(
    asked: Suspending, change: dict[str, str], found: str
) -> None:
    asked.count(yes=9, no=0)
    asked.due()
    events = exported(asked.assembly)
    for event in events:
        if event["type"] == "member.suspended":
            event["payload"] |= change
    assert found in [problem.detail for problem in audit.problems(events)]
    assert found in verified(events)


def test_the_record_of_a_suspension_that_never_began_is_found(asked: Suspending) -> None:
    asked.count(yes=9, no=0)
    asked.due()
    suspensions.withdraw(asked.assembly.session, asked.asked_id, asked.assembly.clock.at + DAY)
    events = [one for one in exported(asked.assembly) if one["type"] != "member.suspended"]
    found = f"{asked.concerned.handle} was not suspended"
    assert found in [problem.detail for problem in audit.problems(events)]
    assert found in verified(events)
