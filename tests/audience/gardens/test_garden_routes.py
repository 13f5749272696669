"""Gardens and labellers over HTTP: it holds from the next request on, and everybody else is told nothing."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.test import TestResponse

from coop.book import Book
from coop.features import LABELLER_PUBLISHING
from coop.tables import Member
from tests.audience.factories import make_post
from tests.coop.featured import give
from tests.factories import bearer_for, identity_of, make_member

API = "/api/v1"


class Reader:
    """A member who speaks to the API."""

    def __init__(self, session: Session, client: FlaskClient, handle: str) -> None:
        self.member: Member = make_member(session, handle)
        self.session, self.client, self.headers = session, client, bearer_for(session, self.member)

    def send(self, method: str, path: str, body: Any = None) -> TestResponse:
        return self.client.open(f"{API}{path}", method=method, json=body, headers=self.headers)

    def get(self, path: str) -> Any:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()


@pytest.fixture
def ada(session: Session, client: FlaskClient) -> Reader:
    return Reader(session, client, "ada")


@pytest.fixture
def ben(session: Session, client: FlaskClient) -> Reader:
    return Reader(session, client, "ben")


@pytest.fixture
def post(session: Session, book: Book, ada: Reader) -> int:
    return make_post(session, identity_of(ada.member), book, body="Loud #bread").id


def test_a_garden_holds_from_the_next_request_on_and_is_taken_back(ben: Reader, post: int) -> None:
    assert ben.get(f"/posts/{post}")["garden"] is None
    assert ben.send("POST", "/garden/mutes", {"of": "tag", "name": "#Bread"}).status_code == 204
    line = {"fact": "author.handle", "comparison": "is", "value": "@Ada"}
    said = {"name": "Of Ada", "conditions": [line], "action": "label"}
    assert ben.send("POST", "/garden/filters", said).status_code == 204
    mark = ben.get(f"/posts/{post}")["garden"]
    assert mark["action"] == "collapse"
    assert [(one["by"], one["name"]) for one in mark["reasons"]] == [("tag", ""), ("filter", "Of Ada")]
    assert ben.get(f"/posts/{post}/thread")["post"]["garden"] == mark
    assert ben.send("PUT", f"/posts/{post}/choice", {"of": "author"}).status_code == 204
    assert ben.get(f"/posts/{post}")["garden"]["action"] == "label"
    garden = ben.get("/garden")
    assert [one["name"] for one in garden["mutes"]] == ["bread"]
    assert [one["when"] for one in garden["filters"]] == ['author.handle == "ada"']
    assert [(one["of"], one["name"]) for one in garden["choices"]] == [("author", "ada")]
    for path in (
        f"/garden/mutes/{garden['mutes'][0]['id']}",
        f"/garden/filters/{garden['filters'][0]['id']}",
        "/garden/choices/author/ada",
    ):
        assert [ben.send("DELETE", path).status_code for _ in range(2)] == [204, 404]
    assert ben.get(f"/posts/{post}")["garden"] is None


def test_law_07_a_garden_is_told_to_its_member_alone(ada: Reader, ben: Reader, post: int) -> None:
    before = ada.get("/garden"), ada.get(f"/posts/{post}"), ada.get("/members/ben")
    ben.send("POST", "/garden/mutes", {"of": "person", "name": "ada"})
    assert (ada.get("/garden"), ada.get(f"/posts/{post}"), ada.get("/members/ben")) == before
    mute = ben.get("/garden")["mutes"][0]["id"]
    answers = [ada.send("DELETE", f"/garden/mutes/{one}") for one in (mute, 7)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].get_data() == answers[1].get_data().replace(b"/7", f"/{mute}".encode())


def test_a_labeller_is_founded_published_previewed_and_subscribed_to(
    session: Session, book: Book, ada: Reader, ben: Reader, post: int
) -> None:
    said = {"slug": "calm", "name": "Calm", "labels": ["loud"]}
    refused = ada.send("POST", "/labellers", said)
    assert refused.status_code == 403
    (fault,) = refused.get_json()["errors"]
    assert fault["clause"]["clause"] == "/features/labeller_publishing/member/grant_when"
    give(session, LABELLER_PUBLISHING, ada.member)
    assert ada.send("POST", "/labellers", said).status_code == 201
    assert ada.send("POST", "/labellers", said).status_code == 409
    label = {"add": [{"label": "loud", "post_id": str(post)}]}
    assert ben.send("POST", "/labellers/calm/editions", label).status_code == 404
    assert ada.send("POST", "/labellers/calm/editions", label).get_json()["number"] == 1
    ben.get("/feeds/chronological")
    preview = ben.get("/labellers/calm/preview")
    assert preview["posts"] == 1
    ((found,),) = [preview["labels"]]
    assert (found["number"], [one["id"] for one in found["examples"]]) == (1, [str(post)])
    assert ben.get(f"/posts/{post}")["garden"] is None, "looking at it changes nothing"
    assert ben.send("PUT", "/labellers/calm/subscription", {"actions": {"loud": "hide"}}).status_code == 200
    assert ben.get(f"/posts/{post}")["garden"]["reasons"] == [
        {"by": "label", "name": "calm/loud", "action": "hide", "disputed": False}
    ]
    dispute = {"label": "loud", "post_id": str(post), "disputed": True}
    assert ben.send("PUT", "/labellers/calm/dispute", dispute).status_code == 404
    assert ada.send("PUT", "/labellers/calm/dispute", dispute).status_code == 204
    assert ben.get(f"/posts/{post}")["garden"]["reasons"][0]["disputed"]
    (of_ada,) = ada.get("/labellers/calm")["of_you"]
    assert (of_ada["label"], of_ada["post_id"], of_ada["disputed"]) == ("loud", str(post), True)
    page = ben.get("/labellers/calm")
    assert (page["of_you"], page["disputing"]) == ([], None), "it is told of nobody, and of one not at all"
    (listed,) = ben.get("/labellers")["items"]
    assert (listed["standing"], listed["mine"]) == ("at work", False)
    assert ben.get("/labellers/calm")["actions"] == {"loud": "hide"}
    assert ben.get("/garden")["subscriptions"][0]["labeller"] == listed
    assert ben.send("DELETE", "/labellers/calm/subscription").status_code == 204
    assert ada.send("DELETE", "/labellers/calm").status_code == 204
    assert ben.get("/labellers")["items"] == []
    assert ben.get("/labellers/calm")["labeller"]["standing"] == "ended"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/garden/mutes", {"of": "sound", "name": "x"}, 422),
        ("POST", "/garden/mutes", {"of": "person", "name": "nobody"}, 404),
        ("POST", "/garden/mutes", {"of": "word", "name": "x", "until": "2020-01-01T00:00:00Z"}, 422),
        ("POST", "/garden/mutes", {"of": "word", "name": "x", "until": "2030-01-01T00:00:00"}, 422),
        ("POST", "/garden/filters", {"name": "x", "conditions": [], "action": "hide"}, 422),
        ("PUT", "/posts/7/choice", {}, 404),
        ("GET", "/labellers/none-such", None, 404),
        ("GET", "/labellers/none-such/preview", None, 404),
        ("PUT", "/labellers/none-such/subscription", {"actions": {}}, 404),
        ("POST", "/labellers", {"slug": "x", "name": "x", "labels": ["a b"]}, 422),
    ],
)
def test_what_does_not_fit_is_refused(
    session: Session, ben: Reader, method: str, path: str, body: Any, status: int
) -> None:
    give(session, LABELLER_PUBLISHING, ben.member)
    assert ben.send(method, path, body).status_code == status


@pytest.mark.parametrize("named", [{}, {"post_id": "7", "member": "ada"}])
def test_a_label_is_of_one_post_or_one_member(session: Session, ada: Reader, named: dict[str, str]) -> None:
    give(session, LABELLER_PUBLISHING, ada.member)
    ada.send("POST", "/labellers", {"slug": "calm", "name": "Calm", "labels": ["loud"]})
    said = {"add": [{"label": "loud", **named}]}
    assert ada.send("POST", "/labellers/calm/editions", said).status_code == 422


def test_a_filter_is_tried_kept_read_and_changed_over_http(ben: Reader, post: int) -> None:
    ben.get(f"/posts/{post}")
    line = {"fact": "text.tags", "comparison": "has", "value": "bread"}
    tried = ben.send("POST", "/garden/filters/preview", {"conditions": [line]}).get_json()
    assert (tried["posts"], tried["held"], [one["id"] for one in tried["examples"]]) == (1, 1, [str(post)])
    said = {"name": "Bread", "conditions": [line], "action": "label"}
    assert ben.send("POST", "/garden/filters", said).status_code == 204
    (kept,) = ben.get("/garden")["filters"]
    assert (kept["match"], kept["conditions"]) == ("all", [line])
    path = f"/garden/filters/{kept['id']}"
    other = {"fact": "post.picture", "comparison": "yes", "value": ""}
    changed = {"name": "Any", "match": "any", "conditions": [line, other], "action": "collapse"}
    assert ben.send("PUT", path, changed).status_code == 204
    found = ben.get(path)
    assert (found["match"], found["conditions"], found["action"]) == ("any", [line, other], "collapse")
    assert ben.get(f"/posts/{post}")["garden"]["action"] == "collapse"
    assert ben.send("PUT", "/garden/filters/7", changed).status_code == 404
    assert ben.send("PUT", path, {**changed, "conditions": []}).status_code == 422


def test_a_thread_folds_replies_with_words_that_its_reader_mutes(ada: Reader, ben: Reader, post: int) -> None:
    cleo = Reader(ben.session, ben.client, "cleo")
    made = [
        one.send("POST", f"/posts/{post}/replies", {"body": "Spoilers"}).get_json()["id"]
        for one in (ada, ben, cleo)
    ]
    assert ben.send("POST", "/garden/mutes", {"of": "word", "name": "spoilers"}).status_code == 204
    for path, key in ((f"/posts/{post}/thread", "replies"), (f"/posts/{post}/replies", "items")):
        told = {one["id"]: (one["muted"], one["muted_words"]) for one in ben.get(path)[key]}
        assert told == {made[0]: (False, False), made[1]: (False, False), made[2]: (False, True)}
    assert ben.get(f"/replies/{made[2]}")["muted_words"] is True
    assert ada.get(f"/replies/{made[2]}")["muted_words"] is False
