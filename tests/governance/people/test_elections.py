"""Elections: what can be asked, who stands, and which are held."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from coop import guilds
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.sortition import order
from coop.tables import LedgerEvent
from governance import subjects
from governance.people import candidates, elections
from governance.people.slate import statement_sha256
from tests.governance.assembly import MOMENT, START, Assembly
from tests.governance.people.polls import Poll, crowd, draft


def told(assembly: Assembly, type: str) -> list[dict[str, Any]]:
    events = select(col(LedgerEvent.payload)).where(col(LedgerEvent.type) == type)
    return list(assembly.session.execute(events.order_by(col(LedgerEvent.seq))).scalars())


def examine(assembly: Assembly, *said: Any, **other: Any) -> subjects.Subject:
    book = assembly.books.current(assembly.session)
    return subjects.examine(assembly.session, book, draft(*said, **other), assembly.clock.at)


def test_the_coops_election_is_of_class_c_and_fills_the_seats_of_the_clause(assembly: Assembly) -> None:
    found = examine(assembly)
    assert (found.risk_class, found.method, found.options) == ("C", "stv", {"seats": 5})
    assert not found.takes_force
    assert examine(assembly, method="approval", options={"seats": 5}).method == "approval"


def test_a_guild_elects_on_its_own_as_many_as_it_likes_up_to_the_clause(assembly: Assembly) -> None:
    assembly.guild("bakers", *assembly.members)
    found = examine(assembly, "guild:bakers", options={"seats": 1})
    assert (found.risk_class, found.options) == ("B", {"seats": 1})
    with pytest.raises(RuleBroken) as refused:
        examine(assembly, "guild:bakers", options={"seats": 6})
    fault = refused.value.faults[0]
    assert fault.pointer == "/options/seats"
    assert fault.clause is not None
    assert (fault.clause.clause, fault.clause.value) == ("/council/seats", 5)


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"options": {"seats": 3}}, "/options/seats"),
        ({"options": {"seats": True}}, "/options/seats"),
        ({"options": {"seats": "5"}}, "/options/seats"),
        ({"options": {"seats": 5, "choices": [{"label": "ann"}]}}, "/options"),
        ({"options": []}, "/options"),
        ({"method": "majority"}, "/method"),
        ({"patch": [{"op": "remove", "path": "/x"}]}, "/patch"),
        ({"base_sha256": "0" * 64}, "/patch"),
        ({"target_id": 7}, "/target"),
    ],
)
def test_what_is_no_election_is_refused(assembly: Assembly, wanted: dict[str, Any], pointer: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        examine(assembly, **wanted)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_candidates_stand_say_why_and_step_down_while_it_is_talked_over(poll: Poll) -> None:
    poll.stand(3, "I bake.")
    poll.stand(4)
    poll.stand(3, "I bake, and I listen.")
    session, clock = poll.assembly.session, poll.assembly.clock
    candidates.step_down(session, poll.voters[4], poll.id, clock)
    candidates.step_down(session, poll.voters[4], poll.id, clock)
    found = candidates.standing(session, poll.id)
    assert [(one.handle, one.statement) for one in found] == [
        (poll.voters[3].handle, "I bake, and I listen.")
    ]
    stood = [(one["candidate"], one["statement_sha256"]) for one in told(poll.assembly, "candidate.stood")]
    assert stood[-1] == (poll.voters[3].handle, statement_sha256("I bake, and I listen."))
    assert len(told(poll.assembly, "candidate.stepped_down")) == 1


def test_the_slate_stays_once_the_text_is_locked(poll: Poll) -> None:
    poll.stand(3)
    poll.assembly.go_to(poll.assembly.times(poll.id).verification_at)
    session, clock = poll.assembly.session, poll.assembly.clock
    with pytest.raises(Conflict, match="being verified"):
        poll.stand(4)
    with pytest.raises(Conflict, match="being verified"):
        candidates.step_down(session, poll.voters[3], poll.id, clock)


def test_whoever_may_not_vote_may_not_stand(poll: Poll) -> None:
    (late,) = poll.assembly.admit(1, START + timedelta(minutes=1))
    poll.assembly.go_to(START + timedelta(hours=1))
    with pytest.raises(Forbidden) as refused:
        candidates.stand(poll.assembly.session, late, poll.id, "I am new.", poll.assembly.clock)
    assert refused.value.faults[0].detail == "voting /classes/C/tenure = 30 days"


def test_law_07_nobody_stands_in_what_is_no_election(assembly: Assembly) -> None:
    made = assembly.propose()
    with pytest.raises(NotFound):
        candidates.stand(assembly.session, assembly.members[1], made, "", assembly.clock)
    with pytest.raises(NotFound):
        elections.visible(assembly.session, assembly.members[1], made, assembly.clock.at)


def test_law_05_the_slate_is_drawn_when_the_roll_is_frozen_and_hashed(poll: Poll) -> None:
    before = poll.case.patch_sha256
    poll.open(3, 4, 5, 6)
    handles = [poll.voters[who].handle for who in (3, 4, 5, 6)]
    assert poll.read().slate == order(before, handles)
    assert poll.case.patch_sha256 != before
    (frozen,) = told(poll.assembly, "roll.frozen")
    assert frozen["patch_sha256"] == poll.case.patch_sha256
    assert [choice["label"] for choice in frozen["slate"]] == list(poll.read().slate)


def test_a_candidate_who_left_before_the_vote_is_not_on_the_slate(poll: Poll) -> None:
    from coop import members

    poll.stand(3)
    poll.stand(4)
    members.leave(poll.assembly.session, poll.voters[4], poll.assembly.clock.at)
    poll.open()
    assert poll.read().slate == (poll.voters[3].handle,)


def test_law_14_an_election_without_candidates_is_cancelled_at_the_moment_of_the_vote(poll: Poll) -> None:
    opens_at = poll.assembly.times(poll.id).voting_at
    poll.assembly.go_to(opens_at - MOMENT)
    poll.assembly.advance()
    assert poll.assembly.state(poll.id) == "verification"
    poll.assembly.go_to(opens_at + timedelta(days=2))
    assert poll.assembly.state(poll.id) == "cancelled"
    poll.assembly.advance()
    assert (poll.case.facts.ended_as, poll.case.facts.ended_at) == ("cancelled", opens_at)
    assert poll.case.end_reason == "Nobody who may vote on it stands for election."


def test_law_01_a_roll_too_small_to_keep_a_secret_cancels_it_and_the_clause_is_named(
    assembly: Assembly,
) -> None:
    crowd(assembly, 6)
    small = Poll.of(assembly)
    small.open(3, 4)
    assert assembly.state(small.id) == "cancelled"
    assert small.case.end_reason == (
        "The roll would be of 11, too few to keep a vote on people secret (voting /council/secret_roll = 12)."
    )
    with pytest.raises(Conflict, match="cancelled"):
        small.cast(1, marks=(0,))


def test_with_no_more_candidates_than_seats_the_vote_is_held_still(poll: Poll) -> None:
    poll.open(3)
    for who in range(6):
        poll.cast(who, 3)
    poll.count()
    assert poll.read().elected == (poll.voters[3].handle,)


def test_a_guilds_members_alone_stand_in_its_election(assembly: Assembly) -> None:
    crowd(assembly, 10)
    _, bakers = assembly.guild("bakers", *assembly.members[:13])
    own = Poll.of(assembly, draft("guild:bakers", options={"seats": 2}), bakers)
    with pytest.raises(Forbidden):
        candidates.stand(assembly.session, assembly.members[14], own.id, "", assembly.clock)
    own.stand(5)
    guilds.leave(assembly.session, bakers[5], "bakers", assembly.clock.at)
    own.open(4)
    assert own.read().slate == (bakers[4].handle,)
    assert own.case.roll_size == 12
