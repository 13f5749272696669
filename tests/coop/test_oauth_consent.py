"""The authorization endpoint: one negative test for each thing that RFC 9700 says it must do."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select
from sqlmodel import Session

from coop import oauth
from coop.settings import Settings
from coop.sign_in import COOKIE
from coop.tables import OAuthCode, OAuthToken
from tests.coop.browser import CHALLENGE, HOME, LOOPBACK, VERIFIER, Browser, answered, refused


def test_a_member_s_consent_becomes_a_token_that_acts_as_them(browser: Browser, settings: Settings) -> None:
    told = answered(browser.consent())
    assert told["state"] == "opaque"
    assert told["iss"] == settings.public_url
    response = browser.redeem(told["code"])
    given = response.json or {}
    assert response.headers["Cache-Control"] == "no-store"
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 3600, "read")
    assert browser.whoami(given["access_token"]) == 200


def test_the_member_sees_who_asks_for_what_and_where_they_go(browser: Browser) -> None:
    page = browser.ask(scope="read write")
    for told in ("Reader", "https://app.example", "@ada", "act as you"):
        assert told in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://app.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "act as you" not in browser.ask().text


def test_whoever_is_not_signed_in_does_that_first(browser: Browser) -> None:
    browser.http.delete_cookie(COOKIE)
    response = browser.ask()
    assert response.status_code == 303
    target = urlsplit(response.headers["Location"])
    assert target.path == "/sign-in"
    assert dict(parse_qsl(target.query))["next"].startswith("/oauth/authorize?")


def test_a_refusal_is_told_to_the_application(browser: Browser, settings: Settings, session: Session) -> None:
    told = answered(browser.consent("deny"))
    assert told["error"] == "access_denied"
    assert told["iss"] == settings.public_url
    assert session.scalars(select(OAuthCode)).all() == []


def test_consent_without_the_form_s_own_token_is_refused(browser: Browser) -> None:
    browser.ask()
    target = f"/oauth/authorize?{browser.query()}"
    assert browser.http.post(target, data={"decision": "allow"}).status_code == 403


def test_consent_from_another_site_is_refused(browser: Browser) -> None:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.ask().text)
    assert found is not None
    response = browser.http.post(
        f"/oauth/authorize?{browser.query()}",
        data={"decision": "allow", "csrf_token": found[1]},
        headers={"Origin": "https://evil.example"},
    )
    assert response.status_code == 403


def test_consent_needs_a_session(browser: Browser) -> None:
    browser.http.delete_cookie(COOKIE)
    response = browser.http.post(f"/oauth/authorize?{browser.query()}", data={"decision": "allow"})
    assert response.status_code in (303, 401)
    assert "code=" not in response.headers.get("Location", "")


# RFC 9700 §2.1.1: PKCE must be used, and its method must not expose the verifier.


def test_a_request_without_pkce_is_refused(browser: Browser, settings: Settings) -> None:
    for missing in ({"code_challenge": None, "code_challenge_method": None}, {"code_challenge": None}):
        told = answered(browser.ask(**missing))
        assert told["error"] == "invalid_request"
        assert (told["state"], told["iss"]) == ("opaque", settings.public_url)


def test_plain_pkce_is_refused_also_where_it_is_only_the_default(browser: Browser) -> None:
    for method in ("plain", None):
        assert answered(browser.ask(code_challenge_method=method))["error"] == "invalid_request"


def test_a_challenge_of_another_form_is_refused(browser: Browser) -> None:
    assert answered(browser.ask(code_challenge="short"))["error"] == "invalid_request"


def test_a_wrong_or_missing_verifier_gets_no_token(browser: Browser, session: Session) -> None:
    code = browser.code()
    refused(browser.redeem(code, code_verifier=VERIFIER[::-1]), "invalid_grant")
    refused(browser.redeem(code, code_verifier=None), "invalid_request")
    refused(browser.redeem(code, code_verifier="short"), "invalid_request")
    refused(browser.redeem(code, code_verifier=CHALLENGE), "invalid_grant")
    assert session.scalars(select(OAuthToken)).all() == []


# RFC 9700 §2.1, §4.1.3: exact redirect URIs, and no redirect where they do not match (§4.11).


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "https://app.example/done/",
        "https://app.example/done?more=1",
        "https://app.example/done#part",
        "https://APP.example/done",
        "https://app.example:443/done",
        "https://app.example@evil.example/done",
        "http://app.example/done",
        "https://evil.example/done",
        'https://app.example/"done',
        "https://app.example/done\0",
        "//[",
    ],
)
def test_a_redirect_uri_that_is_not_the_registered_one_goes_nowhere(
    browser: Browser, uri: str | None
) -> None:
    response = browser.ask(redirect_uri=uri)
    assert response.status_code == 400
    assert "Location" not in response.headers


def test_an_unknown_application_is_sent_nowhere(browser: Browser) -> None:
    for client_id in ("nobody", None, "no\0body"):
        response = browser.ask(client_id=client_id)
        assert response.status_code == 400
        assert "Location" not in response.headers


def test_a_parameter_sent_twice_is_refused(browser: Browser) -> None:
    response = browser.http.get(f"/oauth/authorize?{browser.query()}&scope=write")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("asked", "matches"),
    [
        ("http://127.0.0.1/callback", True),
        ("http://127.0.0.1:49152/callback", True),
        ("http://127.0.0.1:0/callback", False),
        ("http://127.0.0.1:80@evil.example/callback", False),
        ("http://127.0.0.1:80\\@evil.example/callback", False),
        ("http://127.0.0.1.evil.example/callback", False),
        ("http://127.0.0.2/callback", False),
        ("http://localhost/callback", False),
        ("http://[::1]:49152/callback", False),
        ("http://127.0.0.1:49152/callback/more", False),
        ("http://127.0.0.1:49152/callback?more=1", False),
        ("http://127.0.0.1:49152/callback#part", False),
        ("https://127.0.0.1:49152/callback", False),
        ("http://127.0.0.1:49152", False),
    ],
)
def test_only_the_port_of_a_loopback_uri_may_differ(asked: str, matches: bool) -> None:
    assert oauth.redirect_matches([LOOPBACK], asked) is matches


def test_the_port_of_an_https_uri_may_not_differ() -> None:
    assert not oauth.redirect_matches([HOME], "https://app.example:8443/done")


def test_a_code_is_sent_to_the_port_on_which_the_program_listens(browser: Browser) -> None:
    browser.client_id, here = "allotment-cli", "http://127.0.0.1:49152/callback"
    response = browser.consent(redirect_uri=here)
    assert response.headers["Location"].startswith(f"{here}?code=")
    code = answered(response)["code"]
    refused(browser.redeem(code, redirect_uri="http://127.0.0.1:49153/callback"), "invalid_grant")
    assert browser.redeem(code, redirect_uri=here).status_code == 200


def test_a_code_is_redeemed_with_the_redirect_uri_that_it_was_sent_to(browser: Browser) -> None:
    code = browser.code()
    refused(browser.redeem(code, redirect_uri=LOOPBACK), "invalid_grant")
    refused(browser.redeem(code, redirect_uri=None), "invalid_grant")
