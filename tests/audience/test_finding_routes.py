"""Timelines, tags and search of posts over HTTP; what is hidden answers like what is not there (law 7)."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from audience import posts
from audience.document import AudienceDocument
from audience.posts import Draft
from coop.book import Book
from coop.identity import Identity
from tests.audience.factories import NOBODY, NOW
from tests.factories import LISBON, PORTUGAL, bearer_for, identity_of, make_guild, make_member

Headers = dict[str, str]
LISTS = (
    "/members/ada/posts",
    "/guilds/bakers/posts",
    "/tags/bread/posts",
    f"/places/{PORTUGAL}/posts",
    "/search/posts?q=dawn",
)
"""Where the posts of these tests are."""


@pytest.fixture
def ada(session: Session) -> Identity:
    ada = make_member(session, "ada")
    return identity_of(ada, (make_guild(session, "bakers", ada),))


@pytest.fixture
def as_ben(session: Session) -> Headers:
    return bearer_for(session, make_member(session, "ben"))


def write(session: Session, author: Identity, book: Book, number: int = 1, **said: Any) -> list[str]:
    """Publish so many posts that are in all lists, and return their ids, the newest first."""
    document = AudienceDocument.model_validate(said.pop("audience", {}))
    made = [
        posts.publish(
            session,
            author,
            book,
            Draft(f"#bread at dawn {n}", guild="bakers", place_id=LISBON, audience=document, **said),
            NOW,
        ).id
        for n in range(number)
    ]
    return [str(one) for one in sorted(made, reverse=True)]


def get(client: FlaskClient, path: str, headers: Headers | None = None, status: int = 200) -> Any:
    answer = client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json


@pytest.mark.parametrize("path", LISTS)
def test_posts_come_in_pages(
    client: FlaskClient, session: Session, book: Book, ada: Identity, as_ben: Headers, path: str
) -> None:
    made = write(session, ada, book, 3)
    joint = "&" if "?" in path else "?"
    first = get(client, f"{path}{joint}limit=2", as_ben)
    assert [one["id"] for one in first["items"]] == made[:2]
    second = get(client, f"{path}{joint}limit=2&cursor={first['next']}", as_ben)
    assert ([one["id"] for one in second["items"]], second["next"]) == (made[2:], None)
    assert first["items"][0]["body"].startswith("#bread at dawn")


@pytest.mark.parametrize("path", LISTS)
def test_law_07_hidden_posts_change_no_byte_of_a_list(
    client: FlaskClient, session: Session, book: Book, ada: Identity, as_ben: Headers, path: str
) -> None:
    before = [client.get(f"/api/v1{one}", headers=as_ben).data for one in (path, "/tags", "/search/tags?q=b")]
    write(session, ada, book, 3, audience=NOBODY)
    after = [client.get(f"/api/v1{one}", headers=as_ben).data for one in (path, "/tags", "/search/tags?q=b")]
    assert before == after


def test_a_door_is_listed_with_what_it_shows_and_nothing_else(
    client: FlaskClient, session: Session, book: Book, ada: Identity, as_ben: Headers
) -> None:
    document = {"see": {"any": [{"local": True}]}, "read": {"any": [{"guild": "bakers"}]}}
    (made,) = write(session, ada, book, audience=document, teaser="Something about #bread")
    for path in (*LISTS[:3], "/search/posts?q=something"):
        (door,) = get(client, path, as_ben)["items"]
        assert door == {
            "id": made,
            "author": {"handle": "ada", "display_name": "Ada"},
            "guild": "bakers",
            "teaser": "Something about #bread",
            "created_at": door["created_at"],
            "full": False,
            "waiting": None,
        }
    assert get(client, LISTS[3], as_ben) == get(client, LISTS[4], as_ben) == {"items": [], "next": None}
    assert get(client, "/tags", as_ben)["items"] == [{"name": "bread"}]


@pytest.mark.parametrize("name", [")", "(a+)+", "[", "a{9999999}", "bre.d", "%5Cw%2B"])
def test_a_tag_is_a_name_and_no_pattern(
    client: FlaskClient, session: Session, book: Book, ada: Identity, as_ben: Headers, name: str
) -> None:
    write(session, ada, book)
    found = client.get(f"/api/v1/tags/{name}/posts", headers=as_ben)
    assert (found.status_code, found.json) == (200, {"items": [], "next": None})
    known = client.get("/api/v1/tags/bread/posts", headers=as_ben).json or {}
    assert len(known["items"]) == 1


def test_tags_come_in_pages_however_long_their_names(
    client: FlaskClient, session: Session, book: Book, ada: Identity, as_ben: Headers
) -> None:
    names = ["麦" * 60, "麵" * 60, "餅" * 60]
    draft = Draft(" ".join(f"#{name}" for name in names))
    posts.publish(session, ada, book, draft, NOW)
    found, cursor = [], ""
    for _ in names:
        page = get(client, f"/tags?limit=1{cursor}", as_ben)
        found += [one["name"] for one in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert (found, page["next"]) == (sorted(names), None)
    found = [one["name"] for one in get(client, "/search/tags?q=%23麦", as_ben)["items"]]
    assert found == names[:1]


def test_law_07_to_a_visitor_everybody_is_nobody(
    client: FlaskClient, session: Session, book: Book, ada: Identity
) -> None:
    write(session, ada, book)
    for known, unknown in (
        ("/members/ada/posts", "/members/nobody/posts"),
        ("/guilds/bakers/posts", "/guilds/nobody/posts"),
        ("/tags/bread/posts", "/tags/nothing/posts"),
        ("/search/posts?q=dawn", "/search/posts?q=nothing"),
    ):
        assert get(client, known) == get(client, unknown) == {"items": [], "next": None}
    assert get(client, "/tags") == get(client, "/search/tags?q=b") == {"items": [], "next": None}
    get(client, f"/places/{PORTUGAL}/posts", status=401)


def test_members_are_told_who_and_what_there_is(client: FlaskClient, as_ben: Headers) -> None:
    for path in ("/members/nobody/posts", "/guilds/none/posts", "/places/7/posts", "/tags/%00/posts"):
        get(client, path, as_ben, 404)
    assert get(client, "/members/ben/posts", as_ben) == {"items": [], "next": None}


@pytest.mark.parametrize("query", ["language=EN", "language=english", "cursor=x", "limit=0", "order=rank"])
def test_a_search_that_cannot_be_is_told(client: FlaskClient, as_ben: Headers, query: str) -> None:
    get(client, f"/search/posts?q=bread&{query}", as_ben, 422)
