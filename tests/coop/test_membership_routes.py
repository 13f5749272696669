"""Members, guilds, invitations and applications over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from tests.factories import BERGEN, LONG_AGO, PASSWORD, bearer_for, make_guild, make_member

API = "/api/v1"


@pytest.fixture
def ada(session: Session) -> dict[str, str]:
    """The headers of a member called ada."""
    return bearer_for(session, make_member(session, "ada"))


@pytest.fixture
def reader(session: Session) -> dict[str, str]:
    """The headers of a member who only looks."""
    return bearer_for(session, make_member(session, "zoe"))


@pytest.fixture
def ben(session: Session) -> dict[str, str]:
    """The headers of a member called ben."""
    return bearer_for(session, make_member(session, "ben"))


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    found: dict[str, Any] = response.get_json()
    return found


def test_anyone_may_join_and_is_then_in_the_directory(client: FlaskClient, reader: dict[str, str]) -> None:
    sent = {"handle": "Ada", "password": PASSWORD, "place": str(BERGEN)}
    made = client.post(f"{API}/members", json=sent)
    assert made.status_code == 201
    assert made.get_json()["handle"] == "ada"
    assert made.get_json()["display_name"] == "Ada"
    assert client.get(f"{API}/members/ada", headers=reader).get_json() == made.get_json()


def test_joining_says_what_is_wrong_where_and_by_which_clause(client: FlaskClient) -> None:
    short = problem(client.post(f"{API}/members", json={"handle": "ada", "password": "short"}), 422)
    (fault,) = short["errors"]
    assert fault["pointer"] == "/password"
    assert fault["clause"]["clause"] == "/credentials/password_min_length"
    taken = {"handle": "ada", "password": PASSWORD}
    assert client.post(f"{API}/members", json=taken).status_code == 201
    assert problem(client.post(f"{API}/members", json=taken), 409)["errors"][0]["pointer"] == "/handle"
    place = {"handle": "ben", "password": PASSWORD}
    for nowhere in ("7", "Bergen", BERGEN, str(2**63)):
        told = problem(client.post(f"{API}/members", json=place | {"place": nowhere}), 422)
        assert told["errors"][0]["pointer"] == "/place"
    assert client.post(f"{API}/members", json=place | {"place": str(BERGEN)}).status_code == 201


def test_a_refused_newcomer_leaves_nothing_behind(client: FlaskClient, reader: dict[str, str]) -> None:
    sent = {"handle": "ada", "password": PASSWORD, "invitation": "made up"}
    problem(client.post(f"{API}/members", json=sent), 422)
    problem(client.get(f"{API}/members/ada", headers=reader), 404)


def test_a_profile_is_shown_whole_to_its_owner_alone(
    client: FlaskClient, reader: dict[str, str], ada: dict[str, str]
) -> None:
    change = {"about": "Grows beans.", "place": str(BERGEN)}
    changed = client.patch(f"{API}/members/me", json=change, headers=ada)
    assert changed.status_code == 200
    assert changed.get_json()["about"] == "Grows beans."
    assert [step["name"] for step in changed.get_json()["place"]["path"]] == ["Norway", "Vestland", "Bergen"]
    assert client.get(f"{API}/members/me", headers=ada).get_json() == changed.get_json()
    seen = client.get(f"{API}/members/ada", headers=reader).get_json()
    assert seen.keys() == {"handle", "display_name", "about", "joined_at", "guilds", "flag"}
    assert datetime.fromisoformat(seen["joined_at"]) == LONG_AGO
    silent = client.patch(f"{API}/members/me", json={"place": None}, headers=ada).get_json()
    assert (silent["place"], silent["about"]) == (None, "Grows beans.")


def test_the_name_of_a_profile_cannot_be_emptied(client: FlaskClient, ada: dict[str, str]) -> None:
    for value, status in (("", 422), (None, 422), ("Ada L.", 200)):
        sent = client.patch(f"{API}/members/me", json={"display_name": value}, headers=ada)
        assert sent.status_code == status


def test_whoever_leaves_is_not_found_and_their_token_is_dead(
    client: FlaskClient, reader: dict[str, str], ada: dict[str, str]
) -> None:
    assert client.delete(f"{API}/members/me", headers=ada).status_code == 204
    problem(client.get(f"{API}/members/me", headers=ada), 401)
    problem(client.get(f"{API}/members/ada", headers=reader), 404)


def test_members_are_listed_in_pages(client: FlaskClient, reader: dict[str, str], session: Session) -> None:
    for handle in ("cleo", "ada", "ben"):
        make_member(session, handle)
    first = client.get(f"{API}/members?limit=2", headers=reader).get_json()
    assert [item["handle"] for item in first["items"]] == ["ada", "ben"]
    second = client.get(f"{API}/members?limit=2&cursor={first['next']}", headers=reader).get_json()
    assert [item["handle"] for item in second["items"]] == ["cleo", "zoe"]
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["AA", "!", "YWRh", "77-9"])
def test_a_cursor_of_one_s_own_making_breaks_nothing(
    client: FlaskClient, reader: dict[str, str], cursor: str
) -> None:
    for path in ("members", "guilds"):
        assert client.get(f"{API}/{path}?cursor={cursor}", headers=reader).status_code in (200, 422)


def test_a_guild_is_founded_entered_tended_and_left(
    client: FlaskClient, reader: dict[str, str], ada: dict[str, str], ben: dict[str, str]
) -> None:
    sent = {"slug": "seeds", "name": "Seed savers", "purpose": "To swap."}
    made = client.post(f"{API}/guilds", json=sent, headers=ada)
    assert made.status_code == 201
    assert (made.get_json()["founder"], made.get_json()["stewards"], made.get_json()["members"]) == (
        "ada",
        ["ada"],
        1,
    )
    entered = client.put(f"{API}/guilds/seeds/members/me", headers=ben)
    assert (entered.status_code, entered.get_json()["members"]) == (200, 2)
    problem(client.put(f"{API}/guilds/seeds/stewards/ben", headers=ben), 403)
    problem(client.delete(f"{API}/guilds/seeds/members/me", headers=ada), 409)
    problem(client.put(f"{API}/guilds/seeds/stewards/cleo", headers=ada), 422)
    appointed = client.put(f"{API}/guilds/seeds/stewards/ben", headers=ada)
    assert appointed.get_json()["stewards"] == ["ada", "ben"]
    assert client.delete(f"{API}/guilds/seeds/stewards/me", headers=ada).status_code == 204
    assert client.delete(f"{API}/guilds/seeds/members/me", headers=ada).status_code == 204
    left = client.get(f"{API}/guilds/seeds", headers=reader).get_json()
    assert (left["stewards"], left["members"]) == (["ben"], 1)


def test_a_guild_that_does_not_exist_is_not_found(
    client: FlaskClient, reader: dict[str, str], ada: dict[str, str]
) -> None:
    problem(client.get(f"{API}/guilds/seeds", headers=reader), 404)
    problem(client.put(f"{API}/guilds/seeds/members/me", headers=ada), 404)
    problem(client.get(f"{API}/guilds/se\0eds", headers=reader), 404)


def test_guilds_are_listed_in_pages(client: FlaskClient, reader: dict[str, str], session: Session) -> None:
    for slug in ("cc", "aa", "bb"):
        make_guild(session, slug)
    first = client.get(f"{API}/guilds?limit=2", headers=reader).get_json()
    second = client.get(f"{API}/guilds?limit=2&cursor={first['next']}", headers=reader).get_json()
    assert [item["slug"] for item in first["items"] + second["items"]] == ["aa", "bb", "cc"]


def test_an_invitation_opens_the_door_to_one(client: FlaskClient, ada: dict[str, str]) -> None:
    made = client.post(f"{API}/invitations", headers=ada)
    assert made.status_code == 201
    assert datetime.fromisoformat(made.get_json()["expires_at"]) > datetime.now(UTC)
    sent = {"password": PASSWORD, "invitation": made.get_json()["code"]}
    assert client.post(f"{API}/members", json={"handle": "guest", **sent}).status_code == 201
    problem(client.post(f"{API}/members", json={"handle": "other", **sent}), 422)


def test_a_member_registers_an_application(client: FlaskClient, ada: dict[str, str]) -> None:
    sent = {"name": "Reader", "redirect_uris": ["https://app.example/done"], "scope": "read"}
    made = client.post(f"{API}/oauth-clients", json=sent, headers=ada)
    assert made.status_code == 201
    assert made.get_json() == {"client_id": made.get_json()["client_id"], **sent}
    sent["redirect_uris"] = ["http://app.example/done"]
    told = problem(client.post(f"{API}/oauth-clients", json=sent, headers=ada), 422)
    assert told["errors"][0]["pointer"] == "/redirect_uris/0"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "members/me"),
        ("patch", "members/me"),
        ("get", "members"),
        ("get", "members/ada"),
        ("get", "guilds"),
        ("get", "guilds/seeds"),
        ("delete", "members/me"),
        ("post", "guilds"),
        ("put", "guilds/seeds/members/me"),
        ("post", "invitations"),
        ("post", "oauth-clients"),
    ],
)
def test_what_is_done_as_a_member_needs_a_member(client: FlaskClient, method: str, path: str) -> None:
    sent: dict[str, Any] = {"slug": "seeds", "name": "Seeds"} if path == "guilds" else {}
    if path == "oauth-clients":
        sent = {"name": "Reader", "redirect_uris": ["https://app.example/done"]}
    problem(client.open(f"{API}/{path}", method=method.upper(), json=sent), 401)
