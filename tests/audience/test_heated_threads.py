"""Heated threads: what is asked of whoever answers one, what is put on record, and that it ends by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import following, heating, pausing, replies, threads, volunteers
from audience.access import access_post
from audience.calm_tables import CalmerCalled, Heating, Pause
from audience.tables import Gate, Post, Reply, Seat
from coop.book import Book
from coop.errors import AllotmentError, Forbidden, NotFound, NotYet, TooMany
from coop.identity import Identity
from coop.ids import new_id
from coop.notice_tables import Announcement, Notice
from tests.audience.factories import NOBODY, NOW, make_post
from tests.audience.heated import crowd, touchy
from tests.coop.statements import counted
from tests.factories import LONG_AGO, identity_of, make_guild, make_member, make_members

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WINDOW = timedelta(hours=2)
WARM, HOT = 3, 4
"""Strangers who make a thread warm, and hot, by :func:`touchy`."""


@pytest.fixture
def calmer(book: Book) -> Book:
    """The founding clauses, but that a few strangers heat a thread."""
    return touchy(book)


@pytest.fixture
def post(session: Session, calmer: Book, ada: Identity) -> Post:
    return make_post(session, ada, calmer, now=NOW - MINUTE)


def seat(session: Session, post: Post, who: Identity, ago: timedelta = timedelta(hours=1)) -> None:
    session.add(Seat(member_id=who.member_id, post_id=post.id, at=NOW - ago, via="post", epoch=1))
    session.flush()


def say(session: Session, who: Identity, book: Book, post: Post, after: timedelta = timedelta()) -> Reply:
    return replies.write(session, who, book, post.id, "Well…", NOW + after)


def refused(
    session: Session, who: Identity, book: Book, post: Post, after: timedelta = timedelta()
) -> AllotmentError:
    with pytest.raises((TooMany, NotYet, Forbidden)) as caught, session.begin_nested():
        say(session, who, book, post, after)
    return caught.value


def clause_of(error: AllotmentError) -> str | None:
    (fault,) = error.faults
    return None if fault.clause is None else fault.clause.clause


def test_in_a_warm_thread_each_answers_once_a_minute_and_its_author_as_ever(
    session: Session, calmer: Book, post: Post, ada: Identity, ben: Identity
) -> None:
    say(session, ben, calmer, post)
    crowd(session, post, WARM - 1)
    error = refused(session, ben, calmer, post, SECOND)
    assert isinstance(error, TooMany)
    assert (error.retry_after_s, clause_of(error)) == (59, "/heat/warm/gap_s")
    told = threads.read(session, ben, calmer, post.id, NOW + SECOND, limit=3)
    assert (told.leave.value, told.leave.again) == ("no", NOW + MINUTE)
    assert told.heated is not None and told.heated.level == "warm"
    for _ in range(3):
        say(session, ada, calmer, post, SECOND)
    say(session, ben, calmer, post, MINUTE)


def test_law_14_it_ends_by_itself_when_the_thread_has_cooled(
    session: Session, calmer: Book, post: Post, ben: Identity
) -> None:
    crowd(session, post, HOT)
    assert isinstance(refused(session, ben, calmer, post), TooMany)
    found = threads.read(session, ben, calmer, post.id, NOW, limit=3).heated
    assert found is not None
    assert (found.level, NOW + WINDOW - found.until <= 5 * SECOND) == ("hot", True)
    after = found.until - NOW
    assert threads.read(session, ben, calmer, post.id, NOW + after, limit=3).heated is not None
    assert threads.read(session, ben, calmer, post.id, NOW + WINDOW, limit=3).heated is None
    for _ in range(2):
        say(session, ben, calmer, post, WINDOW)


def test_a_stranger_who_has_just_come_reads_a_hot_thread_before_they_answer_and_a_friend_does_not(
    session: Session, calmer: Book, post: Post, ben: Identity
) -> None:
    crowd(session, post, HOT)
    error = refused(session, ben, calmer, post)
    assert isinstance(error, TooMany)
    assert (error.retry_after_s, clause_of(error)) == (600, "/heat/hot/seated_s")
    following.follow(session, ben, calmer, "ada", LONG_AGO)
    say(session, ben, calmer, post)


def test_a_stranger_pauses_before_they_answer_a_hot_thread_once_for_each_answer(
    session: Session, calmer: Book, post: Post, ben: Identity
) -> None:
    seat(session, post, ben)
    crowd(session, post, HOT)
    error = refused(session, ben, calmer, post)
    assert isinstance(error, NotYet)
    assert (error.retry_after_s, clause_of(error)) == (20, "/heat/hot/pause_s")
    for again in range(2):
        begun = pausing.begin(session, ben, calmer, post.id, NOW + 5 * again * SECOND)
        assert (begun.began_at, begun.ready_at) == (NOW, NOW + 20 * SECOND)
    told = threads.read(session, ben, calmer, post.id, NOW, limit=3).leave
    assert (told.value, told.pause and told.pause.value, told.ready_at) == ("yes", 20, NOW + 20 * SECOND)
    assert isinstance(refused(session, ben, calmer, post, 19 * SECOND), NotYet)
    say(session, ben, calmer, post, 20 * SECOND)
    assert session.get(Pause, (post.id, ben.member_id)) is None
    assert isinstance(refused(session, ben, calmer, post, 6 * MINUTE), NotYet)


def test_a_pause_is_not_laid_in_store(session: Session, calmer: Book, post: Post, ben: Identity) -> None:
    seat(session, post, ben, timedelta(days=1))
    assert pausing.begin(session, ben, calmer, post.id, NOW - WINDOW).clause is None
    crowd(session, post, HOT)
    assert isinstance(refused(session, ben, calmer, post), NotYet)
    assert pausing.begin(session, ben, calmer, post.id, NOW).began_at == NOW


def heat_up(session: Session, book: Book, post: Post) -> None:
    """Bring a thread to a level by an answer that is allowed: of a friend who was there before."""
    friend = identity_of(make_member(session))
    following.follow(session, friend, book, "ada", LONG_AGO)
    say(session, friend, book, post)


def test_law_06_strangers_come_to_a_hot_thread_one_at_a_time_and_whoever_is_seated_is_never_delayed(
    session: Session, calmer: Book, post: Post, ben: Identity
) -> None:
    seat(session, post, ben)
    crowd(session, post, HOT)
    heat_up(session, calmer, post)
    gate = session.get_one(Gate, post.id, populate_existing=True)
    assert gate.slowed_to == 10 * SECOND
    assert gate.slowed_until is not None and gate.slowed_until > NOW
    # The gate asks the database's own clock, which is ahead of these tests' or behind it.
    gate.slowed_until = datetime.max.replace(tzinfo=UTC)
    session.flush()
    strangers = [identity_of(row) for row in make_members(session, 3)]
    access_post(session, strangers[0], calmer, post.id, NOW)
    for late in strangers[1:]:
        with pytest.raises(NotFound):
            access_post(session, late, calmer, post.id, NOW)
    for _ in range(3):
        access_post(session, ben, calmer, post.id, NOW)
        access_post(session, strangers[0], calmer, post.id, NOW)
    friend = identity_of(make_member(session))
    following.follow(session, friend, calmer, "ada", LONG_AGO)
    access_post(session, friend, calmer, post.id, NOW)


def test_each_level_is_put_on_record_once_with_its_clauses_and_moved_on_while_it_lasts(
    session: Session, calmer: Book, post: Post, ada: Identity
) -> None:
    crowd(session, post, HOT)
    heat_up(session, calmer, post)
    (hot, warm) = heating.record(session, post.id, 9)
    assert {hot.level, warm.level} == {"hot", "warm"}
    until = {one.level: one.until for one in (hot, warm)}
    heat_up(session, calmer, post)
    crowd(session, post, 2, NOW + MINUTE)
    say(session, ada, calmer, post, MINUTE)
    session.expire_all()
    again = heating.record(session, post.id, 9)
    assert len(again) == 2
    assert all(one.until >= until[one.level] for one in again)
    asked = {one.level: [part["what"] for part in one.asked] for one in again}
    assert asked == {
        "warm": ["gap_s"],
        "hot": ["gap_s", "pause_s", "seated_s", "arrivals", "facilitators"],
    }
    for part in again[0].asked:
        assert {"clause", "sha256", "version"} <= part["clause"].keys()


def called(session: Session) -> list[int]:
    told = select(col(Notice.member_id)).join(
        Announcement, col(Announcement.id) == col(Notice.announcement_id)
    )
    return sorted(session.scalars(told.where(col(Announcement.topic) == "calm")))


def test_some_who_offered_are_called_once_and_nobody_who_may_not_read_it(
    session: Session, calmer: Book, ada: Identity
) -> None:
    helpers = [identity_of(row) for row in make_members(session, 6)]
    for one in helpers:
        volunteers.offer(session, one, "calm", "coop", NOW)
    volunteers.offer(session, ada, "calm", "coop", NOW)
    hidden = make_post(session, ada, calmer, NOBODY, now=NOW - MINUTE)
    crowd(session, hidden, HOT)
    say(session, ada, calmer, hidden)
    assert called(session) == []
    open_to_all = make_post(session, ada, calmer, now=NOW - MINUTE)
    crowd(session, open_to_all, HOT)
    for _ in range(2):
        heat_up(session, calmer, open_to_all)
    found = called(session)
    assert len(found) == 3
    kept = session.execute(select(col(CalmerCalled.member_id), col(CalmerCalled.post_id))).all()
    assert sorted(kept) == [(one, open_to_all.id) for one in found]
    assert set(found) < {one.member_id for one in helpers}


def test_a_guild_s_thread_is_calmed_by_those_of_its_members_who_offered(
    session: Session, calmer: Book
) -> None:
    rows = make_members(session, ["gina", "hugo", "ines"])
    guild = make_guild(session, "bakers", rows[0], (rows[1],))
    gina, hugo = (identity_of(row, (guild,)) for row in rows[:2])
    ines = identity_of(rows[2])
    volunteers.offer(session, hugo, "calm", "guild:bakers", NOW)
    volunteers.offer(session, ines, "calm", "coop", NOW)
    with pytest.raises(Forbidden):
        volunteers.offer(session, ines, "calm", "guild:bakers", NOW)
    post = make_post(session, gina, calmer, now=NOW - MINUTE, guild="bakers")
    crowd(session, post, HOT)
    say(session, gina, calmer, post)
    assert called(session) == [hugo.member_id]


def test_law_07_what_is_usual_is_known_from_posts_for_every_member_alone(
    session: Session, calmer: Book, ada: Identity, ben: Identity
) -> None:
    for audience in ({}, NOBODY):
        before = make_post(session, ada, calmer, audience, now=NOW - timedelta(days=2))
        crowd(session, before, 40 if audience else 6, NOW - timedelta(days=2) + MINUTE)
    post = make_post(session, ada, calmer, now=NOW - MINUTE)
    crowd(session, post, 12)
    found = threads.read(session, ben, calmer, post.id, NOW, limit=3).heated
    assert found is not None and found.points.strangers == 70


def test_law_07_whoever_may_not_see_a_post_pauses_for_nothing(
    session: Session, calmer: Book, ada: Identity, ben: Identity
) -> None:
    hidden = make_post(session, ada, calmer, NOBODY, now=NOW - MINUTE)
    for post_id in (hidden.id, new_id(NOW)):
        with pytest.raises(NotFound):
            pausing.begin(session, ben, calmer, post_id, NOW)
    assert session.scalars(select(Pause)).all() == []


def test_an_answer_takes_as_many_statements_however_much_was_said_before(
    session: Session, book: Book, post: Post, ben: Identity
) -> None:
    def taken(after: timedelta) -> int:
        with counted(session) as sent:
            say(session, ben, book, post, after)
        return len([one for one in sent if "SAVEPOINT" not in one])

    say(session, ben, book, post)
    calm = taken(SECOND)
    crowd(session, post, 30, NOW + 2 * SECOND)
    assert taken(3 * SECOND) == calm
    assert session.scalars(select(Heating)).all() == []
