"""The roll: who belonged at the moment verification ended."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from coop.errors import Forbidden
from coop.identity import Identity
from coop.tables import GuildMembership, LedgerEvent, Member
from governance.tables import RollEntry
from tests.governance.assembly import CLASS_A, CLASS_C, CLASS_D, MOMENT, START, Assembly

VOTING_AT = START + timedelta(days=3)
"""When the vote on a class A proposal of this day begins."""


def leave(assembly: Assembly, member: Identity, at: object) -> None:
    assembly.session.execute(update(Member).where(col(Member.id) == member.member_id).values(left_at=at))


def published(assembly: Assembly) -> list[str]:
    told = assembly.session.scalars(select(LedgerEvent).where(col(LedgerEvent.type) == "roll.frozen")).one()
    roll: list[str] = told.payload["roll"]
    return roll


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=2), timedelta(days=300)])
def test_law_04_the_roll_is_that_of_the_exact_moment_however_late_the_job(
    assembly: Assembly, late: timedelta
) -> None:
    early, stayer, *_ = assembly.members
    in_time, too_late = assembly.admit(1, VOTING_AT) + assembly.admit(1, VOTING_AT + MOMENT)
    leave(assembly, early, VOTING_AT)
    leave(assembly, stayer, VOTING_AT + MOMENT)
    made = assembly.propose(among=assembly.members[2:])
    assembly.go_to(VOTING_AT + late)
    assembly.advance()
    roll = published(assembly)
    assert {stayer.handle, in_time.handle} <= set(roll)
    assert not {early.handle, too_late.handle} & set(roll)
    assert len(roll) == assembly.case(made).roll_size == 5
    assert assembly.case(made).roll_frozen_at == VOTING_AT


def test_law_04_the_roll_of_a_weighty_class_asks_for_tenure(assembly: Assembly) -> None:
    opens = START + timedelta(days=10)
    old, new = (assembly.admit(1, opens - timedelta(days=30) + moment)[0] for moment in (0 * MOMENT, MOMENT))
    made = assembly.propose(CLASS_C, "membership")
    assembly.go_to(opens)
    assembly.vote(made, old, "for")
    with pytest.raises(Forbidden):
        assembly.vote(made, new, "for")


def test_law_04_nobody_else_votes_and_nobody_is_added_later(assembly: Assembly) -> None:
    made = assembly.propose()
    assembly.go_to(VOTING_AT)
    assembly.advance()
    (late,) = assembly.admit(1, VOTING_AT + MOMENT)
    with pytest.raises(Forbidden):
        assembly.vote(made, late, "for")
    assembly.advance()
    assert len(published(assembly)) == 5


def test_a_guild_votes_on_its_own_clauses_with_its_own_roll(assembly: Assembly) -> None:
    guild, bakers = assembly.guild("bakers", *assembly.members[:3])
    assembly.session.execute(
        update(GuildMembership)
        .where(col(GuildMembership.guild_id) == guild.id)
        .where(col(GuildMembership.member_id) == bakers[2].member_id)
        .values(left_at=START)
    )
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = assembly.propose(patch, "audience", "guild:bakers", among=bakers)
    assembly.go_to(assembly.times(made).voting_at)
    assembly.vote(made, bakers[0], "for")
    assert published(assembly) == sorted(baker.handle for baker in bakers[:2])
    for outsider in (bakers[2], assembly.members[3]):
        with pytest.raises(Forbidden):
            assembly.vote(made, outsider, "for")


def test_law_04_where_guilds_have_to_agree_the_roll_tells_those_of_the_moment(assembly: Assembly) -> None:
    in_both, in_one, gone, never, *_ = assembly.members
    weavers, _ = assembly.guild("weavers", in_both, gone)
    bakers, _ = assembly.guild("bakers", in_one, in_both)
    made = assembly.propose(CLASS_D, "voting")
    opens = assembly.times(made).voting_at
    for guild, member, at in ((weavers, gone, opens), (bakers, in_both, opens + MOMENT)):
        assembly.session.execute(
            update(GuildMembership)
            .where(col(GuildMembership.guild_id) == guild.id)
            .where(col(GuildMembership.member_id) == member.member_id)
            .values(left_at=at)
        )
    assembly.go_to(opens + timedelta(hours=2))
    assembly.advance()
    told = assembly.session.scalars(select(LedgerEvent).where(col(LedgerEvent.type) == "roll.frozen")).one()
    assert told.payload["guilds"] == {in_both.handle: ["bakers", "weavers"], in_one.handle: ["bakers"]}
    held = select(col(RollEntry.member_id), col(RollEntry.guild_ids))
    written = {row.member_id: row.guild_ids for row in assembly.session.execute(held)}
    assert written[in_both.member_id] == [bakers.id, weavers.id]
    assert written[gone.member_id] == written[never.member_id] == []


def test_a_roll_of_nobody_decides_nothing(assembly: Assembly) -> None:
    for member in assembly.members:
        leave(assembly, member, START)
    made = assembly.propose(CLASS_A)
    assembly.go_to(START + timedelta(days=30))
    assembly.advance()
    assert assembly.case(made).roll_size == 0
    assert assembly.state(made) == "rejected"
