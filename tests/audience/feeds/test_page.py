"""Feeds: what a page holds, in which order, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import following, gate, posts
from audience.access import access_post
from audience.feeds import page as feeds
from audience.feeds.candidates import candidates
from audience.feeds.rules import FEEDS
from audience.feeds.signals import SIGNALS
from audience.feeds.tables import AuthorSignals
from audience.rules import AUDIENCE
from audience.tables import Seat
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import (
    NOBODY,
    NOW,
    make_asset,
    make_post,
    with_clauses,
    with_guild_policy,
)
from tests.coop.statements import counted
from tests.factories import id_of, identity_of, make_guild, make_member

ONE_SEAT = {"seats": {"max": 1}}


def someone(session: Session) -> Identity:
    return identity_of(make_member(session))


def write(
    session: Session, book: Book, *minutes_ago: int, author: Identity | None = None, **more: Any
) -> list[int]:
    """Publish posts so many minutes ago, each by an author of its own unless one is given."""
    return [
        make_post(session, author or someone(session), book, now=NOW - timedelta(minutes=minutes), **more).id
        for minutes in minutes_ago
    ]


def feed(
    session: Session, viewer: Identity, book: Book, name: str = "chronological", **more: Any
) -> list[int]:
    return [item.card.id for item in feeds.page(session, viewer, book, name, NOW, **more)]


def test_the_chronological_feed_is_newest_first_and_goes_on_with_the_next_unseen(
    session: Session, book: Book, ben: Identity
) -> None:
    made = write(session, book, *range(1, 8))
    assert [feed(session, ben, book, limit=3) for _ in range(4)] == [made[:3], made[3:6], made[6:], []]


def test_law_06_what_a_page_delivers_takes_its_seat(session: Session, book: Book, ben: Identity) -> None:
    made = write(session, book, 1, 2, 3)
    feed(session, ben, book, "balanced", limit=2)
    rows = session.execute(select(col(Seat.post_id), col(Seat.via), col(Seat.epoch))).all()
    assert {row.post_id for row in rows} < set(made)
    assert {(row.via, row.epoch) for row in rows} == {("feed:balanced", book.epoch)}


def test_law_07_a_page_holds_nothing_that_may_not_be_seen(
    session: Session, book: Book, ben: Identity
) -> None:
    ada = identity_of(make_member(session, "ada"))
    seen = write(session, book, 9)
    write(session, book, 1, author=ben)
    write(session, book, 2, audience=NOBODY)
    (gone,) = write(session, book, 3, author=ada)
    posts.delete(session, ada, gone, NOW)
    (full,) = write(session, book, 4, audience={"seats": {"max": 1}})
    access_post(session, someone(session), book, full, NOW)
    write(session, book, 5, author=identity_of(make_member(session, "blocked")))
    following.block(session, ben, book, "blocked", NOW)
    blocker = identity_of(make_member(session, "blocker"))
    write(session, book, 6, author=blocker)
    following.block(session, blocker, book, "ben", NOW)
    (opened,) = write(session, book, 7)
    access_post(session, ben, book, opened, NOW)
    write(session, book, 60 * 24 * 366)
    assert feed(session, ben, book) == seen


def test_a_page_follows_the_keys_of_its_reader(session: Session, book: Book) -> None:
    author, reader = make_member(session), make_member(session, "reader")
    guild = make_guild(session, "bakers", author, (reader,))
    maker = identity_of(author, (guild,))
    (named,) = write(session, book, 1, author=maker, audience={"see": {"any": [{"member": "reader"}]}})
    (shared,) = write(session, book, 2, author=maker, audience={"see": {"any": [{"guild": "bakers"}]}})
    assert feed(session, identity_of(reader, (guild,)), book) == [named, shared]
    assert feed(session, someone(session), book) == []
    assert feed(session, identity_of(reader), book) == []


def test_a_guilds_own_limits_hold_in_a_feed(session: Session, book: Book, ben: Identity) -> None:
    founder = make_member(session)
    guild = make_guild(session, "bakers", founder)
    quiet = with_guild_policy(
        book, "bakers", "[seats]\ndefault = 10\n[arrivals]\nper_minute = 1\nburst = 2\n"
    )
    inside, outside = identity_of(founder, (guild,)), someone(session)
    (ruled,) = write(session, quiet, 1, author=inside, guild="bakers")
    (free,) = write(session, quiet, 2, author=outside)
    for _ in range(2):
        assert feed(session, someone(session), quiet) == [ruled, free]
    assert feed(session, ben, quiet) == [free]
    following.follow(session, ben, book, founder.handle, NOW)
    assert feed(session, ben, quiet) == [ruled]


@pytest.mark.parametrize("guild", [None, "bakers"])
def test_no_place_is_lost_to_a_post_for_which_friends_wait_as_strangers_do(
    session: Session, book: Book, ben: Identity, guild: str | None
) -> None:
    ada = make_member(session)
    author = identity_of(ada, (make_guild(session, "bakers", ada),))
    tight = with_clauses(book, AUDIENCE, {"/arrivals/per_minute": 1, "/arrivals/burst": 1})
    if guild is None:
        strict = with_clauses(tight, AUDIENCE, {"/arrivals/strangers_only": False})
    else:
        strict = with_guild_policy(tight, guild, "[arrivals]\nstrangers_only = false\n")
    (post,) = write(session, book, 1, author=author, guild=guild)
    assert feed(session, someone(session), strict) == [post]
    following.follow(session, ben, book, author.handle, NOW)
    pools = [
        candidates(session, ben, one, feeds.recipe_of(one, "chronological"), NOW)[0]
        for one in (tight, strict)
    ]
    assert [[one.id for one in pool] for pool in pools] == [[post], []]


def test_the_balanced_feed_weighs_who_is_followed_who_answers_and_who_is_small(
    session: Session, book: Book, ben: Identity
) -> None:
    plain, followed, answering, loud = (make_member(session) for _ in range(4))
    made = {
        member.handle: write(session, book, 60 + n, author=identity_of(member))[0]
        for n, member in enumerate((plain, followed, answering, loud))
    }
    following.follow(session, ben, book, followed.handle, NOW)
    for member, number, viewers, answered in ((answering, 1, 0, 20), (loud, 90, 900, 0)):
        session.add(
            AuthorSignals(
                member_id=id_of(member),
                posts=number,
                viewers=viewers,
                answered=answered,
                computed_at=NOW,
            )
        )
    session.flush()
    order = [made[member.handle] for member in (followed, answering, plain, loud)]
    assert feed(session, ben, book, "balanced") == order


@pytest.mark.parametrize("name", ["following", "guilds"])
def test_an_authors_full_posts_keep_nothing_older_away(session: Session, book: Book, name: str) -> None:
    author, reader, late = make_member(session), make_member(session), someone(session)
    guild = make_guild(session, "bakers", author, (reader,))
    maker, ben = identity_of(author, (guild,)), identity_of(reader, (guild,))
    following.follow(session, ben, book, author.handle, NOW)
    (older,) = write(session, book, 60, author=maker, guild="bakers")
    for post_id in write(session, book, 1, 2, 3, 4, author=maker, guild="bakers", audience=ONE_SEAT):
        access_post(session, late, book, post_id, NOW)
    small = with_clauses(book, FEEDS, {f"/profiles/{name}/page": 3, f"/profiles/{name}/pool": 3})
    assert feed(session, ben, small, name) == [older]


def test_a_feed_looks_through_the_newest_of_all_whoever_made_them(
    session: Session, book: Book, ben: Identity
) -> None:
    ada, cleo = someone(session), someone(session)
    for one in (ada, cleo):
        following.follow(session, ben, book, one.handle, NOW)
    first, last = write(session, book, 1, 4, author=ada)
    between = write(session, book, 2, 3, author=cleo)
    write(session, book, 5, author=someone(session))
    clauses = {"depth": 3, "half_life": "PT1M"}
    few = with_clauses(book, FEEDS, {f"/profiles/following/{name}": one for name, one in clauses.items()})
    assert feed(session, ben, few, "following") == [first, *between]
    assert feed(session, ben, few, "following") == [last]


def test_law_11_every_item_adds_up_to_its_score(session: Session, book: Book, ben: Identity) -> None:
    write(session, book, *range(1, 30, 3))
    items = feeds.page(session, ben, book, "balanced", NOW)
    assert len(items) == 10
    for item in items:
        assert item.score == sum(term.contribution for term in item.terms) > 0
        assert {"fresh", "small"} <= {term.signal for term in item.terms} <= SIGNALS.keys()
    assert [item.score for item in items] == sorted((item.score for item in items), reverse=True)


def test_a_page_holds_two_posts_of_an_author(session: Session, book: Book, ben: Identity) -> None:
    ada = someone(session)
    prolific = write(session, book, 1, 2, 3, 4, author=ada)
    (other,) = write(session, book, 500)
    assert feed(session, ben, book, "balanced") == [*prolific[:2], other]
    assert feed(session, ben, book, "balanced") == prolific[2:]


def test_law_06_posts_that_fill_up_meanwhile_fall_out_and_the_next_come_in(
    session: Session, book: Book, ben: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write(session, book, *range(1, 7), audience={"seats": {"max": 1}})
    real, rounds = gate.claim, list[int]()

    def late(session: Session, viewer: Identity, claims: list[gate.Claim], **more: Any) -> set[int]:
        if viewer is ben:
            rounds.append(len(claims))
            for post_id in made[:2] if len(rounds) == 1 else ():
                access_post(session, someone(session), book, post_id, NOW)
        return real(session, viewer, claims, **more)

    monkeypatch.setattr(gate, "claim", late)
    assert feed(session, ben, book, limit=3) == made[2:5]
    assert rounds == [3, 2]


def test_law_01_the_recipes_are_clauses(session: Session, book: Book, ben: Identity) -> None:
    old, new = someone(session), someone(session)
    (older,) = write(session, book, 60 * 24, author=old)
    (newer,) = write(session, book, 1, author=new)
    following.follow(session, ben, book, old.handle, NOW)
    heavy = with_clauses(book, FEEDS, {"/profiles/balanced/weights/follow": 3.0})
    light = with_clauses(book, FEEDS, {"/profiles/balanced/weights/follow": 0.0})
    with session.begin_nested() as look:
        assert feed(session, ben, heavy, "balanced") == [older, newer]
        look.rollback()
    assert feed(session, ben, light, "balanced") == [newer, older]


def test_a_pool_and_a_page_are_as_large_as_their_clauses(session: Session, book: Book, ben: Identity) -> None:
    write(session, book, *range(1, 10))
    small = with_clauses(book, FEEDS, {"/profiles/chronological/page": 4, "/profiles/chronological/pool": 5})
    assert len(feed(session, ben, small)) == 4
    assert len(feed(session, ben, small, limit=100)) == 4


def test_a_recipe_that_the_policy_does_not_have_is_not_there(
    session: Session, book: Book, ben: Identity
) -> None:
    with pytest.raises(NotFound):
        feed(session, ben, book, "engagement")


@pytest.mark.parametrize(("name", "statements"), [("chronological", 4), ("balanced", 4)])
def test_the_number_of_statements_does_not_grow_with_the_page(
    session: Session, book: Book, ben: Identity, name: str, statements: int
) -> None:
    for number in (1, 30):
        for minutes in range(1, number + 1):
            author = someone(session)
            asset = make_asset(session, author)
            make_post(session, author, book, now=NOW - timedelta(minutes=minutes), asset_id=asset.id)
        # Facts that nobody's page has asked for yet are one statement more.
        for reader, more in ((ben, 1), (someone(session), 0)):
            with counted(session) as sent:
                assert len(feeds.page(session, reader, book, name, NOW)) >= number
            assert len(sent) == statements + more, sent
