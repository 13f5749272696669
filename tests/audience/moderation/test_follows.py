"""Follows that a rule holds back: they wait, are told to nobody else, and end in favour of who asked."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import following, relations
from audience.moderation import ending_holds, follows, reasons
from audience.moderation.ending_holds import UNSEEN
from audience.moderation.tables import Decision
from coop import members
from coop.book import Book
from coop.errors import Conflict, NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW
from tests.audience.moderation.rules import rule, with_rules
from tests.audience.silenced import suspend
from tests.coop.told import told
from tests.factories import identity_of, make_member

DAY = timedelta(hours=24)
SCARCE = {"scarce": rule("follow.followers < 1", about="Not the first", on=["follow"])}


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, SCARCE)


def the_decision(session: Session, who: Identity) -> Decision:
    in_force = (col(Decision.author_id) == who.member_id, col(Decision.ended_at).is_(None))
    return session.scalars(select(Decision).where(*in_force)).one()


def end(session: Session, book: Book, who: Identity) -> Decision:
    """End what holds back a follow of somebody's."""
    decision = the_decision(session, who)
    assert ending_holds.end_hold(session, book, decision.id, UNSEEN, NOW + DAY)
    session.expire_all()
    return decision


def test_law_07_a_held_follow_is_told_to_whoever_asked_and_whom_it_is_about_alone(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    assert follows.follow(session, ada, ruled, "ben", NOW) == "held"
    assert follows.follow(session, ada, ruled, "ben", NOW) == "held"
    assert follows.state(session, ada, ben.member_id) == "held"
    assert following.state(session, ada, ben.member_id) == "none"
    assert follows.state(session, ben, ada.member_id) == "none"
    assert len(told(session, ada)) == 1
    assert [one.moment for one in told(session, ben)] == ["follow_waits"]
    found = reasons.read(session, ada, the_decision(session, ada).id)
    assert (found.followed, found.post_id) == ("ben", None)
    assert found.decision.causes[0]["matched"][0]["facts"] == {"follow.followers": 0}
    with pytest.raises(NotFound):
        reasons.read(session, ben, found.decision.id)


def test_a_held_follow_comes_about_when_nobody_has_decided_in_time(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    follows.follow(session, ada, ruled, "ben", NOW)
    ended = end(session, ruled, ada)
    assert (ended.ended_at, ended.ended_why) == (NOW + DAY, UNSEEN)
    assert follows.state(session, ada, ben.member_id) == "following"
    cleo = identity_of(make_member(session, "cleo"))
    assert follows.follow(session, cleo, ruled, "ben", NOW + DAY) == "following"


def test_whoever_takes_a_held_follow_back_does_not_follow_when_its_hold_ends(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    follows.follow(session, ada, ruled, "ben", NOW)
    follows.unfollow(session, ada, ruled, "ben", NOW)
    assert follows.state(session, ada, ben.member_id) == "none"
    assert end(session, ruled, ada).ended_why == "taken_back"
    assert follows.state(session, ada, ben.member_id) == "none"


@pytest.mark.parametrize("act", ["block", "leave", "be_left", "be_suspended"])
def test_what_stands_in_the_way_by_then_counts_as_if_it_were_asked_only_then(
    session: Session, ruled: Book, ada: Identity, ben: Identity, act: str
) -> None:
    follows.follow(session, ada, ruled, "ben", NOW)
    if act == "block":
        following.block(session, ada, ruled, "ben", NOW)
    elif act == "be_suspended":
        suspend(session, ada, NOW)
    else:
        members.leave(session, ada if act == "leave" else ben, NOW)
    end(session, ruled, ada)
    assert follows.state(session, ada, ben.member_id) == "none"


def test_law_13_a_rule_on_follows_that_cannot_be_decided_holds(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    divides = with_rules(book, {"odd": rule("9 / follow.followers > 3", "slow", on=["follow"])})
    assert follows.follow(session, ada, divides, "ben", NOW) == "held"
    assert the_decision(session, ada).causes[0]["undecided"] == "A number was divided by zero."
    assert follows.follow(session, ada, with_rules(book, {}), "ben", NOW) == "held"


def test_whom_one_cannot_follow_at_all_is_no_matter_of_rules(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    relations.block(session, ada, "ben", NOW)
    for handle, error in (("ada", RuleBroken), ("ben", Conflict), ("nobody", NotFound)):
        with pytest.raises(error):
            follows.follow(session, ada, ruled, handle, NOW)
    assert reasons.listing(session, ada, before=None, limit=9) == ([], None)
