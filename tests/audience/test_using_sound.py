"""Using the sound of another's video: with a picture or a video of one's own, and nothing of it copied."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import derivatives, following, grants, posts, stages
from audience.asset_access import asset_delivery
from audience.document import Parts
from audience.interaction_tables import Derivative
from audience.posts import Draft
from audience.scheduling import drafts
from audience.tables import Post, Seat
from coop.book import Book
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.features import SCHEDULED_POSTS
from coop.policies import Books
from coop.tables import Member
from media.tables import Asset, Rendition
from tests.audience.factories import NOW, make_asset, make_post
from tests.audience.makers import People, makers
from tests.audience.test_scheduled_routes import kept
from tests.coop.featured import give
from tests.factories import bearer_for, identity_of, make_member

LATER = NOW + timedelta(hours=1)
EVERYBODY = [{"local": True}]
FREE: dict[str, Any] = {"interact": {"sound": {"auto": EVERYBODY}}}
BY_LEAVE: dict[str, Any] = {"interact": {"sound": {"ask": EVERYBODY}}}
CLOSED: dict[str, Any] = {"interact": {"sound": {}}}


@pytest.fixture
def people(session: Session) -> People:
    return makers(session)


@pytest.fixture
def book(people: People, session: Session, books: Books) -> Book:
    """The book after Ben was given the feature."""
    return books.current(session)


def heard(
    session: Session, people: People, book: Book, audience: dict[str, Any] | None = None, **said: Any
) -> Post:
    """Publish a video of Ada's, of 65 seconds, that has sound where ``said`` does not say otherwise."""
    asset = make_asset(session, people["ada"], kind="video")
    for name, value in said.items():
        setattr(asset, name, value)
    session.flush()
    return make_post(session, people["ada"], book, FREE if audience is None else audience, asset_id=asset.id)


def use(
    session: Session,
    people: People,
    book: Book,
    of: Post,
    *,
    kind: str = "photo",
    from_ms: int | None = None,
    who: str = "ben",
) -> Post:
    """Publish a picture or a video of somebody's own with the sound of a post."""
    own = make_asset(session, people[who], kind=kind).id
    draft = Draft("Mine", asset_id=own, quote_id=of.id, made_as="sound", from_ms=from_ms)
    return posts.publish(session, people[who], book, draft, NOW + timedelta(minutes=1))


def read(client: FlaskClient, session: Session, handle: str, post: Post) -> Any:
    member = session.scalars(select(Member).where(col(Member.handle) == handle)).one()
    return client.get(f"/api/v1/posts/{post.id}", headers=bearer_for(session, member)).get_json()


def as_(session: Session, handle: str) -> dict[str, str]:
    return bearer_for(session, session.scalars(select(Member).where(col(Member.handle) == handle)).one())


@pytest.mark.parametrize("kind", ["photo", "video"])
@pytest.mark.parametrize("from_ms", [None, 12_500])
def test_a_picture_or_a_video_is_played_with_the_sound_from_a_moment_on(
    client: FlaskClient, session: Session, people: People, book: Book, kind: str, from_ms: int | None
) -> None:
    of = heard(session, people, book)
    own = make_asset(session, people["ben"], kind=kind)
    files = select(func.count()).select_from(Rendition)
    before = session.scalar(files)
    moment = {} if from_ms is None else {"from_ms": from_ms}
    sent = {
        "body": "Mine",
        "asset_id": str(own.id),
        "quote": {"post_id": str(of.id), "kind": "sound", **moment},
    }
    answer = client.post("/api/v1/posts", json=sent, headers=as_(session, "ben"))
    assert answer.status_code == 201, answer.get_json()
    assert session.scalar(files) == before, "nothing is copied"
    made = session.get_one(Post, int(answer.get_json()["id"]))
    quote = read(client, session, "cleo", made)["quote"]
    assert (quote["id"], quote["kind"], quote["author"]["handle"]) == (str(of.id), "sound", "ada")
    assert (quote["from_ms"], quote["first_ms"]) == (from_ms or 0, None)
    assert quote["picture"]["video"]["url"] == f"/api/v1/media/{of.asset_id}/video"
    assert quote["picture"]["video"]["has_sound"]


@pytest.mark.parametrize(
    ("kind", "own_ms", "from_ms", "span"),
    [
        ("photo", None, 12_500, (12_500, 65_000)),
        ("video", 10_000, 12_500, (12_500, 22_500)),
        ("video", 10_000, 60_000, (60_000, 65_000)),
        ("photo", None, 64_999, (64_999, 65_000)),
    ],
)
def test_what_is_taken_ends_with_one_or_the_other(
    session: Session,
    people: People,
    book: Book,
    kind: str,
    own_ms: int | None,
    from_ms: int,
    span: tuple[int, int],
) -> None:
    own = make_asset(session, people["ben"], kind=kind)
    own.duration_ms = own_ms
    session.flush()
    draft = Draft(asset_id=own.id, quote_id=heard(session, people, book).id, made_as="sound", from_ms=from_ms)
    made = session.get_one(Derivative, posts.publish(session, people["ben"], book, draft, LATER).id)
    assert (made.start_ms, made.end_ms) == span


