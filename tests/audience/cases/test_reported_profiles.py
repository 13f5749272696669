"""Profiles that members report: what is judged, what a jury may do, and what an appeal gives back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience.cases import (
    advancing,
    appeals,
    ballots,
    causes,
    juries,
    kept_profiles,
    pauses,
    reports,
    subject,
)
from audience.cases.reports import Filed
from audience.cases.tables import Case, Report
from audience.moderation import ending_holds, reasons
from audience.moderation.case_rules import Measure, Outcome
from audience.moderation.facts import facts
from audience.moderation.rules import MODERATION
from audience.moderation.screening import screen_profile
from audience.moderation.tables import Decision
from coop import directory, judged_profiles, members, profiles
from coop.book import COOP, Book
from coop.directory import MemberCard
from coop.errors import Conflict, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from coop.profile_tables import ProfileChange
from coop.tables import Member
from tests.audience.cases.judging import LATER, jury, make_jurors, vote
from tests.audience.factories import NOW, with_clauses
from tests.audience.lines import stranger
from tests.audience.moderation.rules import rule, with_rules
from tests.coop.told import told

RULES = {
    "links": rule("text.links > 0", about="Links", on=["profile"]),
    "shop": rule("size(words.shop) > 0", "label", about="Sells", label="shop", on=["profile"]),
}
AFTER = LATER + timedelta(minutes=5)
ABOUT = "I hate bakers, says @ben and @ada"


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES, words={"shop": ["sale"]})


@pytest.fixture(autouse=True)
def jurors(session: Session) -> list[Identity]:
    return make_jurors(session, 14)


def change(session: Session, book: Book, who: Identity, *, at: datetime = NOW, **said: str) -> None:
    profiles.change(session, book, who, said, screen_profile, at)


def filed(
    session: Session, book: Book, reporter: Identity, ground: str = "attack", handle: str = "ada"
) -> Filed:
    thing = subject.delivered_profile(session, reporter, handle)
    return reports.report(session, reporter, book, thing, ground, "@ada means me", NOW)


def reported(session: Session, book: Book, ground: str = "attack") -> Case:
    """The case about a profile that as many reported as it takes."""
    first, _ = (filed(session, book, stranger(session), ground) for _ in range(2))
    return first.case


def judged(
    session: Session, book: Book, case: Case, outcome: Outcome, measure: Measure = "nothing"
) -> Decision | None:
    """Have the jury of a case vote, and return the decision that came of it."""
    advancing.step(session, book, case.id, case.called_at + (LATER - NOW) if case.called_at else LATER)
    vote(session, book, case, jury(session, case), outcome, measure=measure)
    session.expire_all()
    return None if case.made_id is None else session.get_one(Decision, case.made_id)


def removed(session: Session, book: Book, measure: Measure = "nothing") -> Decision:
    made = judged(session, book, reported(session, book), "remove", measure)
    assert made is not None
    return made


def appealed(session: Session, book: Book, who: Identity, decision: Decision, outcome: Outcome) -> None:
    judged(session, book, appeals.appeal(session, who, book, decision.id, "", NOW), outcome)


def shown(session: Session) -> tuple[str, str]:
    card: MemberCard = directory.member(session, "ada")
    return card.display_name, card.about


def all_changes(session: Session) -> list[ProfileChange]:
    return list(session.scalars(select(ProfileChange).order_by(col(ProfileChange.id))))


def test_a_member_who_changed_nothing_since_joining_is_reported_as_they_joined(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    (thing, again) = (subject.delivered_profile(session, one, "ada") for one in (ben, ada))
    assert thing == again and thing.noun == "profile"
    (kept,) = all_changes(session)
    assert (kept.id, kept.stands, kept.screened, kept.about) == (thing.profile_id, True, False, None)
    assert kept.created_at == session.get_one(Member, ada.member_id).joined_at
    filed(session, ruled, ben)
    session.refresh(kept)
    assert (kept.display_name, kept.about) == ("Ada", "")


def test_one_change_of_a_member_stands_and_none_that_waits(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    for minute, about in enumerate(("Rye", "Oats", "See https://a.example")):
        change(session, ruled, ada, about=about, at=NOW + timedelta(minutes=minute))
    assert [one.stands for one in all_changes(session)] == [False, True, False]
    held = reasons.of_waiting_profile(session, ada)
    assert held is not None
    ending_holds.end_hold(session, ruled, held, ending_holds.UNSEEN, AFTER)
    assert [one.stands for one in all_changes(session)] == [False, False, True]
    assert subject.delivered_profile(session, ben, "ada").profile_id == all_changes(session)[2].id


def test_enough_reports_call_a_jury_and_each_member_reports_a_profile_once(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    case = filed(session, ruled, ben).case
    assert (case.called_at, case.author_id) == (None, ada.member_id)
    with pytest.raises(Conflict, match="one report is enough"):
        filed(session, ruled, ben)
    assert filed(session, ruled, stranger(session)).case.called_at == NOW
    with pytest.raises(RuleBroken, match="a profile of yours"):
        filed(session, ruled, ada)
    few = with_clauses(ruled, MODERATION, {"/reports/per_day": 1})
    with pytest.raises(TooMany):
        filed(session, few, ben, handle=stranger(session).handle)


def test_what_a_jury_left_as_it_is_rests_until_the_profile_is_changed(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    change(session, ruled, ada, about="Rye")
    assert judged(session, ruled, reported(session, ruled), "none") is None
    with pytest.raises(Conflict, match="left it as it is"):
        filed(session, ruled, ben)
    change(session, ruled, ada, about="Rye, and worse", at=AFTER)
    assert filed(session, ruled, ben).case.called_at is None
    assert told(session, ada) == []


def test_law_07_jurors_see_name_and_text_as_reported_and_no_handle(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT, display_name="ADA")
    case = reported(session, ruled)
    change(session, ruled, ada, about="Rye", display_name="Ada", at=AFTER)
    advancing.step(session, ruled, case.id, LATER)
    first, *_ = jury(session, case)
    seen = juries.read(session, first, case.id)
    assert seen.body == "@author\n\nI hate bakers, says @A and @author"
    assert (seen.noun, seen.before, seen.reports[0].words) == ("profile", [], "@author means me")
    reporters = set(session.scalars(select(col(Report.reporter_id))))
    assert not {one.member_id for one in jury(session, case)} & {*reporters, ada.member_id}


@pytest.mark.parametrize(
    ("ground", "outcomes"),
    [
        ("attack", ("none", "label", "remove")),
        ("unwarned", ("none", "label")),
        ("private", ("none", "remove")),
    ],
)
def test_ballots_are_narrowed_to_what_means_something_for_a_profile(
    session: Session, ruled: Book, ada: Identity, ground: str, outcomes: tuple[Outcome, ...]
) -> None:
    case = reported(session, ruled, ground)
    allowed, measures = ballots.choices(session, case)
    assert allowed == outcomes
    assert measures == ("nothing", *causes.grounds(ruled, COOP)[ground].measures)


def test_a_ground_under_which_a_jury_could_do_nothing_is_none_for_a_profile(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    folds = {"about": "Is dull", "outcomes": ["collapse", "narrow"]}
    book = with_clauses(ruled, MODERATION, {"/grounds/unwarned": folds})
    with pytest.raises(RuleBroken) as refused:
        filed(session, book, ben, "unwarned")
    assert refused.value.faults[0].pointer == "/ground"
    assert "unwarned" not in refused.value.faults[0].detail


def test_a_label_is_shown_with_its_by_law_until_the_profile_is_changed(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about="Sale!")
    made = judged(session, ruled, reported(session, ruled), "label")
    assert made is not None
    flag = directory.member(session, "ada").flag
    assert flag is not None
    assert (flag["decision"], flag["labels"]) == (str(made.id), ["hostile", "shop"])
    assert [(one["by"], one["clause"]) for one in flag["reasons"]] == [
        ("jury", "/grounds/attack/about"), ("rule", "/rules/shop/when"),
    ]  # fmt: skip
    assert "your profile. It was labelled." in told(session, ada)[0].line
    change(session, ruled, ada, about="Rye", at=AFTER)
    assert directory.member(session, "ada").flag is None


def test_what_is_removed_gives_way_to_the_handle_and_its_member_makes_it_anew(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    made = removed(session, ruled, "warn")
    assert shown(session) == ("ada", "")
    first, last = all_changes(session)
    assert (last.stands, last.screened, last.judged_id, last.took) == (
        True, False, first.id, ["display_name", "about"],
    )  # fmt: skip
    assert directory.member(session, "ada").flag is None
    statement = reasons.read(session, ada, made.id)
    assert (statement.came_of, statement.there, statement.measure) == ("report", True, "warn")
    assert statement.decision.causes[0]["tally"] == {"remove": 5}
    assert ABOUT not in f"{made.causes}{told(session, ada)}"
    change(session, ruled, ada, display_name="Ada", about="Rye", at=AFTER)
    assert shown(session) == ("Ada", "Rye")


def test_what_a_jury_does_is_no_change_of_the_member_s_for_rules(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    removed(session, ruled)
    change(session, ruled, ada, about="Rye", at=AFTER)
    last = all_changes(session)[-1]
    known = facts(
        session, ruled, "profile", last.id, "", None, frozenset({"author.changes_day"}), {}, {}, AFTER
    )
    assert known["author.changes_day"] == 1


def test_removing_touches_only_what_still_stands(session: Session, ruled: Book, ada: Identity) -> None:
    change(session, ruled, ada, about=ABOUT)
    case = reported(session, ruled)
    change(session, ruled, ada, about="Rye", at=AFTER)
    judged(session, ruled, case, "remove")
    assert shown(session) == ("ada", "Rye")
    assert [one.took for one in all_changes(session) if one.stands] == [["display_name"]]


def test_where_nothing_of_it_stands_the_case_goes_on_and_a_pause_follows_all_the_same(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    case = reported(session, ruled)
    change(session, ruled, ada, about="Rye", display_name="A.", at=AFTER)
    made = judged(session, ruled, case, "remove", "pause")
    assert made is not None and case.closed_why == "jury"
    assert (shown(session), len(all_changes(session))) == (("A.", "Rye"), 2)
    assert pauses.paused_until(session, ada.member_id, AFTER) is not None
    appealed(session, ruled, ada, made, "none")
    assert pauses.paused_until(session, ada.member_id, AFTER) is None
    assert shown(session) == ("A.", "Rye")


def test_a_change_that_waits_does_not_bring_back_what_was_removed(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, display_name="Bakers are swine")
    case = reported(session, ruled)
    change(session, ruled, ada, about="See https://a.example", at=AFTER)
    made = judged(session, ruled, case, "remove")
    waits = profiles.waiting(session, ada)
    assert made is not None and waits is not None
    assert (waits.display_name, waits.about) == ("ada", "See https://a.example")
    appealed(session, ruled, ada, made, "none")
    waits = profiles.waiting(session, ada)
    assert waits is not None and waits.display_name == "Bakers are swine"


def test_an_appeal_gives_back_what_was_removed_and_its_label_by_a_rule(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about="Sale!")
    made = removed(session, ruled, "pause")
    assert ballots.choices(session, appeals.appeal(session, ada, ruled, made.id, "", NOW))[0] == (
        "none", "remove",
    )  # fmt: skip
    case = appeals.appeal_of(session, made.id)
    assert case is not None
    judged(session, ruled, case, "none")
    assert shown(session) == ("Ada", "Sale!")
    flag = directory.member(session, "ada").flag
    assert flag is not None and flag["labels"] == ["shop"]
    assert (made.judged, made.ended_why) == ("overturned", "jury")
    assert all_changes(session)[0].stands
    assert pauses.paused_until(session, ada.member_id, AFTER) is None


def test_an_appeal_gives_back_nothing_that_was_changed_since(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    made = removed(session, ruled)
    change(session, ruled, ada, about="Rye", at=AFTER)
    appealed(session, ruled, ada, made, "none")
    assert shown(session) == ("Ada", "Rye")
    assert directory.member(session, "ada").flag is None


def test_what_a_fresh_jury_lets_stand_stays_and_is_final(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    made = removed(session, ruled)
    appealed(session, ruled, ada, made, "remove")
    assert (made.judged, made.ended_at, shown(session)) == ("upheld", None, ("ada", ""))
    with pytest.raises(Conflict, match="once"):
        appeals.appeal(session, ada, ruled, made.id, "", NOW)


def test_a_label_by_a_rule_is_appealed_by_anybody_who_sees_it_and_taken_off(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    change(session, ruled, ada, about="Sale!")
    flag = directory.member(session, "ada").flag
    assert flag is not None
    decision = session.get_one(Decision, int(flag["decision"]))
    case = appeals.appeal(session, ben, ruled, decision.id, "It is a boat.", NOW)
    assert ballots.choices(session, case) == (("none", "label"), ("nothing",))
    judged(session, ruled, case, "none")
    assert directory.member(session, "ada").flag is None
    assert (shown(session), decision.judged) == (("Ada", "Sale!"), "overturned")


def test_a_label_on_what_was_changed_since_has_nothing_to_appeal(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about="Sale!")
    flag = directory.member(session, "ada").flag
    assert flag is not None
    change(session, ruled, ada, about="Rye", at=AFTER)
    assert not reasons.read(session, ada, int(flag["decision"])).there
    with pytest.raises(Conflict, match="changed since"):
        appeals.appeal(session, ada, ruled, int(flag["decision"]), "", AFTER)


def test_law_07_what_was_removed_is_told_to_its_member_alone(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    made = removed(session, ruled)
    with pytest.raises(NotFound):
        reasons.read(session, ben, made.id)
    with pytest.raises(NotFound):
        appeals.appeal(session, ben, ruled, made.id, "", NOW)
    with pytest.raises(NotFound):
        subject.delivered_profile(session, ben, "nobody")


def test_what_a_profile_said_is_kept_for_as_long_as_somebody_may_judge_it(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    case = reported(session, ruled)
    assert case.profile_id is not None
    assert not kept_profiles.let_go_of(session, case.profile_id, LATER)
    made = judged(session, ruled, case, "remove")
    assert made is not None
    assert not kept_profiles.let_go_of(session, case.profile_id, made.appeal_until - timedelta(seconds=1))
    assert kept_profiles.let_go_of(session, case.profile_id, made.appeal_until)
    assert [one.about for one in all_changes(session)] == [None, None]


def test_what_nothing_came_of_is_kept_no_longer(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    case = reported(session, ruled)
    judged(session, ruled, case, "none")
    assert case.profile_id is not None
    assert kept_profiles.let_go_of(session, case.profile_id, LATER)
    assert shown(session) == ("Ada", ABOUT)
    assert not judged_profiles.standing(session, ada.member_id, ben.member_id).about


def test_whoever_leaves_takes_along_what_was_kept_and_the_case_is_over(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=ABOUT)
    case = reported(session, ruled)
    advancing.step(session, ruled, case.id, LATER)
    members.leave(session, ada, LATER)
    session.expire_all()
    assert [one.about for one in all_changes(session)] == [None]
    vote(session, ruled, case, jury(session, case), "remove")
    session.expire_all()
    assert (case.closed_why, case.made_id) == ("gone", None)
