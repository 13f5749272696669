"""Questions: what members decide that no policy says."""

from typing import Any

import pytest

from coop import policies
from coop.errors import RuleBroken
from governance import dossier, drafts
from governance.drafts import Draft
from governance.facts import State
from governance.outcome import Outcome
from governance.questions import NONE_OF_THESE
from tests.governance.assembly import Assembly
from tests.governance.contesting import PLACES, examined, photos, question


def test_a_question_is_decided_by_approval_unless_it_asks_for_rankings() -> None:
    plain = examined(question())
    assert (plain.method, plain.risk_class, plain.takes_force) == ("approval", "B", False)
    assert plain.options == {"choices": PLACES}
    ranked = examined(question(method="schulze"))
    assert ranked.options == {"choices": [{"label": NONE_OF_THESE}, *PLACES]}
    assert examined(question(ranked.options["choices"], method="schulze")) == ranked


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        (question(PLACES[:1]), "/options/choices"),
        (question([*PLACES, {"label": "the barn"}]), "/options/choices/3/label"),
        (question([*PLACES, {"label": "  "}]), "/options/choices/3/label"),
        (question([*PLACES, {"label": "More", "patch": photos(80)}]), "/options/choices/3"),
        (question(method="majority"), "/method"),
        (question(method="stv"), "/method"),
        (question(method="median"), "/method"),
        (Draft("coop", "question", "Why?", "", photos(80), "", options={"choices": PLACES}), "/patch"),
        (Draft("coop", "question", "Why?", "", [], "0" * 64, options={"choices": PLACES}), "/base_sha256"),
        (Draft("coop", "question", "Why?", "", [], ""), "/options"),
    ],
)
def test_what_is_no_question_is_refused_with_its_place(wanted: Draft, where: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        examined(wanted)
    assert [fault.pointer for fault in refused.value.faults] == [where]


def test_a_question_has_no_terms(assembly: Assembly) -> None:
    book = assembly.books.current(assembly.session)
    wanted = question(tripwires=({"measure": "posts"},))
    with pytest.raises(RuleBroken) as refused:
        drafts.draft(assembly.session, book, assembly.members[0], wanted, assembly.clock.at)
    assert refused.value.faults[0].pointer == "/terms"


def decided(assembly: Assembly, wanted: Draft, choice: str, *marks: list[int]) -> int:
    made = assembly.bring(wanted)
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    for voter, marked in zip(assembly.members, marks, strict=False):
        assembly.vote(made, voter, choice, marks=marked)
    assembly.go_to(times.due_at)
    assembly.advance()
    return made


@pytest.mark.parametrize(
    ("wanted", "choice", "marks", "answer"),
    [
        (question(), "approved", [[0, 1], [1], [1, 2], [2]], 1),
        (question(method="schulze"), "ranked", [[2, 1], [2], [2, 3], [1]], 2),
    ],
)
def test_law_02_an_answer_stands_on_record_and_changes_no_policy(
    assembly: Assembly, wanted: Draft, choice: str, marks: Any, answer: int
) -> None:
    epoch = policies.current_epoch(assembly.session)
    made = decided(assembly, wanted, choice, *marks)
    case = assembly.case(made)
    assert (case.stage.state, case.version_id, case.stage.until) == (State.IN_FORCE, None, None)
    assert isinstance(case.facts.tally, Outcome)
    assert case.facts.tally.chosen == (answer,)
    assert policies.current_epoch(assembly.session) == epoch
    told = dossier.read(assembly.session, assembly.books, case)
    assert (told.diff, {offered.diff for offered in told.choices}) == ("", {""})
    assert told.enacted is None
    assert assembly.advance() == 0


@pytest.mark.parametrize(
    ("wanted", "choice", "marks"),
    [
        (question(), "approved", [[0], [1], [2], []]),
        (question(), "abstain", []),
        (question(method="schulze"), "ranked", [[0, 1], [0], [2]]),
    ],
)
def test_a_question_that_found_no_answer_is_rejected(
    assembly: Assembly, wanted: Draft, choice: str, marks: Any
) -> None:
    made = decided(assembly, wanted, choice, *marks)
    assert assembly.state(made) is State.REJECTED
