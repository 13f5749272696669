"""What whoever would be followed says of a follow that is held: a yes or a no ends it."""

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import following, limit_for_now, relations
from audience.moderation import follows, waiting_follows
from audience.moderation.act_tables import FollowBegun
from audience.moderation.tables import Decision
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity
from tests.audience.factories import NOW, with_clauses
from tests.audience.moderation.rules import rule, with_rules
from tests.coop.told import told


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, {"scarce": rule("follow.followers < 1", about="Not the first", on=["follow"])})


def begun(session: Session) -> int:
    return session.scalars(select(col(FollowBegun.id)).order_by(col(FollowBegun.id).desc()).limit(1)).one()


def decision(session: Session) -> Decision:
    session.expire_all()
    return session.scalars(select(Decision)).one()


def test_they_are_told_and_a_yes_lets_it_in(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    follows.follow(session, ada, ruled, "ben", NOW)
    (one,) = waiting_follows.listing(session, ben, ruled, NOW)
    assert (one.handle, one.at) == ("ada", NOW)
    assert [it.line for it in told(session, ben)] == [
        "@ada would like to follow you. A rule holds it back for now."
    ]
    waiting_follows.let_in(session, ben, ruled, one.id, NOW)
    assert follows.state(session, ada, ben.member_id) == "following"
    assert decision(session).ended_why == "let_in"
    with pytest.raises(NotFound):
        waiting_follows.turn_away(session, ben, ruled, one.id, NOW)


def test_a_no_turns_it_away_and_it_may_be_asked_again(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    follows.follow(session, ada, ruled, "ben", NOW)
    waiting_follows.turn_away(session, ben, ruled, begun(session), NOW)
    assert follows.state(session, ada, ben.member_id) == "none"
    assert decision(session).ended_why == "turned_away"
    assert waiting_follows.listing(session, ben, ruled, NOW) == []
    assert follows.follow(session, ada, ruled, "ben", NOW) == "held"


def test_law_01_where_the_clause_does_not_ask_them_there_is_no_such_follow(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    unasked = with_clauses(ruled, "moderation", {"/holds/followed_decide": False})
    follows.follow(session, ada, unasked, "ben", NOW)
    assert (told(session, ben), waiting_follows.listing(session, ben, unasked, NOW)) == ([], [])
    for act in (waiting_follows.let_in, waiting_follows.turn_away):
        with pytest.raises(NotFound):
            act(session, ben, unasked, begun(session), NOW)


@pytest.mark.parametrize("how", ["they block", "they are blocked", "kept out"])
def test_law_07_of_whom_they_could_not_know_they_are_told_nothing(
    session: Session, ruled: Book, ada: Identity, ben: Identity, how: str
) -> None:
    if how == "they block":
        relations.block(session, ben, "ada", NOW)
    elif how == "kept out":
        limit_for_now.begin(session, ben, ruled, None, "strangers", NOW)
    follows.follow(session, ada, ruled, "ben", NOW)
    if how == "they are blocked":
        relations.block(session, ada, "ben", NOW)
    assert waiting_follows.listing(session, ben, ruled, NOW) == []
    with pytest.raises(NotFound):
        waiting_follows.let_in(session, ben, ruled, begun(session), NOW)
    assert (told(session, ben) == []) is (how != "they are blocked")


def test_law_07_nobody_decides_on_another_s_follow(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    follows.follow(session, ada, ruled, "ben", NOW)
    for act in (waiting_follows.let_in, waiting_follows.turn_away):
        with pytest.raises(NotFound):
            act(session, ada, ruled, begun(session), NOW)
    assert following.state(session, ada, ben.member_id) == "none"
