"""What is counted of posts: by clauses, the same whenever it is counted, and of nobody's hidden posts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlmodel import Session, col

from audience import following, posts, replies, watching
from audience.access import FRIEND, READER, TIES, access_post
from audience.feeds import post_signals
from audience.feeds.post_signals import STRANGER
from audience.feeds.rules import FEEDS
from audience.feeds.tables import AS_USUAL, PostSignals
from audience.standpoint import standpoint
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from coop.tables import GuildMembership
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.audience.replay.worlds import World
from tests.factories import identity_of, make_guild, make_member

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def book(book: Book) -> Book:
    return wide_open(book)


def someone(session: Session) -> Identity:
    return identity_of(make_member(session))


def view(session: Session, book: Book, post_id: int, *parts: float, at: datetime = NOW - DAY) -> None:
    """Have as many people watch these parts of a post; each is somebody new."""
    for part in parts:
        viewer = someone(session)
        access_post(session, viewer, book, post_id, at)
        watching.watched(session, viewer, book, post_id, round(part * 60_000), at + HOUR)


def comment(session: Session, book: Book, post_id: int, number: int, at: datetime) -> None:
    """Have as many strangers comment on a post, one a millisecond and the last one then."""
    for before in range(number):
        then = at - timedelta(milliseconds=before)
        replies.write(session, someone(session), book, post_id, "Well!", then)


def long(session: Session, author: Identity, book: Book, at: datetime = NOW - 2 * DAY, **more: Any) -> int:
    """Publish a post that takes a minute."""
    return make_post(session, author, book, now=at, body="x" * 900, **more).id


def known(session: Session) -> dict[int, tuple[int, int]]:
    rows = session.execute(select(col(PostSignals.post_id), col(PostSignals.finish), col(PostSignals.heat)))
    return {row[0]: (row[1], row[2]) for row in rows}


def test_finish_is_the_share_watched_to_the_end_against_posts_of_like_length(
    session: Session, book: Book, ada: Identity
) -> None:
    liked, left, short = long(session, ada, book), long(session, ada, book), make_post(session, ada, book).id
    view(session, book, liked, 1, 0.9, 0.95, 1)
    view(session, book, left, 0.89, 0.1)
    view(session, book, short, 0.5)
    post_signals.refresh(session, book, NOW)
    shares = (4 + 2) / (4 + 4), (0 + 2) / (2 + 4)
    mean = sum(shares) / 2
    found = known(session)
    assert found == {
        liked: (round(AS_USUAL * (1 + shares[0] - mean)), 0),
        left: (round(AS_USUAL * (1 + shares[1] - mean)), 0),
    }
    assert short not in found, "alone of its length it is as usual"


def test_whoever_never_said_how_long_they_watched_has_not_started(
    session: Session, book: Book, ada: Identity
) -> None:
    one, other = long(session, ada, book), long(session, ada, book)
    view(session, book, one, 1)
    view(session, book, other, 0.5)
    post_signals.refresh(session, book, NOW)
    before = known(session)
    view(session, book, one, 0, 0, 0)
    assert post_signals.refresh(session, book, NOW) == 0
    assert known(session) == before


def test_law_01_finish_follows_its_clauses(session: Session, book: Book, ada: Identity) -> None:
    one, other = long(session, ada, book), long(session, ada, book)
    view(session, book, one, 0.6)
    view(session, book, other, 0.4)
    post_signals.refresh(session, book, NOW)
    assert known(session) == {}
    easy = with_clauses(book, FEEDS, {"/signals/finish/share": 0.5})
    post_signals.refresh(session, easy, NOW)
    assert known(session)[one][0] > AS_USUAL > known(session)[other][0]
    sure = with_clauses(easy, FEEDS, {"/signals/finish/started_before": 40.0})
    wide = known(session)[one][0]
    post_signals.refresh(session, sure, NOW)
    assert AS_USUAL < known(session)[one][0] < wide
    post_signals.refresh(session, easy, NOW + 91 * DAY)
    assert known(session) == {}


def test_law_07_posts_that_not_every_member_may_read_change_nothing_of_others(
    session: Session, book: Book, ada: Identity
) -> None:
    friend = make_member(session, "friend")
    make_guild(session, "bakers", friend, ())
    one, other = long(session, ada, book), long(session, ada, book)
    view(session, book, one, 1)
    view(session, book, other, 0.2)
    comment(session, book, one, 2, NOW - HOUR)
    post_signals.refresh(session, book, NOW)
    before = known(session)
    hidden = long(session, ada, book, audience={"see": {"any": [{"member": "friend"}]}})
    viewer = identity_of(friend)
    access_post(session, viewer, book, hidden, NOW - DAY)
    watching.watched(session, viewer, book, hidden, 60_000, NOW)
    post_signals.refresh(session, book, NOW)
    after = known(session)
    assert after.pop(hidden)[0] > AS_USUAL
    assert after == before


def test_heat_is_comments_of_strangers_against_what_is_usual_with_the_author(
    session: Session, book: Book, ada: Identity
) -> None:
    usual = [long(session, ada, book, NOW - days * DAY) for days in (2, 3, 4)]
    for post_id, number, days in zip(usual, (6, 5, 0), (2, 3, 4), strict=True):
        comment(session, book, post_id, number, NOW - days * DAY + HOUR)
    hot, cool = long(session, ada, book, NOW - DAY), long(session, ada, book, NOW - DAY)
    comment(session, book, hot, 9, NOW - HOUR)
    comment(session, book, cool, 40, NOW - 7 * HOUR)
    post_signals.refresh(session, book, NOW)
    usually = 4  # of 6, 5, 0, 0 and 0 the median is less, but so many are usual with everyone
    assert known(session) == {hot: (AS_USUAL, round(1_000_000 * 9 / (3 * usually)))}
    comment(session, book, hot, 30, NOW - HOUR)
    post_signals.refresh(session, book, NOW)
    assert known(session) == {hot: (AS_USUAL, 1_000_000)}
    post_signals.refresh(session, book, NOW + 6 * HOUR)
    assert known(session) == {}


def test_an_author_who_is_much_talked_with_is_not_hot_for_it(
    session: Session, book: Book, ada: Identity
) -> None:
    for days in (2, 3, 4):
        comment(session, book, long(session, ada, book, NOW - days * DAY), 10, NOW - days * DAY + HOUR)
    now_talked_of = long(session, ada, book, NOW - HOUR)
    comment(session, book, now_talked_of, 6, NOW)
    post_signals.refresh(session, book, NOW)
    assert known(session) == {now_talked_of: (AS_USUAL, 200_000)}


def test_people_who_follow_belong_or_are_named_make_no_heat(session: Session, book: Book) -> None:
    author, mate, follower, named, gone = (make_member(session) for _ in range(5))
    bakers = make_guild(session, "bakers", author, (mate, gone))
    ada = identity_of(author, (bakers,))
    post_id = long(session, ada, book, guild="bakers")
    personal = long(session, ada, book, audience={"see": {"any": [{"member": named.handle}]}})
    elsewhere = long(session, ada, book)
    following.follow(session, identity_of(follower), book, author.handle, NOW)
    for one in (author, mate, follower):
        replies.write(session, identity_of(one), book, post_id, "Well!", NOW - HOUR)
    replies.write(session, identity_of(named), book, personal, "Well!", NOW - HOUR)
    post_signals.refresh(session, book, NOW)
    assert known(session) == {}
    for one, under in ((mate, elsewhere), (named, elsewhere), (gone, post_id)):
        replies.write(session, identity_of(one), book, under, "Well!", NOW - HOUR)
    left = update(GuildMembership).where(col(GuildMembership.member_id) == gone.id)
    session.execute(left.values(left_at=NOW))
    post_signals.refresh(session, book, NOW)
    heat = {elsewhere: 2 / 12, post_id: 1 / 12}
    assert known(session) == {one: (AS_USUAL, round(1_000_000 * part)) for one, part in heat.items()}, (
        "a guild counts where the post was made in it, and a name where that post names it"
    )


_FRIENDS = text(f"WITH {READER} SELECT post.id FROM post CROSS JOIN {TIES} WHERE {FRIEND}")
_BY_ME = "(SELECT CAST(:me AS bigint) AS author_id) AS reply"
_NO_STRANGERS = text(f"SELECT post.id FROM post CROSS JOIN {_BY_ME} WHERE NOT {STRANGER}")


@pytest.mark.parametrize("seed", range(3))
def test_a_stranger_is_whom_access_takes_for_none_of_a_posts_friends(
    session: Session, book: Book, seed: int
) -> None:
    world = World.drawn(session, book, seed)
    some = 0
    for viewer in world.members:
        bound = standpoint(session, viewer, book, NOW)
        others = {post.id for post in world.posts if post.author_id != viewer.member_id}
        friends = set(session.scalars(_FRIENDS, bound)) & others
        assert set(session.scalars(_NO_STRANGERS, {"me": viewer.member_id, "now": NOW})) & others == friends
        some += 0 < len(friends) < len(others)
    assert some


def test_law_01_heat_follows_its_clauses(session: Session, book: Book, ada: Identity) -> None:
    post_id = long(session, ada, book)
    comment(session, book, post_id, 2, NOW - 2 * HOUR)
    for clauses, heat in (
        ({}, 2 / 12),
        ({"/signals/calm/usual_least": 2}, 2 / 6),
        ({"/signals/calm/usual_least": 2, "/signals/calm/medians": 10}, 2 / 20),
        ({"/signals/calm/window": "PT1H"}, 0),
    ):
        post_signals.refresh(session, with_clauses(book, FEEDS, clauses), NOW)
        assert known(session) == ({post_id: (AS_USUAL, round(1_000_000 * heat))} if heat else {})


def test_law_14_a_second_run_changes_nothing_and_what_is_deleted_is_forgotten(
    session: Session, book: Book, ada: Identity
) -> None:
    one, other = long(session, ada, book), long(session, ada, book)
    view(session, book, one, 1)
    view(session, book, other, 0.2)
    comment(session, book, one, 1, NOW - HOUR)
    assert post_signals.refresh(session, book, NOW) == 2
    assert post_signals.refresh(session, book, NOW) == 0
    posts.delete(session, ada, one, NOW)
    post_signals.refresh(session, book, NOW)
    assert known(session) == {}, "the other is alone of its length now"


def test_law_14_two_workers_do_the_work_once(committed: Database, book: Book) -> None:
    with committed.begin() as session:
        ada = identity_of(make_member(session))
        one, other = long(session, ada, book), long(session, ada, book)
        view(session, book, one, 1)
        view(session, book, other, 0.2)
    with committed.begin() as first, committed.begin() as second:
        assert post_signals.refresh(first, book, NOW) == 2
        assert post_signals.refresh(second, book, NOW) == 0
