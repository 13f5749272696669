"""Reports and heat: whose reports count, until when, and that nobody is told of them."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from audience import heat_facts, heating, replies, threads
from audience.cases import advancing, appeals
from audience.heat import points
from audience.moderation.case_rules import Outcome
from audience.moderation.rules import MODERATION, ModerationRules
from audience.routes.calm import heat_view
from audience.tables import Post, Reply
from coop.book import Book
from coop.identity import Identity
from tests.audience.cases.judging import case_of, draw, in_force, jury, make_jurors, report, vote
from tests.audience.factories import NOW, make_post
from tests.audience.heated import crowd, touchy
from tests.coop.statements import counted
from tests.factories import identity_of, make_members

MINUTE = timedelta(minutes=1)
AFTER = NOW + 12 * MINUTE
"""When a jury that was called at ``NOW`` has voted."""
WINDOW = timedelta(hours=2)


@pytest.fixture
def calmer(book: Book) -> Book:
    """By which four strangers make a thread hot and three warm, and two reports count in full."""
    return touchy(book, {"/heat/reports_full": 2, "/heat/points/reports": 40})


@pytest.fixture
def post(session: Session, calmer: Book, ada: Identity) -> Post:
    return make_post(session, ada, calmer, now=NOW - MINUTE)


@pytest.fixture
def reporters(session: Session) -> list[Identity]:
    """Enough to call a jury, where there are members who offered to judge."""
    make_jurors(session, 14)
    return [identity_of(one) for one in make_members(session, 3)]


def reported(session: Session, who: Identity, book: Book, post: Post, after: timedelta = timedelta()) -> int:
    """Return how many members reported something of a thread, as heat counts them; in one statement."""
    with counted(session) as sent:
        looked = heat_facts.look(session, who.member_id, book, post.id, None, NOW + after)
    assert len(sent) == 1
    return len(looked.facts.reports)


def answer(session: Session, who: Identity, book: Book, post: Post) -> Reply:
    return replies.write(session, who, book, post.id, "No!", NOW)


def test_each_member_counts_once_whatever_of_the_thread_they_reported_and_for_a_window(
    session: Session, calmer: Book, post: Post, ada: Identity, ben: Identity, reporters: list[Identity]
) -> None:
    other = make_post(session, ben, calmer, now=NOW - MINUTE)
    said = answer(session, ben, calmer, post)
    assert reported(session, ada, calmer, post) == 0
    report(session, calmer, post, reporters[0])
    report(session, calmer, said, *reporters[:2], now=NOW + MINUTE)
    report(session, calmer, other, reporters[2])
    assert reported(session, ada, calmer, post, MINUTE) == 2
    assert reported(session, ada, calmer, other, MINUTE) == 1
    assert reported(session, ada, calmer, post, WINDOW + MINUTE / 2) == 2, "by what they reported last"
    assert reported(session, ada, calmer, post, WINDOW + 2 * MINUTE) == 0


@pytest.mark.parametrize(("outcome", "expected"), [("none", 0), ("collapse", 3)])
def test_what_a_jury_finds_nothing_in_counts_no_more(
    session: Session, calmer: Book, post: Post, ada: Identity, reporters: list[Identity],
    outcome: Outcome, expected: int,
) -> None:  # fmt: skip
    report(session, calmer, post, *reporters)
    jurors = draw(session, calmer, post)
    assert reported(session, ada, calmer, post) == 3, "open"
    vote(session, calmer, case_of(session, post), jurors, outcome)
    assert reported(session, ada, calmer, post) == expected


def test_what_a_jury_overturns_counts_no_more(
    session: Session, calmer: Book, post: Post, ada: Identity, reporters: list[Identity]
) -> None:
    report(session, calmer, post, *reporters)
    jurors = draw(session, calmer, post)
    vote(session, calmer, case_of(session, post), jurors, "collapse")
    decision = in_force(session, post)
    assert decision is not None
    case = appeals.appeal(session, ada, calmer, decision.id, "", AFTER)
    assert reported(session, ada, calmer, post, 13 * MINUTE) == 3
    again = AFTER + 12 * MINUTE
    advancing.step(session, calmer, case.id, again)
    vote(session, calmer, case, jury(session, case), "none", now=again)
    assert reported(session, ada, calmer, post, 25 * MINUTE) == 0


def test_what_was_deleted_heats_no_more(
    session: Session, calmer: Book, post: Post, ada: Identity, ben: Identity, reporters: list[Identity]
) -> None:
    said = answer(session, ben, calmer, post)
    report(session, calmer, said, *reporters)
    replies.delete(session, ben, said.id, NOW)
    assert reported(session, ada, calmer, post) == 0


def test_reports_make_a_warm_thread_hot_and_a_calm_one_nothing(
    session: Session, calmer: Book, post: Post, ben: Identity, reporters: list[Identity]
) -> None:
    def level() -> str | None:
        found = threads.read(session, ben, calmer, post.id, NOW, limit=3).heated
        return None if found is None else found.level

    report(session, calmer, post, *reporters)
    assert level() is None, "however many report it"
    crowd(session, post, 3)
    assert level() == "hot"
    looked = heat_facts.look(session, ben.member_id, calmer, post.id, None, NOW)
    rules = calmer.rules(MODERATION, ModerationRules).heat
    assert points(looked.facts, rules, NOW) == (35, 0, 0, 35)


def test_law_07_why_a_thread_is_hot_says_nothing_of_reports_and_they_put_nothing_on_record(
    session: Session, calmer: Book, post: Post, ada: Identity, ben: Identity, reporters: list[Identity]
) -> None:
    crowd(session, post, 4)
    before = threads.read(session, ben, calmer, post.id, NOW, limit=3).heated
    report(session, calmer, post, *reporters)
    after = threads.read(session, ben, calmer, post.id, NOW, limit=3).heated
    assert before is not None and after is not None
    assert after.points.reports and not before.points.reports
    told = [heat_view(one).model_dump(exclude={"until"}) for one in (before, after)]
    assert told[0] == told[1]
    assert after.reasons == ("strangers",)
    assert heating.record(session, post.id, 9) == []
    answer(session, ada, calmer, post)
    assert {one.reports for one in heating.record(session, post.id, 9)} == {40}
