"""The audience document: what it may say, and that it only tightens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from audience.clauses import OPEN, Cap, limit_of
from audience.document import (
    AudienceDocument,
    Limits,
    check_cap,
    check_names,
    deciding,
    limits_of,
    rules_of,
    tighten,
)
from audience.rules import AUDIENCE, Arrivals, AudienceRules, Seats
from coop.book import Book
from coop.errors import RuleBroken
from tests.audience.factories import founding_book, wide_open, with_clauses, with_guild_policy

BOOK = founding_book()


@pytest.mark.parametrize(
    "document",
    [
        {"see": {}},
        {"see": {"any": [{}]}},
        {"see": {"any": [{"coop": False}]}},
        {"see": {"any": [{"coop": True, "guild": "bakers"}]}},
        {"see": {"any": [{"circle": "friends"}]}},
        {"see": {"any": ["bakers"]}},
        {"see": {"none": []}},
        {"seats": {}},
        {"seats": {"max": 0}},
        {"seats": {"max": 1.5}},
        {"seats": {"max": True}},
        {"seats": {"max": 9, "on_full": "waitlist"}},
        {"v": 1},
    ],
)
def test_a_document_that_is_not_plain_is_refused(document: object) -> None:
    with pytest.raises(ValidationError):
        AudienceDocument.model_validate(document)


def test_what_is_left_out_is_left_out_of_what_is_kept() -> None:
    assert AudienceDocument().stored() == {}
    written = {"see": {"any": [{"guild": "bakers"}, {"member": "ada"}]}, "seats": {"max": 9}}
    assert AudienceDocument.model_validate(written).stored() == written
    assert AudienceDocument.model_validate({"see": {"any": []}}).stored() == {"see": {"any": []}}


def test_names_are_kept_in_the_form_in_which_they_are_compared() -> None:
    document = AudienceDocument.model_validate({"see": {"any": [{"member": " Ada "}, {"guild": "BAKERS"}]}})
    assert document.stored() == {"see": {"any": [{"member": "ada"}, {"guild": "bakers"}]}}


def test_law_08_a_cap_above_the_ceiling_is_refused_with_its_clause() -> None:
    with pytest.raises(RuleBroken) as refused:
        check_cap(AudienceDocument.model_validate({"seats": {"max": 501}}), BOOK, None)
    (fault,) = refused.value.faults
    assert fault.pointer == "/audience/seats/max"
    assert fault.clause is not None
    assert (fault.clause.clause, fault.clause.value) == ("/seats/ceiling", 500)


def test_a_cap_at_the_ceiling_stands_and_no_cap_is_none() -> None:
    assert check_cap(AudienceDocument.model_validate({"seats": {"max": 500}}), BOOK, None) == 500
    assert check_cap(AudienceDocument(), BOOK, None) is None
    document = AudienceDocument.model_validate({"seats": {"max": 10**9}})
    assert check_cap(document, wide_open(BOOK), None) == 10**9


def test_an_audience_names_no_more_than_its_clause_allows() -> None:
    book = with_clauses(BOOK, AUDIENCE, {"/posts/names": 2})
    document = AudienceDocument.model_validate({"see": {"any": [{"member": "ada"}] * 3}})
    with pytest.raises(RuleBroken) as refused:
        check_names(document, book)
    assert refused.value.faults[0].clause == book.cite(AUDIENCE, "/posts/names")


def test_without_a_cap_the_default_in_force_holds() -> None:
    assert limits_of(BOOK, None, None) == Limits(seats=150, per_minute=60, burst=20)
    lower = with_clauses(BOOK, AUDIENCE, {"/seats/default": 100, "/seats/ceiling": 120})
    assert limits_of(lower, None, None).seats == 100
    assert limits_of(lower, None, 400).seats == 120


def test_a_guild_sets_its_own_limits_inside_the_bounds() -> None:
    book = with_guild_policy(BOOK, "bakers", "[seats]\ndefault = 300\n[arrivals]\nper_minute = 6\n")
    assert limits_of(book, "bakers", None) == Limits(seats=300, per_minute=6, burst=20)
    assert limits_of(book, "others", None) == limits_of(book, None, None)
    assert deciding(book, "bakers", "/arrivals/per_minute").scope == "guild:bakers"
    assert deciding(book, "bakers", "/arrivals/burst").scope == "coop"


def test_law_08_a_guild_never_widens_what_the_coop_has_tightened_since() -> None:
    book = with_guild_policy(BOOK, "bakers", "[arrivals]\nper_minute = 50\nburst = 15\n")
    tighter = with_clauses(book, AUDIENCE, {"/arrivals/per_minute": 5, "/arrivals/burst": 2})
    assert limits_of(tighter, "bakers", None) == Limits(seats=150, per_minute=5, burst=2)
    assert deciding(tighter, "bakers", "/arrivals/per_minute").scope == "coop"


def test_arrivals_have_a_period_and_a_tolerance() -> None:
    limits = Limits(seats=None, per_minute=30, burst=5)
    assert limits.hold
    assert (limits.period, limits.tolerance, limits.ahead) == tuple(
        limits.period * times if limits.period else None for times in (1, 5, 4)
    )
    assert limits.period is not None
    assert limits.period.total_seconds() == 2
    assert limits.for_viewer(friend=True) == Limits(seats=None, per_minute=None, burst=5)
    assert not limits.for_viewer(friend=True).hold
    assert limits.for_viewer(friend=True).period is None


CAPS: st.SearchStrategy[Cap] = st.one_of(st.just(OPEN), st.integers(1, 600))


@st.composite
def rules(draw: st.DrawFn) -> AudienceRules:
    base = rules_of(BOOK, None)
    ceiling: Cap = draw(CAPS)
    default: Cap = draw(CAPS if isinstance(ceiling, str) else st.integers(1, ceiling))
    return base.model_copy(
        update={
            "seats": Seats(ceiling=ceiling, default=default),
            "arrivals": Arrivals(per_minute=draw(CAPS), burst=draw(st.integers(1, 50))),
        }
    )


def below(value: int | None, limit: int | None) -> bool:
    return limit is None or (value is not None and value <= limit)


@given(st.none() | st.integers(1, 700), rules(), rules())
def test_law_08_the_effective_limit_is_never_wider_than_any_of_author_guild_and_coop(
    author: int | None, guild: AudienceRules, coop: AudienceRules
) -> None:
    found = tighten(author, guild, coop)
    assert below(found.seats, author)
    for one in (guild, coop):
        assert below(found.seats, limit_of(one.seats.ceiling))
        assert below(found.per_minute, limit_of(one.arrivals.per_minute))
        assert found.burst <= one.arrivals.burst


def test_law_01_no_limit_stands_in_code() -> None:
    def seats(book: Book) -> int | None:
        return limits_of(book, None, None).seats

    assert [seats(with_clauses(BOOK, AUDIENCE, {"/seats/default": n})) for n in (20, 77, 500)] == [
        20,
        77,
        500,
    ]
