"""Locks: compiled for PostgreSQL, they decide as the documents read."""

from sqlmodel import Session

from audience.rules import AUDIENCE
from bench.access import decided, disagreements
from bench.access_world import build
from coop.book import Book
from tests.audience.factories import wide_open, with_clauses
from tests.thorough import much


def allowing(book: Book) -> Book:
    return with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public", "/circles/number": 100})


def test_law_07_keys_decide_as_the_documents_read_for_random_documents_and_readers(
    session: Session, book: Book
) -> None:
    book = allowing(book)
    world = build(session, book, 7, 24, much(400, 4000))
    different, admitted = disagreements(session, book, world)
    pairs = 25 * len(world.posts)
    assert different == 0
    assert pairs / 20 < admitted < pairs / 2


def test_law_07_a_member_of_one_guild_never_sees_what_is_for_another(session: Session, book: Book) -> None:
    book = allowing(book)
    world = build(session, book, 11, 16, much(200, 2000))
    for reader in world.people:
        seen = decided(session, book, reader.identity)
        for post in world.posts:
            whom = post.document.see
            alone = whom is not None and whom.all is None and whom.any is not None
            guilds = {atom.guild for atom in (whom.any or ())} if alone and whom is not None else {None}
            if None not in guilds and guilds and not guilds & reader.guilds and reader is not post.author:
                assert post.id not in seen
