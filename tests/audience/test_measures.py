"""Measures of what is shown and said, against rows counted by hand."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session

from app import MEASURES as ALL
from audience import posts
from audience.feeds.rules import FEEDS, FeedRules
from audience.measures import MEASURES
from audience.tables import Reply, Seat
from coop.book import COOP, Book
from coop.identity import Identity
from coop.ids import new_id
from coop.metrics import METRICS, Span
from coop.policies import new_version
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.factories import identity_of, make_guild, make_members

DAY = timedelta(days=1)
WEEK = Span(NOW - 7 * DAY, NOW, 7 * DAY, hidden_below=3)
SECOND = timedelta(seconds=1)


@dataclass
class Week:
    """Fourteen posts of seven members in one week, and as many replies and views as a test makes."""

    session: Session
    book: Book
    members: list[Identity]
    posts: list[int]

    def reply(self, who: int, post: int, ago: timedelta = DAY) -> Reply:
        reply = Reply(
            id=new_id(NOW - ago),
            post_id=self.posts[post],
            author_id=self.members[who].member_id,
            body="Yes",
            created_at=NOW - ago,
        )
        self.session.add(reply)
        self.session.flush()
        return reply

    def see(self, who: Identity, post: int, ago: timedelta = DAY) -> None:
        seen = self.posts[post]
        self.session.add(Seat(member_id=who.member_id, post_id=seen, at=NOW - ago, via="post", epoch=1))
        self.session.flush()


@pytest.fixture
def week(session: Session, book: Book) -> Week:
    members = [identity_of(row) for row in make_members(session, 7)]
    open_book = wide_open(book)
    made = [
        make_post(session, members[number % 7], open_book, now=NOW - 6 * DAY + number * SECOND).id
        for number in range(14)
    ]
    return Week(session, open_book, members, made)


def read(week: Week, metric: str, span: Span = WEEK) -> Decimal | None:
    return MEASURES[metric](week.session, span)


def test_every_metric_has_a_measure() -> None:
    assert ALL.keys() == METRICS.keys()


def test_posts_are_counted_a_day_and_their_authors_once(week: Week) -> None:
    assert [read(week, "posts"), read(week, "authors")] == [2, 7]


def test_a_span_begins_with_its_first_moment_and_ends_before_its_last(week: Week) -> None:
    make_post(week.session, week.members[0], week.book, now=NOW)
    assert read(week, "posts") == 2
    assert read(week, "posts", replace(WEEK, until=NOW + SECOND)) == Decimal("2.143")
    assert read(week, "posts", replace(WEEK, since=NOW - 6 * DAY)) == 2
    assert read(week, "posts", replace(WEEK, since=NOW - 6 * DAY + 7 * SECOND)) == 1


def test_what_was_deleted_after_the_span_still_counts_in_it(week: Week) -> None:
    posts.delete(week.session, week.members[0], week.posts[0], NOW + DAY)
    posts.delete(week.session, week.members[1], week.posts[1], NOW - DAY)
    assert read(week, "posts") == Decimal("1.857")
    assert read(week, "posts", replace(WEEK, until=NOW + 2 * DAY)) == Decimal("1.714")


def test_law_07_numbers_of_too_few_people_are_not_told_and_nought_is(week: Week) -> None:
    assert read(week, "posts", replace(WEEK, hidden_below=8)) is None
    assert read(week, "authors", replace(WEEK, hidden_below=8)) is None
    assert [read(week, "replies"), read(week, "views"), read(week, "viewers")] == [0, 0, 0]
    week.reply(0, 3)
    week.see(week.members[0], 3)
    assert [read(week, metric) for metric in ("replies", "replies_per_post", "views", "viewers")] == [
        None
    ] * 4


def test_replies_are_set_against_the_posts_that_were_made(week: Week) -> None:
    for who in range(4):
        week.reply(who, 5)
    gone = week.reply(4, 5)
    gone.deleted_at = NOW - DAY / 2
    week.session.flush()
    assert (read(week, "replies"), read(week, "replies_per_post")) == (Decimal("0.571"), Decimal("0.286"))


def test_where_nobody_posted_there_are_no_replies_for_each_post(week: Week) -> None:
    long_ago = replace(WEEK, since=NOW - 99 * DAY, until=NOW - 92 * DAY)
    assert read(week, "replies_per_post", long_ago) is None
    assert read(week, "small_authors", long_ago) is None


def test_views_are_counted_when_they_were_taken(week: Week) -> None:
    for who in range(4):
        week.see(week.members[who], 6)
    week.see(week.members[5], 6, ago=8 * DAY)
    assert [read(week, "views"), read(week, "viewers")] == [Decimal("0.571"), 4]


def test_small_authors_are_those_whom_few_have_seen(week: Week) -> None:
    few = week.book.rules(FEEDS, FeedRules).discovery.viewers
    crowd = [identity_of(row) for row in make_members(week.session, few)]
    for author in (0, 1, 2):
        for viewer in crowd:
            week.see(viewer, author)
    for author in (3, 4, 5):
        for viewer in crowd[:10]:
            week.see(viewer, author)
    assert read(week, "small_authors") == Decimal("16.667")
    assert read(week, "small_authors", replace(WEEK, hidden_below=4)) is None


def test_law_01_how_few_are_few_is_the_clause_in_force(week: Week) -> None:
    for author in range(3):
        for viewer in week.members[3:]:
            week.see(viewer, author)
    assert read(week, "small_authors") == 100
    text = with_clauses(week.book, FEEDS, {"/discovery/viewers": 4}).policies[COOP, FEEDS].text
    new_version(week.session, COOP, FEEDS, text, cause="founding", proposal_id=None, tally=None, now=NOW)
    assert read(week, "small_authors") == 0


def test_the_span_of_a_guild_counts_what_was_posted_in_it(week: Week) -> None:
    rows = make_members(week.session, 3)
    guild = make_guild(week.session, "bakers", rows[0], tuple(rows[1:]))
    for row in rows:
        member = identity_of(row, (guild,))
        make_post(week.session, member, week.book, now=NOW - DAY, guild="bakers")
    assert read(week, "authors", replace(WEEK, scope="guild:bakers")) == 3
    assert read(week, "authors") == 10
    assert read(week, "authors", replace(WEEK, scope="guild:nobody")) == 0
