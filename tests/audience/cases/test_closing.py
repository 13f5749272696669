"""Closing: what a jury decided is done with the thing, and told to whom it concerns."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from audience import posts, replies
from audience.cases import advancing, appeals, pauses, reports
from audience.moderation import decisions, ending_holds, reasons
from audience.moderation.case_rules import Outcome
from audience.moderation.tables import Decision
from audience.tables import Post, Relation
from coop import notices
from coop.book import Book
from coop.errors import Forbidden
from coop.identity import Identity
from tests.audience.cases.judging import (
    LATER,
    case_of,
    draw,
    in_force,
    make_jurors,
    report,
    vote,
)
from tests.audience.factories import NOW, make_post
from tests.audience.lines import opens, stranger
from tests.audience.moderation.rules import FOUNDED, rule, with_rules

DAY = timedelta(days=1)
RULES = {
    "hold": rule("text.contains('ergot')", on=["post", "reply"]),
    "label": rule("text.contains('rye')", then="label", on=["post", "reply"]),
    "gone": rule("text.contains('poison')", then="remove", on=["post", "reply"]),
}


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES)


@pytest.fixture(autouse=True)
def jurors(session: Session) -> list[Identity]:
    return make_jurors(session, 14)


def judged(session: Session, book: Book, made: Any, *outcomes: Outcome, **more: Any) -> None:
    """Draw the jury of a case about something, and have it vote."""
    drawn = draw(session, book, made)
    vote(session, book, case_of(session, made), drawn, *outcomes, **more)
    session.expire_all()


def reported(session: Session, book: Book, author: Identity, ground: str = "attack", **more: Any) -> Post:
    post = make_post(session, author, book, **more)
    report(session, book, post, stranger(session), stranger(session), ground=ground)
    return post


def told(session: Session, member: Identity) -> list[str]:
    found = notices.listing(session, member, LATER + 7 * DAY, unread_only=False, before=None, limit=9)
    return [one.line for one in found]


def test_what_a_jury_labels_tells_its_readers_the_by_law_and_its_author_the_votes(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post = reported(session, ruled, ada)
    judged(session, ruled, post, "label", "label", "none", "collapse", "label")
    decision = in_force(session, post)
    assert decision is not None
    statement = reasons.read(session, ada, decision.id).decision
    (cause,) = statement.causes
    assert (cause["by"], cause["clause"], cause["version"]) == ("jury", "/grounds/attack/about", 2)
    assert cause["tally"] == {"label": 3, "none": 1, "collapse": 1}
    assert post.flag is not None
    assert (post.flag["action"], post.flag["labels"], post.flag["reasons"][0]["by"]) == (
        "label", ["hostile"], "jury",
    )  # fmt: skip
    assert "tally" not in post.flag["reasons"][0]
    assert told(session, ada) == ["A jury of members looked at a post of yours. It was labelled."]


def test_law_07_what_a_jury_removes_is_not_there_for_anybody_but_its_author(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = reported(session, ruled, ada, body="Bread #rolls")
    judged(session, ruled, post, "remove")
    assert not opens(session, ben, ruled, post)
    assert opens(session, ada, ruled, post)
    reply_on = make_post(session, ada, ruled)
    reply = replies.write(session, ben, ruled, reply_on.id, "You fool", NOW)
    report(session, ruled, reply, stranger(session), stranger(session))
    judged(session, ruled, reply, "remove")
    assert reply.state == "held"


def test_law_08_what_a_jury_narrows_is_for_followers_and_whom_it_names(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = reported(session, ruled, ada, body="Hi @ben")
    fan = stranger(session)
    session.add(Relation(member_id=fan.member_id, other_id=ada.member_id, kind="follow", since=NOW))
    judged(session, ruled, post, "narrow")
    later = LATER + DAY
    assert [opens(session, one, ruled, post, later) for one in (ada, ben, fan, stranger(session))] == [
        True, True, True, False,
    ]  # fmt: skip
    decision = in_force(session, post)
    assert decision is not None
    decisions.put(session, ruled, post.id, None, [], "jury", later)
    session.expire_all()
    assert opens(session, stranger(session), ruled, post, later)


def test_what_a_jury_leaves_as_it_is_tells_the_reporters_and_not_the_author(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post = make_post(session, ada, ruled)
    reporters = [stranger(session), stranger(session)]
    report(session, ruled, post, *reporters)
    judged(session, ruled, post, "none")
    assert in_force(session, post) is None
    assert told(session, ada) == []
    for one in reporters:
        assert told(session, one) == ["You reported something. A jury looked, and left it as it is."]


@pytest.mark.parametrize(
    ("outcome", "to_author", "to_reporters", "listed"),
    [
        (
            "none",
            "A jury of members looked at a post of yours. It is free of what had been done with it.",
            "You reported something. It was appealed: a fresh jury looked, and undid what was done.",
            "none",
        ),
        (
            "collapse",
            "A jury of members looked at a post of yours. It is shown folded.",
            "You reported something. It was appealed: a fresh jury looked, and did something milder.",
            "collapse",
        ),
        (
            "remove",
            "A fresh jury of members looked at a post of yours, and let stand what was done.",
            "You reported something. A jury looked, and acted.",
            None,
        ),
    ],
)
def test_whoever_made_it_and_whoever_reported_it_are_told_what_came_of_an_appeal(
    session: Session,
    ruled: Book,
    ada: Identity,
    outcome: Outcome,
    to_author: str,
    to_reporters: str,
    listed: str | None,
) -> None:
    make_jurors(session, 9)
    post = make_post(session, ada, ruled)
    reporters = [stranger(session), stranger(session)]
    report(session, ruled, post, *reporters)
    judged(session, ruled, post, "remove")
    decision = in_force(session, post)
    assert decision is not None
    appeals.appeal(session, ada, ruled, decision.id, "", NOW + timedelta(seconds=30))
    judged(session, ruled, post, outcome)
    assert to_author in told(session, ada)
    for one in reporters:
        lines = told(session, one)
        assert to_reporters in lines and len(lines) == (1 if listed is None else 2)
        ((filed,), _) = reports.listing(session, one, before=None, limit=5)
        assert (filed.case.outcome, filed.on_appeal) == ("remove", listed)


def test_what_a_rule_says_stands_beside_what_a_jury_says(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post = reported(session, ruled, ada, body="rye")
    judged(session, ruled, post, "collapse")
    decision = in_force(session, post)
    assert decision is not None
    assert [(one["by"], one["then"]) for one in decision.causes] == [("jury", "collapse"), ("rule", "label")]


def test_whoever_is_paused_publishes_nothing_until_it_ends_by_itself(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    other = make_post(session, ben, ruled)
    post = reported(session, ruled, ada)
    judged(session, ruled, post, "label", measure="pause")
    until = LATER + 7 * DAY
    assert pauses.paused_until(session, ada.member_id, LATER) == until
    with pytest.raises(Forbidden) as caught:
        make_post(session, ada, ruled, now=until - DAY)
    (fault,) = caught.value.faults
    assert fault.clause is not None and fault.clause.clause == "/pauses/length"
    with pytest.raises(Forbidden, match="paused"):
        replies.write(session, ada, ruled, other.id, "Hm", until - DAY)
    assert opens(session, ada, ruled, other, until - DAY)
    make_post(session, ada, ruled, now=until)


def test_a_hold_becomes_a_case_and_a_jury_that_sees_nothing_in_it_shows_it(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="ergot in the rye")
    held = in_force(session, post)
    assert held is not None
    assert advancing.open_hold(session, ruled, held.id, NOW)
    assert not advancing.open_hold(session, ruled, held.id, NOW)
    judged(session, ruled, post, "none")
    assert opens(session, ben, ruled, post)
    was = session.get_one(Decision, held.id)
    assert (was.ended_why, was.judged) == ("jury", "overturned")
    left = in_force(session, post)
    assert left is not None and [one["rule"] for one in left.causes] == ["label"]
    said = "A jury of members looked at a post of yours. It is shown now, as if nothing had held it back."
    assert told(session, ada)[0] == said


def test_a_jury_that_agrees_with_a_hold_removes_the_thing_under_the_rule(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="ergot")
    held = in_force(session, post)
    assert held is not None
    advancing.open_hold(session, ruled, held.id, NOW)
    judged(session, ruled, post, "remove")
    made = in_force(session, post)
    assert made is not None and (made.action, made.causes[0]["by"]) == ("remove", "jury")
    assert made.causes[0]["clause"] == "/rules/hold/when"
    assert session.get_one(Decision, held.id).judged == "upheld"
    assert not opens(session, ben, ruled, post)


def test_law_13_what_is_held_is_shown_where_too_few_vote_in_time(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="ergot")
    held = in_force(session, post)
    assert held is not None and held.holds_until is not None
    advancing.open_hold(session, ruled, held.id, NOW)
    drawn = draw(session, ruled, post)
    case = case_of(session, post)
    assert case.due_at == held.holds_until
    vote(session, ruled, case, drawn[:2], "remove")
    assert not advancing.step(session, ruled, case.id, held.holds_until - timedelta(seconds=1))
    assert advancing.step(session, ruled, case.id, held.holds_until)
    session.expire_all()
    assert (case.closed_why, case.outcome) == ("no_quorum", None)
    assert opens(session, ben, ruled, post)
    assert session.get_one(Decision, held.id).ended_why == "default"


def test_law_14_a_late_job_counts_the_ballots_that_a_punctual_one_would_have(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post = reported(session, ruled, ada)
    drawn = draw(session, ruled, post)
    case = case_of(session, post)
    vote(session, ruled, case, drawn[:3], "label")
    with pytest.raises(Exception, match="closed"):
        vote(session, ruled, case, drawn[3:4], "none", now=LATER + 3 * DAY)
    assert advancing.step(session, ruled, case.id, LATER + 30 * DAY)
    assert (case.outcome, case.closed_why) == ("label", "jury")


@pytest.mark.parametrize("attack", [None, {"outcomes": ["remove"], "label": None}])
def test_a_jury_judges_by_its_ground_as_it_read_when_it_was_called_whatever_is_voted_meanwhile(
    session: Session, ruled: Book, ada: Identity, attack: dict[str, Any] | None
) -> None:
    post = reported(session, ruled, ada)
    drawn = draw(session, ruled, post)
    grounds = {name: one for name, one in FOUNDED["grounds"].items() if name != "attack"}
    if attack is not None:
        changed = FOUNDED["grounds"]["attack"] | attack
        grounds["attack"] = {name: value for name, value in changed.items() if value is not None}
    later = with_rules(ruled, RULES, grounds=grounds)
    vote(session, later, case_of(session, post), drawn, "label")
    session.expire_all()
    made = in_force(session, post)
    assert made is not None and (made.action, made.labels) == ("label", ["hostile"])
    assert (made.causes[0]["clause"], made.causes[0]["version"]) == ("/grounds/attack/about", 2)
    assert made.causes[0]["about"] == FOUNDED["grounds"]["attack"]["about"]


def test_reports_under_another_ground_do_not_change_what_comes_of_a_jury_that_votes(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post = reported(session, ruled, ada)
    drawn = draw(session, ruled, post)
    vote(session, ruled, case_of(session, post), drawn[:4], "remove")
    report(session, ruled, post, *(stranger(session) for _ in range(3)), ground="unwarned", now=LATER)
    vote(session, ruled, case_of(session, post), drawn[4:], "remove")
    session.expire_all()
    made = in_force(session, post)
    assert made is not None and made.causes[0]["clause"] == "/grounds/attack/about"


@pytest.mark.parametrize(
    ("outcome", "left"),
    [("none", ["label"]), ("collapse", ["jury", "label"]), ("remove", ["jury", "fold", "label"])],
)
def test_beside_what_a_jury_decided_no_rule_does_anything_stricter(
    session: Session, ruled: Book, ada: Identity, outcome: Outcome, left: list[str]
) -> None:
    fold = {"fold": rule("text.contains('oats')", then="unfeed")}
    book = with_rules(ruled, RULES | fold)
    post = make_post(session, ada, book, body="ergot, rye and oats")
    held = in_force(session, post)
    assert held is not None
    advancing.open_hold(session, ruled, held.id, NOW)
    judged(session, book, post, outcome)
    made = in_force(session, post)
    assert made is not None
    assert [one["rule"] if one["by"] == "rule" else "jury" for one in made.causes] == left


def test_nothing_is_decided_about_what_its_author_deleted(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post, one = make_post(session, ada, ruled), stranger(session)
    report(session, ruled, post, one, stranger(session))
    drawn = draw(session, ruled, post)
    posts.delete(session, ada, post.id, LATER)
    vote(session, ruled, case_of(session, post), drawn, "remove")
    assert case_of(session, post).closed_why == "gone"
    assert in_force(session, post) is None
    assert told(session, one) == ["You reported something. It was deleted before a jury decided."]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("collapse", "A jury looked, and acted."), ("none", "A jury looked, and left it as it is.")],
)
def test_whoever_reported_what_was_appealed_meanwhile_is_told_what_that_jury_did(
    session: Session, ruled: Book, ada: Identity, outcome: Outcome, said: str
) -> None:
    fold = with_rules(ruled, {"fold": rule("text.contains('oats')", then="collapse")})
    post, one = make_post(session, ada, fold, body="oats"), stranger(session)
    decision = in_force(session, post)
    assert decision is not None
    appeals.appeal(session, ada, fold, decision.id, "", NOW)
    report(session, fold, post, one)
    judged(session, fold, post, outcome)
    assert told(session, one) == [f"You reported something. {said}"]


def test_too_few_reports_end_by_themselves(session: Session, ruled: Book, ada: Identity) -> None:
    post = make_post(session, ada, ruled)
    reporter = stranger(session)
    report(session, ruled, post, reporter)
    case = case_of(session, post)
    assert not advancing.step(session, ruled, case.id, NOW + 27 * DAY)
    assert advancing.step(session, ruled, case.id, NOW + 28 * DAY)
    assert case.closed_why == "few"
    assert report(session, ruled, post, reporter, now=NOW + 28 * DAY)[0].case.id != case.id


def test_a_rule_may_remove_and_an_appeal_brings_it_back(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="poison #rolls")
    decision = in_force(session, post)
    assert decision is not None and (decision.action, decision.holds_until) == ("remove", None)
    assert not opens(session, ben, ruled, post)
    assert not ending_holds.end_hold(session, ruled, decision.id, "unseen", NOW + 9 * DAY)
