"""The authorization server: Authlib's grants over what ``oauth.py`` stores.

A server is made for one request, around that request's transaction: nothing is kept between requests, and
nothing here commits. Authlib has no type hints, so its classes are Any at this border and nowhere else.
"""

import secrets
from datetime import datetime
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer as FlaskAuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.base import invalid_error_characters
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    ClientMixin,
    InsecureTransportError,
    InvalidRequestError,
    OAuth2Request,
    TokenMixin,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oauth2.rfc9207.discovery import AuthorizationServerMetadata as IssuerMetadata
from flask import Request
from flask import request as flask_request
from sqlalchemy import select
from sqlmodel import Session, col
from werkzeug.datastructures import CombinedMultiDict

from coop import oauth
from coop.tables import Member, OAuthClient, OAuthCode, OAuthToken

AUTH_METHODS = ["none"]
"""How clients prove who they are at the token endpoint: not at all, they hold PKCE verifiers instead."""


class Asked(FlaskOAuth2Request):
    """A request as it was sent to our public address.

    The address that a proxy calls us by is often plain HTTP, which Authlib would refuse.
    """

    def __init__(self, request: Request, issuer: str) -> None:
        OAuth2Request.__init__(self, request.method, issuer + request.full_path, headers=request.headers)
        self._request = request
        self.payload = FlaskOAuth2Payload(request)


class Client(ClientMixin):
    """A registered application, as Authlib asks about one."""

    def __init__(self, row: OAuthClient) -> None:
        self.client_id = row.client_id
        self.name = row.name
        self._row = row

    def get_client_id(self) -> str:
        """Return its id."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Return none: a request names its redirect URI."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scope granted for one asked, in our order; none where it goes beyond the client's.

        Where none is asked it is the least (RFC 6749 §3.3).
        """
        asked = set((scope or oauth.SCOPES[0]).split())
        if not asked <= set(self._row.scope.split()):
            return None
        return " ".join(one for one in oauth.SCOPES if one in asked)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Say whether the client may be answered there."""
        return oauth.redirect_matches(self._row.redirect_uris, redirect_uri)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Say whether it may come to an endpoint this way: only as the public client that it is."""
        return method in AUTH_METHODS

    def check_response_type(self, response_type: str) -> bool:
        """Say whether it may ask for this: only for a code."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Say whether it may use this grant."""
        return grant_type in (AuthorizationCodeGrant.GRANT_TYPE, RefreshTokenGrant.GRANT_TYPE)


class Code(AuthorizationCodeMixin):
    """An authorization code, as Authlib asks about one."""

    def __init__(self, row: OAuthCode) -> None:
        self.row = row
        self.code_challenge = row.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self.row.redirect_uri

    def get_scope(self) -> str:
        """Return what was consented to."""
        return self.row.scope


class Pair(TokenMixin):
    """An access token with its refresh token, as Authlib asks about one."""

    def __init__(self, row: OAuthToken) -> None:
        self.row = row

    def check_client(self, client: Client) -> bool:
        """Say whether it was issued to this client."""
        return self.row.client_id == client.client_id

    def get_scope(self) -> str:
        """Return what it allows."""
        return self.row.scope


class S256(CodeChallenge):
    """PKCE that is always there and always S256 (RFC 9700 §2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without its method too: that would mean plain, or no challenge at all."""
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The 'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):
    """The authorization code grant (RFC 6749 §4.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def generate_authorization_code(self) -> str:
        """Return a fresh code of 256 random bits."""
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep the code that a consent gave out."""
        server = self.server
        given = OAuthCode(
            code_sha256=oauth.token_sha256(code),
            client_id=request.client.client_id,
            member_id=request.user,
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            code_challenge=request.payload.data["code_challenge"],
            expires_at=server.now + oauth.CODE_LIFETIME,
            family=secrets.token_hex(16),
        )
        server.session.add(given)
        server.session.flush()

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Return the code to redeem, locked; a replayed one revokes what followed from it."""
        row = oauth.take_code(self.server.session, code, client.client_id, self.server.now)
        return None if row is None else Code(row)

    def authenticate_user(self, authorization_code: Code) -> int | None:
        """Return the member who consented, if they are still here."""
        found: int | None = self.server.still_here(authorization_code.row.member_id)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Spend the code; the row stays, so that a second redemption is noticed."""
        authorization_code.row.redeemed_at = self.server.now
        self.server.session.flush()


