"""Likes, reposts and downloads: each its own thing, once, and asked for where its author decides."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import asks, downloads, following, grants, likes, posts, replies, reposts, stages, timeline
from audience.cards import cards
from audience.document import Parts
from audience.interaction_tables import Asked, PostLike, Repost
from audience.newest import Entry
from audience.rules import AUDIENCE
from audience.tables import Post
from coop.book import Book
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import NOBODY, NOW, founding_book, make_asset, make_post, with_clauses
from tests.audience.silenced import pause, suspend
from tests.factories import identity_of, make_member

LATER = NOW + timedelta(hours=1)
ASKING = {"interact": {verb: {"ask": [{"local": True}]} for verb in ("like", "repost", "download")}}
CLOSED: dict[str, Any] = {"interact": {verb: {} for verb in ("like", "repost", "download")}}
DO: dict[str, Any] = {"like": likes.like, "repost": reposts.repost}
UNDO: dict[str, Any] = {"like": likes.unlike, "repost": reposts.take_back}
TABLES: dict[str, Any] = {"like": PostLike, "repost": Repost}
both = pytest.mark.parametrize("verb", ["like", "repost"])


def on_page(
    session: Session, viewer: Identity, book: Book, handle: str, *, before: int, limit: int
) -> tuple[list[Entry], int | None]:
    asked = timeline.of_author(session, viewer, handle)
    shown, last = timeline.page(session, viewer, book, asked, LATER, before=before, limit=limit)
    return [one for one in shown if isinstance(one, Entry)], last


def number(session: Session, verb: str) -> int:
    return session.scalar(select(func.count()).select_from(TABLES[verb])) or 0


def told(
    session: Session, reader: Identity, book: Book, post: Post
) -> tuple[int | None, int | None, int | None]:
    card = cards(session, reader, book, [post.id], NOW)[post.id]
    return card.likes, card.reposts, card.replies


def asked_for(session: Session, book: Book, author: Identity, reader: Identity, verb: str) -> grants.Ask:
    """Have a reader ask to do something with a post, and return what waits for its author."""
    post = make_post(session, author, book, ASKING)
    DO[verb](session, reader, book, post.id, NOW)
    ((ask,), _) = grants.page(session, author, after=0, limit=9)
    return ask


@both
def test_it_is_done_once_and_taken_back(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    post = make_post(session, ada, book)
    for _ in range(2):
        assert DO[verb](session, ben, book, post.id, NOW) == "done"
    assert number(session, verb) == 1
    card = cards(session, ben, book, [post.id], NOW)[post.id]
    assert (card.liked, card.reposted) == (verb == "like", verb == "repost")
    for _ in range(2):
        UNDO[verb](session, ben, post.id)
    assert number(session, verb) == 0
    UNDO[verb](session, ben, 7)


@both
def test_law_07_nothing_is_done_with_a_post_that_one_may_not_see(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    for post_id in (make_post(session, ada, book, NOBODY).id, 7):
        with pytest.raises(NotFound):
            DO[verb](session, ben, book, post_id, NOW)


@both
def test_what_its_author_closed_is_refused(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    post = make_post(session, ada, book, CLOSED)
    with pytest.raises(Forbidden, match="not opened this to you"):
        DO[verb](session, ben, book, post.id, NOW)
    assert DO[verb](session, ada, book, post.id, NOW) == "done"


@both
def test_what_is_asked_for_happens_when_it_is_granted(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    post = make_post(session, ada, book, ASKING)
    for _ in range(2):
        assert DO[verb](session, ben, book, post.id, NOW) == "waiting"
    assert number(session, verb) == 0
    ((ask,), _) = grants.page(session, ada, after=0, limit=9)
    assert (ask.verb, ask.asker, ask.post_id, ask.body, ask.at) == (verb, "ben", post.id, None, NOW)
    assert grants.page(session, ada, after=ask.id, limit=9) == ([], None)
    for _ in range(2):
        grants.grant(session, ada, book, ask.id, LATER)
    assert number(session, verb) == 1
    assert DO[verb](session, ben, book, post.id, NOW) == "done"
    grants.refuse(session, ada, ask.id, LATER)
    assert number(session, verb) == 0


@both
def test_what_its_maker_took_back_is_not_done_again_by_whatever_its_author_says(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    ask = asked_for(session, book, ada, ben, verb)
    grants.grant(session, ada, book, ask.id, LATER)
    UNDO[verb](session, ben, ask.post_id)
    with pytest.raises(NotFound):
        grants.refuse(session, ada, ask.id, LATER)
    with pytest.raises(NotFound):
        grants.grant(session, ada, book, ask.id, LATER)
    assert number(session, verb) == 0
    assert DO[verb](session, ben, book, ask.post_id, LATER) == "waiting"
    ((again,), _) = grants.page(session, ada, after=0, limit=9)
    assert again.id != ask.id


@both
def test_a_yes_that_was_taken_back_is_given_again_without_doing_it(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    ask = asked_for(session, book, ada, ben, verb)
    grants.grant(session, ada, book, ask.id, LATER)
    grants.refuse(session, ada, ask.id, LATER)
    UNDO[verb](session, ben, ask.post_id)
    grants.grant(session, ada, book, ask.id, LATER)
    assert number(session, verb) == 0
    assert DO[verb](session, ben, book, ask.post_id, LATER) == "done"


def lose_access(session: Session, book: Book, ada: Identity, post: Post) -> None:
    stages.tighten(session, ada, book, post.id, Parts(preset="self"), NOW)


def close(session: Session, book: Book, ada: Identity, post: Post) -> None:
    closed = Parts.model_validate(CLOSED)
    stages.tighten(session, ada, book, post.id, closed, NOW)


@both
@pytest.mark.parametrize("happens", [lose_access, close])
def test_law_07_a_yes_to_whom_it_is_no_longer_for_does_nothing_and_looks_like_any_other(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str, happens: Any
) -> None:
    post = make_post(session, ada, book, ASKING)
    DO[verb](session, ben, book, post.id, NOW)
    happens(session, book, ada, post)
    ((ask,), _) = grants.page(session, ada, after=0, limit=9)
    grants.grant(session, ada, book, ask.id, LATER)
    assert number(session, verb) == 0
    assert grants.page(session, ada, after=0, limit=9) == ([], None)


@both
def test_who_has_left_asks_for_nothing(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    ask = asked_for(session, book, ada, ben, verb)
    session.get_one(Member, ben.member_id).left_at = LATER
    session.flush()
    assert grants.page(session, ada, after=0, limit=9) == ([], None)
    with pytest.raises(NotFound):
        grants.grant(session, ada, book, ask.id, LATER)
    assert number(session, verb) == 0


@both
def test_law_08_no_yes_opens_what_a_vote_has_closed_since(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    ask = asked_for(session, book, ada, ben, verb)
    voted = with_clauses(
        book, AUDIENCE, {f"/interact/{verb}/{clause}": "nobody" for clause in ("default", "ceiling")}
    )
    with pytest.raises(Forbidden) as refused:
        grants.grant(session, ada, voted, ask.id, LATER)
    assert refused.value.faults[0].clause == voted.cite(AUDIENCE, f"/interact/{verb}/ceiling")
    assert number(session, verb) == 0


@both
def test_a_no_is_an_answer_and_nobody_is_asked_again(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    ask = asked_for(session, book, ada, ben, verb)
    grants.refuse(session, ada, ask.id, LATER)
    UNDO[verb](session, ben, ask.post_id)
    with pytest.raises(Forbidden, match="said no"):
        DO[verb](session, ben, book, ask.post_id, NOW)
    assert grants.page(session, ada, after=0, limit=9) == ([], None)
    grants.grant(session, ada, book, ask.id, LATER)
    assert number(session, verb) == 0
    assert DO[verb](session, ben, book, ask.post_id, LATER) == "done"
    assert number(session, verb) == 1


@both
def test_what_is_no_longer_wanted_is_no_longer_asked(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str
) -> None:
    ask = asked_for(session, book, ada, ben, verb)
    UNDO[verb](session, ben, ask.post_id)
    assert session.scalar(select(func.count()).select_from(Asked)) == 0
    with pytest.raises(NotFound):
        grants.grant(session, ada, book, ask.id, LATER)


def test_law_07_asks_are_the_author_s_alone_and_none_of_whom_they_block(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    ask = asked_for(session, book, ada, ben, "like")
    with pytest.raises(NotFound):
        grants.grant(session, ben, book, ask.id, LATER)
    with pytest.raises(NotFound):
        grants.refuse(session, ben, ask.id, LATER)
    following.block(session, ben, book, "ada", NOW)
    assert grants.page(session, ada, after=0, limit=9) == ([], None)
    with pytest.raises(NotFound):
        grants.grant(session, ada, book, ask.id, LATER)


def test_asks_come_in_pages(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    for minute in range(3):
        post = make_post(session, ada, book, ASKING)
        likes.like(session, ben, book, post.id, NOW + timedelta(minutes=minute))
    first, last = grants.page(session, ada, after=0, limit=2)
    assert last == first[-1].id
    second, end = grants.page(session, ada, after=last, limit=2)
    assert (len(first), len(second), end) == (2, 1, None)


def test_numbers_are_told_to_whom_the_clauses_say(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    readers = [ben, *(identity_of(make_member(session)) for _ in range(6))]
    for reader in (ada, *readers):
        likes.like(session, reader, book, post.id, NOW)
    for reader in readers[:5]:
        reposts.repost(session, reader, book, post.id, NOW)
    replies.write(session, ben, book, post.id, "Rye?", NOW)
    assert told(session, ada, book, post) == (5, 5, 1)
    assert told(session, ben, book, post) == (None, None, None)
    open_book = with_clauses(book, AUDIENCE, {"/counts/likes": "readers", "/counts/reposts": "nobody"})
    assert told(session, ben, open_book, post) == (8, None, None)
    assert told(session, ada, open_book, post) == (8, None, 1)


def test_law_07_an_author_is_told_of_no_gesture_that_could_be_one_person_s(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"see": {"any": [{"member": "ben"}]}})
    public = with_clauses(book, AUDIENCE, {"/counts/likes": "readers", "/counts/reposts": "readers"})
    before = [told(session, ada, one, post) for one in (book, public)]
    for verb in DO:
        DO[verb](session, ben, book, post.id, NOW)
    assert [told(session, ada, one, post) for one in (book, public)] == before
    assert before[0] == (None, None, 0)


def test_law_07_what_the_author_does_themself_moves_no_step(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book)
    for reader in (ben, *(identity_of(make_member(session)) for _ in range(3))):
        likes.like(session, reader, book, post.id, NOW)
    likes.like(session, ada, book, post.id, NOW)
    assert told(session, ada, book, post)[0] is None


def test_law_07_a_public_number_is_told_once_enough_have_been_given_the_post(
    session: Session, book: Book, ada: Identity
) -> None:
    public = with_clauses(book, AUDIENCE, {"/counts/likes": "readers"})
    post = make_post(session, ada, public)
    readers = [identity_of(make_member(session)) for _ in range(5)]
    seen = []
    for reader in readers:
        likes.like(session, reader, public, post.id, NOW)
        seen.append(told(session, reader, public, post)[0])
    assert seen == [None, None, None, None, 5]
    likes.unlike(session, readers[0], post.id)
    assert told(session, readers[0], public, post)[0] == 4


def test_a_repost_stands_on_the_page_of_whom_it_is_by_in_order_of_time(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    post = make_post(session, ada, book)
    own = make_post(session, ben, book, now=NOW + timedelta(minutes=1))
    reposts.repost(session, ben, book, post.id, NOW + timedelta(minutes=2))
    found, last = on_page(session, cleo, book, "ben", before=2**63 - 1, limit=1)
    assert [(one.card.id, one.card.author, one.reposted) for one in found] == [(post.id, "ada", True)]
    rest, end = on_page(session, cleo, book, "ben", before=last or 0, limit=1)
    assert [(one.card.id, one.reposted, end) for one in rest] == [(own.id, False, None)]


def test_law_08_a_repost_shows_a_post_to_nobody_who_may_not_see_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    post = make_post(session, ada, book, {"see": {"any": [{"member": "ben"}]}})
    gone = make_post(session, ada, book)
    for one in (post, gone):
        reposts.repost(session, ben, book, one.id, NOW)
    posts.delete(session, ada, gone.id, NOW)
    assert on_page(session, cleo, book, "ben", before=2**63 - 1, limit=9) == ([], None)
    found, _ = on_page(session, ben, book, "ben", before=2**63 - 1, limit=9)
    assert [one.card.id for one in found] == [post.id]


def test_law_07_the_reposts_of_one_who_blocks_are_not_there(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    cleo = identity_of(make_member(session, "cleo"))
    reposts.repost(session, ben, book, make_post(session, ada, book).id, NOW)
    assert on_page(session, cleo, book, "ben", before=2**63 - 1, limit=9)[0]
    following.block(session, ben, book, "cleo", NOW)
    assert on_page(session, cleo, book, "ben", before=2**63 - 1, limit=9) == ([], None)


def test_a_picture_is_kept_where_its_author_lets_one(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    def pictured(audience: dict[str, Any]) -> Post:
        return make_post(session, ada, book, audience, asset_id=make_asset(session, ada).id)

    silent, asking, bare = pictured({}), pictured(ASKING), make_post(session, ada, book)
    with pytest.raises(Forbidden):
        downloads.file_of(session, ben, book, silent.id, NOW)
    with pytest.raises(Forbidden):
        downloads.ask(session, ben, book, silent.id, NOW)
    assert downloads.file_of(session, ada, book, silent.id, NOW).name == "large"
    with pytest.raises(NotFound):
        downloads.file_of(session, ada, book, bare.id, NOW)
    with pytest.raises(Conflict, match="no picture"):
        downloads.ask(session, ada, book, bare.id, NOW)
    with pytest.raises(Forbidden, match="say yes first"):
        downloads.file_of(session, ben, book, asking.id, NOW)
    assert downloads.ask(session, ben, book, asking.id, NOW) == "waiting"
    ((ask,), _) = grants.page(session, ada, after=0, limit=9)
    grants.grant(session, ada, book, ask.id, LATER)
    assert downloads.ask(session, ben, book, asking.id, NOW) == asks.DONE
    assert downloads.file_of(session, ben, book, asking.id, NOW).asset_id == asking.asset_id
    grants.refuse(session, ada, ask.id, LATER)
    with pytest.raises(Forbidden):
        downloads.file_of(session, ben, book, asking.id, NOW)


def together(*jobs: Any) -> list[BaseException]:
    """Run jobs in threads that start at one moment; return what they raised."""
    barrier = Barrier(len(jobs))
    raised: list[BaseException] = []

    def run(job: Any) -> None:
        barrier.wait()
        try:
            job()
        except Exception as error:
            raised.append(error)

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_law_06_who_likes_many_times_at_once_likes_once(committed: Database) -> None:
    book = founding_book()
    with committed.begin() as session:
        ada, ben = (identity_of(make_member(session, name)) for name in ("ada", "ben"))
        post_id = make_post(session, ada, book).id

    def press() -> None:
        with committed.begin() as session:
            likes.like(session, ben, book, post_id, NOW)

    assert together(*[press] * 12) == []
    with committed.begin() as session:
        assert session.scalars(select(col(PostLike.member_id))).all() == [ben.member_id]


def test_whoever_changes_their_mind_while_a_yes_is_on_its_way_does_not_like_it(committed: Database) -> None:
    book = founding_book()
    with committed.begin() as session:
        ada, ben = (identity_of(make_member(session, name)) for name in ("ada", "ben"))
        post_id = make_post(session, ada, book, ASKING).id

    def say_yes(ask_id: int) -> None:
        with committed.begin() as session:
            grants.grant(session, ada, book, ask_id, LATER)

    def change_mind() -> None:
        with committed.begin() as session:
            likes.unlike(session, ben, post_id)

    for _ in range(6):
        with committed.begin() as session:
            assert likes.like(session, ben, book, post_id, NOW) == "waiting"
            ((ask,), _) = grants.page(session, ada, after=0, limit=9)
        raised = together(lambda ask_id=ask.id: say_yes(ask_id), change_mind)
        assert all(isinstance(one, NotFound) for one in raised)
        with committed.begin() as session:
            assert session.scalars(select(Asked)).all() == []
            assert number(session, "like") == 0


def test_a_yes_that_is_taken_back_while_it_is_used_undoes_what_it_let(committed: Database) -> None:
    book = founding_book()
    with committed.begin() as session:
        ada, ben = (identity_of(make_member(session, name)) for name in ("ada", "ben"))
        post_id = make_post(session, ada, book, ASKING).id
        likes.like(session, ben, book, post_id, NOW)
        ((ask,), _) = grants.page(session, ada, after=0, limit=9)
        grants.grant(session, ada, book, ask.id, LATER)

    def take_back() -> None:
        with committed.begin() as session:
            grants.refuse(session, ada, ask.id, LATER)

    with committed.begin() as session:
        assert likes.like(session, ben, book, post_id, NOW) == "done"
        other = Thread(target=take_back)
        other.start()
        other.join(0.5)
    other.join()
    with committed.begin() as session:
        assert number(session, "like") == 0


@pytest.mark.parametrize(("verb", "kept"), [("repost", "pause"), ("repost", "suspend"), ("like", "suspend")])
def test_nothing_is_done_in_the_name_of_whoever_was_paused_or_suspended_since_they_asked(
    session: Session, book: Book, ada: Identity, ben: Identity, verb: str, kept: str
) -> None:
    ask = asked_for(session, book, ada, ben, verb)
    until = pause(session, book, ben, NOW) if kept == "pause" else suspend(session, ben, NOW)
    grants.grant(session, ada, book, ask.id, NOW)
    assert number(session, verb) == 0
    assert DO[verb](session, ben, book, ask.post_id, until) == "done"
    assert number(session, verb) == 1


def test_a_like_is_done_in_the_name_of_whoever_is_paused(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    ask = asked_for(session, book, ada, ben, "like")
    pause(session, book, ben, NOW)
    grants.grant(session, ada, book, ask.id, NOW)
    assert number(session, "like") == 1
