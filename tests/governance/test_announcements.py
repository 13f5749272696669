"""What there is to tell of a proposal at each moment of its life, and whom it concerns."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.announcements import Announcement, Audience, Moment, moments, sentence
from governance.case import Case
from governance.deliberation.rules import DeliberationRules
from governance.facts import Facts, State
from governance.outcome import decide
from governance.rules import Method
from governance.tally import Bar, Tally, count
from governance.votes import Question, Votes
from tests.governance.founding import founding_book, founding_rules

T0 = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
RULES = founding_book().rules("deliberation", DeliberationRules).notices
BAR = Bar(Fraction(1, 20), 1, Fraction(3, 5), Fraction(9, 10))
PASSED: Tally = count({"for": 3}, 5, BAR)
FAILED: Tally = count({"against": 3}, 5, BAR)
BALLOTED = Facts("B", T0, submitted_at=T0, sponsored_at=T0)


def case_of(facts: Facts, read_at: datetime, **said: Any) -> Case:
    """A case of class B on its frozen roll: seven days are taken by talk, then seven by the vote."""
    bare: dict[str, Any] = dict.fromkeys(Case.__slots__)
    given = {
        "id": 7,
        "scope": "coop",
        "kind": "media",
        "title": "More photos",
        "method": "majority",
        "base_number": 1,
        "roll_frozen_at": T0,
        "roll_size": 5,
        "rules": founding_rules(),
    }
    return Case(**bare | given | said | {"facts": facts, "read_at": read_at})


def told(case: Case) -> list[Moment]:
    return [one.moment for one in moments(case, RULES)]


def only(case: Case) -> Announcement:
    (found,) = moments(case, RULES)
    return found


OPENS = T0 + 7 * DAY
CLOSES = OPENS + 7 * DAY
DUE = CLOSES + 3 * DAY


def counted(facts: Facts, tally: Tally, read_at: datetime, **said: Any) -> Case:
    return case_of(replace(facts, tally=tally), read_at, tallied_at=CLOSES, **said)


def enacted(read_at: datetime, **facts: Any) -> Case:
    known = replace(BALLOTED, tally=PASSED, enacted_at=DUE, **facts)
    return case_of(known, read_at, tallied_at=CLOSES, version_id=3)


def test_nothing_is_told_before_the_vote() -> None:
    assert told(case_of(BALLOTED, OPENS - TICK)) == []
    assert told(case_of(BALLOTED, OPENS, roll_frozen_at=None)) == []


def test_whoever_is_on_the_roll_is_told_that_voting_began() -> None:
    opened = only(case_of(BALLOTED, OPENS))
    assert (opened.moment, opened.audience) == (Moment.OPENED, Audience.ROLL)
    assert (opened.at, opened.until) == (OPENS, CLOSES)
    assert opened.line == "Voting has begun: More photos"


def test_law_01_as_long_before_the_close_as_the_clause_says_those_who_have_not_voted_are_reminded() -> None:
    assert told(case_of(BALLOTED, CLOSES - RULES.closing - TICK)) == [Moment.OPENED]
    closing = moments(case_of(BALLOTED, CLOSES - RULES.closing), RULES)[1]
    assert (closing.moment, closing.audience) == (Moment.CLOSING, Audience.NOT_VOTED)
    assert closing.until == CLOSES
    longer = RULES.model_copy(update={"closing": 3 * DAY})
    assert len(moments(case_of(BALLOTED, CLOSES - 3 * DAY), longer)) == 2


def test_law_14_nobody_is_reminded_of_a_vote_that_has_closed() -> None:
    uncounted = case_of(replace(BALLOTED, tally=PASSED), CLOSES)
    assert told(uncounted) == []


def test_nobody_is_reminded_together_with_the_opening() -> None:
    short = RULES.model_copy(update={"closing": 7 * DAY})
    assert [one.moment for one in moments(case_of(BALLOTED, CLOSES - TICK), short)] == [Moment.OPENED]


@pytest.mark.parametrize(
    ("tally", "line", "until"),
    [(PASSED, "Passed: More photos", DUE), (FAILED, "Rejected: More photos", None)],
)
def test_the_result_is_told_to_the_roll_in_one_sentence(
    tally: Tally, line: str, until: datetime | None
) -> None:
    closed = only(counted(BALLOTED, tally, CLOSES))
    assert (closed.moment, closed.audience, closed.at) == (Moment.CLOSED, Audience.ROLL, CLOSES)
    assert (closed.line, closed.detail, closed.until) == (line, tally.reason, until)


def test_what_takes_force_is_told_to_everybody_and_its_result_no_more() -> None:
    found = only(enacted(DUE))
    assert (found.moment, found.audience, found.at) == (Moment.IN_FORCE, Audience.EVERYBODY, DUE)
    assert found.detail == PASSED.reason


def test_the_result_of_a_vote_that_changes_no_policy_is_all_there_is_to_tell() -> None:
    known = replace(BALLOTED, tally=PASSED, enacted_at=CLOSES)
    assert told(case_of(known, CLOSES, tallied_at=CLOSES, kind="question")) == [Moment.CLOSED]


def test_a_measure_that_took_force_first_is_voted_on_while_it_is_in_force() -> None:
    facts = replace(BALLOTED, pace="emergency", enacted_at=T0)
    ends = T0 + founding_rules().emergency.lasts
    running = case_of(facts, T0, version_id=3)
    assert told(running) == [Moment.OPENED, Moment.IN_FORCE]
    assert [one.until for one in moments(running, RULES)] == [ends, ends]
    ratified = case_of(replace(facts, tally=PASSED), ends, version_id=3, tallied_at=ends)
    assert told(ratified) == [Moment.CLOSED, Moment.IN_FORCE]


@pytest.mark.parametrize(
    "state", [State.CONFLICTED, State.VETOED, State.CANCELLED, State.ENACTMENT_FAILED, State.SUPERSEDED]
)
def test_a_vote_that_ends_otherwise_is_told_with_its_reason(state: State) -> None:
    facts = replace(BALLOTED, tally=PASSED, ended_as=state, ended_at=DUE)
    ended = only(case_of(facts, DUE, tallied_at=CLOSES, end_reason="Because."))
    assert (ended.moment, ended.audience, ended.detail) == (Moment.STOPPED, Audience.ROLL, "Because.")


@pytest.mark.parametrize("state", [State.LAPSED, State.WITHDRAWN, State.CONFLICTED])
def test_what_ended_before_it_was_voted_on_concerns_no_roll(state: State) -> None:
    facts = replace(BALLOTED, ended_as=state, ended_at=T0 + DAY)
    assert told(case_of(facts, T0 + DAY, roll_frozen_at=None, roll_size=None)) == []


@pytest.mark.parametrize("state", [State.SUNSET, State.REVERTED, State.REPEALED])
def test_what_goes_out_of_force_is_told_to_everybody(state: State) -> None:
    case = enacted(DUE + 9 * DAY, undone_as=state, undone_at=DUE + 9 * DAY)
    undone = only(replace(case, undone_reason="Its bound was crossed."))
    assert (undone.moment, undone.audience) == (Moment.UNDONE, Audience.EVERYBODY)
    assert undone.detail == "Its bound was crossed."


def test_what_another_rule_replaced_is_no_news() -> None:
    assert told(enacted(DUE + DAY, undone_as=State.SUPERSEDED, undone_at=DUE + DAY)) == []


@pytest.mark.parametrize("term", ["review_after", "sunset_after"])
def test_law_01_as_long_before_the_end_of_a_term_as_the_clause_says_everybody_is_reminded(term: str) -> None:
    moment = Moment.REVIEW if term == "review_after" else Moment.SUNSET
    ends = DUE + 364 * DAY
    early, on_time = ends - RULES.review - TICK, ends - RULES.review
    assert told(enacted(early, **{term: 364 * DAY})) == []
    reminder = only(enacted(on_time, **{term: 364 * DAY}))
    assert (reminder.moment, reminder.audience, reminder.until) == (moment, Audience.EVERYBODY, ends)
    assert told(enacted(ends - TICK, **{term: 364 * DAY})) == [moment]


def test_each_term_is_reminded_of_anew() -> None:
    renewed = DUE + 300 * DAY
    first = only(enacted(DUE + 340 * DAY, sunset_after=364 * DAY))
    second = only(enacted(renewed + 340 * DAY, sunset_after=364 * DAY, renewed_at=renewed))
    assert (first.moment, second.moment) == (Moment.SUNSET, Moment.SUNSET)
    assert first.turn < second.turn


def test_a_term_that_is_shorter_than_the_notice_is_told_of_on_the_day_it_begins() -> None:
    found = only(enacted(DUE, sunset_after=7 * DAY))
    assert (found.moment, found.until) == (Moment.IN_FORCE, DUE + 7 * DAY)


def test_law_01_nothing_older_than_the_clause_says_is_told_any_more() -> None:
    assert told(enacted(DUE + RULES.kept - TICK)) == [Moment.IN_FORCE]
    assert told(enacted(DUE + RULES.kept)) == []


def outcome_of(method: Method, options: dict[str, Any], votes: Votes) -> Case:
    """A case of the kind that the method is for, counted."""
    tally = decide(Question(method, options, 5, BAR, "0" * 64, "winning votes"), votes)
    kind = "election" if "seats" in options else "media"
    return replace(counted(BALLOTED, PASSED, CLOSES), kind=kind, facts=replace(BALLOTED, tally=tally))


LABELS = {"choices": [{"label": "As it is"}, {"label": "Eighty"}, {"label": "A hundred"}]}
RANGE = {"clause": "/photos/per_day", "min": 5, "max": 500, "present": 60}
PEOPLE = {"seats": 2, "choices": [{"label": "ada"}, {"label": "bruno"}, {"label": "chidi"}]}


@pytest.mark.parametrize(
    ("method", "options", "votes", "why"),
    [
        (
            "schulze",
            LABELS,
            Votes(marks=Counter({b"\x01\x02\x00": 3, b"\x00": 1})),
            "Passed: “Eighty” comes first. 3 of 5 on the roll put it above “As it is”, where 1 had to",
        ),
        (
            "schulze",
            LABELS,
            Votes(marks=Counter({b"\x00": 2})),
            "Rejected: no choice reached what it had to against “As it is”.",
        ),
        (
            "approval",
            LABELS,
            Votes(marks=Counter({b"\x02": 3})),
            "Passed: “A hundred” is approved by most. 3 of 5 on the roll approved it",
        ),
        (
            "median",
            RANGE,
            Votes(values=Counter({Decimal(90): 2, Decimal(100): 1})),
            "Passed: of 3 numbers the middle one is 90, and it is 60 now. 3 of 5 on the roll named more",
        ),
        ("median", RANGE, Votes(), "Rejected: nobody took part."),
    ],
)
def test_a_count_by_any_method_says_why_it_ended_as_it_did(
    method: Method, options: dict[str, Any], votes: Votes, why: str
) -> None:
    assert sentence(outcome_of(method, options, votes)).startswith(why)


@pytest.mark.parametrize("method", ["stv", "approval"])
def test_law_07_an_election_is_told_by_its_numbers_and_names_nobody(method: Method) -> None:
    votes = Votes(marks=Counter({b"\x00\x01": 2, b"\x01": 1}))
    case = outcome_of(method, PEOPLE, votes)
    assert case.facts.tally is not None
    assert "ada" in case.facts.tally.reason
    assert sentence(case) == "Passed: 2 were elected; 3 of 5 on the roll took part, where 1 had to."
    nobody = outcome_of(method, PEOPLE, Votes())
    assert sentence(nobody) == "Rejected: 0 of 5 on the roll took part, where 1 had to."
    uncounted = replace(case, facts=replace(case.facts, tally=None))
    assert sentence(uncounted) == ""


def lives() -> Iterator[Facts]:
    yield BALLOTED
    yield replace(BALLOTED, tally=PASSED)
    yield replace(BALLOTED, tally=FAILED)
    yield replace(BALLOTED, tally=PASSED, enacted_at=DUE, sunset_after=364 * DAY, review_after=182 * DAY)
    yield replace(BALLOTED, tally=PASSED, ended_as=State.VETOED, ended_at=DUE)


@given(st.sampled_from(list(lives())), st.timedeltas(timedelta(), timedelta(days=500)))
def test_law_14_no_announcement_comes_before_its_time_or_points_to_the_past(
    facts: Facts, later: timedelta
) -> None:
    now = T0 + later
    happened = [at for at in (facts.enacted_at, facts.ended_at) if at is not None]
    assume(all(at <= now for at in happened) and (facts.tally is not None or now < CLOSES))
    case = case_of(
        facts,
        now,
        tallied_at=CLOSES if facts.tally and now >= CLOSES else None,
        version_id=3 if happened else None,
    )
    for one in moments(case, RULES):
        assert now - RULES.kept < one.at <= now
        assert one.until is None or one.until > now
