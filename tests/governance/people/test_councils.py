"""Councils: who is seated by an election, and who is in office."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from coop import directory, guilds, members
from coop.errors import Conflict, NotFound
from coop.tables import LedgerEvent
from governance.people import councils
from governance.people.tables import CouncilSeat
from tests.governance.assembly import MOMENT, Assembly
from tests.governance.people.polls import Poll, crowd, draft

TERM = timedelta(days=364)


def elect(poll: Poll, *ranked: int) -> None:
    """Six vote alike, and those whom they rank are seated."""
    poll.open(*ranked)
    for who in range(6):
        poll.cast(who, *ranked)
    poll.count()
    poll.enact()


def office(poll: Poll, scope: str = "coop") -> list[str]:
    return [one.handle for one in councils.in_office(poll.assembly.session, scope, poll.assembly.clock.at)]


def names(poll: Poll, *who: int) -> list[str]:
    return sorted(poll.voters[one].handle for one in who)


def test_the_elected_are_in_office_from_the_enactment_for_the_term(poll: Poll) -> None:
    assert office(poll) == []
    elect(poll, 3, 4)
    assert poll.assembly.state(poll.id) == "in_force"
    assert office(poll) == names(poll, 3, 4)
    since = poll.assembly.clock.at
    poll.assembly.go_to(since + TERM - MOMENT)
    assert office(poll) == names(poll, 3, 4)
    poll.assembly.go_to(since + TERM)
    assert office(poll) == []


def test_a_seat_is_told_in_the_order_of_the_count(poll: Poll) -> None:
    elect(poll, 4, 3)
    events = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == "council.seated")
    told = poll.assembly.session.execute(events).scalar_one()
    assert told["seated"] == [poll.voters[4].handle, poll.voters[3].handle]
    assert (told["scope"], told["proposal"]) == ("coop", str(poll.id))


def test_the_next_election_ends_the_terms_before_it(poll: Poll) -> None:
    elect(poll, 3, 4)
    second = Poll.of(poll.assembly)
    elect(second, 4, 5)
    assert office(poll) == names(poll, 4, 5)
    held = select(CouncilSeat).where(col(CouncilSeat.ended_at).is_(None))
    assert len(poll.assembly.session.scalars(held).all()) == 2


def test_a_term_that_ran_out_is_no_hindrance_to_the_next(poll: Poll) -> None:
    elect(poll, 3)
    poll.assembly.go_to(poll.assembly.clock.at + 2 * TERM)
    elect(Poll.of(poll.assembly), 3)
    assert office(poll) == names(poll, 3)


def test_whoever_leaves_the_coop_is_out_of_office(poll: Poll) -> None:
    elect(poll, 3, 4)
    members.leave(poll.assembly.session, poll.voters[3], poll.assembly.clock.at)
    assert office(poll) == names(poll, 4)


def test_the_seat_of_somebody_who_left_before_it_stays_empty(poll: Poll) -> None:
    poll.open(3, 4)
    for who in range(6):
        poll.cast(who, 3, 4)
    poll.count()
    members.leave(poll.assembly.session, poll.voters[3], poll.assembly.clock.at)
    poll.enact()
    assert office(poll) == names(poll, 4)


def test_law_13_where_nobody_who_was_elected_is_left_the_old_council_stays(poll: Poll) -> None:
    elect(poll, 4)
    second = Poll.of(poll.assembly)
    second.open(3)
    for who in range(6):
        second.cast(who, 3)
    second.count()
    members.leave(poll.assembly.session, poll.voters[3], poll.assembly.clock.at)
    second.enact()
    assert second.assembly.state(second.id) == "conflicted"
    assert second.case.end_reason == "None of those who were elected belongs to its scope any more."
    assert office(poll) == names(poll, 4)


def test_a_steward_resigns_before_the_term_ends(poll: Poll) -> None:
    elect(poll, 3, 4)
    session, clock = poll.assembly.session, poll.assembly.clock
    councils.resign(session, poll.voters[3], "coop", clock)
    councils.resign(session, poll.voters[3], "coop", clock)
    councils.resign(session, poll.voters[7], "coop", clock)
    assert office(poll) == names(poll, 4)
    resigned = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == "council.resigned")
    assert len(session.execute(resigned).all()) == 1


@pytest.mark.parametrize("scope", ["guild:nowhere", "nowhere", "bakers", "guild:"])
def test_law_07_a_scope_that_is_none_has_no_council(assembly: Assembly, scope: str) -> None:
    assembly.guild("bakers", *assembly.members)
    with pytest.raises(NotFound):
        councils.check_scope(assembly.session, scope)
    councils.check_scope(assembly.session, "guild:bakers")
    councils.check_scope(assembly.session, "coop")


@pytest.fixture
def own(assembly: Assembly) -> Poll:
    """A guild of fifteen that elects a council of two; the first of them founded it."""
    crowd(assembly, 10)
    _, bakers = assembly.guild("bakers", *assembly.members)
    return Poll.of(assembly, draft("guild:bakers", options={"seats": 2}), bakers)


def test_a_guilds_elected_are_its_stewards_and_nobody_else_is(own: Poll) -> None:
    assert directory.guild(own.assembly.session, "bakers").stewards == (own.voters[0].handle,)
    elect(own, 3, 4)
    assert office(own, "guild:bakers") == names(own, 3, 4)
    assert office(own) == []
    assert list(directory.guild(own.assembly.session, "bakers").stewards) == names(own, 3, 4)


def test_whoever_leaves_the_guild_and_comes_back_is_no_steward_any_more(own: Poll) -> None:
    elect(own, 3, 4)
    session, now = own.assembly.session, own.assembly.clock.at
    guilds.leave(session, own.voters[3], "bakers", now)
    assert office(own, "guild:bakers") == names(own, 4)
    book = own.assembly.books.current(session)
    guilds.join(session, book, own.voters[3], "bakers", now + MOMENT)
    own.assembly.go_to(now + 2 * MOMENT)
    assert office(own, "guild:bakers") == names(own, 4)


def test_a_guilds_only_steward_cannot_resign(own: Poll) -> None:
    elect(own, 3, 4)
    session, clock = own.assembly.session, own.assembly.clock
    councils.resign(session, own.voters[3], "guild:bakers", clock)
    with pytest.raises(Conflict), session.begin_nested():
        councils.resign(session, own.voters[4], "guild:bakers", clock)
    assert office(own, "guild:bakers") == names(own, 4)
