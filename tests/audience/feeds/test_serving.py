"""Serving: own profiles and those from elsewhere, and what stands in where one cannot be."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import posts, relations
from audience.access import access_post
from audience.feeds import chosen, external, page, profiles, serving
from audience.feeds.external import Asking
from audience.feeds.own_draft import Draft
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.serving import GONE, NOTHING, WAITING, Instead, Served
from audience.feeds.tables import OwnProfile
from audience.tables import Seat
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, with_clauses
from tests.audience.feeds.outside import add
from tests.coop.statements import counted
from tests.factories import identity_of, make_member

OUTSIDE = "own:outside"


def write(session: Session, book: Book, *minutes_ago: int, **more: Any) -> list[int]:
    """Publish posts so many minutes ago, each by an author of its own."""
    return [
        make_post(
            session, identity_of(make_member(session)), book, now=NOW - timedelta(minutes=one), **more
        ).id
        for one in minutes_ago
    ]


def named(session: Session, book: Book, owner: Identity, *ids: int, name: str = "outside") -> int:
    """Add a profile whose address named these posts a moment ago."""
    made = add(session, owner, book, "https://example.org/feed", name)
    tell(session, made, list(ids))
    return made


def tell(session: Session, profile_id: int, outcome: list[int] | str) -> None:
    """Have the address of a profile answer so."""
    session.connection().exec_driver_sql(
        "UPDATE external_skeleton SET tried_at = %s WHERE profile_id = %s", (NOW, profile_id)
    )
    external.record(session, Asking(profile_id, "", NOW, 200, 3), outcome, NOW)


def ids(found: Served) -> list[int]:
    return [item.card.id for item in found.items]


def test_a_profile_of_one_s_own_makes_the_page_that_its_sliders_say(
    session: Session, book: Book, ben: Identity
) -> None:
    old, new = write(session, book, 2000, 5)
    known = make_member(session, "known")
    followed = make_post(session, identity_of(known), book, now=NOW - timedelta(minutes=9000)).id
    session.connection().exec_driver_sql(
        "INSERT INTO relation (member_id, kind, other_id, since) VALUES (%s, 'follow', %s, %s)",
        (ben.member_id, known.id, NOW),
    )
    draft = Draft("friends", base="balanced", sliders={"follow": 2.0, "fresh": -3.0})
    profiles.create(session, ben, book, draft, NOW, loopback=False)
    with session.begin_nested() as look:
        assert ids(serving.serve(session, ben, book, "balanced", NOW))[0] == new
        look.rollback()
    found = serving.serve(session, ben, book, "own:friends", NOW)
    assert ids(found)[0] == followed
    assert set(ids(found)) == {old, new, followed}
    assert (found.name, found.source, found.instead) == ("own:friends", None, None)
    assert found.recipe is not None
    follow = found.recipe.weighings["follow"]
    assert (follow.base, follow.slider, follow.weight, follow.max) == (800, 2.0, 3000, 3000)
    assert follow.clause == "/profiles/balanced/weights/follow"
    for item in found.items:
        assert item.score == sum(term.contribution for term in item.terms)


def test_law_07_a_seat_says_that_an_own_profile_brought_it_and_not_which(
    session: Session, book: Book, ben: Identity
) -> None:
    write(session, book, 5)
    profiles.create(session, ben, book, Draft("exes", base="balanced"), NOW, loopback=False)
    serving.serve(session, ben, book, "own:exes", NOW)
    assert session.scalars(select(col(Seat.via))).all() == ["feed:own"]


def test_what_is_named_elsewhere_comes_in_that_order_and_is_weighed_by_nobody(
    session: Session, book: Book, ben: Identity
) -> None:
    first, second, third = write(session, book, 30, 10, 20)
    named(session, book, ben, second, first, third)
    found = serving.serve(session, ben, book, OUTSIDE, NOW, limit=2)
    assert (ids(found), found.source) == ([second, first], "https://example.org/feed")
    assert [(item.score, item.terms, item.slot) for item in found.items] == [(0, [], None)] * 2
    assert ids(serving.serve(session, ben, book, OUTSIDE, NOW)) == [third]
    assert set(session.scalars(select(col(Seat.via)))) == {"feed:own"}


def test_law_07_of_what_is_named_elsewhere_only_that_comes_which_may_be_seen(
    session: Session, book: Book, ben: Identity
) -> None:
    (seen,) = write(session, book, 9)
    (hidden,) = write(session, book, 1, audience=NOBODY)
    mine = make_post(session, ben, book).id
    ada, blocked = (identity_of(make_member(session, name)) for name in ("ada", "blocked"))
    gone = make_post(session, ada, book).id
    posts.delete(session, ada, gone, NOW)
    (full,) = write(session, book, 4, audience={"seats": {"max": 1}})
    access_post(session, ada, book, full, NOW)
    walled = make_post(session, blocked, book).id
    relations.block(session, blocked, "ben", NOW)
    (opened,) = write(session, book, 7)
    access_post(session, ben, book, opened, NOW)
    named(session, book, ben, hidden, mine, 7, gone, full, seen, walled, opened, 2**63 - 1)
    assert ids(serving.serve(session, ben, book, OUTSIDE, NOW)) == [seen]


def test_law_06_what_is_named_elsewhere_takes_seats_that_are_left_and_no_more(
    session: Session, book: Book, ben: Identity
) -> None:
    (capped,) = write(session, book, 4, audience={"seats": {"max": 1}})
    named(session, book, ben, capped)
    other = identity_of(make_member(session))
    named(session, book, other, capped)
    assert ids(serving.serve(session, ben, book, OUTSIDE, NOW)) == [capped]
    assert serving.serve(session, other, book, OUTSIDE, NOW).instead is not None


def test_law_07_nothing_is_left_reads_the_same_whatever_the_reason(
    session: Session, book: Book, ben: Identity
) -> None:
    (hidden,) = write(session, book, 1, audience=NOBODY)
    (opened,) = write(session, book, 7)
    access_post(session, ben, book, opened, NOW)
    made = named(session, book, ben)
    for posts_named in ([hidden], [7], [opened], []):
        tell(session, made, posts_named)
        found = serving.serve(session, ben, book, OUTSIDE, NOW)
        assert found == Served("balanced", found.recipe, None, [], Instead(OUTSIDE, NOTHING, None))


def test_while_an_address_fails_the_default_serves_and_the_page_says_so(
    session: Session, book: Book, ben: Identity
) -> None:
    made = named(session, book, ben, *write(session, book, 5))
    tell(session, made, "It answered with status 500.")
    (shown,) = write(session, book, 3)
    chosen.choose(session, ben, book, "chronological")
    found = serving.serve(session, ben, book, OUTSIDE, NOW)
    assert found.name == "chronological"
    assert shown in ids(found)
    assert found.instead == Instead(OUTSIDE, "It answered with status 500.", NOW)


def test_before_its_first_answer_and_when_that_is_old_the_default_serves(
    session: Session, book: Book, ben: Identity
) -> None:
    (post_id,) = write(session, book, 5)
    made = add(session, ben, book, "https://example.org/feed")
    with session.begin_nested() as look:
        found = serving.serve(session, ben, book, OUTSIDE, NOW)
        assert (ids(found), found.name) == ([post_id], "balanced")
        assert found.instead == Instead(OUTSIDE, WAITING, None)
        look.rollback()
    tell(session, made, [post_id])
    kept = book.rules(FEEDS, FeedRules).external.kept
    late = serving.serve(session, ben, book, OUTSIDE, NOW + kept + timedelta(seconds=1))
    assert late.instead == Instead(OUTSIDE, WAITING, None)


def test_where_the_default_fails_as_well_the_coop_s_serves(
    session: Session, book: Book, ben: Identity
) -> None:
    (post_id,) = write(session, book, 5)
    tell(session, named(session, book, ben), "It fails.")
    chosen.choose(session, ben, book, OUTSIDE)
    found = serving.serve(session, ben, book, "default", NOW)
    assert (found.name, ids(found)) == ("balanced", [post_id])
    assert found.instead == Instead(OUTSIDE, "It fails.", NOW)
    tell(session, named(session, book, ben, name="other"), "It fails too.")
    assert serving.serve(session, ben, book, "own:other", NOW).instead == Instead(
        "own:other", "It fails too.", NOW
    )


def test_where_a_vote_took_its_base_the_default_serves(session: Session, book: Book, ben: Identity) -> None:
    (post_id,) = write(session, book, 5)
    made = profiles.create(session, ben, book, Draft("mornings", base="calm"), NOW, loopback=False)
    session.get_one(OwnProfile, made.id).base = "gone"
    session.flush()
    found = serving.serve(session, ben, book, "own:mornings", NOW)
    assert (found.name, ids(found), found.instead) == (
        "balanced",
        [post_id],
        Instead("own:mornings", GONE, None),
    )


def test_law_01_how_much_is_taken_from_elsewhere_is_a_clause(
    session: Session, book: Book, ben: Identity
) -> None:
    made = write(session, book, *range(1, 15))
    named(session, book, ben, *made)
    short = with_clauses(book, FEEDS, {"/external/page": 10})
    assert ids(serving.serve(session, ben, short, OUTSIDE, NOW, limit=100)) == made[:10]


def test_law_07_another_s_profile_is_none(session: Session, book: Book, ben: Identity) -> None:
    ada = identity_of(make_member(session, "ada"))
    made = profiles.create(session, ada, book, Draft("mornings", base="calm"), NOW, loopback=False)
    profiles.share(session, ada, made.name, shared=True)
    for name in ("own:mornings", "own:", "own:own:mornings", "engagement", ""):
        with pytest.raises(NotFound):
            serving.serve(session, ben, book, name, NOW)


def test_the_number_of_statements_does_not_grow_with_the_page(
    session: Session, book: Book, ben: Identity
) -> None:
    profiles.create(session, ben, book, Draft("mornings", base="balanced"), NOW, loopback=False)
    outside = named(session, book, ben)
    for number in (1, 30):
        made = write(session, book, *range(1, number + 1))
        for name, statements in (("own:mornings", 7), (OUTSIDE, 7)):
            tell(session, outside, made)
            with counted(session) as sent, session.begin_nested() as look:
                assert len(serving.serve(session, ben, book, name, NOW).items) == number
                look.rollback()
            asked = [one for one in sent if "SAVEPOINT" not in one.upper()]
            assert len(asked) <= statements, asked
        page.page(session, ben, book, "chronological", NOW)
