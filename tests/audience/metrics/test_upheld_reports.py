"""Upheld reports: what juries found of a member's own things, as reports, juries and appeals come about."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from audience import posts
from audience.cases import advancing, appeals
from audience.cases.tables import Case
from audience.metrics import reading, snapshot
from audience.moderation.case_rules import Outcome
from audience.tables import Post
from coop.book import Book
from coop.identity import Identity
from tests.audience.cases.judging import case_of, draw, in_force, jury, make_jurors, report, vote
from tests.audience.factories import NOW, make_post
from tests.factories import identity_of, make_members

DAY = timedelta(days=1)


@pytest.fixture
def reporters(session: Session) -> list[Identity]:
    """Enough to call a jury, where there are members who offered to judge."""
    make_jurors(session, 14)
    return [identity_of(one) for one in make_members(session, 3)]


def judged(session: Session, book: Book, post: Post, by: list[Identity], outcome: Outcome) -> Case:
    """Have a post reported, and a jury say something of it."""
    report(session, book, post, *by)
    jurors = draw(session, book, post)
    case = case_of(session, post)
    vote(session, book, case, jurors, outcome)
    return case


def counted(session: Session, book: Book, who: Identity, days: int = 1) -> int:
    """Return how many a run counts so many days later."""
    now = NOW + days * DAY
    snapshot.refresh(session, book, now)
    return reading.numbers(session, book, "member", who.member_id, who.joined_at)[1]["upheld_reports"]


@pytest.mark.parametrize(("outcome", "expected"), [("none", 0), ("label", 1), ("remove", 1)])
def test_what_a_jury_did_something_about_counts_and_what_it_left_does_not(
    session: Session, book: Book, ada: Identity, ben: Identity, reporters: list[Identity],
    outcome: Outcome, expected: int,
) -> None:  # fmt: skip
    judged(session, book, make_post(session, ada, book), reporters, outcome)
    assert (counted(session, book, ada), counted(session, book, ben)) == (expected, 0)


def test_reports_that_no_jury_has_judged_count_for_nothing(
    session: Session, book: Book, ada: Identity, reporters: list[Identity]
) -> None:
    report(session, book, make_post(session, ada, book), *reporters)
    assert counted(session, book, ada) == 0


def test_what_its_author_deletes_afterwards_counts_until_the_window_is_over(
    session: Session, book: Book, ada: Identity, reporters: list[Identity]
) -> None:
    post = make_post(session, ada, book)
    judged(session, book, post, reporters, "collapse")
    posts.delete(session, ada, post.id, NOW + timedelta(hours=1))
    assert [counted(session, book, ada, days) for days in (1, 84, 85)] == [1, 1, 0]


@pytest.mark.parametrize(("outcome", "expected"), [("remove", 1), ("collapse", 0), ("none", 0)])
def test_what_a_jury_overturns_on_appeal_counts_no_more(
    session: Session, book: Book, ada: Identity, reporters: list[Identity], outcome: Outcome, expected: int
) -> None:
    post = make_post(session, ada, book)
    judged(session, book, post, reporters, "remove")
    decision = in_force(session, post)
    assert decision is not None
    later = NOW + 2 * DAY
    appeal = appeals.appeal(session, ada, book, decision.id, "", later)
    assert counted(session, book, ada, 2) == 1, "an appeal alone changes nothing"
    again = later + timedelta(minutes=11)
    advancing.step(session, book, appeal.id, again)
    vote(session, book, appeal, jury(session, appeal), outcome, now=again)
    assert counted(session, book, ada, 3) == expected
