"""A jury that asks all of us to suspend somebody: it suspends nobody, asks once, and takes it back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience.cases import appeals, ballots, pauses
from audience.cases.tables import Case
from audience.moderation import reasons
from audience.moderation.case_rules import Measure
from audience.moderation.tables import Decision
from audience.tables import Post
from coop import members, suspensions
from coop.book import Book
from coop.errors import RuleBroken
from coop.identity import Identity
from coop.suspension_tables import SuspensionAsked
from tests.audience.cases.judging import LATER, case_of, draw, in_force, make_jurors, report, vote
from tests.audience.factories import make_post
from tests.audience.lines import stranger


@pytest.fixture(autouse=True)
def jurors(session: Session) -> list[Identity]:
    return make_jurors(session, 14)


def reported(session: Session, book: Book, author: Identity, ground: str = "attack") -> Post:
    post = make_post(session, author, book)
    report(session, book, post, stranger(session), stranger(session), ground=ground)
    return post


def judged(session: Session, book: Book, post: Post, **more: Any) -> Case:
    drawn = draw(session, book, post)
    vote(session, book, case_of(session, post), drawn, "remove", **({"measure": "suspend"} | more))
    session.expire_all()
    return case_of(session, post)


def asked(session: Session) -> list[SuspensionAsked]:
    return list(session.scalars(select(SuspensionAsked)))


def test_a_jury_that_asks_suspends_nobody_and_tells_all_of_us_the_by_law_alone(
    session: Session, book: Book, ada: Identity
) -> None:
    post = reported(session, book, ada)
    case = judged(session, book, post)
    (one,) = asked(session)
    assert (case.asked_id, one.member_id, one.tally) == (one.id, ada.member_id, {"suspend": 5})
    receipt = book.cite("moderation", "/grounds/attack/about")
    assert one.ground == {
        "about": receipt.value, "scope": "coop", "clause": receipt.clause, "version": receipt.version,
        "sha256": receipt.sha256, "proposal": receipt.proposal,
    }  # fmt: skip
    assert members.identity_of(session, "ada").suspended_until is None
    assert pauses.paused_until(session, ada.member_id, LATER) is None
    make_post(session, ada, book, now=LATER)


def test_law_07_what_is_asked_leads_to_nothing_that_was_judged(
    session: Session, book: Book, ada: Identity
) -> None:
    post = reported(session, book, ada)
    judged(session, book, post)
    (one,) = asked(session)
    told = f"{one.ground}{one.tally}"
    assert str(post.id) not in told
    assert str(case_of(session, post).id) not in told


def test_only_the_middle_of_a_jury_asks(session: Session, book: Book, ada: Identity) -> None:
    post = reported(session, book, ada)
    drawn = draw(session, book, post)
    case = case_of(session, post)
    for place, juror in enumerate(drawn):
        measure: Measure = "suspend" if place < 2 else "warn"
        vote(session, book, case, [juror], "remove", measure=measure)
    session.expire_all()
    assert (case_of(session, post).measure, asked(session)) == ("warn", [])


def test_a_ground_that_does_not_name_it_lets_nobody_ask(session: Session, book: Book, ada: Identity) -> None:
    post = reported(session, book, ada, "deceit")
    drawn = draw(session, book, post)
    case = case_of(session, post)
    assert ballots.choices(session, case)[1] == ("nothing", "warn")
    with pytest.raises(RuleBroken):
        vote(session, book, case, drawn[:1], "remove", measure="suspend")


def test_whoever_is_judged_is_told_and_reads_it_in_the_statement_of_reasons(
    session: Session, book: Book, ada: Identity
) -> None:
    post = reported(session, book, ada)
    judged(session, book, post)
    decision = in_force(session, post)
    assert decision is not None
    assert reasons.read(session, ada, decision.id).measure == "suspend"


def appealed(session: Session, book: Book, ada: Identity, post: Post, outcome: Any) -> None:
    decision = session.scalars(
        select(Decision).where(col(Decision.post_id) == post.id, col(Decision.ended_at).is_(None))
    ).one()
    appeals.appeal(session, ada, book, decision.id, "", LATER)
    drawn = draw(session, book, post, LATER + timedelta(minutes=11))
    vote(session, book, case_of(session, post), drawn, outcome, now=LATER + timedelta(minutes=12))
    session.expire_all()


def test_an_appeal_that_succeeds_takes_back_what_was_asked(
    session: Session, book: Book, ada: Identity
) -> None:
    post = reported(session, book, ada)
    judged(session, book, post)
    appealed(session, book, ada, post, "collapse")
    (one,) = asked(session)
    assert one.withdrawn_at == LATER + timedelta(minutes=12)


def test_an_appeal_that_succeeds_ends_the_suspension_that_came_of_it(
    session: Session, book: Book, ada: Identity
) -> None:
    post = reported(session, book, ada)
    judged(session, book, post)
    (one,) = asked(session)
    suspensions.suspend(session, one.id, 7, 28, LATER)
    appealed(session, book, ada, post, "none")
    assert members.identity_of(session, "ada").suspended_until == LATER + timedelta(minutes=12)


def test_an_appeal_that_fails_changes_nothing_of_it(session: Session, book: Book, ada: Identity) -> None:
    post = reported(session, book, ada)
    judged(session, book, post)
    appealed(session, book, ada, post, "remove")
    (one,) = asked(session)
    assert one.withdrawn_at is None


def test_whoever_is_suspended_judges_nobody(
    session: Session, book: Book, ada: Identity, jurors: list[Identity]
) -> None:
    for one in jurors[:8]:
        made = suspensions.ask(session, one.member_id, {"about": "x"}, {"suspend": 3}, LATER)
        suspensions.suspend(session, made.id, 7, 28, LATER)
    post = make_post(session, ada, book)
    report(session, book, post, stranger(session), ground="mine")
    assert set(draw(session, book, post)) <= set(jurors[8:])