@pytest.mark.parametrize("from_ms", [-1, 65_000, 2**31 - 1, 2**31, 1.5])
def test_a_moment_that_is_not_in_that_video_is_refused_where_it_stands(
    client: FlaskClient, session: Session, people: People, book: Book, from_ms: Any
) -> None:
    of, own = heard(session, people, book), make_asset(session, people["ben"])
    quote = {"post_id": str(of.id), "kind": "sound", "from_ms": from_ms}
    sent = {"asset_id": str(own.id), "quote": quote}
    answer = client.post("/api/v1/posts", json=sent, headers=as_(session, "ben"))
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["/quote/from_ms"]
    quote["from_ms"] = 64_999
    assert client.post("/api/v1/posts", json=sent, headers=as_(session, "ben")).status_code == 201


def test_a_moment_is_named_for_a_sound_alone(session: Session, people: People, book: Book) -> None:
    of, own = heard(session, people, book), make_asset(session, people["ben"], kind="video").id
    draft = Draft(asset_id=own, quote_id=of.id, made_as="duet", from_ms=5)
    with pytest.raises(RuleBroken) as refused:
        posts.publish(session, people["ben"], book, draft, LATER)
    assert refused.value.faults[0].pointer == "/quote/from_ms"


def test_there_has_to_be_something_to_see_and_something_to_hear(
    session: Session, people: People, book: Book
) -> None:
    bread = make_post(session, people["ada"], book, FREE)
    photo = make_post(session, people["ada"], book, FREE, asset_id=make_asset(session, people["ada"]).id)
    silent = heard(session, people, book, has_sound=False)
    for of in (bread, photo, silent):
        with pytest.raises(RuleBroken) as refused, session.begin_nested():
            use(session, people, book, of)
        assert refused.value.faults[0].pointer == "/quote/post_id"
    unknown = heard(session, people, book, has_sound=None)
    with pytest.raises(RuleBroken) as refused, session.begin_nested():
        draft = Draft("Mine", quote_id=unknown.id, made_as="sound")
        posts.publish(session, people["ben"], book, draft, LATER)
    assert refused.value.faults[0].pointer == "/asset_id"
    assert use(session, people, book, unknown).embeds, (
        "of an older video it is not known, and it may be tried"
    )


