"""Thanks: private, once for each post, in words that a vote chose, and numbers that speak of nobody."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import Session, col

from audience import limit_for_now, newest, relations, thanks
from audience.access import access_post
from audience.interaction_tables import Thanks
from audience.rules import AUDIENCE
from audience.tables import Post
from coop.book import Book
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.notice_tables import Announcement
from tests.audience.factories import NOBODY, NOW, make_post, with_clauses
from tests.factories import LONG_AGO, bearer_for, identity_of, make_member, make_members

WORDS = "Thank you."


@pytest.fixture
def post(session: Session, book: Book, ada: Identity) -> Post:
    return make_post(session, ada, book)


def received(
    session: Session, author: Identity, book: Book
) -> list[tuple[list[tuple[str, str]], int | None]]:
    found, _ = thanks.received(session, author, book, before=newest.START, limit=9)
    return [(one.named, one.others) for one in found]


def notices(session: Session) -> list[str]:
    return list(session.scalars(select(col(Announcement.line)).where(col(Announcement.moment) == "thanked")))


def test_one_member_thanks_once_and_the_last_words_count(
    session: Session, book: Book, post: Post, ada: Identity, ben: Identity
) -> None:
    for words in ("It made my day.", WORDS):
        thanks.thank(session, ben, book, post.id, words, True, NOW)
    assert received(session, ada, book) == [([("ben", WORDS)], None)]
    assert notices(session) == ["@ben thanks you: “It made my day.”"]
    thanks.take_back(session, ben, post.id)
    assert received(session, ada, book) == []


@pytest.mark.parametrize(("number", "told"), [(4, None), (5, 5), (9, 5), (10, 10)])
def test_law_07_who_gave_no_name_is_told_in_steps_and_no_notice_speaks_of_them(
    session: Session, book: Book, post: Post, ada: Identity, number: int, told: int | None
) -> None:
    for row in make_members(session, number):
        thanks.thank(session, identity_of(row), book, post.id, WORDS, False, NOW)
    assert received(session, ada, book) == ([] if told is None else [([], told)])
    assert notices(session) == []


def test_law_07_names_that_were_given_are_not_among_the_number(
    session: Session, book: Book, post: Post, ada: Identity, ben: Identity
) -> None:
    thanks.thank(session, ben, book, post.id, WORDS, True, NOW)
    for row in make_members(session, 4):
        thanks.thank(session, identity_of(row), book, post.id, WORDS, False, NOW)
    assert received(session, ada, book) == [([("ben", WORDS)], None)]


def test_law_07_nobody_but_its_author_is_told_what_a_post_was_thanked_for(
    session: Session, book: Book, post: Post, ben: Identity
) -> None:
    thanks.thank(session, ben, book, post.id, WORDS, True, NOW)
    for other in (ben, identity_of(make_member(session))):
        assert received(session, other, book) == []


def test_law_07_whom_a_block_parts_are_not_named_to_each_other(
    session: Session, book: Book, post: Post, ada: Identity, ben: Identity
) -> None:
    thanks.thank(session, ben, book, post.id, WORDS, True, NOW)
    relations.block(session, ben, "ada", NOW)
    assert received(session, ada, book) == []


def test_law_07_for_a_hidden_post_one_thanks_as_for_none(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    hidden = make_post(session, ada, book, NOBODY)
    for post_id in (hidden.id, new_id(NOW)):
        with pytest.raises(NotFound):
            thanks.thank(session, ben, book, post_id, WORDS, False, NOW)
        with pytest.raises(NotFound):
            thanks.own(session, ben, book, post_id, NOW)
        thanks.take_back(session, ben, post_id)


def test_nobody_thanks_themself_or_in_words_that_no_vote_chose(
    session: Session, book: Book, post: Post, ada: Identity, ben: Identity
) -> None:
    with pytest.raises(RuleBroken):
        thanks.thank(session, ada, book, post.id, WORDS, False, NOW)
    with pytest.raises(RuleBroken) as caught:
        thanks.thank(session, ben, book, post.id, "Buy now", False, NOW)
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.clause and fault.clause.clause) == ("/words", "/thanks/words")
    other = with_clauses(book, AUDIENCE, {"/thanks/words": ["Obrigada."]})
    thanks.thank(session, ben, other, post.id, "Obrigada.", False, NOW)
    assert session.scalars(select(col(Thanks.words))).all() == ["Obrigada."]


def test_whom_an_author_keeps_out_for_now_sends_them_nothing(
    session: Session, book: Book, post: Post, ada: Identity, ben: Identity
) -> None:
    access_post(session, ben, book, post.id, NOW)
    limit_for_now.begin(session, ada, book, None, "strangers", NOW)
    with pytest.raises(Forbidden):
        thanks.thank(session, ben, book, post.id, WORDS, True, NOW)


def test_it_is_said_read_and_taken_back_over_http(client: FlaskClient, session: Session, book: Book) -> None:
    rows = make_members(session, ["ines", "joao"])
    made = make_post(session, identity_of(rows[0]), book, now=LONG_AGO)
    as_ines, as_joao = (bearer_for(session, row) for row in rows)
    path = f"/api/v1/posts/{made.id}/thanks"
    assert client.get(path, headers=as_joao).status_code == 404
    said = {"words": WORDS, "named": True}
    assert client.put(path, json=said, headers=as_joao).status_code == 204
    assert client.get(path, headers=as_joao).get_json().items() >= said.items()
    (item,) = client.get("/api/v1/members/me/thanks", headers=as_ines).get_json()["items"]
    assert item == {"post_id": str(made.id), "named": [{"member": "joao", "words": WORDS}], "others": None}
    assert client.delete(path, headers=as_joao).status_code == 204
    assert client.get("/api/v1/members/me/thanks", headers=as_ines).get_json()["items"] == []
