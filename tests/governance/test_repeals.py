"""Repeals: one call drafts what puts a change back, and a vote carries it."""

from dataclasses import replace

import pytest

from coop.errors import Conflict, NotFound, RuleBroken
from coop.ids import new_id
from governance import drafts, proposals, repeals
from governance.facts import State
from governance.repeals import Repeal
from governance.tables import Proposal
from tests.governance.assembly import CLASS_B, Assembly
from tests.governance.changes import (
    BYTES,
    DAY,
    FOUNDING,
    MEDIUM,
    PHOTOS,
    SMALL,
    enact,
    go_on,
    in_force,
    said,
    setting,
    undone,
)
from tests.governance.record import audited


def draft_repeal(assembly: Assembly, made: int) -> Repeal:
    book = assembly.books.current(assembly.session)
    return repeals.draft_repeal(assembly.session, book, assembly.members[1], made, assembly.clock)


def submit(assembly: Assembly, made: int) -> int:
    """Submit a draft, find its sponsors, and return its id."""
    book, author = assembly.books.current(assembly.session), assembly.members[1]
    proposals.submit(assembly.session, book, author, made, assembly.clock)
    assembly.session.get_one(Proposal, made).rehearsal_needed = False
    assembly.session.flush()
    for other in assembly.members:
        if assembly.state(made) is State.SPONSORING:
            assembly.sponsor(made, other)
    return made


def test_law_12_one_call_drafts_what_puts_a_change_back(assembly: Assembly) -> None:
    made = in_force(assembly, setting(photos=1000, small=500))
    repeal = draft_repeal(assembly, made)
    row = assembly.session.get_one(Proposal, repeal.proposal_id)
    assert assembly.state(row.id) is State.DRAFT
    assert (row.title, row.target_id, repeal.left) == ("Repeal: A change", made, ())
    enact(assembly, submit(assembly, row.id))
    assert undone(assembly, made) == (State.REPEALED, assembly.clock.at)
    assert str(row.id) in (assembly.case(made).undone_reason or "")
    assert said(assembly) == FOUNDING
    audited(assembly)


def test_a_repeal_leaves_what_others_have_set_since_and_says_so(assembly: Assembly) -> None:
    made = in_force(assembly, setting(photos=1000, small=500, medium=1000))
    in_force(assembly, setting(medium=1200, photos=80))
    repeal = draft_repeal(assembly, made)
    assert repeal.left == (PHOTOS, MEDIUM)
    row = assembly.session.get_one(Proposal, repeal.proposal_id)
    assert row.patch == [{"op": "replace", "path": SMALL, "value": 480}]
    assert PHOTOS in row.rationale
    enact(assembly, submit(assembly, row.id))
    assert assembly.state(made) is State.REPEALED
    assert said(assembly) == FOUNDING | {MEDIUM: 1200, PHOTOS: 80}


def test_a_repeal_of_a_part_leaves_the_rest_in_force(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500, medium=1000))
    part = replace(assembly.draft(setting(small=480)), target_id=made)
    enact(assembly, assembly.bring(part))
    assert assembly.state(made) is State.IN_FORCE
    assert said(assembly) == FOUNDING | {MEDIUM: 1000}
    audited(assembly)


def test_taking_a_repeal_back_brings_what_it_repealed_into_force_again(assembly: Assembly) -> None:
    made = in_force(assembly, setting(photos=1000), sunset_after=300 * DAY)
    whole = replace(assembly.draft(setting(photos=60)), target_id=made, sunset_after=30 * DAY)
    repeal = assembly.bring(whole)
    enact(assembly, repeal)
    assert assembly.state(made) is State.REPEALED
    go_on(assembly, 30 * DAY)
    assembly.advance()
    assert (assembly.state(repeal), assembly.state(made)) == (State.SUNSET, State.IN_FORCE)
    assert said(assembly)[PHOTOS] == 1000
    audited(assembly)


def test_what_is_not_in_force_cannot_be_repealed(assembly: Assembly) -> None:
    running = assembly.propose(CLASS_B)
    over = in_force(assembly, setting(small=500))
    in_force(assembly, setting(small=520))
    for made in (running, over):
        with pytest.raises(Conflict):
            draft_repeal(assembly, made)


def test_law_07_a_target_that_cannot_be_seen_is_answered_like_one_that_is_not_there(
    assembly: Assembly,
) -> None:
    book = assembly.books.current(assembly.session)
    hidden = drafts.draft(assembly.session, book, assembly.members[0], assembly.draft(), assembly.clock.at)
    answers = []
    for target in (hidden, new_id(assembly.clock.at)):
        with pytest.raises(NotFound):
            draft_repeal(assembly, target)
        with pytest.raises(RuleBroken) as refused:
            assembly.put(replace(assembly.draft(CLASS_B), target_id=target), assembly.members[1])
        answers.append((refused.value.detail, refused.value.faults))
    assert answers[0] == answers[1]


def test_a_target_of_another_policy_is_refused(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500))
    other = [{"op": "replace", "path": "/joining/admission", "value": "invited"}]
    with pytest.raises(RuleBroken) as refused:
        assembly.put(replace(assembly.draft(other, "membership"), target_id=made), assembly.members[1])
    assert refused.value.faults[0].pointer == "/target"


def test_a_draft_whose_target_has_ended_meanwhile_cannot_be_submitted(assembly: Assembly) -> None:
    made = in_force(assembly, setting(small=500), sunset_after=30 * DAY)
    in_force(assembly, setting(medium=1000))
    repeal = draft_repeal(assembly, made).proposal_id
    go_on(assembly, 30 * DAY)
    assembly.advance()
    with pytest.raises(Conflict):
        submit(assembly, repeal)


def test_law_12_a_patch_of_many_operations_can_be_repealed_by_one_call(assembly: Assembly) -> None:
    patch = [{"op": "replace", "path": BYTES, "value": 14_000_000 + step} for step in range(50)]
    made = in_force(assembly, patch)
    enact(assembly, submit(assembly, draft_repeal(assembly, made).proposal_id))
    assert said(assembly) == FOUNDING