def test_law_08_the_sound_is_used_only_by_whom_its_author_lets_at_once_or_when_asked(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    made = use(session, people, book, heard(session, people, book))
    assert read(client, session, "cleo", made)["quote"]["kind"] == "sound"
    asked = use(session, people, book, heard(session, people, book, BY_LEAVE), from_ms=7)
    assert read(client, session, "cleo", asked)["status"] == 404, "nobody sees it before its author said yes"
    (ask,), _ = grants.page(session, people["ada"], after=0, limit=10)
    assert (ask.verb, ask.asker) == ("sound", "ben")
    grants.grant(session, people["ada"], book, ask.id, LATER)
    assert read(client, session, "cleo", asked)["quote"]["from_ms"] == 7
    refused = use(session, people, book, heard(session, people, book, BY_LEAVE))
    grants.refuse(session, people["ada"], refused.id, LATER)
    assert read(client, session, "cleo", refused)["status"] == 404
    with pytest.raises(Forbidden) as closed:
        use(session, people, book, heard(session, people, book, CLOSED))
    assert closed.value.faults[0].pointer == "/interact/sound"


def test_whoever_does_not_hold_the_feature_is_told_the_clause(
    session: Session, people: People, book: Book
) -> None:
    of = heard(session, people, book)
    with pytest.raises(Forbidden) as refused, session.begin_nested():
        use(session, people, book, of, who="cleo")
    (fault,) = refused.value.faults
    assert fault.clause is not None and fault.clause.clause == "/features/stitch_duet/member/grant_when"
    assert use(session, people, book, of).embeds


def test_law_07_a_video_that_one_may_not_see_is_told_from_none_by_nothing(
    session: Session, people: People, book: Book
) -> None:
    hidden = heard(session, people, book, {**FREE, "see": {"any": [{"member": "cleo"}]}}, has_sound=False)
    gone = Post(id=7, author_id=1, body="", audience={}, lock_any=[1], created_at=NOW)
    told = []
    for of in (hidden, gone):
        for from_ms in (0, 70_000):
            with pytest.raises(RuleBroken) as refused, session.begin_nested():
                use(session, people, book, of, from_ms=from_ms)
            told.append(refused.value.faults)
    assert all(one == told[0] for one in told), "neither its length nor that it is silent"


@pytest.mark.parametrize("blocker", ["ada", "ben"])
def test_law_07_whoever_is_blocked_either_way_can_neither_use_a_sound_nor_go_on_using_it(
    client: FlaskClient, session: Session, people: People, book: Book, blocker: str
) -> None:
    of = heard(session, people, book)
    made = use(session, people, book, of)
    assert read(client, session, "cleo", made)["quote"] is not None
    blocked = {"ada": "ben", "ben": "ada"}[blocker]
    following.block(session, people[blocker], book, blocked, LATER)
    assert read(client, session, "cleo", made)["quote"] is None
    with pytest.raises(RuleBroken) as refused:
        use(session, people, book, of)
    assert refused.value.faults[0].pointer == "/quote/post_id"


def test_law_08_a_sound_that_its_author_detaches_is_gone_and_the_picture_stays(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    of = heard(session, people, book)
    made = use(session, people, book, of, kind="video", from_ms=7)
    (one,), _ = derivatives.page(session, people["ada"], of.id, after=0, limit=10)
    assert (one.id, one.kind, one.author) == (made.id, "sound", "ben")
    path = f"/api/v1/posts/{of.id}/derivatives"
    assert client.post(f"{path}/{made.id}/detach", headers=as_(session, "ben")).status_code == 404
    assert client.post(f"{path}/{made.id}/detach", headers=as_(session, "ada")).status_code == 204
    shown, own = read(client, session, "cleo", made), read(client, session, "ben", made)
    assert (shown["quote"], shown["quote_state"]) == (None, None)
    assert shown["picture"]["video"]["url"] == f"/api/v1/media/{made.asset_id}/video"
    assert (own["quote"], own["quote_state"]) == (None, "detached")


def test_law_08_a_source_that_is_narrowed_takes_its_sound_with_it(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    of = heard(session, people, book)
    made = use(session, people, book, of)
    assert of.asset_id is not None
    assert asset_delivery(session, people["cleo"], book, of.asset_id, LATER)
    parts = Parts.model_validate({"see": {"any": [{"member": "ben"}]}})
    stages.tighten(session, people["ada"], book, of.id, parts, NOW + timedelta(minutes=2))
    assert read(client, session, "cleo", made)["status"] == 404
    assert read(client, session, "ben", made)["quote"]["id"] == str(of.id)
    with pytest.raises(NotFound):
        asset_delivery(session, people["cleo"], book, of.asset_id, LATER)


def test_law_06_whoever_hears_it_takes_a_seat_at_its_source_and_where_there_is_none_hears_nothing(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    of = heard(session, people, book, {**FREE, "seats": {"max": 2, "on_full": "close"}})
    made = use(session, people, book, of)
    assert read(client, session, "cleo", made)["quote"]["id"] == str(of.id)
    seats = select(func.count()).select_from(Seat).where(col(Seat.post_id) == of.id)
    assert session.scalar(seats) == 2, "Ben as he used it, Cleo as she heard it"
    make_member(session, "dora")
    late = read(client, session, "dora", made)
    assert late["picture"] is not None and late["quote"] is None
    dora = identity_of(session.scalars(select(Member).where(col(Member.handle) == "dora")).one())
    assert of.asset_id is not None
    with pytest.raises(NotFound):
        asset_delivery(session, dora, book, of.asset_id, LATER)


def test_what_waits_to_be_published_keeps_its_moment(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    draft = Draft("Mine", quote_id=7, made_as="sound", from_ms=12_500)
    assert drafts.restored(drafts.stored(draft)) == draft
    before = drafts.stored(draft)
    del before["from_ms"]
    assert drafts.restored(before).from_ms is None
    give(session, SCHEDULED_POSTS, session.get_one(Member, people["ben"].member_id))
    of, own = heard(session, people, book), make_asset(session, people["ben"])
    quote = {"post_id": str(of.id), "kind": "sound", "from_ms": 12_500}
    made = kept(client, as_(session, "ben"), asset_id=str(own.id), quote=quote)
    assert made["draft"]["quote"] == quote


def test_whether_a_video_has_sound_is_told_of_videos_alone(
    client: FlaskClient, session: Session, people: People, book: Book
) -> None:
    silent = heard(session, people, book, has_sound=False)
    assert read(client, session, "ben", silent)["picture"]["video"]["has_sound"] is False
    photo = make_asset(session, people["ada"])
    assert session.get_one(Asset, photo.id).has_sound is None
