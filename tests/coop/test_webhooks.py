"""Webhooks: whose they are, how many one may hold, and what is published to them."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlmodel import Session, col

from coop import webhooks
from coop.book import Book
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.tables import Member
from coop.webhook_tables import Webhook
from tests.coop.hooks import LIMIT, NOW, only, publish, register
from tests.factories import bearer_for, identity_of, make_member


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def bruno(session: Session) -> Identity:
    return identity_of(make_member(session, "bruno"))


def test_a_secret_is_shown_once_and_never_again(session: Session, book: Book, ada: Identity) -> None:
    made = register(session, book, ada)
    assert made.secret.startswith("whsec_")
    assert webhooks.of(session, ada) == [made.endpoint]
    assert made.secret not in repr(webhooks.of(session, ada))
    rotated = webhooks.rotate_secret(session, ada, made.endpoint.id)
    assert rotated.secret.startswith("whsec_")
    assert rotated.secret != made.secret
    assert webhooks.of(session, ada) == [rotated.endpoint] == [made.endpoint]


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://10.0.0.1/", "ftp://example.org/", "nonsense"]
)
def test_a_webhook_points_to_the_public_network_over_https(
    session: Session, book: Book, ada: Identity, url: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        register(session, book, ada, url)
    assert refused.value.faults[0].pointer == "/url"
    assert webhooks.of(session, ada) == []


def test_law_01_a_member_holds_as_many_as_the_clause_says(
    session: Session, book: Book, ada: Identity
) -> None:
    limit = book.cite("deliberation", LIMIT)
    for number in range(limit.value):
        register(session, book, ada, f"https://example.org/{number}")
    with pytest.raises(Forbidden) as refused:
        register(session, book, ada, "https://example.org/more")
    assert refused.value.faults[0].clause == limit
    assert len(webhooks.of(session, ada)) == limit.value


def test_the_same_address_twice_is_refused_and_another_member_s_is_not(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    register(session, book, ada)
    with pytest.raises(Conflict):
        register(session, book, ada, "HTTPS://EXAMPLE.org/")
    register(session, book, bruno)


def test_law_07_another_s_webhook_is_none(
    session: Session, book: Book, ada: Identity, bruno: Identity
) -> None:
    made = register(session, book, ada).endpoint.id
    for webhook_id in (made, 12345):
        with pytest.raises(NotFound):
            webhooks.remove(session, bruno, webhook_id)
        with pytest.raises(NotFound):
            webhooks.rotate_secret(session, bruno, webhook_id)
        with pytest.raises(NotFound):
            webhooks.deliveries(session, bruno, webhook_id, before=None, limit=1)
    webhooks.remove(session, ada, made)
    assert webhooks.of(session, ada) == []


def test_law_14_an_event_is_published_once(session: Session, book: Book, ada: Identity) -> None:
    assert publish(session) == 0
    made = register(session, book, ada)
    assert publish(session) is None
    assert publish(session, 8) == 1
    assert only(session, ada, made).type == "decision.enacted"
    assert webhooks.published(session, [7, 8, 9]) == {("decision.enacted", 7), ("decision.enacted", 8)}


def test_whoever_has_left_is_sent_nothing(session: Session, book: Book, ada: Identity) -> None:
    register(session, book, ada)
    session.execute(update(Member).where(col(Member.id) == ada.member_id).values(left_at=NOW))
    assert publish(session) == 0


def test_over_http_one_registers_rotates_the_secret_reads_the_log_and_removes(
    session: Session, client: FlaskClient, ada: Identity, database: Database
) -> None:
    headers = bearer_for(session, session.get_one(Member, ada.member_id))
    answer = client.post("/api/v1/webhooks", json={"url": "https://example.org/hook"}, headers=headers)
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["secret"].startswith("whsec_")
    (listed,) = client.get("/api/v1/webhooks", headers=headers).get_json()
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    for subject in (1, 2, 3):
        publish(session, subject, NOW + timedelta(seconds=subject))
    path = f"/api/v1/webhooks/{made['id']}"
    rotated = client.post(f"{path}/secret", headers=headers)
    assert rotated.status_code == 201
    assert rotated.get_json() | {"secret": made["secret"]} == made
    assert rotated.get_json()["secret"] != made["secret"]
    page = client.get(f"{path}/deliveries?limit=2", headers=headers).get_json()
    assert [item["tries"] for item in page["items"]] == [0, 0]
    rest = client.get(f"{path}/deliveries?cursor={page['next']}", headers=headers).get_json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert client.delete(path, headers=headers).status_code == 204
    assert client.delete(path, headers=headers).status_code == 404
    assert client.post(f"{path}/secret", headers=headers).status_code == 404
    assert client.get(f"{path}/deliveries", headers=headers).status_code == 404


def test_over_http_this_machine_is_refused_unless_the_operator_allows_it(
    session: Session, client: FlaskClient, ada: Identity
) -> None:
    headers = bearer_for(session, session.get_one(Member, ada.member_id))
    for url in ("http://127.0.0.1:8000/", "https://127.0.0.1/", "http://localhost/"):
        answer = client.post("/api/v1/webhooks", json={"url": url}, headers=headers)
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["pointer"] == "/url"


def test_a_repeated_registration_does_not_tell_the_secret_again(
    session: Session, client: FlaskClient, ada: Identity
) -> None:
    headers = bearer_for(session, session.get_one(Member, ada.member_id)) | {"Idempotency-Key": "once"}
    body = {"url": "https://example.org/hook"}
    assert client.post("/api/v1/webhooks", json=body, headers=headers).status_code == 201
    again = client.post("/api/v1/webhooks", json=body, headers=headers)
    assert again.status_code == 409
    assert "whsec_" not in again.text


def test_a_repeated_rotation_neither_makes_nor_tells_another_secret(
    session: Session, client: FlaskClient, book: Book, ada: Identity
) -> None:
    made = register(session, book, ada)
    headers = bearer_for(session, session.get_one(Member, ada.member_id)) | {"Idempotency-Key": "once"}
    path = f"/api/v1/webhooks/{made.endpoint.id}/secret"
    told = client.post(path, headers=headers).get_json()["secret"]
    again = client.post(path, headers=headers)
    assert again.status_code == 409
    assert "whsec_" not in again.text
    kept = select(col(Webhook.secret)).where(col(Webhook.id) == made.endpoint.id)
    assert session.execute(kept).scalar_one() == told
