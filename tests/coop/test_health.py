"""What operators are told of how the server fares, and that nobody else is."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlmodel import Session

from tests.factories import bearer_for, make_member

TOKEN = "wq3Zk7pV9sXr2LmT5nBc8YdF4hJg6QeA"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def serve(app: Flask, patch: pytest.MonkeyPatch, **changes: object) -> None:
    """Have the server run with other settings until the test ends."""
    platform = app.extensions["allotment"]
    settings = platform.settings.model_copy(update=changes)
    patch.setitem(app.extensions, "allotment", replace(platform, settings=settings))


def test_an_operator_of_a_private_server_reads_its_figures(client: FlaskClient) -> None:
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert 'allotment_requests_total{method="GET",route="/healthz",status="200"}' in answer.text


def test_law_07_to_anybody_else_the_figures_are_not_there(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = client.get("/metrics/none").data
    member = bearer_for(session, make_member(session))

    def hidden(headers: dict[str, str], elsewhere: bool = True) -> bool:
        answer = client.get("/metrics", headers=headers, environ_overrides=ELSEWHERE if elsewhere else {})
        return (answer.status_code, answer.data) == (404, nothing)

    assert hidden({})
    assert hidden(member)
    assert hidden({"X-Forwarded-For": "127.0.0.1"})
    assert hidden({"Authorization": "Bearer None"})
    serve(app, monkeypatch, metrics_token=SecretStr(TOKEN))
    for shown in (f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, f"Basic {TOKEN}", "Bearer ", "Bearer é"):
        assert hidden({"Authorization": shown}), shown
    serve(app, monkeypatch, metrics_token=None, public_url="https://coop.example")
    assert hidden({}, elsewhere=False), "behind a proxy everybody comes from this machine"


def test_whoever_shows_the_token_reads_them_from_anywhere(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(app, monkeypatch, metrics_token=SecretStr(TOKEN), public_url="https://coop.example")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_overrides=ELSEWHERE)
    assert answer.status_code == 200


def test_whether_it_lives_and_is_ready_is_told_to_anybody(client: FlaskClient) -> None:
    assert client.get("/healthz", environ_overrides=ELSEWHERE).json == {"status": "alive"}
    ready = client.get("/readyz", environ_overrides=ELSEWHERE).json
    assert ready == {"status": "ready", "parts": {"database": True, "store": True}}
