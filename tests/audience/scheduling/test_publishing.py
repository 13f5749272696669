"""What is due: published once, by the rules of then, or kept and told why it was not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from audience.keys import member_key
from audience.rules import AUDIENCE
from audience.scheduling import publishing, schedule
from audience.scheduling.tables import ScheduledPost
from audience.tables import Post
from coop import guilds
from coop.book import Book
from coop.errors import Conflict
from coop.identity import Identity
from coop.notice_tables import Announcement, Notice
from coop.tables import Member
from tests.audience.factories import NOW, make_asset, make_post, with_clauses
from tests.audience.moderation.rules import rule, with_rules
from tests.audience.scheduling.ahead import HOUR, LATER, QUOTABLE, ahead, given, writes_ahead
from tests.factories import LISBON, identity_of, make_guild, make_member


@pytest.fixture
def free(book: Book, ada: Identity) -> Book:
    """The book by which Ada may write ahead."""
    return writes_ahead(book, ada)


def posts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Post)) or 0


def told(session: Session) -> list[Any]:
    said = select(Announcement, col(Notice.member_id)).join(Notice)
    rows = session.execute(said.where(col(Announcement.moment) == publishing.UNPUBLISHED))
    return list(rows.all())


def refused(
    session: Session, author: Identity, book: Book, scheduled_id: int
) -> list[tuple[str, str | None]]:
    """Settle what is due, which is refused; return where it was wrong, and by which clauses."""
    before = posts(session)
    assert not publishing.settle(session, book, scheduled_id, LATER)
    assert posts(session) == before
    kept = schedule.read(session, author, scheduled_id)
    assert kept.state == "refused"
    assert kept.settled_at == LATER
    assert kept.draft is not None
    assert kept.refusal is not None
    return [(one.pointer, None if one.clause is None else one.clause.clause) for one in kept.refusal.faults]


def test_law_14_it_is_published_at_its_time_and_not_before_and_once(
    session: Session, free: Book, ada: Identity
) -> None:
    kept = ahead(session, ada, free)
    assert not publishing.settle(session, free, kept.id, LATER - timedelta(seconds=1))
    assert posts(session) == 0
    assert publishing.settle(session, free, kept.id, LATER)
    for later in (LATER, LATER + HOUR):
        assert not publishing.settle(session, free, kept.id, later)
    assert posts(session) == 1
    found = schedule.read(session, ada, kept.id)
    assert (found.state, found.draft, found.settled_at) == ("published", None, LATER)
    assert schedule.mine(session, ada) == []
    assert told(session) == []


def test_it_is_published_with_all_that_was_given(
    session: Session, free: Book, ada: Identity, ben: Identity
) -> None:
    source = make_post(session, ben, free, QUOTABLE)
    picture = make_asset(session, ada)
    audience = {"see": {"any": [{"member": "ben"}]}, "seats": {"max": 9}}
    draft = given(
        "Rye",
        audience,
        teaser="Of grain",
        asset_id=picture.id,
        place_id=LISBON,
        language="pt",
        quote_id=source.id,
    )
    kept = ahead(session, ada, free, draft)
    assert publishing.settle(session, free, kept.id, LATER + HOUR)
    post = session.get_one(Post, schedule.read(session, ada, kept.id).post_id)
    assert post.author_id == ada.member_id
    assert (post.body, post.teaser, post.asset_id, post.place_id, post.language, post.embeds) == (
        "Rye",
        "Of grain",
        picture.id,
        LISBON,
        "pt",
        True,
    )
    assert post.audience == audience
    assert set(post.lock_any) >= {member_key(ben.member_id)}
    assert post.created_at == LATER + HOUR, "a late worker publishes late"


def test_law_03_it_is_published_by_the_clauses_of_then(session: Session, free: Book, ada: Identity) -> None:
    kept = ahead(session, ada, free, given("Bread and butter", {"seats": {"max": 300}}))
    shorter = with_clauses(free, AUDIENCE, {"/posts/characters": 9})
    assert refused(session, ada, shorter, kept.id) == [("/body", None)]
    fewer = with_clauses(free, AUDIENCE, {"/seats/ceiling": 200})
    other = ahead(session, ada, free, given("Bread", {"seats": {"max": 300}}))
    assert refused(session, ada, fewer, other.id) == [("/audience/seats/max", "/seats/ceiling")]


def test_whoever_lost_the_feature_keeps_the_text_and_is_told_why(
    session: Session, book: Book, free: Book, ada: Identity
) -> None:
    kept = ahead(session, ada, free)
    clause = "/features/scheduled_posts/member/grant_when"
    assert refused(session, ada, book, kept.id) == [("", clause)]
    ((said, member_id),) = told(session)
    assert member_id == ada.member_id
    assert (said.topic, said.subject, said.path) == ("post", kept.id, f"/posts/scheduled/{kept.id}")
    assert "You do not hold what it takes" in said.detail
    assert not publishing.settle(session, free, kept.id, LATER + HOUR), "it is mended by hand"


def test_a_guild_that_was_left_takes_nothing_more(session: Session, book: Book) -> None:
    founder, cleo = make_member(session, "ada"), make_member(session, "cleo")
    guild = make_guild(session, "bakers", founder, (cleo,))
    author = identity_of(cleo, (guild,))
    free = writes_ahead(book, author)
    kept = ahead(session, author, free, given(guild="bakers"))
    guilds.leave(session, author, "bakers", NOW)
    assert refused(session, author, free, kept.id) == [("/guild", None)]


def test_a_picture_that_was_shown_elsewhere_meanwhile_is_told(
    session: Session, free: Book, ada: Identity
) -> None:
    picture = make_asset(session, ada)
    kept = ahead(session, ada, free, given(asset_id=picture.id))
    make_post(session, ada, free, asset_id=picture.id)
    assert refused(session, ada, free, kept.id) == [("/asset_id", None)]


def test_a_quote_of_what_was_closed_meanwhile_is_not_published(
    session: Session, free: Book, ada: Identity, ben: Identity
) -> None:
    source = make_post(session, ben, free, QUOTABLE)
    kept = ahead(session, ada, free, given(quote_id=source.id))
    session.execute(update(Post).where(col(Post.id) == source.id).values(deleted_at=NOW))
    assert refused(session, ada, free, kept.id) == [("/quote/post_id", None)]


def test_a_rule_that_slows_its_author_then_refuses_it_with_the_rule(
    session: Session, free: Book, ada: Identity
) -> None:
    ruled = with_rules(free, {"rye": rule("text.contains('rye')", "slow", gap="PT6H")})
    kept = ahead(session, ada, ruled)
    make_post(session, ada, ruled, body="rye")
    assert refused(session, ada, ruled, kept.id) == [("", "/rules/rye/gap")]


def test_what_a_rule_holds_is_published_and_held(session: Session, free: Book, ada: Identity) -> None:
    kept = ahead(session, ada, free, given("rye"))
    ruled = with_rules(free, {"rye": rule("text.contains('rye')")})
    assert publishing.settle(session, ruled, kept.id, LATER)
    post = session.get_one(Post, schedule.read(session, ada, kept.id).post_id)
    assert post.held_at == LATER


def test_what_was_refused_waits_again_once_it_is_mended_and_a_second_refusal_is_told_too(
    session: Session, book: Book, free: Book, ada: Identity
) -> None:
    kept = ahead(session, ada, free)
    refused(session, ada, book, kept.id)
    assert [one.id for one in schedule.mine(session, ada)] == [kept.id]
    again = schedule.change(session, ada, free, kept.id, given("Rye"), LATER + HOUR, LATER)
    assert (again.state, again.refusal, again.settled_at) == ("waiting", None, None)
    assert not publishing.settle(session, book, kept.id, LATER + HOUR)
    assert len(told(session)) == 2
    schedule.change(session, ada, free, kept.id, given("Rye"), LATER + 2 * HOUR, LATER)
    assert publishing.settle(session, free, kept.id, LATER + 2 * HOUR)


def test_what_is_published_is_neither_changed_nor_taken_back_here(
    session: Session, free: Book, ada: Identity
) -> None:
    kept = ahead(session, ada, free)
    assert publishing.settle(session, free, kept.id, LATER)
    with pytest.raises(Conflict):
        schedule.change(session, ada, free, kept.id, given("Rye"), LATER + HOUR, LATER)
    with pytest.raises(Conflict):
        schedule.withdraw(session, ada, kept.id)


def test_what_somebody_wrote_who_left_is_not_published_and_not_kept(
    session: Session, free: Book, ada: Identity
) -> None:
    kept = ahead(session, ada, free)
    session.execute(update(Member).where(col(Member.id) == ada.member_id).values(left_at=NOW))
    assert not publishing.settle(session, free, kept.id, LATER)
    assert posts(session) == 0
    assert session.scalar(select(func.count()).select_from(ScheduledPost)) == 0
