"""Codes and tokens in many hands at once, on committed data."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlmodel import col

from coop import oauth
from coop.clock import Clock
from coop.database import Database
from coop.settings import Settings
from coop.tables import OAuthCode, OAuthToken
from tests.coop.browser import CHALLENGE, HOME, Browser
from tests.factories import make_member


@pytest.fixture
def served(settings: Settings, committed: Database) -> Flask:
    from app import create_app

    return create_app(settings, committed)


@pytest.fixture
def consented(committed: Database, clock: Clock) -> str:
    """A code that a member has just given to an application."""
    code = secrets.token_urlsafe(32)
    with committed.begin() as session:
        now = clock.now(session)
        oauth.ensure_client(session, "reader", "Reader", [HOME], "read write", now)
        session.add(
            OAuthCode(
                code_sha256=oauth.token_sha256(code),
                client_id="reader",
                member_id=make_member(session, "ada").id or 0,
                redirect_uri=HOME,
                scope="read",
                code_challenge=CHALLENGE,
                expires_at=now + oauth.CODE_LIFETIME,
                family=secrets.token_hex(16),
            )
        )
    return code


def test_of_a_hundred_redemptions_at_once_one_gets_a_token(
    served: Flask, committed: Database, consented: str
) -> None:
    def redeem(number: int) -> int:
        return Browser(served.test_client()).redeem(consented).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(redeem, range(100)))
    assert sorted(statuses) == [200] + [400] * 99
    with committed.begin() as session:
        (row,) = session.scalars(select(OAuthToken)).all()
        assert row.revoked_at is not None


def test_of_many_refreshes_at_once_one_gets_a_token_and_the_family_ends(
    served: Flask, committed: Database, consented: str
) -> None:
    given = Browser(served.test_client()).redeem(consented).json or {}

    def refresh(number: int) -> int:
        return Browser(served.test_client()).refresh(given["refresh_token"]).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(refresh, range(40)))
    assert sorted(statuses) == [200] + [400] * 39
    with committed.begin() as session:
        alive = select(func.count()).select_from(OAuthToken).where(col(OAuthToken.revoked_at).is_(None))
        assert session.execute(alive).scalar_one() == 0


def test_a_rotation_under_way_does_not_outlive_the_revocation_of_its_family(
    committed: Database, consented: str, clock: Clock
) -> None:
    pairs = [
        {"access_token": f"access {n}", "refresh_token": f"refresh {n}", "scope": "read"} for n in (1, 2)
    ]
    with committed.begin() as session:
        code = session.scalars(select(OAuthCode)).one()
        oauth.add_token(session, pairs[0], code, clock.now(session))
        family = code.family

    def revoke() -> None:
        with committed.begin() as session:
            oauth.revoke_family(session, family, clock.now(session))

    with ThreadPoolExecutor(1) as pool:
        with committed.begin() as session:
            before = oauth.take_refresh(session, "refresh 1", "reader", clock.now(session))
            assert before is not None
            revocation = pool.submit(revoke)
            with pytest.raises(TimeoutError):
                revocation.result(timeout=0.2)
            oauth.add_token(session, pairs[1], before, clock.now(session))
        revocation.result(timeout=5)
    with committed.begin() as session:
        for pair in pairs:
            assert oauth.bearer(pair["access_token"]).identity(session, clock.now(session)) is None
