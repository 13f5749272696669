"""Sessions in a browser, and how guessing is slowed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import TooMany
from coop.identity import Identity
from coop.members import Newcomer, join
from coop.passwords import CHEAP, STANDARD, needs_rehash
from coop.sign_in import (
    FAILURES,
    LIFETIME,
    WINDOW,
    cookie,
    cookie_attributes,
    sign_in,
    sign_out,
    sweep,
)
from coop.tables import Member, SignInFailure, WebSession
from tests.coop.statements import counted
from tests.factories import PASSWORD, identity_of, make_guild, make_member

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOME = "192.0.2.1"


@pytest.fixture
def ada(session: Session, book: Book) -> Identity:
    return join(session, book, Newcomer("ada", PASSWORD, "Ada"), NOW, hasher=CHEAP)


def attempt(
    session: Session,
    password: str = PASSWORD,
    *,
    handle: str = "ada",
    address: str = HOME,
    now: datetime = NOW,
) -> str | None:
    return sign_in(session, handle, password, address, now, hasher=CHEAP)


def fail(session: Session, times: int, handle: str = "ada", address: str = HOME) -> None:
    for _ in range(times):
        assert attempt(session, "a wrong password", handle=handle, address=address) is None


def test_the_right_password_opens_a_session(session: Session, ada: Identity) -> None:
    token = attempt(session, handle=" Ada ")
    assert token is not None
    assert cookie(token).identity(session, NOW) == ada


def test_who_a_cookie_is_takes_one_statement_guilds_and_all(session: Session, ada: Identity) -> None:
    row = session.get_one(Member, ada.member_id)
    tended, visited = make_guild(session, "tended", row), make_guild(session, "visited", members=(row,))
    token = attempt(session)
    assert token is not None
    with counted(session) as statements:
        found = cookie(token).identity(session, NOW)
    assert found == identity_of(row, (tended, visited), (tended,))
    assert len(statements) == 1


def test_the_database_holds_no_token_that_opens_anything(session: Session, ada: Identity) -> None:
    token = attempt(session)
    (kept,) = session.scalars(select(col(WebSession.token_sha256))).all()
    assert token is not None
    assert kept != token
    assert cookie(kept).identity(session, NOW) is None


def test_a_session_ends_at_sign_out_or_in_thirty_days(session: Session, ada: Identity) -> None:
    token, other = attempt(session), attempt(session)
    assert token is not None
    assert other is not None
    sign_out(session, token)
    assert cookie(token).identity(session, NOW) is None
    assert cookie(other).identity(session, NOW + LIFETIME - timedelta(seconds=1)) == ada
    assert cookie(other).identity(session, NOW + LIFETIME) is None


def test_a_wrong_password_and_an_unknown_handle_are_one_answer(session: Session, ada: Identity) -> None:
    assert attempt(session, "a wrong password") is None
    assert attempt(session, PASSWORD, handle="nobody") is None
    assert attempt(session, PASSWORD, handle="not a handle\0" * 9) is None
    assert session.scalars(select(WebSession)).all() == []


def test_a_handle_with_ten_failures_is_refused_even_the_right_password(
    session: Session, ada: Identity
) -> None:
    for number in range(FAILURES - 1):
        fail(session, 1, address=f"198.51.100.{number}")
    assert attempt(session, address="203.0.113.1") is not None
    for number in range(FAILURES):
        fail(session, 1, address=f"203.0.113.{number}")
    with pytest.raises(TooMany) as refused:
        attempt(session)
    assert refused.value.retry_after_s == WINDOW.total_seconds()
    with pytest.raises(TooMany):
        attempt(session, now=NOW + WINDOW - timedelta(seconds=1))
    assert attempt(session, now=NOW + WINDOW) is not None


def test_an_unknown_handle_is_refused_after_as_many_tries_as_a_known_one(session: Session) -> None:
    fail(session, FAILURES, handle="nobody")
    with pytest.raises(TooMany):
        attempt(session, handle="nobody", address="203.0.113.1")


def test_an_address_that_tries_many_handles_is_refused(session: Session, ada: Identity) -> None:
    for number in range(FAILURES):
        fail(session, 1, handle=f"guess{number}")
    with pytest.raises(TooMany):
        attempt(session)
    assert attempt(session, address="203.0.113.1") is not None


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.9", "192.0.2.9", True),
        ("a socket", "a socket", True),
    ],
)
def test_an_address_is_what_one_subscriber_has(
    session: Session, ada: Identity, first: str, second: str, same: bool
) -> None:
    for number in range(FAILURES):
        fail(session, 1, handle=f"guess{number}", address=first)
    if same:
        with pytest.raises(TooMany):
            attempt(session, address=second)
    else:
        assert attempt(session, address=second) is not None


def test_failures_are_kept_without_saying_who_or_where(session: Session) -> None:
    fail(session, 1, handle="my secret password typed too early")
    kept = "".join(session.scalars(select(col(SignInFailure.subject))))
    assert "secret" not in kept
    assert HOME not in kept


def test_of_many_guesses_at_once_ten_are_checked(committed: Database, clock: Clock) -> None:
    with committed.begin() as session:
        make_member(session, "ada")

    def guess(number: int) -> str:
        try:
            with committed.begin() as session:
                sign_in(
                    session,
                    "ada",
                    f"guess {number}",
                    f"198.51.100.{number}",
                    clock.now(session),
                    hasher=CHEAP,
                )
        except TooMany:
            return "refused"
        return "checked"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(guess, range(40)))
    assert outcomes.count("checked") == FAILURES


def test_an_old_hash_is_renewed_when_its_password_is_known(session: Session, ada: Identity) -> None:
    assert sign_in(session, "ada", PASSWORD, HOME, NOW) is not None
    stored = session.execute(
        select(col(Member.password_hash)).where(col(Member.handle) == "ada")
    ).scalar_one()
    assert not needs_rehash(stored, STANDARD)
    assert sign_in(session, "ada", PASSWORD, HOME, NOW) is not None


def test_whoever_has_left_signs_in_no_more(session: Session, ada: Identity) -> None:
    token = attempt(session)
    assert token is not None
    session.execute(update(Member).values(left_at=NOW))
    assert cookie(token).identity(session, NOW) is None
    assert attempt(session) is None


def test_what_is_over_is_swept_and_nothing_else(session: Session, ada: Identity) -> None:
    attempt(session)
    fail(session, 1)
    assert sweep(session, NOW) == 0
    assert sweep(session, NOW + WINDOW) == 2
    assert sweep(session, NOW + LIFETIME) == 1


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://allotment.example", True),
        ("http://allotment.example", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
    ],
)
def test_the_cookie_is_secure_everywhere_but_on_this_machine(url: str, secure: bool) -> None:
    found = cookie_attributes(url)
    assert (found["secure"], found["httponly"], found["samesite"]) == (secure, True, "Lax")
