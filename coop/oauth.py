"""OAuth 2.0 for applications: what is stored, and who a token speaks for.

All clients are public: no secret, PKCE always (RFC 7636, S256), redirect URIs compared as exact strings
but for the port of a loopback one (RFC 9700 §2.1, RFC 8252 §7.3). Codes and tokens are random and kept
only as hashes. The tokens that follow from one consent are a family; whatever shows that one of them is
in two hands revokes the family (RFC 9700 §4.14.2). The protocol itself is in ``oauth_grants.py``.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from coop.credential import Credential, opening
from coop.errors import Fault, RuleBroken
from coop.identity import Identity
from coop.members import as_identity, identity_query
from coop.names import line
from coop.tables import Member, OAuthClient, OAuthCode, OAuthToken

SCOPES = ("read", "write")
"""Every scope there is."""

CODE_LIFETIME = timedelta(seconds=60)
ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=30)

LONGEST_CLIENT_NAME = 60
LONGEST_REDIRECT_URI = 500
"""Both in characters."""

_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[1-9][0-9]{0,4})?(/[^#\s]*)?")
_HTTPS = re.compile(r"https://[a-z0-9.-]+(?::[1-9][0-9]{0,4})?(?:[/?][A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*)?")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:/[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*")
"""A reversed domain name that its application owns (RFC 8252 §7.1)."""

_BY_ACCESS = opening(
    identity_query()
    .add_columns(col(OAuthToken.scope), col(OAuthToken.expires_at))
    .join(OAuthToken, col(OAuthToken.member_id) == col(Member.id))
    .where(col(OAuthToken.access_sha256) == bindparam("digest"), col(OAuthToken.revoked_at).is_(None))
)


def bearer(token: str) -> Credential:
    """Return the credential that an access token is: who it speaks for, and what it may do."""
    return Credential(_BY_ACCESS, {"digest": token_sha256(token)}, _read_access)


def _read_access(row: Any, now: datetime) -> Identity | None:
    if row.id is None or row.expires_at <= now:
        return None
    return as_identity(row, frozenset(row.scope.split()))


def register_client(
    session: Session, name: str, redirect_uris: list[str], scope: str, now: datetime
) -> OAuthClient:
    """Register an application and return it; raise RuleBroken where its name, URIs or scope cannot be."""
    return _add_client(session, secrets.token_urlsafe(16), name, redirect_uris, scope, now)


def ensure_client(
    session: Session, client_id: str, name: str, redirect_uris: list[str], scope: str, now: datetime
) -> OAuthClient:
    """Register an application of our own under a known id, or bring it up to date where it is there."""
    return _add_client(session, client_id, name, redirect_uris, scope, now)


def find_client(session: Session, client_id: str) -> OAuthClient | None:
    """Return an application, if it is registered."""
    return session.get(OAuthClient, client_id)


def redirect_matches(registered: list[str], asked: str) -> bool:
    """Say whether a redirect URI is one of those registered: the same string, or the same loopback one.

    A program on the member's own machine listens on whatever port is free (RFC 8252 §7.3), so there the
    port, and nothing else, may differ.
    """
    if asked in registered:
        return True
    portless = _without_port(asked)
    return portless is not None and portless in map(_without_port, registered)


def take_code(session: Session, code: str, client_id: str, now: datetime) -> OAuthCode | None:
    """Return the code that a client redeems, its row locked, or None where it is not good now.

    A code redeemed before is in two hands: its family is revoked (RFC 6749 §4.1.2), in this transaction,
    which the caller commits although the grant fails.
    """
    row = session.scalars(
        select(OAuthCode)
        .where(col(OAuthCode.code_sha256) == token_sha256(code), col(OAuthCode.client_id) == client_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    if row.redeemed_at is not None:
        revoke_family(session, row.family, now)
        return None
    return row if row.expires_at > now else None


def take_refresh(session: Session, token: str, client_id: str, now: datetime) -> OAuthToken | None:
    """Return the pair of a refresh token, its family locked, or None where it is not good now.

    A refresh token used before is in two hands: its family is revoked (RFC 9700 §4.14.2), in this
    transaction, which the caller commits although the grant fails.
    """
    mine = (col(OAuthToken.refresh_sha256) == token_sha256(token), col(OAuthToken.client_id) == client_id)
    family = session.execute(select(col(OAuthToken.family)).where(*mine)).scalar_one_or_none()
    if family is None:
        return None
    _lock_family(session, family)
    row = session.scalars(
        select(OAuthToken).where(*mine).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    if row.rotated_at is not None:
        revoke_family(session, family, now)
        return None
    return row if row.revoked_at is None and row.refresh_expires_at > now else None


def find_token(session: Session, token: str) -> OAuthToken | None:
    """Return the pair that a token belongs to, be it the access or the refresh token of it."""
    found = token_sha256(token)
    return session.scalars(
        select(OAuthToken).where(
            (col(OAuthToken.access_sha256) == found) | (col(OAuthToken.refresh_sha256) == found)
        )
    ).one_or_none()


def add_token(
    session: Session, token: Mapping[str, str], before: OAuthCode | OAuthToken, now: datetime
) -> None:
    """Keep the pair in a token response; it joins the family of the code or pair that came before it."""
    session.execute(
        insert(OAuthToken).values(
            access_sha256=token_sha256(token["access_token"]),
            refresh_sha256=token_sha256(token["refresh_token"]),
            family=before.family,
            client_id=before.client_id,
            member_id=before.member_id,
            scope=token["scope"],
            issued_at=now,
            expires_at=now + ACCESS_LIFETIME,
            refresh_expires_at=now + REFRESH_LIFETIME,
        )
    )


def revoke_family(session: Session, family: str, now: datetime) -> None:
    """Revoke every token that follows from one consent, the one being issued right now included."""
    _lock_family(session, family)
    session.execute(
        update(OAuthToken)
        .where(col(OAuthToken.family) == family, col(OAuthToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def sweep(session: Session, now: datetime) -> int:
    """Forget codes and tokens that could not be used, nor their misuse noticed, any more; return how many.

    A code is kept as long as its tokens may live, because its second redemption revokes them.
    """
    tokens = delete(OAuthToken).where(col(OAuthToken.refresh_expires_at) <= now)
    codes = delete(OAuthCode).where(col(OAuthCode.expires_at) <= now - REFRESH_LIFETIME)
    gone = [
        *session.execute(tokens.returning(col(OAuthToken.member_id))),
        *session.execute(codes.returning(col(OAuthCode.member_id))),
    ]
    return len(gone)


def token_sha256(secret: str) -> str:
    """Return what is kept of a code or token: enough to know it again, not to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _lock_family(session: Session, family: str) -> None:
    """Hold a family until the transaction ends.

    Row locks would not do: a rotation under way inserts a row that a revocation cannot see or lock yet.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(family, 0))))


def _add_client(
    session: Session, client_id: str, name: str, redirect_uris: list[str], scope: str, now: datetime
) -> OAuthClient:
    values = {
        "name": line(name, "/name", longest=LONGEST_CLIENT_NAME),
        "redirect_uris": [_check_redirect(uri, index) for index, uri in enumerate(redirect_uris)],
        "scope": _check_scope(scope),
    }
    return session.scalars(
        upsert(OAuthClient)
        .values(client_id=client_id, created_at=now, **values)
        .on_conflict_do_update(index_elements=[col(OAuthClient.client_id)], set_=values)
        .returning(OAuthClient)
        .execution_options(populate_existing=True)
    ).one()


def _check_redirect(uri: str, index: int) -> str:
    usable = any(form.fullmatch(uri) for form in (_HTTPS, _LOOPBACK, _PRIVATE_SCHEME))
    if not usable or len(uri) > LONGEST_REDIRECT_URI:
        detail = (
            "Send an https URI, http://127.0.0.1 or http://[::1] with a path, or a private scheme such as"
            " com.example.app:/done; without fragment or user name."
        )
        raise RuleBroken("A redirect URI cannot be used.", faults=(Fault(f"/redirect_uris/{index}", detail),))
    return uri


def _check_scope(scope: str) -> str:
    asked = set(scope.split())
    if not asked or not asked <= set(SCOPES):
        known = Fault("/scope", f"Known scopes, separated by a space: {' '.join(SCOPES)}.")
        raise RuleBroken("This scope cannot be used.", faults=(known,))
    return " ".join(one for one in SCOPES if one in asked)


def _without_port(uri: str) -> tuple[str, str] | None:
    """Return a loopback URI's host and all that follows the port; None for any other URI."""
    match = _LOOPBACK.fullmatch(uri)
    return None if match is None else (match[1], match[2] or "")
