"""Limit for now: whom it keeps out of what, what they may still do, and how it ends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from audience import circles, following, limit_for_now
from audience.access import access_post
from audience.limit_for_now import Whom
from audience.permissions import ask_for
from audience.rules import AUDIENCE
from coop import notices
from coop.book import Book
from coop.errors import Forbidden, RuleBroken
from coop.identity import Identity
from coop.tables import GuildMembership, Member
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.audience.limiting import follows, limit, opens
from tests.audience.public_square import PUBLIC
from tests.coop.statements import counted
from tests.factories import LISBON, PORTUGAL, identity_of, make_guild, make_member

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LONG = NOW - 90 * DAY
"""When people began to follow who did so before it mattered."""
THERE = {"place": str(PORTUGAL)}
HERE = [THERE, {"place": str(LISBON)}]
BOTH: tuple[Whom, Whom] = ("strangers", "strangers_and_recent")


def stranger(session: Session, ada: Identity, ben: Identity) -> None:
    """Nothing ties them to one another."""


def follower(session: Session, ada: Identity, ben: Identity) -> None:
    follows(session, ben, ada, LONG)


def since_a_week(session: Session, ada: Identity, ben: Identity) -> None:
    follows(session, ben, ada, NOW - 7 * DAY)


def since_less_than_a_week(session: Session, ada: Identity, ben: Identity) -> None:
    follows(session, ben, ada, NOW - 7 * DAY + SECOND)


def followed(session: Session, ada: Identity, ben: Identity) -> None:
    follows(session, ada, ben, NOW)


def followed_back_of_late(session: Session, ada: Identity, ben: Identity) -> None:
    follows(session, ben, ada, NOW)
    follows(session, ada, ben, NOW)


def of_one_guild(session: Session, ada: Identity, ben: Identity) -> None:
    rows = [session.get_one(Member, one.member_id) for one in (ada, ben)]
    make_guild(session, "bakers", rows[0], (rows[1],))


def of_a_guild_that_one_has_left(session: Session, ada: Identity, ben: Identity) -> None:
    of_one_guild(session, ada, ben)
    left = update(GuildMembership).where(col(GuildMembership.member_id) == ada.member_id)
    session.execute(left.values(left_at=NOW))


def of_a_guild_that_the_other_has_left(session: Session, ada: Identity, ben: Identity) -> None:
    of_one_guild(session, ada, ben)
    left = update(GuildMembership).where(col(GuildMembership.member_id) == ben.member_id)
    session.execute(left.values(left_at=NOW))


Ties = Callable[[Session, Identity, Identity], None]


@pytest.mark.parametrize(
    ("ties", "let_in"),
    [
        (stranger, ()),
        (follower, BOTH),
        (since_a_week, BOTH),
        (since_less_than_a_week, ("strangers",)),
        (followed, BOTH),
        (followed_back_of_late, BOTH),
        (of_one_guild, BOTH),
        (of_a_guild_that_one_has_left, ()),
        (of_a_guild_that_the_other_has_left, ()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
@pytest.mark.parametrize("whom", BOTH)
def test_who_is_tied_to_the_author_is_let_in_and_strangers_are_not(
    session: Session,
    book: Book,
    ada: Identity,
    ben: Identity,
    whom: Whom,
    ties: Ties,
    let_in: tuple[Whom, ...],
) -> None:
    post = make_post(session, ada, book)
    ties(session, ada, ben)
    limit(session, ada, book, whom)
    assert opens(session, ben, book, post.id) == (whom in let_in)
    assert opens(session, ada, book, post.id)


@pytest.mark.parametrize(
    ("audience", "body", "let_in"),
    [
        ({}, "Bread", False),
        ({}, "Bread for @ben", True),
        ({"see": {"any": [{"member": "ben"}]}}, "Bread", True),
        ({"see": {"any": [{"circle": "Family"}]}}, "Bread", True),
        ({"see": {"any": HERE, "all": [{"member": "ben"}]}}, "Bread", True),
        ({"see": {"any": HERE, "all": [{"any": [{"member": "ben"}, {"member": "cleo"}]}]}}, "Bread", True),
        ({"see": {"any": HERE, "all": [{"any": [{"member": "cleo"}, THERE]}]}}, "Bread", False),
        ({"see": {"any": [{"local": True}, {"member": "ben"}], "not": [{"member": "cleo"}]}}, "Bread", False),
        ({"see": {"any": [{"local": True}]}, "read": {"any": [{"member": "ben"}]}}, "Bread", True),
        ({"see": {"any": HERE}}, "Bread", False),
        (PUBLIC, "Bread", False),
    ],
)
def test_whom_a_post_names_is_let_in_and_a_list_of_everybody_names_nobody(
    session: Session,
    book: Book,
    ada: Identity,
    ben: Identity,
    audience: dict[str, Any],
    body: str,
    let_in: bool,
) -> None:
    book = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public"})
    make_member(session, "cleo")
    session.get_one(Member, ben.member_id).place_id = PORTUGAL
    family = circles.create(session, ada, book, "Family", LONG)
    circles.add(session, ada, book, family.id, "ben", LONG)
    post, other = (make_post(session, ada, book, audience, body=body) for _ in range(2))
    assert opens(session, ben, book, other.id)
    limit(session, ada, book)
    assert opens(session, ben, book, post.id) == let_in


def test_law_06_whoever_holds_a_seat_keeps_it_and_nobody_else_is_seated(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    read, unread = make_post(session, ada, book), make_post(session, ada, book)
    assert opens(session, ben, book, read.id)
    limit(session, ada, book)
    assert opens(session, ben, book, read.id)
    assert not opens(session, ben, book, unread.id)


def test_a_limit_ends_by_itself_and_at_any_time_by_its_author_s_hand(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    first, second = make_post(session, ada, book), make_post(session, ada, book)
    limit(session, ada, book, days=2)
    assert not opens(session, ben, book, first.id, NOW + 2 * DAY - SECOND)
    assert opens(session, ben, book, first.id, NOW + 2 * DAY)
    assert not opens(session, ben, book, second.id)
    for _ in range(2):
        limit_for_now.end(session, ada, NOW + SECOND)
        assert limit_for_now.running(session, ada, NOW + SECOND) is None
        assert opens(session, ben, book, second.id, NOW + SECOND)


def test_it_is_ended_by_a_request_that_began_before_it_was_set(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    limit(session, ada, book)
    limit_for_now.end(session, ada, NOW - SECOND)
    assert opens(session, ben, book, post.id)


def test_changing_a_limit_that_is_on_lets_in_nobody_who_followed_since(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    follows(session, ben, ada, NOW - DAY)
    limit(session, ada, book, "strangers_and_recent", 5)
    later = NOW + 4 * DAY
    changed = limit_for_now.begin(session, ada, book, 30, "strangers_and_recent", later)
    assert (changed.since, changed.until) == (NOW, later + 30 * DAY)
    assert not opens(session, ben, book, post.id, later + 20 * DAY)
    over = changed.until
    anew = limit_for_now.begin(session, ada, book, None, "strangers_and_recent", over)
    assert (anew.since, anew.until) == (over, over + 7 * DAY)
    assert opens(session, ben, book, post.id, over)


@pytest.mark.parametrize("days", [0, 31, 10_000])
def test_law_01_for_how_long_is_said_by_a_clause(
    session: Session, book: Book, ada: Identity, days: int
) -> None:
    with pytest.raises(RuleBroken) as refused:
        limit_for_now.begin(session, ada, book, days, "strangers", NOW)
    (fault,) = refused.value.faults
    assert fault.clause is not None
    assert (fault.pointer, fault.clause.clause, fault.clause.value) == ("/days", "/limit_for_now/longest", 30)
    assert limit_for_now.running(session, ada, NOW) is None


def test_law_01_what_is_recent_and_what_is_usual_are_clauses(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    follows(session, ben, ada, NOW - 10 * DAY)
    told = with_clauses(book, AUDIENCE, {"/limit_for_now/recent": 11, "/limit_for_now/default": 3})
    made = limit_for_now.begin(session, ada, told, None, "strangers_and_recent", NOW)
    assert made.until == NOW + 3 * DAY
    assert not opens(session, ben, book, post.id)


def test_law_07_following_answers_as_where_there_is_no_room_for_followers(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    full = with_clauses(book, AUDIENCE, {"/followers/ceiling": 1})
    closed = with_clauses(full, AUDIENCE, {"/followers/on_full": "close"})
    cleo, dora = (identity_of(make_member(session, name)) for name in ("cleo", "dora"))
    following.follow(session, cleo, full, "dora", NOW)
    limit(session, ada, book)
    with pytest.raises(Forbidden) as refused:
        following.follow(session, ben, closed, "ada", NOW)
    with pytest.raises(Forbidden) as really:
        following.follow(session, ben, closed, "dora", NOW)
    assert (refused.value.detail, refused.value.faults) == (really.value.detail, really.value.faults)
    for handle, other in (("ada", ada), ("dora", dora)):
        assert following.follow(session, ben, full, handle, NOW) == "waiting"
        assert following.state(session, ben, other.member_id) == "waiting"


@pytest.mark.parametrize("ceiling", ["open", 150])
def test_who_waits_to_follow_is_let_in_once_it_has_ended_and_stands_in_nobody_s_way(
    session: Session, book: Book, ada: Identity, ben: Identity, ceiling: object
) -> None:
    book = with_clauses(book, AUDIENCE, {"/followers/ceiling": ceiling})
    cleo = identity_of(make_member(session, "cleo"))
    of_one_guild(session, ada, cleo)
    limit(session, ada, book)
    assert following.follow(session, ben, book, "ada", NOW) == "waiting"
    assert following.follow(session, cleo, book, "ada", NOW) == "following"
    assert following.admit(session, book, ada.member_id, NOW) == 0
    over = NOW + 7 * DAY
    assert following.admit(session, book, ada.member_id, over) == 1
    assert following.state(session, ben, ada.member_id) == "following"


def test_whoever_is_kept_out_is_passed_over_in_the_line_of_those_who_wait_to_follow(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    one, two = (with_clauses(book, AUDIENCE, {"/followers/ceiling": number}) for number in (1, 2))
    first, cleo = (identity_of(make_member(session, name)) for name in ("dora", "cleo"))
    of_one_guild(session, ada, cleo)
    for number, who in enumerate((first, ben, cleo)):
        following.follow(session, who, one, "ada", NOW + number * SECOND)
    limit(session, ada, book)
    assert following.admit(session, two, ada.member_id, NOW) == 1
    assert following.state(session, cleo, ada.member_id) == "following"
    assert following.state(session, ben, ada.member_id) == "waiting"


def told(session: Session, who: Identity) -> list[tuple[str, str]]:
    found = notices.listing(session, who, NOW + 400 * DAY, unread_only=False, before=None, limit=9)
    return [(one.topic, one.line) for one in found]


ENDED = ("limit", "Your limit for now has ended.")


def test_law_14_an_author_is_told_once_that_it_has_ended_however_late_and_often_the_job_runs(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    limit(session, ada, book)
    over = NOW + 7 * DAY
    assert limit_for_now.tell_ended(session, book, over - SECOND) == 0
    assert limit_for_now.tell_ended(session, book, over + 99 * DAY) == 1
    assert limit_for_now.tell_ended(session, book, over + 99 * DAY) == 0
    assert told(session, ada) == [ENDED]
    limit_for_now.begin(session, ada, book, 1, "strangers", over)
    assert limit_for_now.tell_ended(session, book, over + DAY) == 1
    assert told(session, ada) == [ENDED, ENDED]
    assert told(session, ben) == []


def test_whoever_ended_it_themselves_is_told_nothing(session: Session, book: Book, ada: Identity) -> None:
    limit(session, ada, book)
    limit_for_now.end(session, ada, NOW + DAY)
    assert limit_for_now.tell_ended(session, book, NOW + 30 * DAY) == 0
    assert told(session, ada) == []


def test_it_costs_no_statement_more_whether_or_not_one_is_on(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    follows(session, ben, ada, LONG)
    access_post(session, ben, book, post.id, NOW)
    numbers = []
    for _ in range(2):
        with counted(session) as sent:
            ask_for(session, ben, book, post.id, "like", NOW)
        numbers.append(len(sent))
        limit(session, ada, book)
    assert numbers == [2, 2]
