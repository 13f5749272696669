"""Quotes: a post inside another, to those who may see both; its audience lies inside its source's."""

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import derivatives, following, grants, posts, stages
from audience.access import access_post
from audience.document import AudienceDocument, Parts
from audience.interaction_tables import Derivative
from audience.posts import Draft
from audience.rules import AUDIENCE
from audience.tables import Post, Seat
from audience.topic_tables import Contribution
from bench.access import decided
from bench.access_building import build
from bench.access_world import Person, Published, World
from bench.documents import NOW as THEN
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.audience.silenced import pause, suspend
from tests.factories import identity_of, make_guild, make_member
from tests.thorough import much

LATER = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ANYONE = {"interact": {"quote": {"auto": [{"local": True}]}}}
FOLLOWERS = {"see": {"any": [{"follow": {"dir": "follower"}}]}}


@pytest.fixture
def bakers(session: Session) -> dict[str, Identity]:
    """Members of one guild, by their handles."""
    people = {name: make_member(session, name) for name in ("ada", "ben", "dora")}
    guild = make_guild(session, "bakers", people["ada"], (people["ben"], people["dora"]))
    return {name: identity_of(one, (guild,)) for name, one in people.items()}


@pytest.fixture
def ada(bakers: dict[str, Identity]) -> Identity:
    return bakers["ada"]


@pytest.fixture
def ben(bakers: dict[str, Identity]) -> Identity:
    return bakers["ben"]


@pytest.fixture
def dora(bakers: dict[str, Identity]) -> Identity:
    return bakers["dora"]


@pytest.fixture
def cleo(session: Session) -> Identity:
    return identity_of(make_member(session, "cleo"))


def quote(
    session: Session,
    author: Identity,
    book: Book,
    source: Post,
    audience: dict[str, Any] | None = None,
    body: str = "See this",
) -> Post:
    draft = Draft(body=body, audience=AudienceDocument.model_validate(audience or {}), quote_id=source.id)
    return posts.publish(session, author, book, draft, NOW + timedelta(minutes=1))


def sees(session: Session, reader: Identity, book: Book, post: Post, after: timedelta = timedelta()) -> bool:
    try:
        access_post(session, reader, book, post.id, LATER + after)
    except NotFound:
        return False
    return True


def inside(session: Session, reader: Identity, book: Book, post: Post) -> int | None:
    return access_post(session, reader, book, post.id, LATER, with_source=True).source_id


def state_of(session: Session, post: Post) -> str:
    session.expire_all()
    return session.get_one(Derivative, post.id).state


