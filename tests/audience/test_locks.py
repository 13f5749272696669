"""Locks: compiled for PostgreSQL, they decide as the documents read."""

from random import Random
from typing import Any

import pytest
from sqlmodel import Session

from audience.rules import AUDIENCE
from bench.access import decided, disagreements
from bench.access_building import NO_GUILD, build
from bench.access_limits import limit
from bench.documents import Names, document
from coop.book import Book
from tests.audience.factories import wide_open, with_clauses
from tests.thorough import much


def allowing(book: Book) -> Book:
    return with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public", "/circles/number": 100})


def test_law_07_keys_decide_as_the_documents_read_for_random_documents_and_readers(
    session: Session, book: Book
) -> None:
    book = allowing(book)
    world = build(session, book, 7, 24, much(150, 4000))
    different, admitted = disagreements(session, book, world)
    pairs = 25 * len(world.posts)
    assert different == 0
    assert pairs / 20 < admitted < pairs / 2


def test_law_07_limits_for_now_keep_out_whom_their_words_do_for_random_documents_and_readers(
    session: Session, book: Book
) -> None:
    book = allowing(book)
    world = build(session, book, 9, 24, much(250, 2000))
    _, before = disagreements(session, book, world)
    limit(session, book, world, 9)
    different, admitted = disagreements(session, book, world)
    assert different == 0
    assert before * 0.7 < admitted < before * 0.97


def of_a_guild(random: Random, names: Names) -> dict[str, Any]:
    """Draw a document that is for one of its author's guilds alone, whatever else it says."""
    drawn = document(random, names)
    if NO_GUILD in names.guilds:
        return drawn
    guild = {"guild": random.choice(names.guilds)}
    see = {} if drawn.pop("preset", None) else drawn.get("see", {})
    if see.get("any") == [{"public": True}] or guild in see.get("not", ()):
        see = {}
    return {**drawn, "see": {**see, "all": [*see.get("all", ()), guild]}}


@pytest.mark.parametrize("number", [80, pytest.param(10_000, marks=pytest.mark.long)])
def test_law_07_a_member_of_one_guild_never_sees_what_is_for_another(
    session: Session, book: Book, number: int
) -> None:
    book = allowing(book)
    world = build(session, book, 11, 16, number, draw=of_a_guild)
    kept = [
        (post, post.document.model_dump(mode="json")["see"]["all"][-1]["guild"])
        for post in world.posts
        if post.author.guilds
    ]
    refused = admitted = 0
    for reader in world.people:
        seen = decided(session, book, reader.identity)
        for post, guild in kept:
            if guild in reader.guilds or reader is post.author:
                admitted += post.id in seen
            else:
                assert post.id not in seen
                refused += 1
    assert refused > 5 * number
    assert admitted > number / 2
