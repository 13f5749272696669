"""Joint proposals: several guilds adopt the same clauses, or none of them does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from app import ENACTORS
from coop.errors import Forbidden, RuleBroken
from coop.identity import Identity
from coop.policies import Books
from coop.tables import LedgerEvent, PolicyVersion
from governance import enactment, joint, objections, proposals, rebasing
from governance.deliberation import amendments
from governance.facts import State
from governance.joint import Agreement
from governance.rehearsal import holding
from governance.tables import Proposal
from tests.governance.assembly import MOMENT, Assembly

SEATS = [{"op": "add", "path": "/seats/default", "value": 40}]
SCOPES = ("guild:bakers", "guild:weavers")
BOTH = Agreement(SCOPES, "audience", "One table", "We sit together.", SEATS)


class Federation:
    """Two guilds of four in one assembly; the first of the bakers proposes."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        bakers = assembly.guild("bakers", *assembly.members[:4])[1]
        weavers = assembly.guild("weavers", *assembly.admit(4))[1]
        self.people = dict(zip(SCOPES, (bakers, weavers), strict=True))

    def propose(self, wanted: Agreement = BOTH, author: Identity | None = None) -> list[int]:
        book = self.assembly.books.current(self.assembly.session)
        author = author or self.people[SCOPES[0]][0]
        made = joint.propose(self.assembly.session, book, author, wanted, self.assembly.clock.at)
        of_these = update(Proposal).where(col(Proposal.id).in_(made))
        self.assembly.session.execute(of_these.values(rehearsal_needed=False))
        return made

    def sponsored(self, *which: int) -> list[int]:
        """Both proposals, sponsored in each guild, or in the ones given alone."""
        made = self.propose()
        for index, (proposal_id, people) in enumerate(zip(made, self.people.values(), strict=True)):
            if not which or index in which:
                for member in people:
                    if self.assembly.state(proposal_id) is State.SPONSORING:
                        self.assembly.sponsor(proposal_id, member)
        return made

    def vote(self, made: list[int], *choices: str) -> None:
        """Let each guild say what is given for it, with all its members."""
        self.assembly.go_to(max(self.assembly.times(one).voting_at for one in made))
        for proposal_id, people, choice in zip(made, self.people.values(), choices, strict=True):
            for member in people:
                self.assembly.vote(proposal_id, member, choice)

    def states(self, made: list[int]) -> list[State]:
        return [self.assembly.state(one) for one in made]


@pytest.fixture
def federation(assembly: Assembly) -> Federation:
    return Federation(assembly)


def seats_of(assembly: Assembly, scope: str) -> Any:
    policy = assembly.books.current(assembly.session).policy("audience", scope)
    return None if policy is None else policy.data["seats"]["default"]


def test_each_guild_has_a_proposal_of_its_own_and_its_own_sponsors(federation: Federation) -> None:
    made = federation.propose()
    found = [federation.assembly.case(one) for one in made]
    assert [case.scope for case in found] == list(SCOPES)
    assert {case.joint_id for case in found} == {made[0]}
    assert len({case.patch_sha256 for case in found}) == 2
    assert federation.states(made) == [State.SPONSORING] * 2
    for member in federation.people[SCOPES[0]][:2]:
        federation.assembly.sponsor(made[0], member)
    assert federation.states(made) == [State.DELIBERATION, State.SPONSORING]
    with pytest.raises(Forbidden):
        federation.assembly.sponsor(made[1], federation.people[SCOPES[0]][0])


def test_they_take_force_in_one_transaction_once_each_has_passed(federation: Federation) -> None:
    made, assembly = federation.sponsored(), federation.assembly
    federation.vote(made, "for", "for")
    assembly.go_to(assembly.times(made[0]).due_at)
    assembly.advance()
    assert federation.states(made) == [State.IN_FORCE] * 2
    assert [seats_of(assembly, scope) for scope in SCOPES] == [40, 40]
    assert len({assembly.case(one).facts.enacted_at for one in made}) == 1
    epochs = assembly.session.scalars(
        select(col(PolicyVersion.epoch)).where(col(PolicyVersion.proposal_id).in_(made))
    ).all()
    assert len(set(epochs)) == 2


