"""Replies: who may write and read them, how many there are, and what becomes of those that wait."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, col

from audience import following, posts, replies, reply_cards
from audience.rules import AUDIENCE
from audience.tables import Post, Reply
from audience.topic_tables import Contribution
from coop.book import Book
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from tests.audience.factories import (
    NOBODY,
    NOW,
    founding_book,
    make_asset,
    make_post,
    wide_open,
    with_clauses,
    with_guild_policy,
)
from tests.audience.threaded import Talk
from tests.factories import identity_of, make_guild, make_member, make_members

SECOND = timedelta(seconds=1)
ASK: dict[str, Any] = {"interact": {"reply": {"ask": [{"local": True}]}}}


def read(session: Session, viewer: Identity, book: Book, post: Post) -> list[str]:
    found, _ = reply_cards.listing(session, viewer, book, post.id, NOW, limit=50)
    return [card.body or "" for card in found]


def test_a_reply_is_read_by_whoever_sees_the_post(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    replies.write(session, ben, book, post.id, " Rye? ", NOW)
    replies.write(session, ada, book, post.id, "Barley.", NOW + SECOND)
    assert read(session, identity_of(make_member(session)), book, post) == ["Rye?", "Barley."]


def test_replies_come_in_pages(session: Session, book: Book, ada: Identity) -> None:
    post = make_post(session, ada, book)
    for n in range(5):
        replies.write(session, ada, book, post.id, str(n), NOW + n * SECOND)
    first, after = reply_cards.listing(session, ada, book, post.id, NOW, limit=3)
    second, end = reply_cards.listing(session, ada, book, post.id, NOW, after=after or 0, limit=3)
    assert ([card.body for card in first + second], end) == (list("01234"), None)
    assert sorted(card.id for card in first + second) == [card.id for card in first + second]


def test_law_07_a_post_that_may_not_be_seen_takes_and_shows_no_reply(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    for post_id in (make_post(session, ada, book, NOBODY).id, 7):
        with pytest.raises(NotFound):
            replies.write(session, ben, book, post_id, "Hello", NOW)
        with pytest.raises(NotFound):
            reply_cards.listing(session, ben, book, post_id, NOW, limit=9)
    with pytest.raises(RuleBroken):
        replies.write(session, ben, book, 7, " ", NOW)


def test_law_07_replies_of_either_side_of_a_block_are_left_out(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    post = make_post(session, ada, book)
    replies.write(session, ben, book, post.id, "from ben", NOW)
    replies.write(session, cleo, book, post.id, "from cleo", NOW + SECOND)
    following.block(session, ben, book, "cleo", NOW)
    assert read(session, ben, book, post) == ["from ben"]
    assert read(session, cleo, book, post) == ["from cleo"]
    assert read(session, ada, book, post) == ["from ben", "from cleo"]


def test_law_08_a_reply_keeps_the_audience_that_it_was_written_for(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"see": {"any": [{"member": "ben"}]}})
    replies.write(session, ben, book, post.id, "Between us", NOW)
    with pytest.raises(DBAPIError, match="never changes"), session.begin_nested():
        session.execute(update(Post).where(col(Post.id) == post.id).values(lock_any=[1]))
    assert read(session, ben, book, post) == ["Between us"]
    with pytest.raises(NotFound):
        read(session, identity_of(make_member(session)), book, post)


def test_only_its_author_takes_a_reply_back(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    reply = replies.write(session, ben, book, post.id, "Hm", NOW)
    with pytest.raises(NotFound):
        replies.delete(session, ada, reply.id, NOW)
    replies.delete(session, ben, reply.id, NOW)
    with pytest.raises(NotFound):
        replies.delete(session, ben, reply.id, NOW)
    assert read(session, ada, book, post) == []


def test_replies_go_with_their_post(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    post = make_post(session, ada, book)
    replies.write(session, ben, book, post.id, "Hm", NOW)
    posts.delete(session, ada, post.id, NOW)
    with pytest.raises(NotFound):
        read(session, ben, book, post)


def test_a_full_post_says_which_clause_fills_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    few = with_clauses(book, AUDIENCE, {"/replies/per_post": 3, "/replies/per_member": 2})
    post = make_post(session, ada, few)
    for _ in range(2):
        replies.write(session, ben, few, post.id, "Again", NOW)
    with pytest.raises(Forbidden) as refused:
        replies.write(session, ben, few, post.id, "And again", NOW)
    assert refused.value.faults[0].clause == few.cite(AUDIENCE, "/replies/per_member")
    last = replies.write(session, ada, few, post.id, "Enough", NOW)
    with pytest.raises(Forbidden) as refused:
        replies.write(session, ada, few, post.id, "Really", NOW)
    assert refused.value.faults[0].clause == few.cite(AUDIENCE, "/replies/per_post")
    replies.delete(session, ada, last.id, NOW)
    replies.write(session, ada, few, post.id, "Really", NOW)


def test_an_author_answers_as_often_as_there_is_room(session: Session, book: Book, ada: Identity) -> None:
    few = with_clauses(book, AUDIENCE, {"/replies/per_member": 1})
    post = make_post(session, ada, few)
    for _ in range(3):
        replies.write(session, ada, few, post.id, "And", NOW)


def test_a_guild_caps_the_replies_to_its_posts(session: Session, book: Book, ben: Identity) -> None:
    founder = make_member(session)
    guild = make_guild(session, "bakers", founder)
    quiet = with_guild_policy(book, "bakers", "[replies]\nper_member = 1\n")
    post = make_post(session, identity_of(founder, (guild,)), quiet, guild="bakers")
    replies.write(session, ben, quiet, post.id, "One", NOW)
    with pytest.raises(Forbidden) as refused:
        replies.write(session, ben, quiet, post.id, "Two", NOW)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert clause.scope == "guild:bakers"


def race(committed: Database, book: Book, number: int, times: int) -> tuple[int, list[int]]:
    """Have members who have read a post answer it all at once; return how many did, and of each how often."""
    with committed.begin() as session:
        post_id = make_post(session, identity_of(make_member(session)), book).id
        members = [identity_of(row) for row in make_members(session, number)]
        # Taking a seat holds the gate, and would have them come one by one.
        for member in members:
            reply_cards.listing(session, member, book, post_id, NOW, limit=1)
    start = Barrier(number)

    def attempt(member: Identity) -> int:
        start.wait()
        done = 0
        for _ in range(times):
            try:
                with committed.begin() as session:
                    replies.write(session, member, book, post_id, "Me too", NOW)
                    done += 1
            except (Forbidden, TooMany):
                continue
        return done

    with ThreadPoolExecutor(2 * number) as pool:
        written = sum(pool.map(attempt, members))
    with committed.begin() as session:
        each = select(func.count()).where(col(Reply.post_id) == post_id).group_by(col(Reply.author_id))
        return written, list(session.scalars(each))


def test_law_06_the_number_of_replies_is_exact_under_a_race(committed: Database) -> None:
    few = {"/replies/per_post": 10, "/replies/per_member": 2}
    written, counts = race(committed, with_clauses(wide_open(founding_book()), AUDIENCE, few), 16, 2)
    assert written == sum(counts) == 10
    assert max(counts) <= 2


def test_law_06_what_is_left_to_one_member_is_exact_under_a_race(committed: Database) -> None:
    book = with_clauses(wide_open(founding_book()), AUDIENCE, {"/replies/per_member": 1})
    assert race_of_one(committed, book) == 1


def test_law_06_a_pause_holds_under_a_race(committed: Database) -> None:
    book = with_clauses(wide_open(founding_book()), AUDIENCE, {"/replies/gap_s": 60})
    assert race_of_one(committed, book) == 1


def test_no_reply_is_too_soon_under_a_race_where_no_pause_is_set(committed: Database) -> None:
    assert race_of_one(committed, wide_open(founding_book())) == 12


def race_of_one(committed: Database, book: Book) -> int:
    """Have one member, who has read a post, answer it from twelve places at once; return how often.

    The clocks of these requests differ a little, whichever comes first.
    """
    with committed.begin() as session:
        post_id = make_post(session, identity_of(make_member(session)), book).id
        member = identity_of(make_member(session))
        reply_cards.listing(session, member, book, post_id, NOW, limit=1)
    start = Barrier(12)

    def attempt(place: int) -> bool:
        start.wait()
        try:
            with committed.begin() as session:
                replies.write(session, member, book, post_id, f"From {place}", NOW - place * SECOND / 1000)
        except (Forbidden, TooMany):
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        return sum(pool.map(attempt, range(12)))


@pytest.fixture
def talk(session: Session, book: Book) -> Talk:
    return Talk(session, book)


@pytest.fixture
def asking(session: Session, book: Book) -> Talk:
    return Talk(session, book, audience=ASK, body="Bread #rye")


def test_an_answer_knows_what_it_stands_under(talk: Talk) -> None:
    first, second = talk.say("ben", "One"), talk.say("cleo", "Two", "One")
    third = talk.say("ada", "Three", "Two")
    assert (first.depth, first.root_id, first.parent_id) == (0, first.id, None)
    assert (third.depth, third.root_id, third.parent_id) == (2, first.id, second.id)


@pytest.mark.parametrize("how", ["unknown", "elsewhere", "taken back", "blocked", "under a blocked one"])
def test_law_07_what_cannot_be_answered_cannot_be_told_apart(talk: Talk, how: str) -> None:
    other = Talk(talk.session, talk.book, people=talk.people)
    talk.say("cleo", "One")
    talk.say("dora", "Two", "One")
    if how == "taken back":
        talk.take_back("dora", "Two")
    if "blocked" in how:
        following.block(talk.session, talk.who("ben"), talk.book, "dora" if how == "blocked" else "cleo", NOW)
    parent = {"unknown": 7, "elsewhere": other.say("cleo", "There").id}.get(how, talk.made["Two"].id)
    with pytest.raises(RuleBroken) as refused:
        replies.write(talk.session, talk.who("ben"), talk.book, talk.post.id, "Hm", NOW, parent_id=parent)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.clause) == ("/parent_id", None)
    assert fault.detail == "There is no reply under this id that you can answer."


def test_answers_go_no_deeper_than_the_clause(talk: Talk) -> None:
    talk.book = with_clauses(talk.book, AUDIENCE, {"/replies/depth": 2})
    for body, under in (("0", None), ("1", "0"), ("2", "1")):
        talk.say("ben", body, under)
    with pytest.raises(Forbidden) as refused:
        talk.say("ben", "3", "2")
    assert refused.value.faults[0].clause == talk.book.cite(AUDIENCE, "/replies/depth")


def test_the_database_lets_no_answer_stand_under_another_post(talk: Talk) -> None:
    there = Talk(talk.session, talk.book, people=talk.people).say("ben", "There")
    talk.say("ben", "Here")
    move = update(Reply).where(col(Reply.id) == talk.made["Here"].id).values(above=[there.id])
    with pytest.raises(IntegrityError, match="fk_reply_post_id_parent_id"), talk.session.begin_nested():
        talk.session.execute(move)


def test_a_pause_counts_what_was_taken_back(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"replies": {"gap_s": 60}})
    first = replies.write(session, ben, book, post.id, "One", NOW)
    replies.delete(session, ben, first.id, NOW)
    with pytest.raises(TooMany) as refused:
        replies.write(session, ben, book, post.id, "Two", NOW + 20 * SECOND)
    assert refused.value.retry_after_s == 40
    assert refused.value.faults[0].pointer == "/replies/gap_s"
    replies.write(session, ben, book, post.id, "Two", NOW + 60 * SECOND)


def test_of_two_replies_at_once_the_later_waits_only_where_a_pause_is_set(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    """The one that is written second may have begun first: it waited for the post."""
    free, paused = make_post(session, ada, book), make_post(session, ada, book, {"replies": {"gap_s": 60}})
    for post in (free, paused):
        replies.write(session, ben, book, post.id, "One", NOW)
    began = NOW - timedelta(milliseconds=5)
    replies.write(session, ben, book, free.id, "Two", began)
    with pytest.raises(TooMany) as refused:
        replies.write(session, ben, book, paused.id, "Two", began)
    assert refused.value.retry_after_s == 60


@pytest.mark.parametrize(("watched_ms", "may"), [(0, False), (400, False), (500, True)])
def test_one_answers_after_watching_as_much_as_the_author_asks(
    session: Session, book: Book, ada: Identity, ben: Identity, watched_ms: int, may: bool
) -> None:
    post = make_post(session, ada, book, {"replies": {"watched_min": 50}})
    session.execute(update(Post).where(col(Post.id) == post.id).values(length_ms=1000))
    read(session, ben, book, post)
    session.execute(text("UPDATE seat SET watched_ms = :ms"), {"ms": watched_ms})
    if may:
        replies.write(session, ben, book, post.id, "Seen", NOW)
    else:
        with pytest.raises(Forbidden):
            replies.write(session, ben, book, post.id, "Not seen", NOW)


def test_a_later_layer_closes_a_post_for_answers(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    later = {"after": [{"age": "PT1H", "set": {"replies": {"until": "PT1M"}}}]}
    post = make_post(session, ada, book, later)
    replies.write(session, ben, book, post.id, "Early", NOW + timedelta(minutes=59))
    with pytest.raises(Forbidden) as refused:
        replies.write(session, ben, book, post.id, "Late", NOW + timedelta(minutes=61))
    assert refused.value.faults[0].pointer == "/after/0/set/replies/until"


def test_who_may_not_answer_is_told_why(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    post = make_post(session, ada, book, {"interact": {"reply": {"auto": [{"member": "ben"}]}}})
    replies.write(session, ben, book, post.id, "Me", NOW)
    with pytest.raises(Forbidden) as refused:
        replies.write(session, identity_of(make_member(session)), book, post.id, "Me too", NOW)
    assert refused.value.faults[0].pointer == "/interact/reply"


def test_what_waits_is_shown_once_its_posts_author_says_yes(asking: Talk) -> None:
    reply = asking.say("ben", "May I?")
    assert asking.shown("cleo") == []
    replies.grant(asking.session, asking.who("ada"), asking.book, reply.id, NOW)
    assert asking.shown("cleo") == ["May I?"]
    with pytest.raises(Conflict):
        replies.refuse(asking.session, asking.who("ada"), reply.id, NOW)
    asking.say("ada", "You may", "May I?")


def test_nobody_else_decides_and_nothing_that_is_gone_is_decided(asking: Talk) -> None:
    reply, gone = asking.say("ben", "May I?"), asking.say("cleo", "And I?")
    asking.take_back("cleo", "And I?")
    for who, what in (("ben", reply), ("cleo", reply), ("ada", gone)):
        with pytest.raises(NotFound):
            replies.grant(asking.session, asking.who(who), asking.book, what.id, NOW)
        with pytest.raises(NotFound):
            replies.refuse(asking.session, asking.who(who), what.id, NOW)
    following.block(asking.session, asking.who("ben"), asking.book, "ada", NOW)
    with pytest.raises(NotFound):
        replies.refuse(asking.session, asking.who("ada"), reply.id, NOW)


def test_what_waits_takes_no_room_from_others_and_finds_it_when_granted(asking: Talk) -> None:
    asking.book = with_clauses(asking.book, AUDIENCE, {"/replies/per_post": 1, "/replies/per_member": 1})
    first, second = asking.say("ben", "One"), asking.say("cleo", "Two")
    with pytest.raises(Forbidden, match="more replies"):
        asking.say("ben", "Again")
    replies.grant(asking.session, asking.who("ada"), asking.book, first.id, NOW)
    with pytest.raises(Forbidden) as refused:
        replies.grant(asking.session, asking.who("ada"), asking.book, second.id, NOW)
    assert refused.value.faults[0].clause == asking.book.cite(AUDIENCE, "/replies/per_post")
    asking.take_back("ben", "One")
    replies.grant(asking.session, asking.who("ada"), asking.book, second.id, NOW)


def test_what_waits_is_not_answered(asking: Talk) -> None:
    asking.say("ben", "May I?")
    for who in ("ben", "ada"):
        with pytest.raises(RuleBroken):
            asking.say(who, "Hm", "May I?")


def given(talk: Talk, handle: str) -> int:
    number = select(func.coalesce(func.sum(col(Contribution.number)), 0)).where(
        col(Contribution.member_id) == talk.who(handle).member_id, col(Contribution.kind) == "reply"
    )
    return talk.session.scalar(number) or 0


def test_a_reply_gives_to_the_topics_of_its_post_until_it_is_taken_back(session: Session, book: Book) -> None:
    talk = Talk(session, book, body="Bread #rye #dough")
    talk.say("ben", "Mine")
    assert given(talk, "ben") == 2
    talk.take_back("ben", "Mine")
    assert given(talk, "ben") == 0


def test_what_waits_gives_nothing_until_it_is_shown(asking: Talk) -> None:
    shown, unshown = asking.say("ben", "One"), asking.say("cleo", "Two")
    assert (given(asking, "ben"), given(asking, "cleo")) == (0, 0)
    replies.grant(asking.session, asking.who("ada"), asking.book, shown.id, NOW)
    replies.refuse(asking.session, asking.who("ada"), unshown.id, NOW)
    assert (given(asking, "ben"), given(asking, "cleo")) == (1, 0)
    asking.say("ben", "Three")
    asking.take_back("ben", "Three")
    assert given(asking, "ben") == 1
    asking.take_back("ben", "One")
    asking.take_back("cleo", "Two")
    assert (given(asking, "ben"), given(asking, "cleo")) == (0, 0)


def test_a_reply_shows_a_picture_of_ones_own_that_is_nowhere_else(talk: Talk) -> None:
    ben = talk.who("ben")
    mine, posted = make_asset(talk.session, ben), make_asset(talk.session, ben)
    make_post(talk.session, ben, talk.book, asset_id=posted.id)
    talk.say("ben", "", asset_id=mine.id)
    for asset in (mine, posted):
        with pytest.raises(Conflict):
            talk.say("ben", "Again", asset_id=asset.id)
    for asset in (make_asset(talk.session, talk.who("cleo")), make_asset(talk.session, ben, "waiting")):
        with pytest.raises(RuleBroken) as refused:
            talk.say("ben", "Not mine", asset_id=asset.id)
        assert refused.value.faults[0].pointer == "/asset_id"
    with pytest.raises(RuleBroken):
        talk.say("ben", " ")