def test_a_quote_shows_its_source_and_seats_the_viewer_at_both(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    source = make_post(session, ada, book, ANYONE)
    made = quote(session, ben, book, source)
    assert state_of(session, made) == "active"
    assert inside(session, cleo, book, made) == source.id
    seats = select(col(Seat.post_id)).where(col(Seat.member_id) == cleo.member_id)
    assert set(session.scalars(seats)) == {source.id, made.id}


def test_looking_at_a_quote_without_its_source_takes_no_seat_at_it(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    made = quote(session, ben, book, make_post(session, ada, book, ANYONE))
    assert access_post(session, cleo, book, made.id, LATER).source_id is None
    seats = select(func.count()).select_from(Seat).where(col(Seat.member_id) == cleo.member_id)
    assert session.scalar(seats) == 1


def test_law_08_a_quote_reaches_nobody_whom_its_source_does_not(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity, dora: Identity
) -> None:
    source = make_post(session, ada, book, {**ANYONE, "see": {"any": [{"guild": "bakers"}]}})
    made = quote(session, ben, book, source)
    assert [sees(session, one, book, made) for one in (ada, ben, cleo, dora)] == [True, True, False, True]
    narrow = quote(session, ben, book, source, {"see": {"any": [{"member": "dora"}]}})
    assert [sees(session, one, book, narrow) for one in (ada, ben, cleo, dora)] == [False, True, False, True]


def test_law_08_followers_of_the_source_s_author_are_meant_and_not_the_quoter_s(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    following.follow(session, ben, book, "ada", NOW)
    source = make_post(session, ada, book, {**ANYONE, **FOLLOWERS})
    made = quote(session, ben, book, source)
    following.follow(session, cleo, book, "ben", NOW)
    assert not sees(session, cleo, book, made)
    assert sees(session, ada, book, made)
    following.follow(session, cleo, book, "ada", NOW)
    assert sees(session, cleo, book, made)
    assert inside(session, cleo, book, made) == source.id


def test_law_08_narrowing_a_source_narrows_its_quotes_and_theirs(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    source = make_post(session, ada, book, ANYONE)
    made = quote(session, ben, book, source, ANYONE)
    of_quote = quote(session, ben, book, made)
    assert sees(session, cleo, book, of_quote)
    before = [post.layers for post in (source, made, of_quote)]
    stages.tighten(session, ada, book, source.id, Parts(preset="self"), LATER)
    session.expire_all()
    assert [post.layers for post in (source, made, of_quote)] == [one + 1 for one in before]
    for post in (made, of_quote):
        assert not sees(session, cleo, book, post)
        assert sees(session, ben, book, post)
        assert sees(session, ada, book, post)


def test_law_08_what_was_planned_for_a_source_holds_for_its_quotes(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    later = {"after": [{"age": "P1D", "set": {"preset": "self"}}]}
    made = quote(session, ben, book, make_post(session, ada, book, {**ANYONE, **later}))
    of_quote = quote(
        session,
        ben,
        book,
        quote(session, ben, book, make_post(session, ada, book, {**ANYONE, **later}), ANYONE),
    )
    for post in (made, of_quote):
        assert sees(session, cleo, book, post)
        assert not sees(session, cleo, book, post, timedelta(days=1))
        assert sees(session, ben, book, post, timedelta(days=1))


def test_law_08_a_share_of_the_source_s_seats_narrows_its_quotes_at_once(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    full = {"seats": {"max": 2}, "after": [{"seats_pct": 100, "set": {"preset": "self"}}]}
    source = make_post(session, ada, book, {**ANYONE, **full})
    made = quote(session, ben, book, source)
    assert sees(session, cleo, book, made)
    assert sees(session, identity_of(make_member(session)), book, source)
    assert not sees(session, cleo, book, made)


def test_law_07_what_a_viewer_may_not_see_is_not_shown_inside(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    full = make_post(session, ada, book, {**ANYONE, "seats": {"max": 1}})
    made = quote(session, ben, book, full)
    assert inside(session, ada, book, made) == full.id
    assert inside(session, cleo, book, made) is None
    gone = make_post(session, ada, book, ANYONE)
    of_gone = quote(session, ben, book, gone)
    posts.delete(session, ada, gone.id, NOW)
    assert inside(session, cleo, book, of_gone) is None
    blocked = quote(session, ben, book, make_post(session, ada, book, ANYONE))
    following.block(session, cleo, book, "ada", NOW)
    assert inside(session, cleo, book, blocked) is None


@pytest.mark.parametrize(("blocking", "blocked"), [("ada", "ben"), ("ben", "ada")])
def test_a_block_between_both_authors_takes_the_source_out_of_the_quote(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity, blocking: str, blocked: str
) -> None:
    made = quote(session, ben, book, make_post(session, ada, book, ANYONE))
    following.block(session, {"ada": ada, "ben": ben}[blocking], book, blocked, NOW)
    assert inside(session, cleo, book, made) is None


def test_law_07_a_post_one_may_not_see_is_quoted_like_one_that_is_not_there(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    hidden = make_post(session, ada, book, {**ANYONE, "see": {"any": [{"guild": "bakers"}]}})
    told = []
    for post_id in (hidden.id, 7):
        with pytest.raises(RuleBroken) as refused:
            posts.publish(session, cleo, book, Draft(body="x", quote_id=post_id), NOW)
        told.append((refused.value.detail, refused.value.faults))
    assert told[0] == told[1]
    assert told[0][1][0].pointer == "/quote/post_id"


def test_where_its_author_lets_nobody_quote_the_reason_is_told(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    source = make_post(session, ada, book, {"interact": {"quote": {}}})
    with pytest.raises(Forbidden, match="not opened this to you"):
        quote(session, ben, book, source)
    assert state_of(session, quote(session, ada, book, source)) == "active"


def test_a_quote_that_waits_is_seen_by_its_author_alone_until_it_is_granted(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    source = make_post(session, ada, book)
    made = quote(session, ben, book, source, body="Good #bread")
    assert [sees(session, one, book, made) for one in (ben, ada, cleo)] == [True, False, False]
    assert inside(session, ben, book, made) is None
    assert given_by(session, ben) == 0
    ((ask,), last) = grants.page(session, ada, after=0, limit=9)
    assert (ask.id, ask.verb, ask.asker, ask.post_id, ask.body, last) == (
        made.id,
        "quote",
        "ben",
        source.id,
        "Good #bread",
        None,
    )
    assert grants.page(session, cleo, after=0, limit=9) == ([], None)
    grants.grant(session, ada, book, made.id, LATER)
    session.expire_all()
    assert (state_of(session, made), given_by(session, ben)) == ("active", 1)
    assert inside(session, cleo, book, made) == source.id
    assert grants.page(session, ada, after=0, limit=9) == ([], None)
    posts.delete(session, ben, made.id, LATER)
    assert given_by(session, ben) == 0


@pytest.mark.parametrize("how", ["paused", "suspended"])
def test_a_quote_of_somebody_who_may_publish_nothing_for_now_goes_on_waiting(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity, how: str
) -> None:
    made = quote(session, ben, book, make_post(session, ada, book))
    until = pause(session, book, ben, NOW) if how == "paused" else suspend(session, ben, NOW)
    with pytest.raises(Conflict, match="goes on waiting"):
        grants.grant(session, ada, book, made.id, LATER)
    assert (state_of(session, made), sees(session, cleo, book, made)) == ("waiting", False)
    grants.grant(session, ada, book, made.id, until)
    assert sees(session, cleo, book, made)


def given_by(session: Session, member: Identity) -> int:
    given = select(func.coalesce(func.sum(col(Contribution.number)), 0))
    found: int = session.execute(given.where(col(Contribution.member_id) == member.member_id)).scalar_one()
    return found


def test_a_waiting_quote_that_is_deleted_was_never_given(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    granted = make_post(session, ben, book, body="More #bread")
    made = quote(session, ben, book, make_post(session, ada, book), body="Good #bread")
    posts.delete(session, ben, made.id, LATER)
    assert given_by(session, ben) == 1
    assert granted.held_at is None
    assert grants.page(session, ada, after=0, limit=9) == ([], None)
    with pytest.raises(NotFound):
        grants.grant(session, ada, book, made.id, LATER)


def test_a_refused_quote_stays_with_its_author_and_a_no_can_become_a_yes(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    made = quote(session, ben, book, make_post(session, ada, book))
    for _ in range(2):
        grants.refuse(session, ada, made.id, LATER)
    assert state_of(session, made) == "refused"
    assert [sees(session, one, book, made) for one in (ben, cleo)] == [True, False]
    grants.grant(session, ada, book, made.id, LATER)
    assert sees(session, cleo, book, made)
    with pytest.raises(Conflict, match="detach"):
        grants.refuse(session, ada, made.id, LATER)


def test_only_the_author_of_the_source_decides(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    source = make_post(session, ada, book)
    made = quote(session, ben, book, source)
    for other in (ben, cleo):
        with pytest.raises(NotFound):
            grants.grant(session, other, book, made.id, LATER)
        with pytest.raises(NotFound):
            grants.refuse(session, other, made.id, LATER)
        with pytest.raises(NotFound):
            derivatives.detach(session, other, source.id, made.id, LATER)
        with pytest.raises(NotFound):
            derivatives.page(session, other, source.id, after=0, limit=9)
    with pytest.raises(Conflict):
        derivatives.detach(session, ada, source.id, made.id, LATER)
    with pytest.raises(NotFound):
        derivatives.detach(session, ada, source.id, source.id, LATER)


def test_what_is_detached_loses_its_source_and_keeps_its_words_for_good(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    source = make_post(session, ada, book, ANYONE)
    made = quote(session, ben, book, source)
    assert inside(session, cleo, book, made) == source.id
    for _ in range(2):
        derivatives.detach(session, ada, source.id, made.id, LATER)
    assert inside(session, cleo, book, made) is None
    assert sees(session, cleo, book, made)
    ((found,), _) = derivatives.page(session, ada, source.id, after=0, limit=9)
    assert (found.id, found.kind, found.state, found.author, found.body) == (
        made.id,
        "quote",
        "detached",
        "ben",
        "See this",
    )
    with pytest.raises(Conflict):
        grants.grant(session, ada, book, made.id, LATER)


def test_law_08_what_was_detached_keeps_the_audience_it_had_then(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    source = make_post(session, ada, book, ANYONE)
    made, other = (quote(session, ben, book, source) for _ in range(2))
    derivatives.detach(session, ada, source.id, made.id, LATER - timedelta(minutes=9))
    stages.tighten(session, ada, book, source.id, Parts(preset="self"), LATER - timedelta(minutes=5))
    assert [sees(session, cleo, book, one) for one in (made, other)] == [True, False]
    derivatives.detach(session, ada, source.id, other.id, LATER)
    assert not sees(session, cleo, book, other)


LATER_LAYERS: dict[str, dict[str, Any]] = {
    "an age": {"after": [{"age": "PT2H", "set": {"preset": "self"}}]},
    "a share": {"seats": {"max": 3}, "after": [{"seats_pct": 34, "set": {"preset": "self"}}]},
    "by hand": {},
}
"""What narrows a source between one and three hours after it was published: its age, the second seat that is
taken (the first is the quoter's), or its author."""


@pytest.mark.parametrize("cause", LATER_LAYERS)
def test_law_08_what_was_detached_is_narrowed_by_nothing_that_comes_to_its_source_later(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity, dora: Identity, cause: str
) -> None:
    source = make_post(session, ada, book, {**ANYONE, **LATER_LAYERS[cause]})
    free, kept, held = (quote(session, ben, book, source, ANYONE) for _ in range(3))
    of_free = quote(session, cleo, book, free)
    derivatives.detach(session, ada, source.id, free.id, LATER)
    access_post(session, identity_of(make_member(session)), book, source.id, LATER + MINUTE)
    if cause == "by hand":
        stages.tighten(session, ada, book, source.id, Parts(preset="self"), LATER + MINUTE)
    derivatives.detach(session, ada, source.id, held.id, NOW + timedelta(hours=3))
    seen = {
        name: sees(session, dora, book, post, timedelta(days=1))
        for name, post in {"free": free, "kept": kept, "held": held, "of free": of_free}.items()
    }
    assert seen == {"free": True, "kept": False, "held": False, "of free": True}


def test_law_08_a_layer_that_came_while_a_quote_was_being_detached_does_not_fall_away(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    source = make_post(session, ada, book, ANYONE)
    between = quote(session, ben, book, source, ANYONE)
    made = quote(session, ben, book, between)
    stages.tighten(session, ada, book, source.id, Parts(preset="self"), LATER)
    derivatives.detach(session, ben, between.id, made.id, LATER - timedelta(seconds=1))
    assert not sees(session, cleo, book, made)
    assert session.get_one(Derivative, made.id).decided_at == LATER


def test_narrowing_a_source_does_not_touch_what_was_detached(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    source = make_post(session, ada, book, ANYONE)
    free, kept = (quote(session, ben, book, source, ANYONE) for _ in range(2))
    of_free = quote(session, ben, book, free)
    derivatives.detach(session, ada, source.id, free.id, LATER)
    before = [post.layers for post in (free, of_free, kept)]
    stages.tighten(session, ada, book, source.id, Parts(preset="self"), LATER)
    session.expire_all()
    more = [post.layers - layers for post, layers in zip((free, of_free, kept), before, strict=True)]
    assert more == [0, 0, 1]


def test_law_07_an_ask_of_someone_blocked_is_told_to_nobody(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    made = quote(session, ben, book, make_post(session, ada, book))
    following.block(session, ada, book, "ben", NOW)
    assert grants.page(session, ada, after=0, limit=9) == ([], None)
    with pytest.raises(NotFound):
        grants.grant(session, ada, book, made.id, LATER)


def test_what_opens_to_more_than_the_ceiling_is_refused_with_its_clause(
    session: Session, book: Book, ada: Identity
) -> None:
    asking = with_clauses(book, AUDIENCE, {"/interact/quote/ceiling": "ask"})
    nobody = with_clauses(
        asking, AUDIENCE, {"/interact/quote/default": "nobody", "/interact/quote/ceiling": "nobody"}
    )
    for rules, pointer in ((asking, "/audience/interact/quote/auto"), (nobody, "/audience/interact/quote")):
        with pytest.raises(RuleBroken) as refused:
            make_post(session, ada, rules, ANYONE)
        (fault,) = refused.value.faults
        assert (fault.pointer, fault.clause) == (pointer, rules.cite(AUDIENCE, "/interact/quote/ceiling"))
        make_post(session, ada, rules, {"interact": {"quote": {}}})
    make_post(session, ada, asking, {"interact": {"quote": {"ask": [{"public": True}]}}})
    post = make_post(session, ada, asking)
    with pytest.raises(RuleBroken):
        stages.tighten(session, ada, asking, post.id, Parts.model_validate(ANYONE), LATER)


def test_law_08_quotes_of_random_posts_reach_whom_their_sources_reach(session: Session, book: Book) -> None:
    book = with_clauses(
        wide_open(book),
        AUDIENCE,
        {"/reach/widest": "public", "/circles/number": 100, "/interact/quote/default": "readers"},
    )
    chance = Random(23)
    world = build(session, book, 29, 14, much(150, 1500))
    made: list[tuple[Published, Person, int]] = []
    for number, source in enumerate(world.posts):
        able = [one for one in world.people if one is not source.author and world.decides(source, one)]
        if able:
            quoter, at = chance.choice(able), THEN + timedelta(milliseconds=number)
            draft = Draft(body="See this", quote_id=source.id)
            with suppress(Forbidden), session.begin_nested():
                made.append((source, quoter, posts.publish(session, quoter.identity, book, draft, at).id))
                world.seated[source.id].add(quoter.identity.handle)
    reached = 0
    for reader in world.people:
        seen = decided(session, book, reader.identity)
        for source, quoter, quote_id in made:
            shown = quote_id in seen
            if reader is quoter:
                assert shown
            elif blocked(world, reader, quoter):
                assert not shown
            elif reader is not source.author and not blocked(world, reader, source.author):
                assert shown == world.decides(source, reader), (source, reader)
                reached += shown
    assert reached > len(made)


def blocked(world: World, one: Person, other: Person) -> bool:
    pair = one.identity.handle, other.identity.handle
    return pair in world.blocks or pair[::-1] in world.blocks
