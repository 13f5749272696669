"""Contests: patches that compete for one clause, from the draft to the clause in force."""

from dataclasses import replace
from typing import Any

import pytest

from coop.errors import AllotmentError, Conflict, RuleBroken
from governance import dossier, proposals
from governance.alternatives import class_of
from governance.contests import AS_IT_IS
from governance.facts import State
from governance.outcome import Outcome
from governance.verification import Verified
from tests.governance.assembly import CLASS_B, Assembly
from tests.governance.contesting import BOOK, CHOICES, contest, examined, photos

BYTES = [{"op": "replace", "path": "/photos/max_bytes", "value": 2_000_000}]


def faults(choices: Any, **more: Any) -> dict[str, str]:
    with pytest.raises(RuleBroken) as refused:
        examined(contest(BOOK, choices, **more))
    return {fault.pointer: fault.detail for fault in refused.value.faults}


def test_leaving_it_as_it_is_is_always_the_first_choice() -> None:
    first = {"label": AS_IT_IS}
    for choices in (CHOICES, [first, *CHOICES]):
        found = examined(contest(BOOK, choices))
        assert found.options == {"choices": [first, *CHOICES]}
        assert (found.method, found.risk_class, found.base_number) == ("schulze", "A", 1)


def test_its_class_is_that_of_the_weightiest_choice() -> None:
    wanted = contest(BOOK, [*CHOICES, {"label": "Very many", "patch": CLASS_B}])
    assert examined(wanted).risk_class == "B"


def labelled(*patches: Any) -> list[dict[str, Any]]:
    return [{"label": f"Choice {place}", "patch": patch} for place, patch in enumerate(patches)]


@pytest.mark.parametrize(
    ("choices", "where"),
    [
        pytest.param([], "/options/choices", id="none"),
        pytest.param(labelled(photos(80)), "/options/choices", id="one"),
        pytest.param(labelled(*map(photos, range(80, 101))), "/options/choices", id="too many"),
        pytest.param([*CHOICES, {"label": "Nothing"}], "/options/choices/2", id="a choice without a patch"),
        pytest.param([*CHOICES, "Nothing"], "/options/choices/2", id="a choice that is none"),
        pytest.param(
            [{"label": AS_IT_IS, "patch": photos(90)}, *CHOICES],
            "/options/choices/0/label",
            id="two as it is",
        ),
        pytest.param(
            [*CHOICES, {"label": " EIGHTY", "patch": photos(90)}], "/options/choices/2/label", id="one label"
        ),
        pytest.param(
            [*CHOICES, {"label": "\u202eghost", "patch": photos(90)}],
            "/options/choices/2/label",
            id="a hidden label",
        ),
        pytest.param([*CHOICES, {"label": 7, "patch": photos(90)}], "/options/choices/2", id="a number"),
        pytest.param([*CHOICES, {"label": "All", "patch": {}}], "/options/choices/3/patch", id="no list"),
        pytest.param(labelled(photos(80), photos(80)), "/options/choices/2", id="the same twice"),
        pytest.param(labelled(photos(80), photos(60)), "/options/choices/2", id="one changes nothing"),
        pytest.param(labelled(photos(80), photos(-1)), "/options/choices/2", id="one cannot stand"),
    ],
)
def test_what_cannot_be_chosen_among_is_refused_with_its_place(choices: Any, where: str) -> None:
    assert where in faults(choices)


@pytest.mark.parametrize("options", [None, [], {"choices": "all"}, {"choices": CHOICES, "seats": 1}])
def test_options_are_a_list_of_choices_and_nothing_else(options: Any) -> None:
    with pytest.raises(RuleBroken) as refused:
        examined(replace(contest(BOOK), options=options))
    assert refused.value.faults[0].pointer == "/options"


def test_patches_that_share_no_clause_do_not_compete() -> None:
    told = faults(labelled(photos(80), BYTES))
    assert told.keys() == {"/options/choices/1", "/options/choices/2"}
    assert "/photos/max_bytes" in told["/options/choices/2"]
    shared = contest(BOOK, labelled(photos(80), [*BYTES, *photos(90)]))
    assert examined(shared).risk_class == "A"


def test_the_fault_of_a_patch_names_the_clause_and_why() -> None:
    told = faults(labelled(photos(80), [{"op": "remove", "path": "/photos/nothing"}]))
    assert "/photos/nothing" in told["/options/choices/2"]


def test_a_contest_has_no_patch_besides_its_choices() -> None:
    with pytest.raises(RuleBroken) as refused:
        examined(replace(contest(BOOK), patch=photos(90)))
    assert refused.value.faults[0].pointer == "/patch"