class RefreshGrant(RefreshTokenGrant):
    """The refresh token grant with rotation (RFC 6749 §6, RFC 9700 §4.14.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Pair | None:
        """Return the pair to rotate, locked; a replayed token revokes its family."""
        server = self.server
        row = oauth.take_refresh(server.session, refresh_token, self.request.client.client_id, server.now)
        return None if row is None else Pair(row)

    def authenticate_user(self, refresh_token: Pair) -> int | None:
        """Return the member who consented, if they are still here."""
        found: int | None = self.server.still_here(refresh_token.row.member_id)
        return found

    def revoke_old_credential(self, refresh_token: Pair) -> None:
        """Spend the refresh token; the row stays, so that a second use is noticed."""
        refresh_token.row.rotated_at = self.server.now
        self.server.session.flush()


class Revocation(RevocationEndpoint):
    """Token revocation (RFC 7009): whichever token is shown, its whole family ends."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Any:
        """Return the token's row as Authlib knows one; the hint is not needed to find it."""
        row = oauth.find_token(self.server.session, token_string)
        return None if row is None else Pair(row)

    def revoke_token(self, token: Pair, request: Any) -> None:
        """Revoke the family."""
        oauth.revoke_family(self.server.session, token.row.family, self.server.now)


class AuthorizationServer(FlaskAuthorizationServer):
    """The authorization server of one request."""

    def __init__(self, session: Session, issuer: str, now: datetime) -> None:
        super().__init__()
        self.session = session
        self.issuer = issuer
        self.now = now
        self.scopes_supported = list(oauth.SCOPES)
        self.register_token_generator("default", _BEARER)
        self.register_grant(CodeGrant, [S256(required=True)])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)

    def create_oauth2_request(self, request: Any) -> Any:
        """Return the current request as Authlib knows one."""
        return Asked(flask_request, self.issuer)

    def query_client(self, client_id: str) -> Client | None:
        """Return a registered application."""
        row = oauth.find_client(self.session, client_id)
        return None if row is None else Client(row)

    def save_token(self, token: dict[str, str], request: Any) -> None:
        """Keep a token pair, in the family of what it was issued for."""
        before = request.refresh_token or request.authorization_code
        oauth.add_token(self.session, token, before.row, self.now)

    def still_here(self, member_id: int) -> int | None:
        """Return the member's id if they have not left."""
        return self.session.execute(
            select(col(Member.id)).where(col(Member.id) == member_id, col(Member.left_at).is_(None))
        ).scalar_one_or_none()


def refuse_odd_characters(values: CombinedMultiDict[str, str]) -> None:
    """Raise InvalidRequestError where a parameter holds what RFC 6749 appendix A allows in none.

    Authlib repeats two of them in the description of an error, whose characters are fewer (§5.2).
    """
    for name in values:
        for value in values.getlist(name):
            plain = value.isascii() and value.isprintable()
            repeated = name in ("redirect_uri", "response_type")
            if plain and not (repeated and invalid_error_characters(value)):
                continue
            raise InvalidRequestError("A parameter holds characters that cannot be in it.")


def metadata(issuer: str) -> dict[str, Any]:
    """Return what a client may know of this server before it asks (RFC 8414)."""
    InsecureTransportError.check(issuer)
    found = AuthorizationServerMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        token_endpoint=f"{issuer}/oauth/token",
        revocation_endpoint=f"{issuer}/oauth/revoke",
        scopes_supported=list(oauth.SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=[CodeGrant.GRANT_TYPE, RefreshGrant.GRANT_TYPE],
        token_endpoint_auth_methods_supported=AUTH_METHODS,
        revocation_endpoint_auth_methods_supported=AUTH_METHODS,
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )
    found.validate([IssuerMetadata])
    return dict(found)


def _secret(**_: Any) -> str:
    return secrets.token_urlsafe(32)


_BEARER = BearerTokenGenerator(_secret, _secret, int(oauth.ACCESS_LIFETIME.total_seconds()))
