"""Amendments: offered by anybody of the scope, answered by the proposal's author."""

import hashlib
from typing import Any

import pytest
import rfc8785
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from coop.book import COOP
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.policies import new_version
from governance import proposals
from governance.deliberation import amendment_reading, amendments, coauthors
from governance.deliberation.amendment_reading import Card
from governance.deliberation.standing import Standing
from governance.deliberation.tables import Amendment
from governance.facts import State
from governance.tables import Proposal
from tests.governance.assembly import CLASS_A, Assembly
from tests.governance.deliberation.talk import OTHER_PATCH, Talk


def card(talk: Talk, amendment_id: int, who: Identity | None = None) -> Card:
    session, now = talk.assembly.session, talk.assembly.clock.at
    return amendment_reading.one(session, who or talk.author, amendment_id, now)[0]


def withdraw(talk: Talk, who: Identity, amendment_id: int) -> None:
    amendments.withdraw(talk.assembly.session, who, amendment_id, talk.assembly.clock)


def promote(talk: Talk, who: Identity, amendment_id: int, title: str = "Seventy will do") -> int:
    session, clock = talk.assembly.session, talk.assembly.clock
    return amendments.promote(session, talk.book, who, amendment_id, title, clock)


def patch_of(talk: Talk, proposal_id: int) -> list[Any]:
    found = select(col(Proposal.patch)).where(col(Proposal.id) == proposal_id)
    patch: list[Any] = talk.assembly.session.execute(found).scalar_one()
    return patch


def test_an_accepted_amendment_is_the_proposals_patch_and_its_author_a_coauthor(talk: Talk) -> None:
    before, ben = talk.patch_sha256, talk.others[0]
    made = talk.amend(ben)
    assert card(talk, made).standing is Standing.OPEN
    talk.accept(made)
    assert patch_of(talk, talk.proposal_id) == OTHER_PATCH
    assert talk.patch_sha256 != before
    assert card(talk, made).standing is Standing.ACCEPTED
    assert coauthors.handles(talk.assembly.session, talk.proposal_id) == [ben.handle]
    assert coauthors.include(talk.assembly.session, talk.proposal_id, ben.member_id)
    assert not coauthors.include(talk.assembly.session, talk.proposal_id, talk.author.member_id)


def test_the_ledger_is_told_of_each_step_by_hashes(talk: Talk) -> None:
    before, ben = talk.patch_sha256, talk.others[0]
    made = [talk.amend(ben), talk.amend(ben), talk.amend(ben)]
    withdraw(talk, ben, made[0])
    talk.reject(made[1], "No.")
    promote(talk, ben, made[1])
    talk.accept(made[2])
    about = [{"proposal": str(talk.proposal_id), "amendment": str(one)} for one in made]
    digest = hashlib.sha256(rfc8785.dumps(OTHER_PATCH)).hexdigest()
    offered = {"amender": ben.handle, "of_patch_sha256": before, "patch_sha256": digest}
    assert talk.told("amendment.made") == [one | offered for one in about]
    assert talk.told("amendment.withdrawn") == [about[0]]
    reason = {"reason_sha256": hashlib.sha256(b"No.").hexdigest()}
    assert talk.told("amendment.rejected") == [about[1] | reason]
    assert talk.told("amendment.promoted") == [about[1]]
    moved = {"amender": ben.handle, "of_patch_sha256": before, "to_patch_sha256": talk.patch_sha256}
    assert talk.told("amendment.accepted") == [about[2] | moved]


def test_law_05_an_amendment_is_to_the_text_that_its_author_was_shown(talk: Talk) -> None:
    old = talk.patch_sha256
    first, second = talk.amend(talk.others[0]), talk.amend(talk.others[1])
    talk.accept(first)
    with pytest.raises(Conflict, match="text has moved") as refused:
        talk.accept(second)
    assert talk.patch_sha256 in refused.value.faults[0].detail
    assert card(talk, second).standing is Standing.MOVED
    with pytest.raises(Conflict, match="text has moved"):
        talk.amend(talk.others[1], of=old)
    anew = talk.amend(talk.others[1], [{"op": "replace", "path": "/photos/per_day", "value": 80}])
    talk.accept(anew)
    handles = [member.handle for member in talk.others[:2]]
    assert coauthors.handles(talk.assembly.session, talk.proposal_id) == handles


def test_an_author_who_amends_their_own_proposal_is_no_coauthor(talk: Talk) -> None:
    talk.accept(talk.amend(talk.author))
    assert coauthors.handles(talk.assembly.session, talk.proposal_id) == []


def test_two_accepted_amendments_make_one_coauthor(talk: Talk) -> None:
    ben = talk.others[0]
    talk.accept(talk.amend(ben))
    talk.accept(talk.amend(ben, CLASS_A))
    assert coauthors.handles(talk.assembly.session, talk.proposal_id) == [ben.handle]


def test_law_13_what_could_not_stand_or_changes_nothing_is_not_kept(talk: Talk) -> None:
    wrong: list[tuple[list[Any], str]] = [
        ([{"op": "replace", "path": "/photos/per_century", "value": 7}], "/photos/per_century"),
        ([{"op": "replace", "path": "/photos/per_day", "value": "many"}], "/photos/per_day"),
        ([{"op": "twist", "path": "/photos/per_day"}], "/patch/0"),
        (CLASS_A, "/patch"),
    ]
    for patch, pointer in wrong:
        with pytest.raises(RuleBroken) as refused:
            talk.amend(talk.others[0], patch)
        assert refused.value.faults[0].pointer == pointer
    assert talk.assembly.session.scalars(select(Amendment)).all() == []


