"""Appeals: who may ask for a fresh jury, when, and what comes of it."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from audience.access import access_post
from audience.cases import advancing, appeals, ballots, pauses
from audience.cases.tables import Case
from audience.moderation.case_rules import Outcome
from audience.moderation.rules import MODERATION
from audience.moderation.tables import Decision
from audience.tables import Post
from coop.book import Book
from coop.errors import Conflict, NotFound, TooMany
from coop.identity import Identity
from tests.audience.cases.judging import LATER, case_of, draw, in_force, jury, make_jurors, report, vote
from tests.audience.factories import NOW, make_post, with_clauses
from tests.audience.lines import opens, stranger
from tests.audience.moderation.rules import rule, with_rules

DAY = timedelta(days=1)
RULES = {
    "fold": rule("text.contains('oats')", then="collapse"),
    "gone": rule("text.contains('poison')", then="remove"),
    "hold": rule("text.contains('ergot')"),
}


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES)


@pytest.fixture(autouse=True)
def jurors(session: Session) -> list[Identity]:
    return make_jurors(session, 14)


def decided(session: Session, made: Post) -> Decision:
    found = in_force(session, made)
    assert found is not None
    return found


def appeal(session: Session, member: Identity, book: Book, decision: Decision, words: str = "") -> Case:
    return appeals.appeal(session, member, book, decision.id, words, NOW)


def judged(session: Session, book: Book, case: Case, *outcomes: Outcome) -> None:
    advancing.step(session, book, case.id, LATER)
    vote(session, book, case, jury(session, case), *outcomes)
    session.expire_all()


def test_its_author_appeals_and_a_jury_brings_it_back(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="poison")
    decision = decided(session, post)
    case = appeal(session, ada, ruled, decision, "It is a title")
    assert (case.words, case.called_at) == ("It is a title", NOW)
    judged(session, ruled, case, "none")
    assert opens(session, ben, ruled, post)
    assert (decision.judged, decision.ended_why, in_force(session, post)) == ("overturned", "jury", None)


def test_what_a_fresh_jury_upholds_stays_as_it_is(session: Session, ruled: Book, ada: Identity) -> None:
    post = make_post(session, ada, ruled, body="oats")
    decision = decided(session, post)
    judged(session, ruled, appeal(session, ada, ruled, decision), "collapse")
    assert (decision.judged, decision.ended_at) == ("upheld", None)
    assert decided(session, post).id == decision.id


@pytest.mark.parametrize("outcome", ["none", "collapse", "remove"])
def test_what_another_rule_would_hold_is_not_held_again_once_a_jury_has_looked(
    session: Session, ruled: Book, ada: Identity, ben: Identity, outcome: Outcome
) -> None:
    post = make_post(session, ada, ruled, body="poison and ergot")
    case = appeal(session, ada, ruled, decided(session, post))
    judged(session, ruled, case, outcome)
    assert case.closed_why == "jury"
    assert opens(session, ben, ruled, post) is (outcome != "remove")


def test_what_is_held_is_not_appealed_because_a_jury_is_called_anyway_and_in_time(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post = make_post(session, ada, ruled, body="ergot")
    held = decided(session, post)
    with pytest.raises(Conflict, match="a jury is called to it before"):
        appeal(session, ada, ruled, held)
    assert advancing.open_hold(session, ruled, held.id, NOW)
    draw(session, ruled, post)
    assert case_of(session, post).due_at == held.holds_until


def test_a_milder_outcome_takes_the_place_of_what_was_appealed_and_stands(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="poison")
    judged(session, ruled, appeal(session, ada, ruled, decided(session, post)), "collapse")
    made = decided(session, post)
    assert (made.action, made.causes[0]["by"], made.causes[0]["tally"]) == (
        "collapse",
        "jury",
        {"collapse": 5},
    )
    assert opens(session, ben, ruled, post)
    with pytest.raises(Conflict, match="looked at twice"):
        appeal(session, ada, ruled, made)


def test_a_jury_on_appeal_does_nothing_stricter(session: Session, ruled: Book, ada: Identity) -> None:
    post = make_post(session, ada, ruled, body="oats")
    case = appeal(session, ada, ruled, decided(session, post))
    with pytest.raises(Exception, match="not what this jury decides"):
        judged(session, ruled, case, "remove")


@pytest.mark.parametrize(
    ("ground", "done", "choices"),
    [
        ("deceit", "remove", ("none", "label", "collapse", "remove")),
        ("attack", "collapse", ("none", "label", "collapse")),
        ("selling", "remove", ("none", "collapse", "remove")),
    ],
)
def test_law_01_a_fresh_jury_chooses_what_the_ground_allows_up_to_what_was_done(
    session: Session,
    ruled: Book,
    ada: Identity,
    ben: Identity,
    ground: str,
    done: Outcome,
    choices: tuple[Outcome, ...],
) -> None:
    post = make_post(session, ada, ruled)
    report(session, ruled, post, ben, stranger(session), ground=ground)
    judged(session, ruled, case_of(session, post), done)
    case = appeal(session, ada, ruled, decided(session, post))
    assert ballots.choices(session, case) == (choices, ("nothing",))
    judged(session, ruled, case, choices[1])
    made = decided(session, post)
    label = {"deceit": "doubtful", "attack": "hostile"}.get(ground)
    assert (made.action, made.causes[0]["label"], made.causes[0]["rule"]) == (choices[1], label, ground)


def test_the_jury_on_appeal_is_fresh(
    session: Session, ruled: Book, ada: Identity, ben: Identity, jurors: list[Identity]
) -> None:
    post = make_post(session, ada, ruled)
    report(session, ruled, post, ben, ground="mine")
    first = draw(session, ruled, post)
    vote(session, ruled, case_of(session, post), first, "remove")
    session.expire_all()
    case = appeal(session, ada, ruled, decided(session, post))
    advancing.step(session, ruled, case.id, LATER)
    assert set(jury(session, case)) < set(jurors) - set(first)


def test_a_jury_that_overturns_another_lifts_its_pause(session: Session, ruled: Book, ada: Identity) -> None:
    post = make_post(session, ada, ruled)
    report(session, ruled, post, stranger(session), stranger(session))
    first = draw(session, ruled, post)
    vote(session, ruled, case_of(session, post), first, "remove", measure="pause")
    session.expire_all()
    assert pauses.paused_until(session, ada.member_id, LATER) is not None
    judged(session, ruled, appeal(session, ada, ruled, decided(session, post)), "none")
    assert pauses.paused_until(session, ada.member_id, LATER + timedelta(seconds=1)) is None


def test_whoever_reads_a_thing_may_appeal_what_was_done_to_it(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, ruled, body="oats")
    assert appeal(session, ben, ruled, decided(session, post)).appellant_id == ben.member_id


def test_law_07_of_what_is_hidden_those_alone_may_appeal_who_had_read_it(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    capped = {"seats": {"max": 30}}
    post = make_post(session, ada, ruled, capped)
    access_post(session, ben, ruled, post.id, NOW)
    reporters = [stranger(session), stranger(session)]
    report(session, ruled, post, *reporters)
    vote(session, ruled, case_of(session, post), draw(session, ruled, post), "remove")
    session.expire_all()
    decision = decided(session, post)
    with pytest.raises(NotFound):
        appeals.appeal(session, stranger(session), ruled, decision.id, "", NOW)
    with pytest.raises(NotFound):
        appeals.appeal(session, stranger(session), ruled, 7, "", NOW)
    assert appeal(session, ben, ruled, decision).kind == "appeal"


def test_a_decision_is_appealed_once(session: Session, ruled: Book, ada: Identity, ben: Identity) -> None:
    post = make_post(session, ada, ruled, body="oats")
    decision = decided(session, post)
    judged(session, ruled, appeal(session, ada, ruled, decision), "collapse")
    for member in (ada, ben):
        with pytest.raises(Conflict, match="was looked at again already"):
            appeal(session, member, ruled, decision)


def test_what_a_jury_looks_at_already_is_not_appealed_meanwhile(
    session: Session, ruled: Book, ada: Identity
) -> None:
    post = make_post(session, ada, ruled, body="ergot")
    decision = decided(session, post)
    advancing.open_hold(session, ruled, decision.id, NOW)
    with pytest.raises(Conflict, match="looks at it already"):
        appeal(session, ada, ruled, decision)


def test_an_appeal_has_its_days(session: Session, ruled: Book, ada: Identity) -> None:
    decision = decided(session, make_post(session, ada, ruled, body="oats"))
    with pytest.raises(Conflict, match="could be appealed until"):
        appeals.appeal(session, ada, ruled, decision.id, "", NOW + 14 * DAY)
    assert appeals.appeal(session, ada, ruled, decision.id, "", NOW + 14 * DAY - timedelta(seconds=1))


def test_a_member_appeals_so_often(session: Session, ruled: Book, ada: Identity) -> None:
    few = with_clauses(ruled, MODERATION, {"/appeals/per_month": 2})
    found = [decided(session, make_post(session, ada, few, body="oats")) for _ in range(3)]
    for one in found[:2]:
        appeal(session, ada, few, one)
    with pytest.raises(TooMany) as caught:
        appeal(session, ada, few, found[2])
    (fault,) = caught.value.faults
    assert fault.clause is not None and fault.clause.clause == "/appeals/per_month"
    assert caught.value.retry_after_s == 30 * 86400
