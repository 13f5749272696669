"""Following and blocking."""

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import relations
from audience.tables import Relation
from coop.errors import Conflict, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW
from tests.factories import identity_of, make_member


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


@pytest.fixture
def ben(session: Session) -> Identity:
    return identity_of(make_member(session, "ben"))


def held(session: Session) -> set[tuple[int, str, int]]:
    rows = session.execute(select(col(Relation.member_id), col(Relation.kind), col(Relation.other_id)))
    return {(row.member_id, row.kind, row.other_id) for row in rows}


def test_a_follow_is_one_way_and_twice_is_once(session: Session, ada: Identity, ben: Identity) -> None:
    relations.follow(session, ada, "Ben", NOW)
    relations.follow(session, ada, "ben", NOW)
    assert held(session) == {(ada.member_id, "follow", ben.member_id)}
    relations.unfollow(session, ada, "ben")
    relations.unfollow(session, ada, "ben")
    assert held(session) == set()


def test_a_block_ends_following_both_ways(session: Session, ada: Identity, ben: Identity) -> None:
    relations.follow(session, ada, "ben", NOW)
    relations.follow(session, ben, "ada", NOW)
    relations.block(session, ada, "ben", NOW)
    assert held(session) == {(ada.member_id, "block", ben.member_id)}
    with pytest.raises(Conflict):
        relations.follow(session, ada, "ben", NOW)
    relations.unblock(session, ada, "ben")
    assert held(session) == set()


def test_law_07_following_answers_the_same_where_one_is_blocked(
    session: Session, ada: Identity, ben: Identity
) -> None:
    relations.block(session, ada, "ben", NOW)
    relations.follow(session, ben, "ada", NOW)
    relations.unfollow(session, ben, "ada")


@pytest.mark.parametrize("handle", ["nobody", "gone"])
def test_an_unknown_handle_is_not_there(session: Session, ada: Identity, handle: str) -> None:
    make_member(session, "gone").left_at = NOW
    session.flush()
    for act in (relations.follow, relations.block):
        with pytest.raises(NotFound):
            act(session, ada, handle, NOW)
    for undo in (relations.unfollow, relations.unblock):
        with pytest.raises(NotFound):
            undo(session, ada, handle)


@pytest.mark.parametrize("act", [relations.follow, relations.block])
def test_nobody_follows_or_blocks_themselves(session: Session, ada: Identity, act: object) -> None:
    assert callable(act)
    with pytest.raises(RuleBroken):
        act(session, ada, "ada", NOW)
