"""Codes and tokens: one negative test for each thing that RFC 9700 says a server must do."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import Session, col

from coop import oauth
from coop.clock import Clock
from coop.settings import Settings
from coop.tables import Member, OAuthCode, OAuthToken
from tests.coop.browser import HOME, Browser, answered, refused
from tests.coop.statements import counted
from tests.factories import identity_of, make_guild

# RFC 6749 §4.1.2, RFC 9700 §4.5: a code is for one client, for one minute, for one time.


def test_a_code_redeemed_twice_ends_what_it_began(browser: Browser) -> None:
    code = browser.code()
    given = browser.redeem(code).json or {}
    assert browser.whoami(given["access_token"]) == 200
    refused(browser.redeem(code), "invalid_grant")
    assert browser.whoami(given["access_token"]) == 401
    refused(browser.refresh(given["refresh_token"]), "invalid_grant")


def test_a_code_is_of_no_use_to_another_application(browser: Browser) -> None:
    code = browser.code()
    refused(browser.redeem(code, client_id="allotment-cli"), "invalid_grant")
    given = browser.redeem(code).json or {}
    refused(browser.redeem(code, client_id="allotment-cli"), "invalid_grant")
    assert browser.whoami(given["access_token"]) == 200


def test_a_code_is_good_for_a_minute(browser: Browser, clock: Clock) -> None:
    early, late = browser.code(), browser.code()
    clock.offset = timedelta(seconds=50)
    assert browser.redeem(early).status_code == 200
    clock.offset = timedelta(seconds=61)
    refused(browser.redeem(late), "invalid_grant")


def test_the_database_holds_no_code_or_token_that_opens_anything(browser: Browser, session: Session) -> None:
    code = browser.code()
    given = browser.redeem(code).json or {}
    kept = {*session.scalars(select(col(OAuthCode.code_sha256)))}
    kept |= {
        *session.scalars(select(col(OAuthToken.access_sha256))),
        *session.scalars(select(col(OAuthToken.refresh_sha256))),
    }
    assert kept.isdisjoint({code, given["access_token"], given["refresh_token"]})
    assert len(kept) == 3


# RFC 9700 §2.2.2, §4.14.2: refresh tokens of public clients rotate, and a replayed one ends them all.


def test_a_refresh_token_is_used_once_and_followed_by_another(browser: Browser) -> None:
    first = browser.tokens()
    second = browser.refresh(first["refresh_token"]).json or {}
    assert second["refresh_token"] != first["refresh_token"]
    assert browser.whoami(second["access_token"]) == 200
    third = browser.refresh(second["refresh_token"])
    assert third.status_code == 200


def test_a_replayed_refresh_token_ends_the_whole_family(browser: Browser) -> None:
    first = browser.tokens()
    second = browser.refresh(first["refresh_token"]).json or {}
    other = browser.tokens()
    refused(browser.refresh(first["refresh_token"]), "invalid_grant")
    assert browser.whoami(second["access_token"]) == 401
    refused(browser.refresh(second["refresh_token"]), "invalid_grant")
    assert browser.whoami(other["access_token"]) == 200


def test_a_refresh_token_is_of_no_use_to_another_application(browser: Browser) -> None:
    given = browser.tokens()
    refused(browser.refresh(given["refresh_token"], client_id="allotment-cli"), "invalid_grant")
    assert browser.refresh(given["refresh_token"]).status_code == 200


def test_a_refresh_token_is_good_for_thirty_days(browser: Browser, clock: Clock) -> None:
    given = browser.tokens()
    clock.offset = oauth.REFRESH_LIFETIME - timedelta(minutes=1)
    later = browser.refresh(given["refresh_token"]).json or {}
    clock.offset += oauth.REFRESH_LIFETIME + timedelta(minutes=1)
    refused(browser.refresh(later["refresh_token"]), "invalid_grant")


def test_a_refresh_never_widens_what_was_consented_to(browser: Browser) -> None:
    given = browser.tokens(scope="read")
    refused(browser.refresh(given["refresh_token"], scope="read write"), "invalid_scope")
    wide = browser.tokens(scope="read write")
    narrow = browser.refresh(wide["refresh_token"], scope="read").json or {}
    assert narrow["scope"] == "read"
    refused(browser.refresh(narrow["refresh_token"], scope="write"), "invalid_scope")


# RFC 7009, and what a token is good for.


def test_a_revoked_token_is_refused_whichever_of_the_two_was_shown(browser: Browser) -> None:
    for shown in ("access_token", "refresh_token"):
        given = browser.tokens()
        form = {"client_id": "reader", "token": given[shown]}
        assert browser.http.post("/oauth/revoke", data=form).status_code == 200
        assert browser.whoami(given["access_token"]) == 401
        refused(browser.refresh(given["refresh_token"]), "invalid_grant")


def test_revoking_what_does_not_exist_is_no_error(browser: Browser) -> None:
    form = {"client_id": "reader", "token": "made up", "token_type_hint": "access_token"}
    assert browser.http.post("/oauth/revoke", data=form).status_code == 200


def test_an_application_cannot_revoke_another_s_token(browser: Browser) -> None:
    given = browser.tokens()
    form = {"client_id": "allotment-cli", "token": given["access_token"]}
    refused(browser.http.post("/oauth/revoke", data=form), "invalid_grant")
    assert browser.whoami(given["access_token"]) == 200


def test_an_access_token_is_good_for_an_hour(browser: Browser, clock: Clock) -> None:
    given = browser.tokens()
    clock.offset = oauth.ACCESS_LIFETIME - timedelta(minutes=1)
    assert browser.whoami(given["access_token"]) == 200
    clock.offset = oauth.ACCESS_LIFETIME + timedelta(minutes=1)
    assert browser.whoami(given["access_token"]) == 401


def test_a_token_to_read_does_not_write(browser: Browser) -> None:
    given = browser.tokens(scope="read")
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    response = browser.http.patch("/api/v1/members/me", json={"about": "Beans."}, headers=headers)
    assert response.status_code == 403


def test_scopes_that_are_unknown_or_not_the_client_s_are_refused(browser: Browser, session: Session) -> None:
    assert answered(browser.ask(scope="admin"))["error"] == "invalid_scope"
    oauth.ensure_client(session, "reader", "Reader", [HOME], "read", datetime.now(UTC))
    assert answered(browser.ask(scope="write"))["error"] == "invalid_scope"
    assert browser.tokens(scope=None)["scope"] == "read"


def test_other_grants_and_responses_are_refused(browser: Browser) -> None:
    assert answered(browser.ask(response_type="token"))["error"] == "unsupported_response_type"
    assert browser.ask(response_type='"').status_code == 400
    refused(browser.token(grant_type="password", username="ada", password="x"), "unsupported_grant_type")
    refused(browser.token(grant_type="client_credentials"), "unsupported_grant_type")
    refused(browser.token(grant_type=None), "unsupported_grant_type")


def test_a_client_that_claims_a_secret_is_refused(browser: Browser) -> None:
    refused(browser.redeem(browser.code(), client_secret="hush"), "invalid_client")


def test_parameters_that_no_client_sends_are_refused_and_break_nothing(browser: Browser) -> None:
    refused(browser.redeem("a\0code"), "invalid_request")
    refused(browser.refresh("\u202e"), "invalid_request")


def test_whoever_has_left_gets_no_token(browser: Browser, session: Session, ada: Member) -> None:
    code, given = browser.code(), browser.tokens()
    ada.left_at = datetime.now(UTC)
    session.flush()
    refused(browser.redeem(code), "invalid_grant")
    assert browser.refresh(given["refresh_token"]).status_code == 400
    assert browser.whoami(given["access_token"]) == 401


def test_who_a_token_speaks_for_takes_one_statement_guilds_and_all(
    browser: Browser, session: Session, ada: Member
) -> None:
    tended = make_guild(session, "tended", ada)
    token = browser.tokens(scope="read write")["access_token"]
    now = Clock().now(session)
    with counted(session) as statements:
        found = oauth.bearer(token).identity(session, now)
    assert found == identity_of(ada, (tended,), (tended,))
    assert len(statements) == 1


def test_metadata_names_every_endpoint_and_only_what_is_supported(
    client: FlaskClient, settings: Settings
) -> None:
    told = client.get("/.well-known/oauth-authorization-server").json or {}
    assert told["issuer"] == settings.public_url
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert told["token_endpoint_auth_methods_supported"] == ["none"]
    assert told["authorization_response_iss_parameter_supported"] is True
    for name in ("authorization", "token", "revocation"):
        path = urlsplit(told[f"{name}_endpoint"]).path
        assert client.post(path).status_code not in (404, 405)
