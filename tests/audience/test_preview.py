"""Previews: what an audience would do, before anything is published."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import circles
from audience.circle_tables import Circle
from audience.document import AudienceDocument
from audience.preview import Preview, gradient_of, preview
from audience.rules import AUDIENCE
from audience.tables import Post
from audience.topic_tables import ContributionCondition, Tag
from coop.book import Book
from coop.errors import RuleBroken
from coop.identity import Identity
from coop.tables import Member
from tests.audience.factories import NOW, make_post, wide_open, with_clauses, with_guild_policy
from tests.coop.statements import counted
from tests.factories import bearer_for, identity_of, make_guild, make_member


@pytest.fixture
def ada(session: Session, book: Book) -> Identity:
    """A member of the guild ``bakers``, which has eleven, who keeps the circle ``Family`` with one in it."""
    member = make_member(session, "ada")
    others = tuple(make_member(session, f"baker{n}") for n in range(10))
    found = identity_of(member, (make_guild(session, "bakers", member, others),))
    kept = circles.create(session, found, book, "Family", NOW)
    circles.add(session, found, book, kept.id, "baker0", NOW)
    return found


def seen(
    session: Session, author: Identity, book: Book, document: object, guild: str | None = None, body: str = ""
) -> Preview:
    written = AudienceDocument.model_validate_json(json.dumps(document))
    return preview(session, author, book, written, guild, body, NOW)


def said(found: Preview) -> list[tuple[str, str, str]]:
    return [(one.at, one.see.said, one.read.said) for one in found.layers]


def test_each_layer_says_about_how_many_are_meant_once_its_time_has_come(
    session: Session, book: Book, ada: Identity
) -> None:
    document = {
        "see": {"any": [{"guild": "bakers"}]},
        "read": {"any": [{"guild": "bakers"}], "not": [{"circle": "Family"}]},
        "after": [
            {"age": "P1D", "set": {"read": {"any": [{"circle": "Family"}, {"member": "baker1"}]}}},
            {"seats_pct": 50, "set": {"preset": "self"}},
        ],
    }
    found = seen(session, ada, book, document)
    assert said(found) == [
        ("", "about 10 people", "about 10 people"),
        ("/after/0/set", "about 10 people", "1 person whom you name"),
        ("/after/1/set", "nobody but you", "nobody but you"),
    ]
    assert [(one.age is None, one.seats_pct) for one in found.layers] == [
        (True, None),
        (False, None),
        (True, 50),
    ]


def test_whomever_the_text_names_is_counted(session: Session, book: Book, ada: Identity) -> None:
    asked = {"see": {"any": [{"mentioned": True}]}}
    assert (
        said(seen(session, ada, book, asked, body="For @baker1 and @nobody"))[0][1]
        == "1 person whom you name"
    )
    assert said(seen(session, ada, book, asked))[0][1] == "nobody but you"


def test_law_08_limits_are_the_strictest_of_author_guild_and_coop_each_with_who_set_it(
    session: Session, book: Book, ada: Identity
) -> None:
    book = with_guild_policy(book, "bakers", "[arrivals]\nper_minute = 6\n[replies]\nper_post = 40\n")
    document = {"seats": {"max": 9}, "arrivals": {"burst": 2}, "replies": {"per_member": 20}}
    found = seen(session, ada, book, document, "bakers")
    assert [
        (one.name, one.value, one.clause and f"{one.clause.scope}{one.clause.clause}") for one in found.limits
    ] == [
        ("seats", 9, None),
        ("arrivals", 6, "guild:bakers/arrivals/per_minute"),
        ("burst", 2, None),
        ("replies", 40, "guild:bakers/replies/per_post"),
        ("replies_each", 20, None),
    ]


def test_seats_name_the_default_or_the_ceiling_that_decides(
    session: Session, book: Book, ada: Identity
) -> None:
    def seats(book: Book, document: object) -> tuple[object, str | None]:
        limit = seen(session, ada, book, document).limits[0]
        return limit.value, limit.clause.clause if limit.clause else None

    assert seats(book, {}) == (150, "/seats/default")
    assert seats(wide_open(book), {}) == (None, "/seats/default")
    assert seats(wide_open(book), {"seats": {"max": "open"}}) == (None, None)


def test_each_verb_says_to_whom_it_is_open_and_by_which_clause(
    session: Session, book: Book, ada: Identity
) -> None:
    book = with_clauses(
        book, AUDIENCE, {"/interact/stitch/ceiling": "nobody", "/interact/stitch/default": "nobody"}
    )
    found = {one.verb: one for one in seen(session, ada, book, {"interact": {"quote": {}}}).opened}
    assert (found["quote"].opening, found["quote"].clause) == ("chosen", None)
    told = {verb: (one.opening, one.clause and one.clause.clause) for verb, one in found.items()}
    assert told["like"] == ("readers", "/interact/like/default")
    assert told["duet"] == ("ask", "/interact/duet/default")
    assert told["stitch"] == ("nobody", "/interact/stitch/default")
    assert len(told) == 9


@pytest.mark.parametrize(
    "asked",
    [
        {"audience": {"seats": {"max": 501}}},
        {"audience": {"see": {"any": [{"member": "nobody"}]}}},
        {"audience": {"preset": "public"}},
        {"audience": {"preset": "guild"}},
        {"guild": "nowhere", "audience": {}},
    ],
    ids=str,
)
def test_a_preview_is_refused_as_publishing_would_be(
    session: Session, book: Book, ada: Identity, asked: dict[str, Any]
) -> None:
    with pytest.raises(RuleBroken) as refused:
        seen(session, ada, book, asked["audience"], asked.get("guild"))
    with pytest.raises(RuleBroken) as published, session.begin_nested():
        make_post(session, ada, book, asked["audience"], guild=asked.get("guild"))
    assert refused.value.faults == published.value.faults


def test_a_preview_writes_nothing_and_uses_nothing_up(session: Session, book: Book, ada: Identity) -> None:
    document = {"see": {"any": [{"circle": "Family"}, {"contributed": {"tag": "unheard"}}]}}
    with counted(session) as sent:
        seen(session, ada, book, document, "bakers", "#bread for @baker1")
        gradient_of(session, ada, book, "bakers", NOW)
    assert [one for one in sent if not one.lstrip().upper().startswith("SELECT")] == []
    session.expire_all()
    assert [one.used for one in session.scalars(select(Circle))] == [False]
    for table in (Tag, ContributionCondition, Post):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_the_gradient_says_about_how_many_each_step_means(
    session: Session, book: Book, ada: Identity
) -> None:
    found = {
        step.key.partition(":")[0]: about.said
        for step, about in gradient_of(session, ada, book, "bakers", NOW)
    }
    assert found == {
        "self": "nobody but you",
        "circle": "1 person whom you name",
        "mutuals": "fewer than 5 people",
        "followers": "fewer than 5 people",
        "guild": "about 10 people",
        "local": "about 10 people",
        "public": "everybody",
    }
    with pytest.raises(RuleBroken) as refused:
        gradient_of(session, ada, book, "nowhere", NOW)
    assert [fault.pointer for fault in refused.value.faults] == ["/guild"]


def test_previews_and_the_gradient_are_answered_over_http(
    client: FlaskClient, session: Session, ada: Identity
) -> None:
    headers = bearer_for(session, session.get_one(Member, ada.member_id))
    body = {
        "audience": {"preset": "guild", "after": [{"age": "P1D", "set": {"preset": "self"}}]},
        "guild": "bakers",
    }
    answer = client.post("/api/v1/audiences/preview", json=body, headers=headers)
    assert answer.status_code == 200
    found = answer.get_json()
    assert [(one["at"], one["age"], one["read"]["said"]) for one in found["layers"]] == [
        ("", None, "about 10 people"),
        ("/after/0/set", "P1D", "nobody but you"),
    ]
    assert found["limits"][0]["clause"]["clause"] == "/seats/default"
    assert {one["verb"]: one["opening"] for one in found["opened"]}["download"] == "nobody"
    answer = client.post("/api/v1/audiences/preview", json={"audience": {"preset": "guild"}}, headers=headers)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/audience/preset")
    answer = client.get("/api/v1/audiences/gradient?guild=bakers", headers=headers)
    steps = answer.get_json()["steps"]
    assert [one["key"] for one in steps[-3:]] == ["guild", "local", "public"]
    assert steps[-1]["allowed"] is False
    assert steps[-1]["clause"]["clause"] == "/reach/widest"
    assert client.get("/api/v1/audiences/gradient?guild=nowhere", headers=headers).status_code == 422


def test_law_07_only_the_members_own_circles_are_steps(
    client: FlaskClient, session: Session, book: Book, ada: Identity
) -> None:
    headers = bearer_for(session, make_member(session, "zoe"))
    steps = client.get("/api/v1/audiences/gradient", headers=headers).get_json()["steps"]
    assert [one["key"] for one in steps] == ["self", "mutuals", "followers", "guild", "local", "public"]
    asked = {"audience": {"see": {"any": [{"circle": "Family"}]}}}
    answer = client.post("/api/v1/audiences/preview", json=asked, headers=headers)
    assert answer.status_code == 422
    assert (
        session.scalar(select(func.count()).select_from(Circle).where(col(Circle.owner_id) == ada.member_id))
        == 1
    )
