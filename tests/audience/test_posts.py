"""Publishing and taking back."""

from typing import Any

import pytest
from sqlmodel import Session

from audience import posts
from audience.keys import LOCAL_KEY, guild_key, member_key
from audience.rules import AUDIENCE
from audience.tables import Gate, Post
from coop.book import Book
from coop.errors import Conflict, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW, make_asset, make_post, wide_open, with_clauses
from tests.factories import id_of, identity_of, make_guild, make_member


def pointers(refused: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [fault.pointer for fault in refused.value.faults]


def test_a_post_is_kept_with_its_audience_compiled(session: Session, book: Book) -> None:
    founder, cleo = make_member(session, "ada"), make_member(session, "cleo")
    guild = make_guild(session, "bakers", founder)
    author = identity_of(founder, (guild,))
    document = {"see": {"any": [{"guild": "bakers"}, {"member": "cleo"}]}, "seats": {"max": 9}}
    post = make_post(session, author, book, document, body="  Rye\r\nand barley ", guild="bakers")
    kept = session.get_one(Post, post.id)
    assert (kept.body, kept.guild_id, kept.seats_max, kept.created_at) == (
        "Rye\nand barley",
        guild.id,
        9,
        NOW,
    )
    assert kept.audience == document
    assert set(kept.lock_any) == {
        member_key(author.member_id),
        member_key(id_of(cleo)),
        guild_key(id_of(guild)),
    }


def test_without_a_document_a_post_is_for_the_coop_and_nobody_is_only_its_author(
    session: Session, book: Book, ada: Identity
) -> None:
    assert make_post(session, ada, book).lock_any == [LOCAL_KEY]
    assert make_post(session, ada, book, NOBODY).lock_any == [member_key(ada.member_id)]


def test_a_post_under_a_limit_has_its_gate_from_the_beginning(
    session: Session, book: Book, ada: Identity
) -> None:
    assert session.get_one(Gate, make_post(session, ada, book).id).taken == 0
    assert session.get(Gate, make_post(session, ada, wide_open(book)).id) is None
    assert session.get(Gate, make_post(session, ada, wide_open(book), {"seats": {"max": 3}}).id) is not None


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"seats": {"max": 501}}, "/audience/seats/max"),
        ({"see": {"any": [{"local": True}, {"member": "nobody"}]}}, "/audience/see/any/1/member"),
        ({"see": {"any": [{"member": "left"}]}}, "/audience/see/any/0/member"),
        ({"see": {"any": [{"guild": "nowhere"}]}}, "/audience/see/any/0/guild"),
        ({"see": {"any": [{"guild": "weavers"}]}}, "/audience/see/any/0/guild"),
    ],
)
def test_an_audience_that_does_not_fit_is_refused_where_it_does_not(
    session: Session, book: Book, ada: Identity, document: dict[str, Any], pointer: str
) -> None:
    make_guild(session, "weavers")
    make_member(session, "left").left_at = NOW
    session.flush()
    with pytest.raises(RuleBroken) as refused:
        make_post(session, ada, book, document)
    assert pointers(refused) == [pointer]


def test_a_post_is_made_in_a_guild_by_its_members_alone(session: Session, book: Book, ada: Identity) -> None:
    make_guild(session, "weavers")
    for slug in ("weavers", "nowhere"):
        with pytest.raises(RuleBroken) as refused:
            make_post(session, ada, book, guild=slug)
        assert pointers(refused) == ["/guild"]


@pytest.mark.parametrize("body", ["", " \n\t "])
def test_a_post_says_or_shows_something(session: Session, book: Book, ada: Identity, body: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        make_post(session, ada, book, body=body)
    assert pointers(refused) == ["/body"]
    assert make_post(session, ada, book, body=body, asset_id=make_asset(session, ada).id).body == ""


def test_law_01_the_longest_text_is_a_clause(session: Session, book: Book, ada: Identity) -> None:
    short = with_clauses(book, AUDIENCE, {"/posts/characters": 500})
    make_post(session, ada, short, body="x" * 500)
    with pytest.raises(RuleBroken):
        make_post(session, ada, short, body="x" * 501)


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_a_picture_that_is_not_ready_cannot_be_posted(
    session: Session, book: Book, ada: Identity, state: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        make_post(session, ada, book, asset_id=make_asset(session, ada, state).id)
    assert pointers(refused) == ["/asset_id"]


def test_law_07_a_picture_of_another_is_as_unknown_as_none(
    session: Session, book: Book, ada: Identity
) -> None:
    theirs = make_asset(session, identity_of(make_member(session)))
    answers = []
    for asset_id in (theirs.id, 7):
        with pytest.raises(RuleBroken) as refused:
            make_post(session, ada, book, asset_id=asset_id)
        answers.append((str(refused.value), refused.value.faults))
    assert answers[0] == answers[1]


def test_a_picture_is_in_one_post(session: Session, book: Book, ada: Identity) -> None:
    asset = make_asset(session, ada)
    post = make_post(session, ada, book, asset_id=asset.id)
    with pytest.raises(Conflict):
        make_post(session, ada, book, asset_id=asset.id)
    posts.delete(session, ada, post.id, NOW)
    with pytest.raises(Conflict):
        make_post(session, ada, book, asset_id=asset.id)


def test_law_07_only_an_author_takes_a_post_back_and_only_once(
    session: Session, book: Book, ada: Identity
) -> None:
    post = make_post(session, ada, book)
    with pytest.raises(NotFound):
        posts.delete(session, identity_of(make_member(session)), post.id, NOW)
    posts.delete(session, ada, post.id, NOW)
    for post_id in (post.id, 7):
        with pytest.raises(NotFound):
            posts.delete(session, ada, post_id, NOW)
