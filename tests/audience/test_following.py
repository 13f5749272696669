"""Following on a human scale: the ceiling, the line before it, and who is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from audience import following
from audience.rules import AUDIENCE
from audience.tables import Relation
from coop.book import Book
from coop.database import Database
from coop.errors import Forbidden
from coop.identity import Identity
from tests.audience.factories import NOW, founding_book, with_clauses
from tests.audience.silenced import suspend
from tests.coop.told import told
from tests.factories import identity_of, make_member, make_members
from tests.thorough import much

SECOND = timedelta(seconds=1)
TWO = with_clauses(founding_book(), AUDIENCE, {"/followers/ceiling": 2})
THREE = with_clauses(TWO, AUDIENCE, {"/followers/ceiling": 3})
CLOSED = with_clauses(TWO, AUDIENCE, {"/followers/on_full": "close"})


@pytest.fixture
def crowd(session: Session) -> list[Identity]:
    return [identity_of(row) for row in make_members(session, 5)]


def come(session: Session, book: Book, crowd: list[Identity]) -> list[str]:
    """Have everybody follow ada, a second apart; return what each was told."""
    return [following.follow(session, one, book, "ada", NOW + n * SECOND) for n, one in enumerate(crowd)]


def states(session: Session, ada: Identity, crowd: list[Identity]) -> list[str]:
    return [following.state(session, one, ada.member_id) for one in crowd]


def test_law_06_whoever_comes_when_the_ceiling_is_reached_waits_in_line(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    wanted = ["following", "following", "waiting", "waiting", "waiting"]
    assert come(session, TWO, crowd) == wanted
    assert come(session, TWO, crowd) == wanted
    following.unfollow(session, crowd[0], TWO, "ada", NOW)
    assert states(session, ada, crowd) == ["none", "following", "following", "waiting", "waiting"]
    following.unfollow(session, crowd[3], TWO, "ada", NOW)
    assert following.follow(session, crowd[0], TWO, "ada", NOW) == "waiting"


def test_where_nobody_may_wait_the_clause_turns_them_away(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    assert come(session, CLOSED, crowd[:2]) == ["following"] * 2
    with pytest.raises(Forbidden) as refused:
        following.follow(session, crowd[2], CLOSED, "ada", NOW)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.clause, clause.value) == ("/followers/ceiling", 2)
    assert states(session, ada, crowd[:3]) == ["following", "following", "none"]


def test_when_the_ceiling_rises_they_follow_in_the_order_in_which_they_came(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    come(session, TWO, crowd)
    assert following.admit(session, THREE, ada.member_id, NOW) == 1
    assert states(session, ada, crowd) == ["following"] * 3 + ["waiting"] * 2
    assert following.admit(session, THREE, ada.member_id, NOW) == 0


def test_whoever_waits_and_is_suspended_takes_nobody_s_place_and_follows_once_that_is_over(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    come(session, TWO, crowd[:4])
    until = suspend(session, crowd[2], NOW)
    assert following.admit(session, THREE, ada.member_id, NOW) == 1
    assert states(session, ada, crowd[:4]) == ["following", "following", "waiting", "following"]
    assert following.follow(session, crowd[4], THREE, "ada", NOW + 9 * SECOND) == "waiting"
    following.unfollow(session, crowd[0], THREE, "ada", until)
    assert states(session, ada, crowd) == ["none", "following", "following", "following", "waiting"]


def test_nobody_who_follows_is_sent_away_when_the_ceiling_falls(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    assert come(session, THREE, crowd[:3]) == ["following"] * 3
    assert following.admit(session, TWO, ada.member_id, NOW) == 0
    following.unfollow(session, crowd[0], TWO, "ada", NOW)
    assert states(session, ada, crowd[:3]) == ["none", "following", "following"]


def test_law_07_who_is_blocked_takes_nobodys_place_and_is_told_what_others_are(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    following.block(session, ada, TWO, crowd[0].handle, NOW)
    assert come(session, TWO, crowd) == ["following", "following", "following", "waiting", "waiting"]
    following.block(session, ada, TWO, crowd[1].handle, NOW)
    assert states(session, ada, crowd) == ["following", "none", "following", "following", "waiting"]
    following.block(session, ada, TWO, crowd[4].handle, NOW)
    assert following.follow(session, crowd[4], TWO, "ada", NOW) == "waiting"
    assert following.admit(session, THREE, ada.member_id, NOW) == 0


def test_whoever_reaches_the_ceiling_is_invited_once_to_form_a_guild(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    come(session, TWO, crowd)
    following.unfollow(session, crowd[0], TWO, "ada", NOW)
    following.unfollow(session, crowd[1], TWO, "ada", NOW)
    found = told(session, ada)
    assert [one.topic for one in found] == ["followers"]
    assert "guild" in found[0].detail


def invitations(session: Session, ada: Identity) -> list[str]:
    return [one.line for one in told(session, ada)]


def test_whoever_reaches_a_raised_ceiling_by_those_who_waited_is_invited_once_as_well(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    come(session, TWO, crowd[:4])
    two, three = (f"You have {n} followers, as many as one person here has." for n in (2, 3))
    assert invitations(session, ada) == [two]
    for _ in range(2):
        following.admit(session, THREE, ada.member_id, NOW + 9 * SECOND)
        assert invitations(session, ada) == [three, two]
    following.unfollow(session, crowd[0], THREE, "ada", NOW)
    assert states(session, ada, crowd[:4]) == ["none", "following", "following", "following"]
    assert invitations(session, ada) == [three, two]


def test_nobody_is_invited_where_there_is_room_left(
    session: Session, ada: Identity, crowd: list[Identity]
) -> None:
    come(session, CLOSED, crowd[:1])
    following.admit(session, THREE, ada.member_id, NOW)
    assert invitations(session, ada) == []
    come(session, TWO, crowd[:3])
    following.admit(session, with_clauses(TWO, AUDIENCE, {"/followers/ceiling": 9}), ada.member_id, NOW)
    assert len(invitations(session, ada)) == 1


def test_law_06_the_ceiling_is_exact_when_many_come_at_once(committed: Database) -> None:
    number = much(12, 60)
    book = with_clauses(TWO, AUDIENCE, {"/followers/ceiling": 5})
    with committed.begin() as session:
        ada = identity_of(make_member(session, "ada"))
        people = [identity_of(row) for row in make_members(session, number)]

    def attempt(one: Identity) -> None:
        with committed.begin() as session:
            following.follow(session, one, book, "ada", NOW)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(attempt, people))
    with committed.begin() as session:
        rows = session.execute(
            select(col(Relation.kind), func.count())
            .where(col(Relation.other_id) == ada.member_id)
            .group_by(col(Relation.kind))
        ).all()
    assert {row[0]: row[1] for row in rows} == {"follow": 5, "wait": number - 5}
