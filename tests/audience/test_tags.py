"""Tags: those under which a viewer may be delivered a post, and no others."""

from sqlmodel import Session

from audience import posts, relations, tags, timeline
from audience.access import access_post
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post
from tests.coop.statements import counted
from tests.factories import identity_of, make_member


def seen(session: Session, viewer: Identity | None, book: Book, beginning: str = "") -> list[str]:
    return tags.seen(session, viewer, book, NOW, beginning=beginning, limit=9)


def test_tags_come_in_order_and_in_pages(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    make_post(session, ada, book, body="#rye #bread #Brioche #brötchen")
    assert seen(session, ben, book) == ["bread", "brioche", "brötchen", "rye"]
    assert seen(session, ben, book, "#BR") == ["bread", "brioche", "brötchen"]
    assert seen(session, ben, book, "%") == seen(session, ben, book, "\0") == []
    assert tags.seen(session, ben, book, NOW, after="bread", limit=2) == ["brioche", "brötchen"]


def test_law_07_a_tag_is_seen_by_whoever_may_be_delivered_a_post_of_it(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    make_post(session, ada, book, body="#open #mixed")
    make_post(session, ada, book, NOBODY, body="#hidden #mixed")
    full = make_post(session, ada, book, {"seats": {"max": 1}}, body="#full")
    access_post(session, identity_of(make_member(session)), book, full.id, NOW)
    gone = make_post(session, ada, book, body="#gone")
    posts.delete(session, ada, gone.id, NOW)
    assert seen(session, ben, book) == ["mixed", "open"]
    assert seen(session, ada, book) == ["full", "hidden", "mixed", "open"]
    assert seen(session, None, book) == []
    for name in ("open", "mixed", "hidden", "full", "gone", "never"):
        shown, _ = timeline.page(session, ben, book, timeline.of_tag(session, name), NOW, limit=9)
        assert bool(shown) == (name in seen(session, ben, book)), name
    relations.block(session, ben, "ada", NOW)
    assert seen(session, ben, book) == []


def test_one_statement_finds_them_however_many_there_are(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    for n in range(4):
        make_post(session, ada, book, body=" ".join(f"#t{n}x{k}" for k in range(8)))
    with counted(session) as sent:
        assert len(tags.seen(session, ben, book, NOW, limit=30)) == 30
    assert len(sent) == 1
