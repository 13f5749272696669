"""Registering applications, and forgetting what is over."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from coop import oauth
from coop.errors import RuleBroken
from tests.coop.browser import HOME, LOOPBACK, Browser


def test_an_application_is_registered_and_can_be_brought_up_to_date(session: Session) -> None:
    now = datetime.now(UTC)
    made = oauth.register_client(session, " Reader ", ["com.example.app:/done", HOME], "write read", now)
    assert (made.name, made.scope) == ("Reader", "read write")
    for uris in ([LOOPBACK], [LOOPBACK, "http://[::1]/callback"]):
        oauth.ensure_client(session, "allotment-cli", "CLI", uris, "read", now)
        found = oauth.find_client(session, "allotment-cli")
        assert found is not None
        assert found.redirect_uris == uris


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/done",
        "https://app.example/done#part",
        "https://ada@app.example/done",
        "https://",
        "javascript:alert(1)",
        "http://localhost/callback",
        "https://app.example/a b",
        "app:/done",
        "",
        "https://app.example/" + "x" * 500,
    ],
)
def test_a_redirect_uri_that_could_leak_a_code_is_not_registered(session: Session, uri: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        oauth.register_client(session, "Reader", [HOME, uri], "read", datetime.now(UTC))
    assert refused.value.faults[0].pointer == "/redirect_uris/1"


@pytest.mark.parametrize("scope", ["", "admin", "read admin"])
def test_a_scope_that_does_not_exist_is_not_registered(session: Session, scope: str) -> None:
    with pytest.raises(RuleBroken):
        oauth.register_client(session, "Reader", [HOME], scope, datetime.now(UTC))


def test_what_is_over_is_swept_once_its_misuse_cannot_matter(browser: Browser, session: Session) -> None:
    browser.tokens()
    now = datetime.now(UTC)
    assert oauth.sweep(session, now + oauth.REFRESH_LIFETIME - timedelta(minutes=1)) == 0
    assert oauth.sweep(session, now + oauth.REFRESH_LIFETIME + timedelta(minutes=2)) == 2