def test_the_first_that_passed_waits_for_the_last(federation: Federation) -> None:
    made, assembly = federation.sponsored(0), federation.assembly
    assembly.go_to(assembly.clock.at + timedelta(days=4))
    for member in federation.people[SCOPES[1]][:2]:
        assembly.sponsor(made[1], member)
    for proposal_id, people in zip(made, federation.people.values(), strict=True):
        assembly.go_to(max(assembly.times(proposal_id).voting_at, assembly.clock.at))
        for member in people:
            assembly.vote(proposal_id, member, "for")
    first, last = (assembly.times(one).due_at for one in made)
    assert first < last
    assembly.go_to(first + MOMENT)
    assembly.advance()
    assert federation.states(made) == [State.TIMELOCK, State.VOTING]
    assert assembly.case(made[0]).stage.until is None
    assembly.go_to(last - MOMENT)
    assembly.advance()
    assert federation.states(made) == [State.TIMELOCK] * 2
    assembly.go_to(last)
    assembly.advance()
    assert federation.states(made) == [State.IN_FORCE] * 2


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=50)])
def test_where_one_guild_rejects_it_none_adopts_it(federation: Federation, late: timedelta) -> None:
    made, assembly = federation.sponsored(), federation.assembly
    federation.vote(made, "for", "against")
    closes_at = assembly.times(made[1]).closes_at
    assembly.go_to(assembly.times(made[0]).due_at + late)
    assembly.advance()
    facts = [assembly.case(one).facts for one in made]
    assert [found.ended_as for found in facts] == [State.CANCELLED, State.REJECTED]
    assert [found.ended_at for found in facts] == [closes_at, closes_at]
    assert [seats_of(assembly, scope) for scope in SCOPES] == [None, None]


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=50)])
def test_law_14_nobody_votes_in_vain_once_one_has_been_taken_back(
    federation: Federation, late: timedelta
) -> None:
    made, assembly = federation.sponsored(), federation.assembly
    at = assembly.clock.at + timedelta(hours=5)
    assembly.go_to(at)
    author = federation.people[SCOPES[0]][0]
    proposals.withdraw(assembly.session, author, made[0], assembly.clock)
    assert federation.states(made) == [State.WITHDRAWN, State.CANCELLED]
    assembly.go_to(at + late)
    assembly.advance()
    facts = assembly.case(made[1]).facts
    assert (facts.ended_as, facts.ended_at) == (State.CANCELLED, at)
    assert assembly.case(made[1]).roll_frozen_at is None


def test_law_13_where_one_cannot_take_force_neither_does_and_no_book_of_it_is_kept(
    federation: Federation,
) -> None:
    made, assembly = federation.sponsored(), federation.assembly
    federation.vote(made, "for", "for")
    assembly.go_to(assembly.times(made[0]).due_at)
    epoch = assembly.books.current(assembly.session).epoch

    def breaking(session: Session, books: Books, proposal: Proposal, now: Any) -> PolicyVersion | None:
        version = enactment.enact_policy(session, books, proposal, now)
        if proposal.id == max(made):
            raise RuleBroken("It cannot stand.")
        return version

    enactment.advance(assembly.database, assembly.books, assembly.clock, ENACTORS | {"audience": breaking})
    assembly.advance()
    ended = {one: assembly.case(one).facts.ended_as for one in made}
    assert ended == {max(made): State.ENACTMENT_FAILED, min(made): State.CANCELLED}
    assert assembly.books.current(assembly.session).epoch == epoch
    other = assembly.propose()
    assembly.carry(other, "for", "for", "for", "for", "for")
    assembly.advance()
    assert assembly.books.current(assembly.session).cite("media", "/photos/per_day").value == 100
    assert [seats_of(assembly, scope) for scope in SCOPES] == [None, None]


def test_the_patch_is_adapted_to_the_text_of_each_guild(federation: Federation) -> None:
    assembly = federation.assembly
    before = [{"op": "add", "path": "/seats", "value": {"default": 12}}]
    first = assembly.propose(before, "audience", SCOPES[0], among=federation.people[SCOPES[0]])
    assembly.carry(first, "for", "for", "for", "for")
    assembly.advance()
    made = federation.sponsored()
    rows = [assembly.session.get_one(Proposal, one) for one in made]
    assert [row.patch[0]["op"] for row in rows] == ["replace", "add"]
    assert [row.base_number for row in rows] == [1, 0]
    assert [row.risk_class for row in rows] == ["A", "B"]
    for proposal_id, people in zip(made, federation.people.values(), strict=True):
        assembly.go_to(max(assembly.times(proposal_id).voting_at, assembly.clock.at))
        for member in people:
            assembly.vote(proposal_id, member, "for")
    assembly.go_to(assembly.times(made[1]).due_at)
    assembly.advance()
    assert [seats_of(assembly, scope) for scope in SCOPES] == [40, 40]


def test_an_objection_in_one_guild_puts_it_to_a_vote_there_and_the_others_wait_for_it(
    federation: Federation,
) -> None:
    assembly = federation.assembly
    before = [{"op": "add", "path": "/seats", "value": {"default": 12}}]
    first = assembly.propose(before, "audience", SCOPES[0], among=federation.people[SCOPES[0]])
    assembly.carry(first, "for", "for", "for", "for")
    assembly.advance()
    made = federation.sponsored()
    objector, book = federation.people[SCOPES[0]][3], assembly.books.current(assembly.session)
    went_on = objections.object_to(
        assembly.session, book, objector, made[0], "No.", "/seats/default", assembly.clock
    )
    assert went_on is not None
    together = joint.together(assembly.session, assembly.case(made[1]))
    assert {case.id for case in together} == {went_on, made[1]}
    federation.vote([went_on, made[1]], "for", "for")
    assembly.go_to(assembly.times(went_on).due_at)
    assembly.advance()
    assert federation.states([made[0], went_on, made[1]]) == [
        State.SUPERSEDED,
        State.IN_FORCE,
        State.IN_FORCE,
    ]


