"""What an author may ask for: every bound, with where it was passed and the clause that sets it."""

import json
from typing import Any

import pytest

from audience.bounds import check, check_layer
from audience.document import AudienceDocument, Parts
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import Fault, RuleBroken
from tests.audience.factories import founding_book, wide_open, with_clauses, with_guild_policy

BOOK = founding_book()
TIGHT = with_guild_policy(BOOK, "bakers", "[arrivals]\nper_minute = 6\n[replies]\nper_post = 40\n")
PUBLIC = with_clauses(wide_open(BOOK), AUDIENCE, {"/reach/widest": "public"})
WARY = with_clauses(
    BOOK,
    AUDIENCE,
    {
        "/interact/quote/ceiling": "ask",
        "/interact/stitch/default": "nobody",
        "/interact/stitch/ceiling": "nobody",
    },
)
EVERYBODY = {"any": [{"public": True}]}
ALL = [{"local": True}]


def faults(document: object, book: Book = BOOK, guild: str | None = None) -> tuple[Fault, ...]:
    """Return what is wrong with a document as it comes over HTTP."""
    written = AudienceDocument.model_validate_json(json.dumps(document))
    try:
        check(written, book, guild, "/audience")
    except RuleBroken as refused:
        return refused.faults
    return ()


def told(found: tuple[Fault, ...]) -> list[tuple[str, str | None]]:
    return [(one.pointer, f"{one.clause.scope}{one.clause.clause}" if one.clause else None) for one in found]


Bound = tuple[dict[str, Any], Book, str | None, str, str | None, dict[str, Any]]
BOUNDS: list[Bound] = [
    (
        {"seats": {"max": 501}},
        BOOK,
        None,
        "/seats/max",
        "coop/seats/ceiling",
        {"seats": {"max": 500}},
    ),
    (
        {"seats": {"max": "open"}},
        BOOK,
        None,
        "/seats/max",
        "coop/seats/ceiling",
        {"seats": {"max": 1}},
    ),
    (
        {"arrivals": {"per_minute": 61}},
        BOOK,
        None,
        "/arrivals/per_minute",
        "coop/arrivals/per_minute",
        {"arrivals": {"per_minute": 60}},
    ),
    (
        {"arrivals": {"per_minute": 7}},
        TIGHT,
        "bakers",
        "/arrivals/per_minute",
        "guild:bakers/arrivals/per_minute",
        {"arrivals": {"per_minute": 6}},
    ),
    (
        {"arrivals": {"burst": 21}},
        BOOK,
        None,
        "/arrivals/burst",
        "coop/arrivals/burst",
        {"arrivals": {"burst": 20}},
    ),
    (
        {"replies": {"max": 501}},
        BOOK,
        None,
        "/replies/max",
        "coop/replies/per_post",
        {"replies": {"max": 500}},
    ),
    (
        {"replies": {"max": 41}},
        TIGHT,
        "bakers",
        "/replies/max",
        "guild:bakers/replies/per_post",
        {"replies": {"max": 40}},
    ),
    (
        {"replies": {"per_member": 21}},
        BOOK,
        None,
        "/replies/per_member",
        "coop/replies/per_member",
        {"replies": {"per_member": 20}},
    ),
    (
        {"interact": {"quote": {"auto": ALL}}},
        WARY,
        None,
        "/interact/quote/auto",
        "coop/interact/quote/ceiling",
        {"interact": {"quote": {"ask": ALL}}},
    ),
    (
        {"interact": {"stitch": {"ask": ALL}}},
        WARY,
        None,
        "/interact/stitch",
        "coop/interact/stitch/ceiling",
        {"interact": {"stitch": {}}},
    ),
    (
        {"see": EVERYBODY},
        BOOK,
        None,
        "/see",
        "coop/reach/widest",
        {"see": {"any": ALL}},
    ),
    (
        {"preset": "public"},
        BOOK,
        None,
        "/preset",
        "coop/reach/widest",
        {"preset": "local"},
    ),
    (
        {"preset": "public", "seats": {"max": 9}},
        PUBLIC,
        None,
        "/preset",
        None,
        {"preset": "public"},
    ),
    (
        {"see": EVERYBODY},
        with_clauses(PUBLIC, AUDIENCE, {"/seats/default": 150}),
        None,
        "/see",
        None,
        {"see": EVERYBODY, "seats": {"max": "open"}},
    ),
    (
        {"see": EVERYBODY},
        with_clauses(BOOK, AUDIENCE, {"/reach/widest": "public"}),
        None,
        "/see",
        "coop/seats/ceiling",
        {"see": {"any": ALL}},
    ),
    (
        {"see": {"any": ALL}, "read": EVERYBODY},
        PUBLIC,
        None,
        "/read",
        None,
        {"see": EVERYBODY, "read": {"any": ALL}},
    ),
    (
        {"preset": "guild"},
        BOOK,
        None,
        "/preset",
        None,
        {"preset": "followers"},
    ),
    (
        {"after": [{"seats_pct": 50, "set": {"preset": "self"}}]},
        wide_open(BOOK),
        None,
        "/after/0/seats_pct",
        None,
        {"after": [{"seats_pct": 50, "set": {"preset": "self"}}], "seats": {"max": 9}},
    ),
]


