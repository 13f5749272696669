"""Stitches, duets, sounds and video answers: two posts shown as one, and nothing of the other copied."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import derivatives, following, grants, posts, stages
from audience.asset_access import asset_delivery
from audience.document import AudienceDocument, Parts
from audience.interaction_tables import Derivative
from audience.posts import Draft
from audience.rules import AUDIENCE
from audience.scheduling import drafts
from audience.stitching import Kind
from audience.tables import Post
from coop.book import Book
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.policies import Books
from coop.tables import Member
from media.tables import Asset, Rendition
from tests.audience.factories import NOW, make_asset, make_post
from tests.audience.makers import People, makers
from tests.coop.featured import enacted
from tests.factories import bearer_for

LATER = NOW + timedelta(hours=1)
ANYONE: dict[str, Any] = {
    "interact": {
        verb: {"auto": [{"local": True}]} for verb in ("stitch", "duet", "sound", "quote", "video_reply")
    }
}
KINDS: tuple[Kind, ...] = ("stitch", "duet", "sound")


@pytest.fixture
def people(session: Session) -> People:
    return makers(session)


@pytest.fixture
def book(people: People, session: Session, books: Books) -> Book:
    """The book after Ben was given the feature."""
    return books.current(session)


def film(session: Session, owner: Identity) -> int:
    return make_asset(session, owner, kind="video").id


def source(session: Session, people: People, book: Book, audience: dict[str, Any] | None = None) -> Post:
    asset = film(session, people["ada"])
    return make_post(session, people["ada"], book, ANYONE if audience is None else audience, asset_id=asset)


def make(
    session: Session,
    maker: Identity,
    book: Book,
    of: Post,
    kind: Kind = "duet",
    asset_id: int | None = None,
) -> Post:
    asset_id = film(session, maker) if asset_id is None else asset_id
    draft = Draft("Mine", asset_id=asset_id, quote_id=of.id, made_as=kind)
    return posts.publish(session, maker, book, draft, NOW + timedelta(minutes=1))


def read(client: FlaskClient, session: Session, handle: str, post: Post) -> Any:
    member = session.scalars(select(Member).where(col(Member.handle) == handle)).one()
    return client.get(f"/api/v1/posts/{post.id}", headers=bearer_for(session, member)).get_json()


@pytest.mark.parametrize(("kind", "first"), [("stitch", 5000), ("duet", None), ("sound", None)])
def test_both_videos_are_told_to_whoever_may_see_both_and_nothing_is_copied(
    client: FlaskClient, session: Session, people: People, book: Book, kind: Kind, first: int | None
) -> None:
    of = source(session, people, book)
    count = select(func.count()).select_from(Rendition)
    made = make(session, people["ben"], book, of, kind)
    assert session.scalar(count) == 6, "three of each, as before"
    shown = read(client, session, "cleo", made)
    assert (shown["quote"]["id"], shown["quote"]["kind"]) == (str(of.id), kind)
    assert shown["quote"]["first_ms"] == first
    assert shown["quote"]["picture"]["video"]["url"] == f"/api/v1/media/{of.asset_id}/video"
    assert shown["picture"]["video"]["url"] == f"/api/v1/media/{made.asset_id}/video"


def test_law_01_with_how_much_a_stitch_begins_is_a_clause_and_never_more_than_there_is(
    session: Session, people: People, book: Book
) -> None:
    book = enacted(session, {"/derivatives/stitch_seconds": 3}, AUDIENCE)
    of, short = source(session, people, book), source(session, people, book)
    assert short.asset_id is not None
    session.get_one(Asset, short.asset_id).duration_ms = 1500
    session.flush()
    made = [make(session, people["ben"], book, one, "stitch").id for one in (of, short)]
    assert [session.get_one(Derivative, one).end_ms for one in made] == [3000, 1500]


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_does_not_hold_the_feature_is_told_the_clause(
    session: Session, people: People, book: Book, kind: Kind
) -> None:
    with pytest.raises(Forbidden) as refused:
        make(session, people["cleo"], book, source(session, people, book), kind)
    (fault,) = refused.value.faults
    assert fault.clause is not None
    assert fault.clause.clause == "/features/stitch_duet/member/grant_when"


def test_anybody_may_answer_anything_with_a_video_which_shows_what_it_answers(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    bread = make_post(session, people["ada"], book, ANYONE)
    made = make(session, people["cleo"], book, bread, "video_reply")
    shown = read(client, session, "ben", made)
    assert (shown["quote"]["id"], shown["quote"]["kind"]) == (str(bread.id), "video_reply")
    assert shown["quote"]["first_ms"] is None
    assert shown["picture"]["video"]["url"] == f"/api/v1/media/{made.asset_id}/video"
    photo = make_asset(session, people["cleo"]).id
    with pytest.raises(RuleBroken) as refused:
        make(session, people["cleo"], book, bread, "video_reply", photo)
    assert refused.value.faults[0].pointer == "/asset_id"


def test_law_08_a_video_answer_is_only_for_whom_the_author_lets_answer_so_and_for_whoever_sees_both(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    nobody: dict[str, Any] = {"interact": {"video_reply": {"auto": [], "ask": []}}}
    with pytest.raises(Forbidden):
        make(session, people["cleo"], book, make_post(session, people["ada"], book, nobody), "video_reply")
    asked = make(session, people["cleo"], book, make_post(session, people["ada"], book), "video_reply")
    assert session.get_one(Derivative, asked.id).state == "waiting", "by default its author is asked"
    for_two = ANYONE | {"read": {"any": [{"member": "cleo"}]}}
    made = make(
        session, people["cleo"], book, make_post(session, people["ada"], book, for_two), "video_reply"
    )
    assert "id" in read(client, session, "cleo", made)
    assert "id" not in read(client, session, "ben", made)


@pytest.mark.parametrize("kind", ["stitch", "duet"])
def test_both_posts_show_a_video(session: Session, people: People, book: Book, kind: Kind) -> None:
    bread = make_post(session, people["ada"], book, ANYONE)
    photo = make_asset(session, people["ben"]).id
    for of, asset_id, pointer in (
        (bread, None, "/quote/post_id"),
        (source(session, people, book), photo, "/asset_id"),
    ):
        with pytest.raises(RuleBroken) as refused, session.begin_nested():
            make(session, people["ben"], book, of, kind, asset_id)
        assert refused.value.faults[0].pointer == pointer


def test_law_07_what_one_may_not_see_is_told_from_nothing_by_nothing(
    session: Session, people: People, book: Book
) -> None:
    hidden = source(session, people, book, {**ANYONE, "see": {"any": [{"member": "cleo"}]}})
    gone = Post(id=7, author_id=1, body="", audience={}, lock_any=[1], created_at=NOW)
    told = []
    for of in (hidden, gone):
        with pytest.raises(RuleBroken) as refused, session.begin_nested():
            make(session, people["ben"], book, of)
        told.append(refused.value.faults)
    assert told[0] == told[1]


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_asked_of_its_author_by_its_own_verb(
    client: FlaskClient, session: Session, people: People, book: Book, kind: Kind
) -> None:
    of = source(session, people, book, {})
    made = make(session, people["ben"], book, of, kind)
    assert session.get_one(Derivative, made.id).state == "waiting"
    (ask,), _ = grants.page(session, people["ada"], after=0, limit=10)
    assert ask.verb == kind
    grants.grant(session, people["ada"], book, ask.id, LATER)
    assert read(client, session, "cleo", made)["quote"]["kind"] == kind
    no = source(session, people, book, {"interact": {kind: {}}})
    with pytest.raises(Forbidden):
        make(session, people["ben"], book, no, kind)


def withdraw(session: Session, people: People, book: Book, of: Post, made: Post) -> None:
    posts.delete(session, people["ada"], of.id, LATER)


def detach(session: Session, people: People, book: Book, of: Post, made: Post) -> None:
    derivatives.detach(session, people["ada"], of.id, made.id, LATER)


def block(session: Session, people: People, book: Book, of: Post, made: Post) -> None:
    following.block(session, people["ada"], book, "ben", LATER)


def block_back(session: Session, people: People, book: Book, of: Post, made: Post) -> None:
    following.block(session, people["ben"], book, "ada", LATER)


def refuse(session: Session, people: People, book: Book, of: Post, made: Post) -> None:
    grants.refuse(session, people["ada"], made.id, LATER)


def take_back(session: Session, people: People, book: Book, of: Post, made: Post) -> None:
    posts.delete(session, people["ben"], made.id, LATER)


def handed(session: Session, viewer: Identity | None, book: Book, made: Post) -> bool:
    assert made.asset_id is not None
    try:
        asset_delivery(session, viewer, book, made.asset_id, LATER)
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("act", [refuse, withdraw, take_back, block, block_back])
@pytest.mark.parametrize("kind", KINDS)
def test_law_07_whoever_is_asked_alone_sees_the_video_that_they_are_asked_about_while_they_are(
    session: Session,
    people: People,
    book: Book,
    kind: Kind,
    act: Callable[[Session, People, Book, Post, Post], None],
) -> None:
    of = source(session, people, book, {})
    made = make(session, people["ben"], book, of, kind)
    ((ask,), _) = grants.page(session, people["ada"], after=0, limit=10)
    assert (ask.asset_id, ask.duration_ms is None) == (made.asset_id, False)
    seen = {name: handed(session, one, book, made) for name, one in people.items()}
    assert seen == {"ada": True, "ben": True, "cleo": False}
    assert not handed(session, None, book, made)
    act(session, people, book, of, made)
    assert not handed(session, people["ada"], book, made)


@pytest.mark.parametrize("act", [withdraw, detach, block, block_back])
@pytest.mark.parametrize("kind", KINDS)
def test_law_08_what_its_author_takes_away_is_gone_from_it_in_the_same_moment(
    client: FlaskClient,
    session: Session,
    people: People,
    book: Book,
    kind: Kind,
    act: Callable[[Session, People, Book, Post, Post], None],
) -> None:
    of = source(session, people, book)
    made = make(session, people["ben"], book, of, kind)
    plain = make_post(session, people["ben"], book, asset_id=film(session, people["ben"]), body="Mine")
    act(session, people, book, of, made)
    shown, ordinary = read(client, session, "cleo", made), read(client, session, "cleo", plain)
    assert shown["quote"] is None, "and nothing tells that it was made from something (law 7)"
    assert set(shown) == set(ordinary)
    assert {name: shown[name] for name in ("quote", "quote_state", "body")} == {
        name: ordinary[name] for name in ("quote", "quote_state", "body")
    }


@pytest.mark.parametrize("kind", KINDS)
def test_law_08_a_source_that_is_narrowed_narrows_it_and_its_files(
    client: FlaskClient, session: Session, people: People, book: Book, kind: Kind
) -> None:
    of = source(session, people, book)
    made = make(session, people["ben"], book, of, kind)
    parts = Parts.model_validate({"see": {"any": [{"member": "ben"}]}})
    stages.tighten(session, people["ada"], book, of.id, parts, NOW + timedelta(minutes=2))
    assert read(client, session, "cleo", made)["status"] == 404
    assert read(client, session, "ben", made)["quote"]["id"] == str(of.id)
    for asset_id in (of.asset_id, made.asset_id):
        assert asset_id is not None
        with pytest.raises(NotFound):
            asset_delivery(session, people["cleo"], book, asset_id, LATER)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_to_be_published_later_is_made_as_it_was_meant(kind: Kind) -> None:
    draft = Draft("Mine", quote_id=7, made_as=kind, audience=AudienceDocument())
    assert drafts.restored(drafts.stored(draft)) == draft
    before = drafts.stored(Draft("Mine", quote_id=7))
    del before["made_as"]
    assert drafts.restored(before).made_as == "quote"
