"""Rebasing: a proposal goes on against the text that another vote has put in force."""

from datetime import timedelta
from typing import Any

import pytest

from coop.errors import Conflict, Forbidden, RuleBroken
from coop.policy_text import parse
from governance import proposals, rebasing, sponsors, succession
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import CLASS_B, MOMENT, Assembly

QUALITY = [{"op": "replace", "path": "/renditions_webp/quality", "value": 70}]
"""A value inside its bounds, of another clause than the one that moves the text."""
DAY = timedelta(days=1)


def rebase(assembly: Assembly, made: int, patch: list[Any] | None = None, who: int = 0) -> int:
    book = assembly.books.current(assembly.session)
    return rebasing.rebase(assembly.session, book, assembly.members[who], made, patch, assembly.clock)


def move(assembly: Assembly) -> None:
    """Vote another text of the media policy through; the clock stands just before it takes force."""
    other = assembly.propose()
    assembly.carry(other, "for", "for", "for")
    assembly.go_to(assembly.times(other).due_at - MOMENT)


def conflicted(assembly: Assembly) -> int:
    """A proposal of class B that was overtaken while it was being voted on, and no job has noted it."""
    made = assembly.propose(CLASS_B)
    assembly.go_to(assembly.clock.at + 2 * DAY)
    other = assembly.propose()
    assembly.carry(other, "for", "for", "for")
    assembly.vote(made, assembly.members[0], "against")
    assembly.advance()
    assert assembly.state(other) is State.IN_FORCE
    assert assembly.state(made) is State.CONFLICTED
    return made


def text_of(assembly: Assembly) -> dict[str, Any]:
    policy = assembly.books.current(assembly.session).policy("media")
    assert policy is not None
    return parse(policy.text)


def test_a_proposal_whose_text_is_not_locked_is_set_against_the_new_one_where_it_stands(
    assembly: Assembly,
) -> None:
    move(assembly)
    made = assembly.propose(QUALITY)
    before = assembly.case(made)
    assembly.go_to(assembly.clock.at + MOMENT)
    assembly.advance()
    assert assembly.case(made).facts.base_moved_at is not None
    assert rebase(assembly, made) == made
    after = assembly.case(made)
    assert (after.base_number, after.facts.base_moved_at) == (2, None)
    assert after.patch_sha256 != before.patch_sha256
    assert after.times == before.times
    assembly.carry(made, "for", "for", "for")
    assembly.advance()
    found = text_of(assembly)
    assert (found["photos"]["per_day"], found["renditions_webp"]["quality"]) == (100, 70)


def test_what_rests_on_the_text_in_force_is_not_rebased(assembly: Assembly) -> None:
    made = assembly.propose()
    with pytest.raises(Conflict, match="nothing to rebase"):
        rebase(assembly, made)


def test_a_locked_text_stays(assembly: Assembly) -> None:
    move(assembly)
    made = assembly.propose(CLASS_B)
    assembly.go_to(assembly.clock.at + MOMENT)
    assembly.advance()
    assembly.go_to(assembly.times(made).verification_at)
    with pytest.raises(Conflict, match="being verified"):
        rebase(assembly, made)


def test_only_its_author_rebases_a_proposal(assembly: Assembly) -> None:
    made = conflicted(assembly)
    with pytest.raises(Forbidden):
        rebase(assembly, made, who=1)


def test_what_members_signed_for_is_not_exchanged(assembly: Assembly) -> None:
    move(assembly)
    made = assembly.submit(QUALITY)
    assembly.go_to(assembly.clock.at + MOMENT)
    assembly.advance()
    other = [{"op": "replace", "path": "/renditions_webp/quality", "value": 1}]
    with pytest.raises(RuleBroken, match="signed"):
        rebase(assembly, made, other)
    assert rebase(assembly, made) == made
    assert len(sponsors.signatures(assembly.session, made)) == 1


def test_while_it_is_talked_over_the_author_may_write_it_anew(assembly: Assembly) -> None:
    move(assembly)
    made = assembly.propose(QUALITY)
    assembly.go_to(assembly.clock.at + MOMENT)
    assembly.advance()
    other = [{"op": "replace", "path": "/renditions_webp/quality", "value": 20}]
    assert rebase(assembly, made, other) == made
    case = assembly.case(made)
    assert (case.facts.risk_class, case.method) == ("B", "majority")
    row = assembly.session.get_one(Proposal, made, populate_existing=True)
    assert (row.patch, row.sunset_after) == (other, (364 * DAY).total_seconds())


def test_a_conflicted_proposal_goes_on_from_verification_to_a_vote_of_its_own(assembly: Assembly) -> None:
    made = conflicted(assembly)
    assembly.go_to(assembly.clock.at + DAY)
    went_on = rebase(assembly, made)
    old, new = assembly.case(made), assembly.case(went_on)
    assert old.facts.ended_as is State.CONFLICTED
    assert (new.origin_id, new.base_number, new.method) == (made, 2, "majority")
    assert (new.stage.state, new.stage.since) == (State.VERIFICATION, assembly.clock.at)
    assert succession.successor_of(assembly.session, made) == went_on
    handles = [[s.handle for s in sponsors.signatures(assembly.session, one)] for one in (made, went_on)]
    assert handles[0] == handles[1]
    assembly.carry(went_on, "for", "for", "for")
    assert assembly.tally(went_on).for_ == 3
    assembly.advance()
    assert assembly.state(went_on) is State.IN_FORCE


@pytest.mark.parametrize("noted", [True, False])
def test_law_14_its_end_is_written_down_whether_a_job_came_first_or_not(
    assembly: Assembly, noted: bool
) -> None:
    made = conflicted(assembly)
    overtaken_at = assembly.clock.at
    assembly.go_to(overtaken_at + DAY)
    if noted:
        assembly.advance()
    assert (assembly.case(made).facts.ended_at is not None) == noted
    rebase(assembly, made)
    facts = assembly.case(made).facts
    assert (facts.ended_as, facts.ended_at) == (State.CONFLICTED, overtaken_at)


def test_it_goes_on_once(assembly: Assembly) -> None:
    made = conflicted(assembly)
    rebase(assembly, made)
    with pytest.raises(Conflict, match="goes on"):
        rebase(assembly, made)


def test_another_patch_than_the_one_that_was_talked_over_is_talked_over_again(assembly: Assembly) -> None:
    made = conflicted(assembly)
    went_on = rebase(assembly, made, [{"op": "replace", "path": "/photos/per_day", "value": 4000}])
    assert assembly.state(went_on) is State.DELIBERATION


def test_what_does_not_fit_the_text_in_force_is_refused_with_the_clause(assembly: Assembly) -> None:
    made = conflicted(assembly)
    gone = [{"op": "test", "path": "/photos/per_day", "value": 60}, *CLASS_B]
    with pytest.raises(Conflict) as refused:
        rebase(assembly, made, gone)
    assert refused.value.faults[0].pointer == "/photos/per_day"
    assert succession.successor_of(assembly.session, made) is None


def test_what_was_taken_back_does_not_go_on(assembly: Assembly) -> None:
    move(assembly)
    made = assembly.propose(QUALITY)
    proposals.withdraw(assembly.session, assembly.members[0], made, assembly.clock)
    assembly.go_to(assembly.clock.at + MOMENT)
    assembly.advance()
    with pytest.raises(Conflict, match="withdrawn"):
        rebase(assembly, made)