def test_a_joint_proposal_waits_for_its_rehearsals(federation: Federation) -> None:
    assembly = federation.assembly
    book = assembly.books.current(assembly.session)
    made = joint.propose(assembly.session, book, federation.people[SCOPES[0]][0], BOTH, assembly.clock.at)
    for proposal_id, people in zip(made, federation.people.values(), strict=True):
        for member in people[:2]:
            assembly.sponsor(proposal_id, member)
    assembly.go_to(assembly.times(made[0]).voting_at)
    assert federation.states(made) == [State.VERIFICATION] * 2
    assert holding.ask_due(assembly.database, assembly.books, assembly.clock) == 2


@pytest.mark.parametrize(
    ("scopes", "pointer"),
    [
        (("guild:bakers",), "/scopes"),
        (("guild:bakers", "guild:bakers"), "/scopes"),
        (("guild:bakers", "guild:nobody"), "/scopes/1"),
        (("guild:bakers", "coop"), "/scopes/1"),
        (("bakers", "weavers"), "/scopes/0"),
        ((), "/scopes"),
    ],
)
def test_two_guilds_at_the_least_agree(federation: Federation, scopes: tuple[str, ...], pointer: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        federation.propose(replace(BOTH, scopes=scopes))
    assert refused.value.faults[0].pointer == pointer


def test_whoever_belongs_to_none_of_the_guilds_does_not_propose_to_them(federation: Federation) -> None:
    with pytest.raises(Forbidden):
        federation.propose(author=federation.assembly.members[4])


@pytest.mark.parametrize(
    ("kind", "patch", "detail"),
    [
        ("audience", [{"op": "add", "path": "/seats/default", "value": 9000}], "guild:bakers: "),
        ("media", [{"op": "add", "path": "/photos/per_day", "value": 9}], "guild:bakers: "),
        ("audience", [{"op": "remove", "path": "/seats/default"}], "several guilds"),
    ],
)
def test_law_13_what_one_of_the_guilds_could_not_adopt_is_put_to_none(
    federation: Federation, kind: str, patch: list[Any], detail: str
) -> None:
    with pytest.raises(RuleBroken, match=detail):
        federation.propose(replace(BOTH, kind=kind, patch=patch))


def test_law_10_the_ledger_names_what_each_is_part_of(federation: Federation) -> None:
    made = federation.propose()
    told = federation.assembly.session.scalars(
        select(LedgerEvent)
        .where(col(LedgerEvent.type) == "proposal.submitted")
        .order_by(col(LedgerEvent.seq))
    ).all()
    assert [event.payload["joint"] for event in told] == [str(made[0])] * 2


def test_one_guild_does_not_amend_what_is_agreed_by_all(federation: Federation) -> None:
    made, assembly = federation.sponsored(), federation.assembly
    book = assembly.books.current(assembly.session)
    fewer = [{"op": "add", "path": "/seats", "value": {"default": 30}}]
    wanted = amendments.Wanted(fewer, assembly.case(made[0]).patch_sha256, "Fewer.")
    with pytest.raises(RuleBroken, match="agreed"):
        amendments.make(
            assembly.session, book, federation.people[SCOPES[0]][1], made[0], wanted, assembly.clock
        )


def test_set_against_a_text_that_moved_it_asks_for_the_same_clauses(federation: Federation) -> None:
    assembly, (baker, *_) = federation.assembly, federation.people[SCOPES[0]]
    before = [{"op": "add", "path": "/seats", "value": {"default": 12}}]
    first = assembly.propose(before, "audience", SCOPES[0], among=federation.people[SCOPES[0]])
    assembly.carry(first, "for", "for", "for", "for")
    assembly.go_to(assembly.times(first).due_at - MOMENT)
    made = federation.sponsored()
    assembly.go_to(assembly.times(first).due_at)
    assembly.advance()
    book = assembly.books.current(assembly.session)
    other = [{"op": "replace", "path": "/seats/default", "value": 9}]
    with pytest.raises(RuleBroken, match="agreed"):
        rebasing.rebase(assembly.session, book, baker, made[0], other, assembly.clock)
    assert rebasing.rebase(assembly.session, book, baker, made[0], None, assembly.clock) == made[0]
    row = assembly.session.get_one(Proposal, made[0], populate_existing=True)
    assert row.patch == [{"op": "replace", "path": "/seats/default", "value": 40}]
    assert (row.base_number, assembly.case(made[0]).facts.base_moved_at) == (1, None)
