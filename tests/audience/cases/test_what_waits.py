"""Juries for what waits, a change of a profile or a follow, and for whoever a rule slows down."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience.cases import advancing, appeals, ballots, juries
from audience.cases.tables import Case
from audience.moderation import ending_holds, follows, pace, reasons
from audience.moderation.case_rules import Outcome
from audience.moderation.screening import screen_profile
from audience.moderation.tables import Decision
from audience.moderation.verdict import slowed_until
from coop import directory, profiles
from coop.book import Book
from coop.errors import Conflict, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from coop.membership_rules import NAME as MEMBERSHIP
from tests.audience.cases.judging import LATER, jury, make_jurors, vote
from tests.audience.factories import NOW, founding_book, make_post, with_clauses
from tests.audience.lines import opens, stranger
from tests.audience.moderation.rules import rule, with_rules
from tests.audience.silenced import suspend
from tests.coop.told import told

RULES = {
    "links": rule("text.links > 0", about="Links", on=["profile"]),
    "hot": rule("follow.followers < 1", about="Not the first", on=["follow"]),
    "rye": rule("text.contains('rye')", "slow", about="Rye slowly", gap="PT6H"),
    "oats": rule("text.contains('oats')", "slow", about="Oats slowly", gap="PT5H"),
}
LINK = "See https://a.example, says @ben"
SOON = LATER + timedelta(minutes=30)


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES)


@pytest.fixture(autouse=True)
def jurors(session: Session) -> list[Identity]:
    return make_jurors(session, 9)


def decision_of(session: Session, who: Identity) -> Decision:
    mine = (col(Decision.author_id) == who.member_id, col(Decision.ended_at).is_(None))
    return session.scalars(select(Decision).where(*mine)).one()


def called(session: Session, decision: Decision) -> Case:
    """The case that the worker opens about what a decision holds."""
    advancing.open_hold(session, founding_book(), decision.id, NOW)
    return session.scalars(select(Case).where(col(Case.decision_id) == decision.id)).one()


def judged(session: Session, book: Book, case: Case, outcome: Outcome) -> Case:
    advancing.step(session, book, case.id, LATER)
    vote(session, book, case, jury(session, case), outcome)
    session.expire_all()
    return case


def changed(session: Session, book: Book, who: Identity) -> Case:
    profiles.change(session, book, who, {"about": LINK}, screen_profile, NOW)
    return called(session, decision_of(session, who))


def shown(session: Session) -> str:
    return directory.member(session, "ada").about


@pytest.mark.parametrize("ends", ["by itself", "by a jury"])
def test_what_waits_of_a_profile_whose_member_a_vote_suspended_does_not_come_about(
    session: Session, ruled: Book, ada: Identity, ends: str
) -> None:
    case = changed(session, ruled, ada)
    held = decision_of(session, ada)
    advancing.step(session, ruled, case.id, LATER)
    suspend(session, ada, LATER)
    if ends == "by a jury":
        vote(session, ruled, case, jury(session, case), "none")
    else:
        assert ending_holds.end_hold(session, ruled, held.id, "unseen", SOON)
    session.expire_all()
    assert (shown(session), profiles.waiting(session, ada)) == ("", None)
    assert held.ended_why == "suspended"
    lines = [one.line for one in told(session, ada)]
    assert [one for one in lines if "come about" in one or "takes effect" in one] == [
        "A change of your profile that waited does not come about."
    ]


def test_what_waits_of_a_profile_comes_about_where_a_suspension_withholds_no_profile(
    session: Session, ruled: Book, ada: Identity
) -> None:
    lenient = with_clauses(ruled, MEMBERSHIP, {"/suspensions/withholds": ["publish"]})
    changed(session, lenient, ada)
    suspend(session, ada, LATER)
    ending_holds.end_hold(session, lenient, decision_of(session, ada).id, "unseen", SOON)
    session.expire_all()
    assert shown(session) == LINK


def test_a_jury_lets_a_held_profile_through_and_its_member_is_told(
    session: Session, ruled: Book, ada: Identity
) -> None:
    case = changed(session, ruled, ada)
    assert ballots.choices(session, case) == (("none", "remove"), ("nothing",))
    held = decision_of(session, ada)
    judged(session, ruled, case, "none")
    assert shown(session) == LINK
    assert (held.judged, held.ended_why) == ("overturned", "jury")
    assert profiles.waiting(session, ada) is None
    said = "A jury of members looked at a change of your profile. It takes effect now"
    assert any(one.line.startswith(said) for one in told(session, ada))


def test_a_jury_refuses_a_held_profile_and_what_was_refused_is_kept_nowhere(
    session: Session, ruled: Book, ada: Identity
) -> None:
    case = changed(session, ruled, ada)
    judged(session, ruled, case, "remove")
    assert shown(session) == ""
    assert profiles.waiting(session, ada) is None
    refusal = decision_of(session, ada)
    assert (refusal.action, refusal.id) == ("remove", case.made_id)
    statement = reasons.read(session, ada, refusal.id).decision
    assert (statement.causes[0]["by"], statement.causes[0]["tally"]) == ("jury", {"remove": 5})
    assert LINK not in f"{refusal.causes}"
    with pytest.raises(Conflict, match="write it anew"):
        appeals.appeal(session, ada, ruled, refusal.id, "", LATER)


def test_law_07_jurors_see_the_text_and_no_name_that_it_holds(
    session: Session, ruled: Book, ada: Identity
) -> None:
    case = changed(session, ruled, ada)
    advancing.step(session, ruled, case.id, LATER)
    first, *_ = jury(session, case)
    seen = juries.read(session, first, case.id)
    assert seen.noun == "profile"
    assert "See https://a.example, says @A" in seen.body
    assert "@ben" not in f"{seen.body}{seen.before}"
    assert ada.member_id not in {one.member_id for one in jury(session, case)}
    with pytest.raises(NotFound):
        juries.read(session, ada, case.id)


def test_jurors_are_told_of_what_matched_nothing_that_tells_whose_it_is(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    asks = "'bakers' in author.guilds || author.account_age > duration('1s')"
    aged = with_rules(ruled, {"aged": rule(asks, on=["follow"])})
    follows.follow(session, ada, aged, ben.handle, NOW)
    held = decision_of(session, ada)
    assert {name for one in held.causes[0]["matched"] for name in one["facts"]} == {
        "author.guilds", "author.account_age",
    }  # fmt: skip
    case = called(session, held)
    advancing.step(session, aged, case.id, LATER)
    seen = juries.read(session, jury(session, case)[0], case.id)
    assert [(one["came"], one["facts"]) for one in seen.causes[0]["matched"]] == [(False, {}), (True, {})]


def test_a_change_that_was_taken_back_is_judged_no_more(session: Session, ruled: Book, ada: Identity) -> None:
    case = changed(session, ruled, ada)
    advancing.step(session, ruled, case.id, LATER)
    profiles.change(session, ruled, ada, {"about": "No link"}, screen_profile, LATER)
    vote(session, ruled, case, jury(session, case), "remove")
    session.expire_all()
    assert (case.closed_why, shown(session)) == ("gone", "No link")


def test_a_jury_lets_a_held_follow_through_or_lets_it_wait(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    assert follows.follow(session, ada, ruled, "ben", NOW) == "held"
    held = decision_of(session, ada)
    case = called(session, held)
    assert ballots.choices(session, case)[0] == ("none", "collapse")
    judged(session, ruled, case, "collapse")
    assert (held.judged, held.ended_at, follows.state(session, ada, ben.member_id)) == (
        "upheld", None, "held",
    )  # fmt: skip
    cleo = stranger(session)
    assert follows.follow(session, cleo, ruled, "ben", NOW) == "held"
    judged(session, ruled, called(session, decision_of(session, cleo)), "none")
    assert follows.state(session, cleo, ben.member_id) == "following"


def test_law_07_a_jury_of_a_follow_knows_neither_of_the_two_and_neither_of_them_sits(
    session: Session, ruled: Book, ada: Identity, jurors: list[Identity]
) -> None:
    followed = jurors[0]
    follows.follow(session, ada, ruled, followed.handle, NOW)
    case = called(session, decision_of(session, ada))
    advancing.step(session, ruled, case.id, LATER)
    sitting = jury(session, case)
    assert followed.member_id not in {one.member_id for one in sitting}
    seen = juries.read(session, sitting[0], case.id)
    assert (seen.noun, seen.body, seen.before) == ("follow", "", [])
    assert seen.causes[0]["about"] == "Not the first"
    with pytest.raises(RuleBroken, match="not what this jury decides"):
        vote(session, ruled, case, sitting[:1], "remove")


def test_the_worker_calls_juries_to_what_waits_and_the_hold_ends_by_itself_without_one(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    follows.follow(session, ada, ruled, "ben", NOW)
    held = decision_of(session, ada)
    case = called(session, held)
    assert not advancing.open_hold(session, ruled, held.id, NOW)
    advancing.step(session, ruled, case.id, LATER)
    assert case.due_at == held.holds_until
    assert case.due_at is not None
    advancing.step(session, ruled, case.id, case.due_at)
    session.expire_all()
    assert case.closed_why == "no_quorum"
    assert follows.state(session, ada, ben.member_id) == "following"


def test_whoever_is_slowed_appeals_and_a_jury_lets_them_go_on(
    session: Session, ruled: Book, ada: Identity
) -> None:
    make_post(session, ada, ruled, body="rye and oats")
    slowed = decision_of(session, ada)
    with pytest.raises(TooMany):
        pace.check(session, ruled, ada.member_id, "post", None, LATER)
    case = appeals.appeal(session, ada, ruled, slowed.id, "It is my bakery.", NOW)
    assert ballots.choices(session, case)[0] == ("none", "collapse")
    judged(session, ruled, case, "none")
    pace.check(session, ruled, ada.member_id, "post", None, LATER)
    assert (slowed.judged, slowed.ended_why) == ("overturned", "jury")
    assert told(session, ada)[0].line.endswith("It slows you down no more.")


def test_a_jury_that_lets_a_pace_stand_changes_nothing_and_its_word_is_final(
    session: Session, ruled: Book, ada: Identity
) -> None:
    make_post(session, ada, ruled, body="rye")
    slowed = decision_of(session, ada)
    judged(session, ruled, appeals.appeal(session, ada, ruled, slowed.id, "", NOW), "collapse")
    assert (slowed.judged, slowed.ended_at) == ("upheld", None)
    with pytest.raises(TooMany):
        pace.check(session, ruled, ada.member_id, "post", None, LATER)
    with pytest.raises(Conflict, match="once"):
        appeals.appeal(session, ada, ruled, slowed.id, "", SOON)


def test_a_pace_that_stood_beside_a_hold_ends_when_it_would_have_and_is_lifted_on_appeal(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    both = with_rules(ruled, RULES | {"ergot": rule("text.contains('ergot')")})
    post = make_post(session, ada, both, body="ergot and rye")
    held = decision_of(session, ada)
    judged(session, both, called(session, held), "none")
    slowed = decision_of(session, ada)
    assert (slowed.action, slowed_until(slowed.causes)) == ("slow", NOW + timedelta(hours=6))
    with pytest.raises(TooMany):
        pace.check(session, both, ada.member_id, "post", None, LATER)
    case = appeals.appeal(session, ada, both, slowed.id, "", LATER)
    soon = LATER + timedelta(minutes=11)
    advancing.step(session, both, case.id, soon)
    assert case.due_at == NOW + timedelta(hours=6)
    vote(session, both, case, jury(session, case), "none", now=soon)
    pace.check(session, both, ada.member_id, "post", None, soon)
    assert opens(session, ben, both, post, soon)


def test_a_pace_that_was_over_before_the_hold_beside_it_leaves_nothing(
    session: Session, ruled: Book, ada: Identity
) -> None:
    both = with_rules(ruled, RULES | {"ergot": rule("text.contains('ergot')")})
    make_post(session, ada, both, body="ergot and rye")
    held = decision_of(session, ada)
    assert ending_holds.end_hold(session, both, held.id, ending_holds.UNSEEN, NOW + timedelta(hours=6))
    session.expire_all()
    assert held.ended_at is not None
    mine = select(Decision).where(col(Decision.author_id) == ada.member_id, col(Decision.ended_at).is_(None))
    assert session.scalars(mine).all() == []


def test_what_another_rule_made_them_wait_for_stays(session: Session, ruled: Book, ada: Identity) -> None:
    make_post(session, ada, ruled, body="rye")
    slowed = decision_of(session, ada)
    pace.slow(session, ruled, ada.member_id, "post", "coop", [], NOW)
    case = appeals.appeal(session, ada, ruled, slowed.id, "", NOW)
    other = with_rules(ruled, {"oats": RULES["oats"], "rye": RULES["rye"]})
    later = NOW + timedelta(hours=7)
    make_post(session, ada, other, body="oats", now=later)
    pace.lift(session, slowed, later)
    with pytest.raises(TooMany, match="Oats slowly"):
        pace.check(session, other, ada.member_id, "post", None, later)
    assert case.kind == "appeal"


def test_a_pace_is_judged_before_it_is_over_and_not_appealed_after(
    session: Session, ruled: Book, ada: Identity
) -> None:
    make_post(session, ada, ruled, body="rye")
    slowed = decision_of(session, ada)
    case = appeals.appeal(session, ada, ruled, slowed.id, "", NOW)
    advancing.step(session, ruled, case.id, LATER)
    assert case.due_at == NOW + timedelta(hours=6)
    cleo = stranger(session)
    make_post(session, cleo, ruled, body="rye")
    with pytest.raises(Conflict, match="not slowed down any more"):
        appeals.appeal(session, cleo, ruled, decision_of(session, cleo).id, "", NOW + timedelta(hours=6))


def test_law_07_of_a_pace_and_of_what_waits_nobody_else_knows(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    make_post(session, ada, ruled, body="rye")
    with pytest.raises(NotFound):
        appeals.appeal(session, ben, ruled, decision_of(session, ada).id, "", NOW)
    cleo = stranger(session)
    follows.follow(session, cleo, ruled, "ben", NOW)
    with pytest.raises(NotFound):
        appeals.appeal(session, ben, ruled, decision_of(session, cleo).id, "", NOW)
    with pytest.raises(Conflict, match="ends by itself"):
        appeals.appeal(session, cleo, ruled, decision_of(session, cleo).id, "", NOW)
