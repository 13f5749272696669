"""Search of posts: their words find them for whoever may read them, and for nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session, col

from audience import newest, posts, relations, search
from audience.access import access_post
from audience.document import AudienceDocument
from audience.doors import Door
from audience.finding_tables import ANY_KEY, PostWords
from audience.newest import Entry
from audience.posts import Draft
from audience.rules import AUDIENCE
from audience.tables import Post, Seat
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_post, wide_open, with_clauses
from tests.coop.statements import counted
from tests.factories import LONG_AGO, identity_of, make_guild, make_member


@pytest.fixture
def ada(session: Session) -> Identity:
    ada = make_member(session, "ada")
    return identity_of(ada, (make_guild(session, "bakers", ada),))


def write(session: Session, author: Identity, book: Book, body: str, **said: Any) -> int:
    """Publish a post, in a language or with a teaser, and return its id."""
    draft = Draft(body=body, **said)
    return posts.publish(session, author, book, draft, NOW).id


def found(
    session: Session, viewer: Identity | None, book: Book, words: str, language: str | None = None
) -> list[int]:
    shown, _ = search.page(session, viewer, book, words, language, NOW, limit=30)
    return [one.card.id for one in shown if isinstance(one, Entry)]


def matches(session: Session, viewer: Identity, book: Book, body: str, *queries: str) -> list[bool]:
    """Say of each query whether it finds a post of this text."""
    made = write(session, viewer, book, body)
    return [made in found(session, viewer, book, query) for query in queries]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("bread", True),
        ("BREAD butter", True),
        ("bread cake", False),
        ("bread or cake", True),
        ("bread -cake", True),
        ("bread -butter", False),
        ('"fresh bread"', True),
        ('"bread fresh"', False),
        ('butter -"bread fresh"', True),
        ('butter -"fresh bread"', False),
        ("-cake", False),
        ("bread or -cake", False),
        ("#sourdough", True),
        ("@ben", True),
        ("creme brulee", True),
        ("CRÈME", True),
        ("sourd", False),
    ],
)
def test_words_are_asked_for_as_people_do(
    session: Session, book: Book, ada: Identity, query: str, is_found: bool
) -> None:
    body = "Fresh bread and butter for @ben #sourdough, no crème brûlée"
    assert matches(session, ada, book, body, query) == [is_found]


@pytest.mark.parametrize("query", ["&", "| ! <-> :*", "()", "'", "\\", '"', "-", "*", "<a>", "\u0301", "🥖"])
def test_operators_alone_find_nothing_and_break_nothing(
    session: Session, book: Book, ada: Identity, query: str
) -> None:
    assert matches(session, ada, book, "bread 'n butter \\ <a>", query) == [False]


def test_other_forms_of_a_word_are_found_in_the_language_that_is_asked_for(
    session: Session, book: Book, ada: Identity
) -> None:
    english = write(session, ada, book, "Two loaves rising", language="en")
    portuguese = write(session, ada, book, "Dois pães crescendo", language="pt")
    unknown = write(session, ada, book, "Three loaves rising", language="xx")
    assert found(session, ada, book, "loaf") == []
    assert found(session, ada, book, "rise", "en") == [english]
    assert found(session, ada, book, "crescer", "pt") == [portuguese]
    for language in ("xx", None):
        assert set(found(session, ada, book, "rising", language)) == {unknown, english}
    assert found(session, ada, book, "loaves -rising", "en") == []


def test_a_post_is_found_by_its_teaser_too(session: Session, book: Book, ada: Identity) -> None:
    made = write(session, ada, book, "Of bread", teaser="A word of rye")
    assert found(session, ada, book, "rye") == found(session, ada, book, "bread rye") == [made]


def test_posts_come_newest_first_in_pages(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    made = [
        make_post(session, ada, book, now=NOW + timedelta(minutes=n), body=f"bread {n}").id for n in range(5)
    ][::-1]
    pages, before = [], newest.START
    for _ in range(3):
        shown, last = search.page(session, ben, book, "bread", None, NOW, before=before, limit=2)
        pages.append([one.card.id for one in shown if isinstance(one, Entry)])
        before = last or 0
    assert (pages, last) == ([made[:2], made[2:4], made[4:]], None)


def test_law_06_what_is_found_is_delivered_and_takes_its_seat(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    write(session, ada, book, "bread")
    write(session, ada, book, "cake")
    assert len(found(session, ben, book, "bread")) == 1
    seats = session.execute(select(col(Seat.via)).where(col(Seat.member_id) == ben.member_id)).scalars()
    assert list(seats) == [search.VIA]


def test_law_07_words_find_no_post_that_the_viewer_may_not_be_delivered(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    seen = write(session, ada, book, "open bread")
    make_post(session, ada, book, NOBODY, body="hidden bread")
    make_post(session, ada, book, {"see": {"any": [{"guild": "bakers"}]}}, body="guild bread")
    full = make_post(session, ada, book, {"seats": {"max": 1}}, body="full bread")
    access_post(session, identity_of(make_member(session)), book, full.id, NOW)
    posts.delete(session, ada, write(session, ada, book, "gone bread"), NOW)
    assert len(found(session, ada, book, "bread")) == 4
    assert found(session, ben, book, "bread") == [seen]
    for word in ("hidden", "guild", "full", "gone", "never"):
        with counted(session) as sent:
            assert search.page(session, ben, book, word, None, NOW, limit=3) == ([], None)
        assert len(sent) == 2, word
    relations.block(session, ada, "ben", NOW)
    assert found(session, ben, book, "bread") == []


def test_law_07_a_word_to_leave_out_says_nothing_of_a_post_that_is_hidden(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    made = write(session, ada, book, "open bread")
    make_post(session, ada, book, NOBODY, body="bread and secrets")
    assert found(session, ben, book, "bread -secrets") == found(session, ben, book, "bread -never") == [made]


@pytest.fixture
def behind_a_door(session: Session, book: Book, ada: Identity) -> int:
    """A post that every member may know of and nobody but the bakers may open."""
    return write(
        session,
        ada,
        book,
        "Secret #bread and #rye",
        teaser="Something about #rye",
        audience=AudienceDocument.model_validate(
            {"see": {"any": [{"local": True}]}, "read": {"any": [{"guild": "bakers"}]}}
        ),
    )


def test_law_07_a_door_is_found_by_its_teaser_and_never_by_what_is_behind_it(
    session: Session, book: Book, ada: Identity, ben: Identity, behind_a_door: int
) -> None:
    shown, _ = search.page(session, ben, book, "something", None, NOW, limit=9)
    (door,) = shown
    assert isinstance(door, Door)
    assert (door.post_id, door.teaser, door.full) == (behind_a_door, "Something about #rye", False)
    for words in ("secret", "bread", "something secret"):
        assert search.page(session, ben, book, words, None, NOW, limit=9) == ([], None), words
    assert search.page(session, ben, book, "something -secret", None, NOW, limit=9) == (shown, None)
    assert found(session, ada, book, "something secret") == [behind_a_door]
    assert search.page(session, None, book, "something", None, NOW, limit=9) == ([], None)
    assert session.scalar(select(func.count()).select_from(Seat)) == 0


def test_a_full_post_that_may_be_waited_for_is_found_by_its_teaser(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    document = AudienceDocument.model_validate({"seats": {"max": 1, "on_full": "waitlist"}})
    made = write(session, ada, book, "Secret bread", teaser="Something", audience=document)
    cleo = identity_of(make_member(session))
    assert found(session, cleo, book, "secret") == [made]
    (door,), _ = search.page(session, ben, book, "something", None, NOW, limit=9)
    assert isinstance(door, Door)
    assert (door.post_id, door.full, door.place) == (made, True, None)
    assert search.page(session, ben, book, "secret", None, NOW, limit=9) == ([], None)
    assert found(session, cleo, book, "something") == [made]


def test_following_opens_what_it_opens(session: Session, book: Book, ada: Identity, ben: Identity) -> None:
    made = make_post(session, ada, book, {"preset": "followers"}, body="bread")
    assert ANY_KEY in session.get_one(PostWords, (made.id, False)).keys
    assert found(session, ben, book, "bread") == []
    session.execute(
        text(
            "INSERT INTO relation (member_id, kind, other_id, since) VALUES (:me, 'follow', :other, :since)"
        ),
        {"me": ben.member_id, "other": ada.member_id, "since": LONG_AGO},
    )
    assert found(session, ben, book, "bread") == [made.id]


def test_a_visitor_finds_what_is_public(session: Session, book: Book, ada: Identity) -> None:
    open_book = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public"})
    public = AudienceDocument.model_validate({"see": {"any": [{"public": True}]}, "seats": {"max": "open"}})
    made = write(session, ada, open_book, "public bread", audience=public)
    write(session, ada, open_book, "members' bread")
    assert found(session, None, open_book, "bread") == [made]


def test_what_lies_deeper_than_the_newest_posts_is_found_by_the_index(
    session: Session, book: Book, ada: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [write(session, ada, book, f"bread {n}") for n in range(3)]
    among = search._AMONG_THE_NEWEST.text.replace(f"LIMIT {search.DEPTH}", "LIMIT 1")
    assert among != search._AMONG_THE_NEWEST.text
    monkeypatch.setattr(search, "_AMONG_THE_NEWEST", text(among))
    assert found(session, ada, book, "bread") == sorted(made, reverse=True)


def test_what_a_post_is_found_by_follows_its_text_and_goes_with_it(
    session: Session, book: Book, ada: Identity
) -> None:
    made = write(session, ada, book, "bread")
    session.execute(text("UPDATE post SET body = 'cake' WHERE id = :post"), {"post": made})
    assert [found(session, ada, book, word) for word in ("bread", "cake")] == [[], [made]]
    posts.delete(session, ada, made, NOW)
    assert session.scalar(select(func.count()).select_from(PostWords)) == 0
    assert session.scalar(select(func.count()).select_from(Post)) == 1
