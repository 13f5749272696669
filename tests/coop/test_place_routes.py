"""Places over HTTP."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from tests.factories import LISBON, LISBON_REGION, PORTUGAL, bearer_for, make_member

API = "/api/v1"


@pytest.fixture
def ada(session: Session) -> dict[str, str]:
    """The headers of a member called ada."""
    return bearer_for(session, make_member(session, "ada"))


def pointers(response: Any, status: int) -> list[str]:
    assert response.status_code == status, response.text
    return [fault["pointer"] for fault in response.get_json().get("errors", [])]


def test_places_are_found_with_what_they_lie_in_and_whose_facts_they_are(
    client: FlaskClient, ada: dict[str, str]
) -> None:
    found = client.get(f"{API}/places?q=lisb&within={PORTUGAL}&limit=2", headers=ada).get_json()
    assert "GeoNames" in found["credit"]
    assert "CC BY 4.0" in found["credit"]
    assert [item["kind"] for item in found["items"]] == ["region", "city"]
    city = found["items"][1]
    assert (city["id"], city["country"], city["name"]) == (str(LISBON), "PT", "Lisbon")
    assert city["path"] == [
        {"id": str(PORTUGAL), "name": "Portugal"},
        {"id": str(LISBON_REGION), "name": "Lisbon"},
        {"id": str(LISBON), "name": "Lisbon"},
    ]
    assert client.get(f"{API}/places/{LISBON}", headers=ada).get_json() == city


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "query/q"),
        ("?q=", "query/q"),
        (f"?q={'a' * 81}", "query/q"),
        ("?q=a&limit=51", "query/limit"),
        ("?q=a&within=here", "query/within"),
        (f"?q=a&within={2**63}", "query/within"),
    ],
)
def test_a_search_that_cannot_be_made_says_why(
    client: FlaskClient, ada: dict[str, str], query: str, pointer: str
) -> None:
    assert pointers(client.get(f"{API}/places{query}", headers=ada), 422) == [pointer]


def test_a_place_that_nobody_knows_is_not_found(client: FlaskClient, ada: dict[str, str]) -> None:
    assert client.get(f"{API}/places/7", headers=ada).status_code == 404
    assert client.get(f"{API}/places?q=a&within=7", headers=ada).get_json()["items"] == []


def test_a_member_adds_a_neighbourhood_and_lives_there(client: FlaskClient, ada: dict[str, str]) -> None:
    sent = {"city": str(LISBON), "name": "Alfama"}
    made = client.post(f"{API}/places", json=sent, headers=ada)
    assert made.status_code == 201
    assert [step["name"] for step in made.get_json()["path"]] == ["Portugal", "Lisbon", "Lisbon", "Alfama"]
    assert "ada" not in made.text
    settled = client.patch(f"{API}/members/me", json={"place": made.get_json()["id"]}, headers=ada)
    assert settled.get_json()["place"] == made.get_json()
    assert pointers(client.post(f"{API}/places", json=sent, headers=ada), 409) == ["/name"]
    elsewhere = sent | {"city": str(PORTUGAL)}
    assert pointers(client.post(f"{API}/places", json=elsewhere, headers=ada), 422) == ["/city"]


@pytest.mark.parametrize(("method", "path"), [("GET", "places?q=a"), ("GET", "places/7"), ("POST", "places")])
def test_places_are_shown_to_members_alone(client: FlaskClient, method: str, path: str) -> None:
    sent = {"city": str(LISBON), "name": "Alfama"} if method == "POST" else None
    assert client.open(f"{API}/{path}", method=method, json=sent).status_code == 401
