"""Suspensions: what is withheld, from when on, and what never is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from audience import likes, replies, reposts, thanks
from audience.access import access_post
from audience.gardens import publishers
from audience.moderation import follows
from coop import guilds, invitations, members, profiles, suspended, suspensions
from coop.book import Book
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from coop.membership_rules import Withheld
from coop.suspension_tables import Suspension
from coop.tables import Member
from tests.audience.factories import NOW, make_post, with_clauses
from tests.factories import identity_of, make_member

DAY = timedelta(days=1)


@pytest.fixture
def ada(session: Session) -> Member:
    return make_member(session, "ada")


def suspend(session: Session, member: Member, now: datetime = NOW, days: int = 28) -> Suspension:
    """Have a jury ask for it, and a vote decide it."""
    asked = suspensions.ask(session, identity_of(member).member_id, {"about": "Attacks"}, {"suspend": 3}, now)
    return suspensions.suspend(session, asked.id, 7, days, now)


def as_now(session: Session, member: Member) -> Identity:
    """Who they are, as their next request reads it."""
    return members.identity_of(session, member.handle)


def test_law_03_the_next_request_knows_of_a_suspension_and_of_its_end(session: Session, ada: Member) -> None:
    assert as_now(session, ada).suspended_until is None
    made = suspend(session, ada)
    assert as_now(session, ada).suspended_until == made.until == NOW + 28 * DAY
    suspensions.withdraw(session, made.asked_id, NOW + DAY)
    assert as_now(session, ada).suspended_until == NOW + DAY


def _acts(session: Session, book: Book, other: int) -> dict[Withheld, list[Callable[[Identity], Any]]]:
    def change(me: Identity) -> None:
        profiles.change(session, book, me, {"about": "Hm"}, lambda *_: None, NOW)

    return {
        "publish": [
            lambda me: make_post(session, me, book),
            lambda me: reposts.repost(session, me, book, other, NOW),
            lambda me: publishers.check_may_publish(book, me, None, NOW),
        ],
        "answer": [lambda me: replies.write(session, me, book, other, "Hm", NOW)],
        "react": [
            lambda me: likes.like(session, me, book, other, NOW),
            lambda me: thanks.thank(session, me, book, other, "Thank you", False, NOW),
        ],
        "follow": [lambda me: follows.follow(session, me, book, "ben", NOW)],
        "profile": [change],
        "invite": [lambda me: invitations.invite(session, book, me, NOW)],
        "found": [lambda me: guilds.found(session, book, me, "bakers", "Bakers", "Bread", NOW)],
    }


@pytest.mark.parametrize("act", suspended.SAID)
def test_law_01_what_the_clause_withholds_is_refused_with_it_and_nothing_else_is(
    session: Session, book: Book, ada: Member, act: Withheld
) -> None:
    ben = identity_of(make_member(session, "ben"))
    other = make_post(session, ben, book).id
    suspend(session, ada)
    me = as_now(session, ada)
    for do in _acts(session, book, other)[act]:
        with pytest.raises(Forbidden, match="A vote of all suspended you") as caught:
            do(me)
        (fault,) = caught.value.faults
        assert fault.clause is not None and fault.clause.clause == "/suspensions/withholds"
    others = [one for one in suspended.SAID if one != act]
    free = with_clauses(book, "membership", {"/suspensions/withholds": others})
    suspended.check(me, free, act, NOW)
    with pytest.raises(Forbidden):
        suspended.check(me, free, others[0], NOW)


def test_law_14_it_ends_by_itself(session: Session, book: Book, ada: Member) -> None:
    suspend(session, ada)
    me = as_now(session, ada)
    with pytest.raises(Forbidden):
        suspended.check(me, book, "publish", NOW + 28 * DAY - timedelta(microseconds=1))
    suspended.check(me, book, "publish", NOW + 28 * DAY)


def test_whoever_is_suspended_reads_and_whoever_is_not_is_asked_nothing(
    session: Session, book: Book, ada: Member
) -> None:
    ben = identity_of(make_member(session, "ben"))
    made = make_post(session, ben, book)
    suspend(session, ada)
    assert access_post(session, as_now(session, ada), book, made.id, NOW).post_id == made.id
    suspended.check(replace(ben, suspended_until=None), book, "publish", NOW)


def test_what_is_asked_no_more_suspends_nobody_and_neither_does_it_whoever_left(
    session: Session, ada: Member
) -> None:
    asked = suspensions.ask(session, identity_of(ada).member_id, {"about": "x"}, {"suspend": 3}, NOW)
    suspensions.withdraw(session, asked.id, NOW)
    with pytest.raises(Conflict, match="did not ask for it"):
        suspensions.suspend(session, asked.id, 7, 28, NOW)
    other = suspensions.ask(session, identity_of(ada).member_id, {"about": "x"}, {"suspend": 3}, NOW)
    ada.left_at = datetime(2027, 1, 1, tzinfo=UTC)
    session.flush()
    with pytest.raises(Conflict, match="no member any more"):
        suspensions.suspend(session, other.id, 7, 28, NOW)


def test_law_12_a_vote_can_neither_be_withheld_nor_a_suspension_last(book: Book) -> None:
    policy = book.policy("membership")
    assert policy is not None
    for clause, value in {"withholds": ["vote"], "days": 91}.items():
        data = {**policy.data, "suspensions": {**policy.data["suspensions"], clause: value}}
        faults = book.check("membership", "coop", data)
        assert [fault.pointer.split("/")[2] for fault in faults] == [clause]
    twice = {**policy.data, "suspensions": {"days": 28, "withholds": ["publish", "publish"]}}
    assert [one.pointer for one in book.check("membership", "coop", twice)] == ["/suspensions/withholds"]


def test_no_ground_of_a_guild_s_own_asks_for_a_suspension(book: Book) -> None:
    ground = {"about": "Sells", "outcomes": ["remove"], "measures": ["pause"]}
    assert book.check("moderation", "guild:bakers", {"grounds": {"trade": ground}}) == []
    ground["measures"] = ["suspend"]
    (fault,) = book.check("moderation", "guild:bakers", {"grounds": {"trade": ground}})
    assert (fault.pointer, fault.detail) == (
        "/grounds/trade/measures", "What a guild adds does not name this: suspend.",
    )  # fmt: skip
