"""Numbers: a clause that becomes the median of what voters name, from the draft to the clause in force."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from coop.book import Book
from coop.errors import Conflict, Fault, RuleBroken
from governance.drafts import Draft
from governance.facts import State
from governance.subject import Subject
from tests.governance.assembly import Assembly
from tests.governance.contesting import BOOK, examined, number, photos


def ranged(options: Any, **more: Any) -> Subject:
    return examined(number(BOOK, options, **more))


def refusal(wanted: Draft, book: Book = BOOK) -> tuple[Fault, ...]:
    with pytest.raises(RuleBroken) as refused:
        examined(wanted, book)
    return refused.value.faults


def test_the_range_is_what_the_policy_declares() -> None:
    found = ranged({"clause": "/photos/per_day"})
    assert found.options == {"clause": "/photos/per_day", "min": 5, "max": 500, "present": 60}
    assert (found.method, found.risk_class, found.base_number) == ("median", "A", 1)
    again = ranged(found.options)
    assert again == found


def test_a_range_may_be_narrower_or_where_it_can_stand_wider() -> None:
    narrow = ranged({"clause": "/photos/per_day", "min": 60, "max": "100"})
    assert (narrow.options["min"], narrow.options["max"], narrow.risk_class) == (60, 100, "A")
    wide = ranged({"clause": "/photos/per_day", "max": 5000})
    assert wide.risk_class == "B"


def test_a_number_that_is_not_whole_is_written_exactly() -> None:
    asked = {"clause": "/classes/A/threshold", "min": 0.55, "max": 0.75}
    found = ranged(asked, kind="voting")
    assert found.options == {
        "clause": "/classes/A/threshold",
        "min": "0.55",
        "max": "0.75",
        "present": "0.6",
    }
    assert found.risk_class == "D"


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (None, "/options"),
        ({}, "/options"),
        ({"clause": "/photos/per_day", "steps": 5}, "/options"),
        ({"clause": 7}, "/options/clause"),
        ({"clause": ["/photos"]}, "/options/clause"),
        ({"clause": "/photos"}, "/options/clause"),
        ({"clause": "/photos/formats"}, "/options/clause"),
        ({"clause": "/photos/upload_within"}, "/options/clause"),
        ({"clause": "/renditions/small"}, "/options/min"),
        ({"clause": "/photos/per_day", "min": 70}, "/options"),
        ({"clause": "/photos/per_day", "max": 50}, "/options"),
        ({"clause": "/photos/per_day", "min": 60, "max": 60}, "/options/min"),
        ({"clause": "/photos/per_day", "min": 5.5}, "/options/min"),
        ({"clause": "/photos/per_day", "min": True}, "/options/min"),
        ({"clause": "/photos/per_day", "max": "many"}, "/options/max"),
        ({"clause": "/photos/per_day", "max": "1e99999999999"}, "/options/max"),
        ({"clause": "/photos/per_day", "max": "NaN"}, "/options/max"),
        ({"clause": "/photos/per_day", "max": [5]}, "/options/max"),
        ({"clause": "/photos/per_day", "min": -5}, "/options/min"),
        ({"clause": "/photos/per_day", "present": 61}, "/options/present"),
    ],
)
def test_what_is_no_number_to_vote_on_is_refused_with_its_place(options: Any, where: str) -> None:
    wanted = replace(number(BOOK), options=options)
    assert [fault.pointer for fault in refusal(wanted)] == [where]


def test_law_12_the_charter_bounds_both_ends() -> None:
    options = {"clause": "/classes/A/threshold", "min": 0.4, "max": 0.7}
    (fault,) = refusal(number(BOOK, options, kind="voting"))
    assert fault.pointer == "/options/min"
    assert "/classes/A/threshold" in fault.detail
    assert "charter" in fault.detail


def test_a_guild_names_a_number_within_what_the_coop_lets_it(assembly: Assembly) -> None:
    _, bakers = assembly.guild("bakers", *assembly.members)
    patch = [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    first = assembly.propose(patch, "audience", "guild:bakers", among=bakers)
    assembly.carry(first, "for", "for", "for", "for", "for")
    assembly.advance()
    book = assembly.books.current(assembly.session)

    def own(**options: Any) -> Draft:
        return number(book, options, kind="audience", scope="guild:bakers")

    found = examined(own(clause="/seats/default"), book)
    assert found.options == {"clause": "/seats/default", "min": 10, "max": 500, "present": 40}
    for wanted, where in (
        (own(clause="/seats/default", max=600), "/options/max"),
        (own(clause="/seats/ceiling"), "/options/clause"),
    ):
        (fault,) = refusal(wanted, book)
        assert fault.pointer == where


def test_a_number_of_a_text_that_has_moved_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        examined(replace(number(BOOK), base_sha256="0" * 64))


def test_a_number_has_no_patch() -> None:
    (fault,) = refusal(replace(number(BOOK), patch=photos(90)))
    assert fault.pointer == "/patch"


def decided(assembly: Assembly, made: int, *values: str) -> State:
    times = assembly.times(made)
    assembly.go_to(times.voting_at)
    for voter, value in zip(assembly.members, values, strict=False):
        assembly.vote(made, voter, "named", value=Decimal(value))
    assembly.go_to(times.due_at)
    assembly.advance()
    return assembly.state(made)


def test_law_02_the_median_takes_force_and_names_its_vote(assembly: Assembly) -> None:
    made = assembly.bring(number(BOOK))
    assert decided(assembly, made, "500", "90", "80", "100", "5") is State.IN_FORCE
    cited = assembly.books.current(assembly.session).cite("media", "/photos/per_day")
    assert (cited.value, cited.version, cited.proposal) == (90, 2, str(made))
    assert cited.tally is not None
    assert cited.tally["result"]["count"] == {
        "method": "median",
        "value": 90,
        "voters": 5,
        "below": 2,
        "above": 2,
    }


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([], id="nobody"),
        pytest.param(["100", "100"], id="too few"),
        pytest.param(["60", "60", "100"], id="as it is"),
        pytest.param(["100", "100", "5", "5"], id="one way and the other"),
    ],
)
def test_law_02_a_number_that_too_few_would_move_stays(assembly: Assembly, values: list[str]) -> None:
    made = assembly.bring(number(BOOK))
    assert decided(assembly, made, *values) is State.REJECTED
    assert assembly.books.current(assembly.session).cite("media", "/photos/per_day").version == 1


def test_a_number_that_is_not_whole_takes_force_exactly(assembly: Assembly) -> None:
    options = {"clause": "/classes/A/threshold", "min": 0.55, "max": 0.75}
    made = assembly.bring(number(BOOK, options, kind="voting"))
    assert decided(assembly, made, *["0.65"] * 5) is State.IN_FORCE
    cited = assembly.books.current(assembly.session).cite("voting", "/classes/A/threshold")
    assert cited.value == 0.65


def test_a_ballot_outside_the_range_is_refused(assembly: Assembly) -> None:
    made = assembly.bring(number(BOOK))
    assembly.go_to(assembly.times(made).voting_at)
    with pytest.raises(RuleBroken) as refused:
        assembly.vote(made, assembly.members[0], "named", value=Decimal(501))
    assert refused.value.faults[0].pointer == "/value"
