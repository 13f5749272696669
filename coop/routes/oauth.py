"""OAuth over HTTP: the consent page, the token and revocation endpoints, metadata, and registration.

RFC 6749 with RFC 9700's advice: the code grant with PKCE and the refresh grant, for public clients. Each
view answers after its transaction has committed, also where the answer is an error: the revocation that a
replayed code or token brings must stand.
"""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import validate_csrf
from pydantic import BaseModel, ConfigDict, Field
from wtforms.validators import ValidationError

from coop import oauth
from coop.api import Api
from coop.call import Call, platform
from coop.credential import Credential
from coop.errors import Forbidden, Malformed, Unauthenticated
from coop.oauth_grants import AuthorizationServer, CodeGrant, metadata, refuse_odd_characters
from coop.sign_in import COOKIE, cookie

api = Api("oauth-clients")

SIGN_IN_PAGE = "/sign-in"
"""Where whoever is not signed in goes first; it sends them to its ``next`` afterwards."""


class ClientIn(BaseModel):
    """An application that wants to ask members for tokens."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    redirect_uris: list[str] = Field(min_length=1, max_length=5)
    scope: str = Field(default="read", max_length=100)


class ClientOut(BaseModel):
    """A registered application. It has no secret: it proves itself with PKCE."""

    client_id: str
    name: str
    redirect_uris: list[str]
    scope: str


@api.post("/oauth-clients")
def register_client(call: Call, body: ClientIn) -> ClientOut:
    """Register an application.

    Members are shown its name and where it sends them before they consent to anything.
    """
    row = oauth.register_client(call.session, body.name, body.redirect_uris, body.scope, call.now)
    return ClientOut(client_id=row.client_id, name=row.name, redirect_uris=row.redirect_uris, scope=row.scope)


def blueprint(app: Flask) -> Blueprint:
    """Return the blueprint of the endpoints that are not JSON resources."""
    made = Blueprint("oauth", app.import_name)
    made.add_url_rule("/oauth/authorize", "ask", ask, methods=["GET"])
    made.add_url_rule("/oauth/authorize", "decide", decide, methods=["POST"])
    made.add_url_rule("/oauth/token", "token", token, methods=["POST"])
    made.add_url_rule("/oauth/revoke", "revoke", revoke, methods=["POST"])
    made.add_url_rule("/.well-known/oauth-authorization-server", "describe", describe, methods=["GET"])
    return made


def session_cookie() -> Credential | None:
    """Return what a request's session cookie shows of who acts, where it carries one."""
    sent = request.cookies.get(COOKIE)
    return None if sent is None else cookie(sent)


def ask() -> Response:
    """Show the member which application asks for what; whoever is not signed in does that first."""
    return _on_consent(_show)


def decide() -> Response:
    """Give the application a code, or tell it that the member refused."""
    return _on_consent(_carry_out)


def token() -> Response:
    """Redeem a code or rotate a refresh token (RFC 6749 §3.2)."""
    return _on_tokens(lambda server: server.create_token_response())


def revoke() -> Response:
    """End all tokens of one consent (RFC 7009)."""
    return _on_tokens(lambda server: server.create_endpoint_response("revocation"))


def describe() -> Response:
    """Return this server's metadata (RFC 8414)."""
    return jsonify(metadata(platform().settings.public_url))


def _on_consent(then: Callable[[Call, AuthorizationServer, CodeGrant], Response]) -> Response:
    """Carry on with a request that may be answered to its application; tell the application otherwise.

    Where it is not certain who the application is or where it may be answered, nobody is redirected
    (RFC 9700 §4.11): raise Malformed, which the member sees.
    """
    with platform().call(session_cookie()) as call:
        server = AuthorizationServer(call.session, platform().settings.public_url, call.now)
        try:
            refuse_odd_characters(request.values)
            grant = server.get_consent_grant(request, call.identity)
        except OAuth2Error as error:
            if error.redirect_uri is None:
                told = error.get_error_description() or error.error
                raise Malformed(f"This application's request cannot be answered: {told}") from error
            response = _to_client(server, server.handle_error_response(request, error))
        else:
            response = then(call, server, grant)
    response.headers["Cache-Control"] = "no-store"
    return response


def _show(call: Call, server: AuthorizationServer, grant: CodeGrant) -> Response:
    if call.identity is None:
        return _see_other(f"{SIGN_IN_PAGE}?{urlencode({'next': request.full_path})}")
    page = render_template(
        "authorize.html",
        application=grant.request.client.name,
        destination=_destination(grant.redirect_uri),
        scopes=grant.request.scope.split(),
        viewer=call.identity,
    )
    response = Response(page)
    # The answer to the form redirects to the application, and browsers hold that against form-action too.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
        f"form-action 'self' {_destination(grant.redirect_uri)}; frame-ancestors 'none'; base-uri 'none'"
    )
    return response


def _carry_out(call: Call, server: AuthorizationServer, grant: CodeGrant) -> Response:
    if call.identity is None:
        raise Unauthenticated
    _refuse_forgery()
    allowed = request.form.get("decision") == "allow"
    member = call.identity.member_id if allowed else None
    return _to_client(server, server.create_authorization_response(request, grant_user=member, grant=grant))


def _on_tokens(work: Callable[[AuthorizationServer], Response]) -> Response:
    with platform().call(None) as call:
        server = AuthorizationServer(call.session, platform().settings.public_url, call.now)
        try:
            refuse_odd_characters(request.values)
            response = work(server)
        except OAuth2Error as error:
            response = server.handle_error_response(request, error)
    return response


def _to_client(server: AuthorizationServer, response: Response) -> Response:
    """Return a redirect to the application, signed with who we are (RFC 9207), never to be re-posted."""
    return _see_other(add_params_to_uri(response.location, {"iss": server.issuer}))


def _see_other(location: str) -> Response:
    return Response(status=303, headers={"Location": location})


def _destination(redirect_uri: str) -> str:
    """Return where an application is answered, as a member can judge it and CSP can name it."""
    uri = urlsplit(redirect_uri)
    return f"{uri.scheme}://{uri.netloc}" if uri.netloc else f"{uri.scheme}:"


def _refuse_forgery() -> None:
    """Raise Forbidden unless the form is ours: its token fits, and it does not come from another site."""
    origin = request.headers.get("Origin", "null")
    ours = ("null", platform().settings.public_url, request.host_url.rstrip("/"))
    if origin not in ours:
        raise Forbidden("This form was sent from another site.")
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError as error:
        raise Forbidden("This form is too old or was not made here: go back and try again.") from error