@pytest.mark.parametrize(
    ("asked", "book", "guild", "pointer", "clause", "allowed"),
    BOUNDS,
    ids=lambda value: value if isinstance(value, str) and "/" in value else "",
)
def test_law_08_what_is_wider_than_a_clause_allows_is_refused_with_its_place_and_the_clause(
    asked: dict[str, Any],
    book: Book,
    guild: str | None,
    pointer: str,
    clause: str | None,
    allowed: dict[str, Any],
) -> None:
    assert told(faults(asked, book, guild)) == [(f"/audience{pointer}", clause)]
    assert faults(allowed, book, guild) == ()


def test_a_post_in_a_guild_may_be_for_it() -> None:
    assert faults({"preset": "guild"}, BOOK, "bakers") == ()


def test_an_audience_names_no_more_groups_than_the_clause_allows() -> None:
    few = with_clauses(BOOK, AUDIENCE, {"/posts/names": 3})
    people = [{"member": f"m{n}"} for n in range(3)]
    assert faults({"see": {"any": people}}, few) == ()
    more = {"see": {"any": people}, "interact": {"like": {"auto": ALL}}}
    assert told(faults(more, few)) == [("/audience/interact/like/auto/0", "coop/posts/names")]
    assert "names at most 3; this one names 4" in faults(more, few)[0].detail


Later = tuple[dict[str, Any], str, dict[str, Any]]
WIDER: list[Later] = [
    ({"seats": {"max": 10}}, "/seats/max", {"seats": {"max": 9}}),
    ({"seats": {"max": "open"}}, "/seats/max", {"seats": {"max": 8}}),
    ({"seats": {"max": 9, "on_full": "waitlist"}}, "/seats/on_full", {"seats": {"max": 9}}),
    ({"arrivals": {"per_minute": 6}}, "/arrivals/per_minute", {"arrivals": {"per_minute": 5}}),
    ({"arrivals": {"burst": 3}}, "/arrivals/burst", {"arrivals": {"burst": 2}}),
    (
        {"arrivals": {"strangers_only": True}},
        "/arrivals/strangers_only",
        {"arrivals": {"strangers_only": False}},
    ),
    ({"see": EVERYBODY}, "/see", {"see": {"any": ALL}}),
    ({"preset": "public"}, "/preset", {"preset": "local"}),
    ({"read": EVERYBODY}, "/read", {"read": {"any": ALL}}),
    ({"replies": {"max": 8}}, "/replies/max", {"replies": {"max": 7}}),
    ({"replies": {"per_member": 4}}, "/replies/per_member", {"replies": {"per_member": 3}}),
    ({"replies": {"gap_s": 29}}, "/replies/gap_s", {"replies": {"gap_s": 30}}),
    ({"replies": {"watched_min": 49}}, "/replies/watched_min", {"replies": {"watched_min": 51}}),
    ({"replies": {"until": "P8D"}}, "/replies/until", {"replies": {"until": "P1D"}}),
    ({"replies": {"at_time": "on"}}, "/replies/at_time", {"replies": {"at_time": "off"}}),
]
BASE = {
    "seats": {"max": 9},
    "arrivals": {"per_minute": 5, "burst": 2},
    "replies": {
        "max": 7,
        "per_member": 3,
        "gap_s": 30,
        "watched_min": 50,
        "until": "P7D",
        "at_time": "owner",
    },
}


