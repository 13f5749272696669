"""Following and blocking."""

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import following, relations
from audience.tables import Relation
from coop.errors import Conflict, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, founding_book
from tests.factories import make_member

BOOK = founding_book()


def held(session: Session) -> set[tuple[int, str, int]]:
    rows = session.execute(select(col(Relation.member_id), col(Relation.kind), col(Relation.other_id)))
    return {(row.member_id, row.kind, row.other_id) for row in rows}


def test_a_follow_is_one_way_and_twice_is_once(session: Session, ada: Identity, ben: Identity) -> None:
    following.follow(session, ada, BOOK, "Ben", NOW)
    following.follow(session, ada, BOOK, "ben", NOW)
    assert held(session) == {(ada.member_id, "follow", ben.member_id)}
    following.unfollow(session, ada, BOOK, "ben", NOW)
    following.unfollow(session, ada, BOOK, "ben", NOW)
    assert held(session) == set()


def test_a_block_ends_following_both_ways(session: Session, ada: Identity, ben: Identity) -> None:
    following.follow(session, ada, BOOK, "ben", NOW)
    following.follow(session, ben, BOOK, "ada", NOW)
    following.block(session, ada, BOOK, "ben", NOW)
    assert held(session) == {(ada.member_id, "block", ben.member_id)}
    with pytest.raises(Conflict):
        following.follow(session, ada, BOOK, "ben", NOW)
    relations.unblock(session, ada, "ben")
    assert held(session) == set()


def test_law_07_following_answers_the_same_where_one_is_blocked(
    session: Session, ada: Identity, ben: Identity
) -> None:
    following.block(session, ada, BOOK, "ben", NOW)
    following.follow(session, ben, BOOK, "ada", NOW)
    following.unfollow(session, ben, BOOK, "ada", NOW)


@pytest.mark.parametrize("handle", ["nobody", "gone"])
def test_an_unknown_handle_is_not_there(session: Session, ada: Identity, handle: str) -> None:
    make_member(session, "gone").left_at = NOW
    session.flush()
    for act in (following.follow, following.block, following.unfollow):
        with pytest.raises(NotFound):
            act(session, ada, BOOK, handle, NOW)
    with pytest.raises(NotFound):
        relations.unblock(session, ada, handle)


@pytest.mark.parametrize("act", [following.follow, following.block])
def test_nobody_follows_or_blocks_themselves(session: Session, ada: Identity, act: object) -> None:
    assert callable(act)
    with pytest.raises(RuleBroken):
        act(session, ada, BOOK, "ada", NOW)
