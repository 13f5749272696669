"""Proposals: drafted, submitted, withdrawn, listed."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlmodel import col

from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.tables import LedgerEvent
from governance import cases, dossier, drafts, proposals
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import CLASS_A, CLASS_B, CLASS_C, CLASS_D, MOMENT, Assembly


def drafted(assembly: Assembly) -> int:
    book = assembly.books.current(assembly.session)
    return drafts.draft(assembly.session, book, assembly.members[0], assembly.draft(), assembly.clock.at)


def test_law_07_a_draft_is_its_authors_alone(assembly: Assembly) -> None:
    made = drafted(assembly)
    author, other = assembly.members[:2]
    assert cases.visible(assembly.session, author, made, assembly.clock.at).id == made
    with pytest.raises(NotFound):
        cases.visible(assembly.session, other, made, assembly.clock.at)
    with pytest.raises(NotFound):
        assembly.sponsor(made, other)
    with pytest.raises(NotFound):
        proposals.withdraw(assembly.session, other, made, assembly.clock)
    proposals.withdraw(assembly.session, author, made, assembly.clock)
    with pytest.raises(NotFound):
        cases.visible(assembly.session, other, made, assembly.clock.at)


def test_law_05_an_edited_draft_has_another_hash(assembly: Assembly) -> None:
    made = drafted(assembly)
    before = assembly.case(made).patch_sha256
    book = assembly.books.current(assembly.session)
    drafts.edit(assembly.session, book, assembly.members[0], made, assembly.draft(CLASS_B), assembly.clock)
    after = assembly.case(made)
    assert after.patch_sha256 != before
    assert after.facts.risk_class == "B"


def test_law_05_what_was_submitted_cannot_be_edited(assembly: Assembly) -> None:
    made = assembly.propose()
    book = assembly.books.current(assembly.session)
    with pytest.raises(Conflict):
        drafts.edit(
            assembly.session, book, assembly.members[0], made, assembly.draft(CLASS_B), assembly.clock
        )
    with pytest.raises(Forbidden):
        drafts.edit(assembly.session, book, assembly.members[1], made, assembly.draft(), assembly.clock)


@pytest.mark.parametrize(
    ("patch", "kind", "expected"),
    [
        (CLASS_A, "media", "A"),
        (CLASS_B, "media", "B"),
        (CLASS_C, "membership", "C"),
        (CLASS_D, "voting", "D"),
    ],
)
def test_the_risk_class_is_computed_when_it_is_submitted(
    assembly: Assembly, patch: list[dict[str, object]], kind: str, expected: str
) -> None:
    assert assembly.case(assembly.propose(patch, kind)).facts.risk_class == expected


def test_law_13_what_could_not_stand_is_not_stored_at_all(assembly: Assembly) -> None:
    unknown = [{"op": "add", "path": "/photos/per_hour", "value": 5}]
    with pytest.raises(RuleBroken) as refused:
        assembly.propose(unknown)
    assert refused.value.faults[0].pointer == "/photos/per_hour"
    stale = dataclasses.replace(assembly.draft(), base_sha256="0" * 64)
    book = assembly.books.current(assembly.session)
    with pytest.raises(Conflict):
        drafts.draft(assembly.session, book, assembly.members[0], stale, assembly.clock.at)
    assert assembly.session.execute(select(func.count()).select_from(Proposal)).scalar_one() == 0


def test_a_draft_whose_base_has_moved_cannot_be_submitted(assembly: Assembly) -> None:
    made, other = drafted(assembly), assembly.propose(CLASS_B)
    assembly.carry(other, "for", "for", "for")
    assembly.advance()
    book = assembly.books.current(assembly.session)
    with pytest.raises(Conflict) as refused:
        proposals.submit(assembly.session, book, assembly.members[0], made, assembly.clock)
    assert refused.value.faults[0].pointer == "/base_sha256"
    assert assembly.state(made) is State.DRAFT


def test_an_author_may_withdraw_until_voting_begins(assembly: Assembly) -> None:
    made, late = assembly.propose(), assembly.propose(CLASS_B)
    author, other = assembly.members[:2]
    assembly.go_to(assembly.times(made).voting_at - MOMENT)
    with pytest.raises(Forbidden):
        proposals.withdraw(assembly.session, other, made, assembly.clock)
    proposals.withdraw(assembly.session, author, made, assembly.clock)
    assert assembly.state(made) is State.WITHDRAWN
    assembly.go_to(assembly.times(late).voting_at)
    with pytest.raises(Conflict):
        proposals.withdraw(assembly.session, author, late, assembly.clock)


def test_law_13_a_withdrawn_proposal_stays_with_its_reason(assembly: Assembly) -> None:
    made = assembly.propose()
    proposals.withdraw(assembly.session, assembly.members[0], made, assembly.clock)
    case = assembly.case(made)
    assert case.end_reason == "Its author took it back."
    told = assembly.session.scalars(
        select(LedgerEvent).where(col(LedgerEvent.type) == "proposal.ended")
    ).one()
    assert told.payload["proposal"] == str(made)
    assert told.payload["as"] == "withdrawn"


def test_law_05_a_proposal_in_flight_keeps_the_voting_rules_it_opened_under(assembly: Assembly) -> None:
    slower = assembly.propose(CLASS_D, "voting")
    assembly.go_to(assembly.times(slower).voting_at)
    for voter in assembly.members:
        assembly.vote(slower, voter, "for")
    assembly.go_to(assembly.times(slower).due_at - MOMENT)
    before = assembly.propose()
    assembly.go_to(assembly.times(slower).due_at)
    assembly.advance()
    assert assembly.state(slower) is State.IN_FORCE
    after = assembly.propose([{"op": "replace", "path": "/photos/per_day", "value": 90}])
    lengths = [assembly.times(made).closes_at - assembly.times(made).voting_at for made in (before, after)]
    assert [length.days for length in lengths] == [3, 30]
    cited = dossier.read(assembly.session, assembly.books, assembly.case(before)).citations
    assert {c.clause: c.value for c in cited}["/classes/A/vote"] == "P3D"


def test_only_those_who_belong_to_a_guild_propose_in_it(assembly: Assembly) -> None:
    _, (baker, _) = assembly.guild("bakers", *assembly.members[:2])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    made = assembly.propose(patch, "audience", "guild:bakers", among=[baker])
    assert assembly.case(made).scope == "guild:bakers"
    with pytest.raises(Forbidden):
        assembly.propose(patch, "audience", "guild:bakers", among=assembly.members[3:])
    with pytest.raises(RuleBroken) as refused:
        assembly.propose(patch, "audience", "guild:nobody", among=[baker])
    assert refused.value.faults[0].pointer == "/scope"


@contextmanager
def statements(assembly: Assembly) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(assembly.session.connection(), "before_cursor_execute", note)
    yield seen
    event.remove(assembly.session.connection(), "before_cursor_execute", note)


def test_a_list_takes_as_many_statements_for_ten_as_for_two(assembly: Assembly) -> None:
    taken = []
    for number in (2, 8):
        for index in range(number):
            value = 10 * number + index
            assembly.propose([{"op": "replace", "path": "/photos/per_day", "value": value}])
        with statements(assembly) as seen:
            found = dossier.listing(
                assembly.session, assembly.members[1], assembly.clock.at, "open", limit=50
            )
        taken.append((len(found), len(seen)))
    assert taken == [(2, 1), (10, 1)]


def test_a_list_shows_what_is_under_way_what_is_over_and_ones_own_drafts(assembly: Assembly) -> None:
    draft, running, over = drafted(assembly), assembly.propose(), assembly.propose(CLASS_B)
    proposals.withdraw(assembly.session, assembly.members[0], over, assembly.clock)
    author, other = assembly.members[:2]

    def ids(viewer: Identity, show: dossier.Show, **filters: Any) -> list[int]:
        found = dossier.listing(assembly.session, viewer, assembly.clock.at, show, limit=9, **filters)
        return [case.id for case in found]

    assert ids(other, "open") == [running]
    assert ids(other, "ended") == [over]
    assert ids(author, "drafts") == [draft]
    assert ids(other, "drafts") == []
    assert ids(other, "open", kind="voting") == []
    assert ids(other, "open", kind="media", scope="coop") == [running]