@pytest.mark.parametrize(("wider", "pointer", "narrower"), WIDER, ids=[one[1] for one in WIDER])
def test_law_08_a_planned_layer_can_only_narrow(
    wider: dict[str, Any], pointer: str, narrower: dict[str, Any]
) -> None:
    assert faults(BASE | {"after": [{"age": "P1D", "set": narrower}]}) == ()
    found = [one for one, _ in told(faults(BASE | {"after": [{"age": "P1D", "set": wider}]}))]
    assert f"/audience/after/0/set{pointer}" in found


@pytest.mark.parametrize(("wider", "pointer", "narrower"), WIDER, ids=[one[1] for one in WIDER])
def test_law_08_a_layer_added_by_hand_can_only_narrow(
    wider: dict[str, Any], pointer: str, narrower: dict[str, Any]
) -> None:
    below = AudienceDocument.model_validate_json(json.dumps(BASE)).layers
    check_layer(Parts.model_validate_json(json.dumps(narrower)), below, BOOK, None, "")
    with pytest.raises(RuleBroken) as refused:
        check_layer(Parts.model_validate_json(json.dumps(wider)), below, BOOK, None, "")
    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_law_08_each_planned_layer_is_held_against_those_before_it() -> None:
    for part, most in (("seats", 9), ("replies", 400)):
        steps = [{"age": "P1D", "set": {part: {"max": 5}}}, {"age": "P2D", "set": {part: {"max": 6}}}]
        found = told(faults({part: {"max": most}, "after": steps}))
        assert found == [(f"/audience/after/1/set/{part}/max", None)]
        assert faults({part: {"max": most}, "after": steps[::-1]}) == ()


def test_a_layer_added_by_hand_is_bound_as_a_document_is() -> None:
    few = with_clauses(WARY, AUDIENCE, {"/posts/names": 3})
    people = [{"member": f"m{n}"} for n in range(4)]
    wrong: dict[str, Any] = {
        "preset": "guild",
        "read": {"any": people},
        "interact": {"stitch": {"auto": ALL}},
        "replies": {"max": 501},
    }
    with pytest.raises(RuleBroken) as refused:
        check_layer(Parts.model_validate_json(json.dumps(wrong)), [], few, None, "")
    assert sorted(fault.pointer for fault in refused.value.faults) == [
        "/interact/stitch",
        "/preset",
        "/read/any/3",
        "/replies/max",
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    document = {
        "preset": "guild",
        "seats": {"max": 700},
        "arrivals": {"per_minute": 100, "burst": 100},
        "after": [
            {"seats_pct": 50, "set": {"seats": {"max": 600}}},
            {"age": "P1D", "set": {"preset": "guild"}},
        ],
    }
    assert sorted({fault.pointer for fault in faults(document)}) == [
        "/audience/after/0/set/seats/max",
        "/audience/after/1/set/preset",
        "/audience/arrivals/burst",
        "/audience/arrivals/per_minute",
        "/audience/preset",
        "/audience/seats/max",
    ]


def test_seats_without_a_limit_are_narrowed_by_any_number() -> None:
    below = AudienceDocument.model_validate({"seats": {"max": "open"}}).layers
    check_layer(Parts.model_validate({"seats": {"max": 3}}), below, wide_open(BOOK), None, "")


def test_law_08_what_a_later_layer_asks_of_replies_names_the_layer_or_the_clause_that_holds() -> None:
    asked = {
        "replies": {"max": 5},
        "after": [
            {"age": "P1D", "set": {"replies": {"max": 6, "per_member": 20, "gap_s": 60}}},
            {"age": "P2D", "set": {"replies": {"max": 501, "per_member": 21, "gap_s": 30}}},
        ],
    }
    found = faults(asked)
    assert told(found) == [
        ("/audience/after/0/set/replies/max", None),
        ("/audience/after/1/set/replies/max", None),
        ("/audience/after/1/set/replies/per_member", "coop/replies/per_member"),
        ("/audience/after/1/set/replies/gap_s", None),
    ]
    assert "So says /replies/max" in found[0].detail
    assert found[3].detail.startswith("This is at least 60. So says /after/0/set/replies/gap_s")
