"""Fixtures of who we are: a member who is signed in, and applications that they may let in."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from coop import oauth
from coop.sign_in import COOKIE
from coop.tables import Member, WebSession
from tests.coop.browser import HOME, LOOPBACK, Browser
from tests.factories import make_member


@pytest.fixture
def ada(session: Session) -> Member:
    return make_member(session, "ada")


@pytest.fixture
def signed_in(session: Session, client: FlaskClient, ada: Member) -> FlaskClient:
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    session.add(
        WebSession(
            token_sha256=hashlib.sha256(token.encode()).hexdigest(),
            member_id=ada.id or 0,
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
    )
    session.flush()
    client.set_cookie(COOKIE, token)
    return client


@pytest.fixture
def browser(session: Session, signed_in: FlaskClient) -> Browser:
    now = datetime.now(UTC)
    oauth.ensure_client(session, "reader", "Reader", [HOME], "read write", now)
    oauth.ensure_client(session, "allotment-cli", "Allotment CLI", [LOOPBACK], "read write", now)
    return Browser(signed_in)
