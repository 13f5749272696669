"""Standing: how one reader stands to one post, layer by layer."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from audience import circles, following, stages, topics
from audience.document import Parts
from audience.predicate import LOCAL, Standing, holds
from audience.rules import AUDIENCE
from audience.standing import layered, standings
from audience.tables import Post
from bench.access_building import build
from bench.documents import NOW as WORLD_NOW
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, make_post, wide_open, with_clauses
from tests.coop.statements import counted
from tests.factories import BERGEN, LISBON, LISBON_REGION, PORTUGAL, identity_of, make_guild, make_member
from tests.thorough import much

DAY = timedelta(days=1)


def stands(session: Session, reader: Identity | None, post: Post, now: Any = NOW) -> list[Standing]:
    return [standing for _, standing in standings(session, reader, layered(session, post.id, now), now)]


def tighten(session: Session, author: Identity, book: Book, post: Post, layer: object) -> None:
    stages.tighten(session, author, book, post.id, Parts.model_validate_json(json.dumps(layer)), NOW)


def test_a_post_stands_as_the_layers_whose_time_has_come(session: Session, book: Book, ada: Identity) -> None:
    document = {
        "preset": "local",
        "after": [
            {"age": "P2D", "set": {"preset": "followers"}},
            {"age": "P1D", "set": {"seats": {"max": 9}}},
        ],
    }
    post = make_post(session, ada, book, document)
    tighten(session, ada, book, post, {"preset": "mutuals"})

    def at(now: Any) -> list[tuple[str, object]]:
        return [(layer.at, layer.parts.preset) for layer in layered(session, post.id, now).layers]

    assert at(NOW) == [("", "local"), ("/after/2/set", "mutuals")]
    assert at(NOW + DAY) == [("", "local"), ("/after/1/set", None), ("/after/2/set", "mutuals")]
    assert at(NOW + 2 * DAY)[1] == ("/after/0/set", "followers")


def test_a_post_that_is_not_there_stands_as_nothing(session: Session) -> None:
    with pytest.raises(NotFound):
        layered(session, 7, NOW)


def test_a_reader_stands_with_everything_that_a_document_may_ask(
    session: Session, book: Book, ada: Identity
) -> None:
    member = make_member(session, "ben")
    member.place_id = LISBON
    guild = make_guild(session, "bakers", member)
    ben = identity_of(member, (guild,))
    following.follow(session, ben, book, "ada", NOW - 3 * DAY)
    following.follow(session, ada, book, "ben", NOW - 2 * DAY)
    (bread, rye) = topics.known(session, ["bread", "rye"])
    topics.give(session, ben.member_id, [bread.id, rye.id], "reply", NOW)
    asked = {"any": [{"contributed": {"tag": "bread"}}]}
    (found,) = stands(session, ben, make_post(session, ada, book, {"see": asked}, body="For @ben"))
    assert (found.member, found.guilds, found.mentioned) == ("ben", frozenset({"bakers"}), True)
    assert (found.follower_since, found.following_since) == (NOW - 3 * DAY, NOW - 2 * DAY)
    assert found.places == frozenset(map(str, (PORTUGAL, LISBON_REGION, LISBON)))
    assert str(BERGEN) not in found.places
    assert found.contributions == {("bread", "reply", NOW.date()): 1}


def test_a_visitor_stands_to_a_post_as_nobody(session: Session, book: Book, ada: Identity) -> None:
    post = make_post(session, ada, book, body="For @ben")
    assert stands(session, None, post) == [Standing(NOW, None)]


def test_where_a_reader_says_nothing_of_their_place_it_is_not_known(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    (found,) = stands(session, ben, make_post(session, ada, book))
    assert found.places is None


def test_law_08_who_takes_a_handle_after_a_text_was_published_is_not_whom_it_named(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, body="For @ben and @zoe")
    zoe = identity_of(make_member(session, "zoe", NOW + DAY))
    assert [stands(session, one, post)[0].mentioned for one in (ben, zoe)] == [True, False]


def test_law_08_each_layer_knows_who_was_in_a_circle_when_it_was_added(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    family = circles.create(session, ada, book, "Family", NOW).id
    likes = {"interact": {"like": {"auto": [{"circle": "Family"}]}}}
    post = make_post(session, ada, book, likes)
    circles.add(session, ada, book, family, "ben", NOW)
    tighten(session, ada, book, post, likes)
    assert [one.circles for one in stands(session, ben, post)] == [set(), {"Family"}]
    circles.remove(session, ada, family, "ben")
    assert [one.circles for one in stands(session, ben, post)] == [set(), set()]


def test_two_statements_tell_how_a_reader_stands(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ada, book, {"after": [{"age": "P1D", "set": {"preset": "followers"}}]})
    with counted(session) as sent:
        stands(session, ben, post, NOW + DAY)
    assert len(sent) == 2


def test_law_07_what_is_asked_of_the_database_is_what_a_random_world_remembers(
    session: Session, book: Book
) -> None:
    book = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public", "/circles/number": 100})
    world = build(session, book, 17, 10, much(60, 600))
    admitted = 0
    for post in world.posts:
        found = layered(session, post.id, WORLD_NOW)
        for reader in world.people:
            if reader is post.author or post.deleted or world._apart(reader, post.author):
                continue
            heard = standings(session, reader.identity, found, WORLD_NOW)
            asked = [
                (parts.whom(found.guild) or (LOCAL if n == 0 else None), parts.read)
                for n, (parts, _) in enumerate(heard)
            ]
            opens = all(
                holds(one, standing) is True
                for both, (_, standing) in zip(asked, heard, strict=True)
                for one in both
                if one is not None
            )
            assert opens == world.decides(post, reader)
            admitted += opens
    assert admitted > 20