def test_law_13_an_amendment_is_verified_again_when_it_is_accepted(talk: Talk) -> None:
    session, now = talk.assembly.session, talk.assembly.clock.at
    made, before = talk.amend(talk.others[0]), talk.patch_sha256
    policy = talk.book.policies[COOP, "media"]
    text = f"{policy.text}\n# The policy has another text now.\n"
    new_version(session, COOP, "media", text, cause="founding", proposal_id=None, tally=None, now=now)
    with pytest.raises(Conflict, match="policy has changed"):
        talk.accept(made)
    assert talk.patch_sha256 == before
    assert card(talk, made).standing is Standing.OPEN


def test_only_the_proposals_author_answers_it_and_only_once(talk: Talk) -> None:
    made = talk.amend(talk.others[0])
    for other in talk.others[:2]:
        with pytest.raises(Forbidden):
            talk.accept(made, other)
    with pytest.raises(Forbidden):
        withdraw(talk, talk.author, made)
    talk.reject(made)
    with pytest.raises(Conflict, match="rejected"):
        talk.accept(made)
    with pytest.raises(Conflict, match="rejected"):
        withdraw(talk, talk.others[0], made)
    assert card(talk, made).reason == "It goes further still."


def test_a_rejection_gives_its_reason(talk: Talk) -> None:
    made = talk.amend(talk.others[0])
    for reason in (" ", "a" * 5001):
        with pytest.raises(RuleBroken) as refused:
            talk.reject(made, reason)
        assert refused.value.faults[0].pointer == "/reason"


def test_amendments_are_made_and_answered_in_deliberation_alone(talk: Talk) -> None:
    made = talk.amend(talk.others[0])
    talk.end_deliberation()
    assert card(talk, made).standing is Standing.LAPSED
    for act in (
        lambda: talk.amend(talk.others[0]),
        lambda: talk.accept(made),
        lambda: talk.reject(made),
        lambda: withdraw(talk, talk.others[0], made),
    ):
        with pytest.raises(Conflict, match="being verified"):
            act()


def test_law_01_the_policy_says_how_many_one_member_has_open(talk: Talk) -> None:
    ben = talk.others[0]
    made = [talk.amend(ben) for _ in range(3)]
    with pytest.raises(Forbidden) as refused:
        talk.amend(ben)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.clause, clause.value) == ("/amendments/per_member", 3)
    withdraw(talk, ben, made[0])
    talk.amend(ben)
    talk.amend(talk.others[1])


def test_a_rejected_amendment_becomes_a_draft_of_its_authors_own(talk: Talk) -> None:
    ben = talk.others[0]
    made = talk.amend(ben)
    with pytest.raises(Conflict, match="rejected"):
        promote(talk, ben, made)
    talk.reject(made)
    with pytest.raises(Forbidden):
        promote(talk, talk.author, made)
    draft = promote(talk, ben, made)
    with pytest.raises(Conflict, match="already"):
        promote(talk, ben, made)
    case = talk.assembly.case(draft)
    assert (case.stage.state, case.author, case.title) == (State.DRAFT, ben.handle, "Seventy will do")
    assert case.origin_id == talk.proposal_id
    assert patch_of(talk, draft) == OTHER_PATCH
    proposals.submit(talk.assembly.session, talk.book, ben, draft, talk.assembly.clock)


def test_law_07_the_draft_it_became_is_told_to_its_author_alone_until_it_is_submitted(talk: Talk) -> None:
    ben = talk.others[0]
    made = talk.amend(ben)
    talk.reject(made)
    draft = promote(talk, ben, made)
    assert card(talk, made, ben).promoted_id == draft
    assert card(talk, made).promoted_id is None
    assert str(draft) not in str(talk.told("amendment.promoted"))
    proposals.submit(talk.assembly.session, talk.book, ben, draft, talk.assembly.clock)
    assert card(talk, made).promoted_id == draft


def test_a_guilds_proposal_is_amended_by_its_members(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members[:2])
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    talk = Talk(assembly, assembly.propose(patch, "audience", "guild:bakers", among=bakers))
    other = [{"op": "add", "path": "/seats", "value": {"default": 50}}]
    with pytest.raises(Forbidden):
        talk.amend(assembly.members[4], other)
    talk.accept(talk.amend(bakers[1], other), bakers[0])
    assert patch_of(talk, talk.proposal_id) == other


def test_law_07_what_is_not_there_is_not_amended(talk: Talk) -> None:
    with pytest.raises(NotFound):
        talk.accept(7)
    with pytest.raises(NotFound):
        card(talk, 7)
    with pytest.raises(NotFound):
        Talk(talk.assembly, 7).amend(talk.others[0], of=talk.patch_sha256)


def test_the_database_lets_one_text_be_replaced_once(talk: Talk) -> None:
    session, now = talk.assembly.session, talk.assembly.clock.at
    for amendment_id in (talk.amend(talk.others[0]), talk.amend(talk.others[1])):
        amendment = session.get_one(Amendment, amendment_id)
        amendment.ended_as, amendment.ended_at = "accepted", now
    with pytest.raises(IntegrityError, match="uq_amendment_accepted"), session.begin_nested():
        session.flush()