def test_a_contest_on_a_text_that_has_moved_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        examined(replace(contest(BOOK), base_sha256="0" * 64))


def test_a_guild_holds_no_contest_on_what_all_decide(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members)
    choices = [
        {"label": str(many), "patch": [{"op": "add", "path": "/seats", "value": {"default": many}}]}
        for many in (40, 50)
    ]
    wanted = contest(BOOK, choices, kind="audience", scope="guild:bakers")
    assert examined(wanted).risk_class == "B"
    made = assembly.bring(wanted, among=bakers)
    assert assembly.case(made).method == "schulze"
    with pytest.raises(AllotmentError):
        examined(contest(BOOK, kind="media", scope="guild:bakers"))


def test_all_of_us_decide_where_any_choice_is_of_a_weightier_class() -> None:
    found = {
        "/options/choices/1": Verified(1, "", "", "B"),
        "/options/choices/2": Verified(1, "", "", "D"),
    }
    assert class_of("coop", found) == "D"
    with pytest.raises(RuleBroken):
        class_of("guild:bakers", found)


def decided(assembly: Assembly, made: int, *rankings: list[int] | None) -> State:
    """Rank with one member a ranking, None abstaining, and go to the moment at which it is due."""
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    for voter, marks in zip(assembly.members, rankings, strict=False):
        assembly.vote(made, voter, "abstain" if marks is None else "ranked", marks=marks)
    assembly.go_to(times.due_at)
    assembly.advance()
    return assembly.state(made)


def per_day(assembly: Assembly) -> Any:
    return assembly.books.current(assembly.session).cite("media", "/photos/per_day")


def test_law_02_the_choice_that_wins_takes_force_and_no_other(assembly: Assembly) -> None:
    made = assembly.bring(contest(BOOK))
    assert decided(assembly, made, [2, 1, 0], [2, 0], [1, 2], [2], [0, 1]) is State.IN_FORCE
    cited = per_day(assembly)
    assert (cited.value, cited.version, cited.proposal) == (100, 2, str(made))
    assert cited.tally["result"]["chosen"] == [2]
    found = assembly.case(made).facts.tally
    assert isinstance(found, Outcome)
    assert found.reason.startswith("Passed: “A hundred” comes first.")


@pytest.mark.parametrize(
    "rankings",
    [
        pytest.param([], id="nobody"),
        pytest.param([[1], [2]], id="too few"),
        pytest.param([[0], [0, 1], [1, 0], [2, 0], [0]], id="as it is"),
        pytest.param([None] * 5, id="all abstained"),
    ],
)
def test_law_02_where_no_choice_wins_the_clause_stays(assembly: Assembly, rankings: Any) -> None:
    made = assembly.bring(contest(BOOK))
    assert decided(assembly, made, *rankings) is State.REJECTED
    assert per_day(assembly).version == 1


def test_the_dossier_shows_what_each_choice_would_change(assembly: Assembly) -> None:
    made = assembly.bring(contest(BOOK))
    told = dossier.read(assembly.session, assembly.books, assembly.case(made))
    assert [choice.label for choice in told.choices] == [AS_IT_IS, "Eighty", "A hundred"]
    assert (told.choices[0].diff, told.diff) == ("", "")
    assert "+per_day = 80 " in told.choices[1].diff
    assert any(citation.clause == "/ranked/strength" for citation in told.citations)
    decided(assembly, made, [1], [1], [1], [1])
    told = dossier.read(assembly.session, assembly.books, assembly.case(made))
    assert told.diff == told.choices[1].diff


def test_law_05_ballots_bind_to_all_the_choices(assembly: Assembly) -> None:
    made = assembly.bring(contest(BOOK))
    other = assembly.bring(contest(BOOK, [*CHOICES, {"label": "Ninety", "patch": photos(90)}]))
    assembly.go_to(assembly.times(made).voting_at)
    with pytest.raises(Conflict):
        assembly.vote(
            made,
            assembly.members[0],
            "ranked",
            marks=(1,),
            patch_sha256=assembly.case(other).patch_sha256,
        )


def test_one_who_would_add_a_patch_is_told_that_there_are_choices(assembly: Assembly) -> None:
    made = assembly.bring(contest(BOOK))
    book = assembly.books.current(assembly.session)
    with pytest.raises(RuleBroken) as refused:
        proposals.amend(
            assembly.session, book, assembly.case(made), photos(70), "somebody", assembly.clock.at
        )
    assert refused.value.faults[0].pointer == "/patch"
