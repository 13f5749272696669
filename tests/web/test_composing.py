"""An audience document from a form."""

import json
from typing import Any

import pytest

from audience.circles import CircleCard
from audience.document import AudienceDocument
from audience.gradient import steps
from coop.errors import Fault, RuleBroken
from tests.audience.factories import founding_book
from web import composing

PARTS = ("part", "kind")
STEPS = {
    step.key: step for step in steps([CircleCard(7, "Family", ("ben",))], founding_book(), guild="bakers")
}


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"reach": "local"}, {"preset": "local"}),
        ({"reach": "circle:7"}, {"see": {"any": [{"circle": "Family"}]}}),
        ({"reach": "public"}, {"preset": "public", "seats": {"max": "open"}}),
        ({"reach": "local", "seats": " 9 ", "on_full": ""}, {"preset": "local", "seats": {"max": 9}}),
        ({"reach": "local", "on_full": "close"}, {"preset": "local", "seats": {"on_full": "close"}}),
        (
            {"reach": "local", "seats": "9", "on_full": "waitlist"},
            {"preset": "local", "seats": {"max": 9, "on_full": "waitlist"}},
        ),
        (
            {"reach": "local", "read": "mutuals"},
            {"preset": "local", "read": {"any": [{"follow": {"dir": "mutual", "min_days": 0}}]}},
        ),
        (
            {"reach": "local", "per_minute": "5", "friends_wait": "on"},
            {"preset": "local", "arrivals": {"per_minute": 5, "strangers_only": False}},
        ),
        (
            {"reach": "local", "replies_max": "9", "gap_s": "60", "until_days": "7", "at_time": "owner"},
            {"preset": "local", "replies": {"max": 9, "gap_s": 60, "until": "P7D", "at_time": "owner"}},
        ),
        (
            {"reach": "local", "verb_quote": "ask", "verb_like": "readers", "verb_sound": "nobody"},
            {
                "preset": "local",
                "interact": {
                    "like": {"auto": [{"local": True}]},
                    "quote": {"ask": [{"local": True}]},
                    "sound": {},
                },
            },
        ),
        (
            {
                "reach": "local",
                "later0_days": "1",
                "later0_step": "self",
                "later2_pct": "80",
                "later2_seats": "5",
            },
            {
                "preset": "local",
                "after": [
                    {"age": "P1D", "set": {"preset": "self"}},
                    {"seats_pct": 80, "set": {"seats": {"max": 5}}},
                ],
            },
        ),
    ],
)
def test_a_form_says_what_a_document_would(said: dict[str, str], asked: dict[str, Any]) -> None:
    found = composing.document(said, STEPS, "bakers")
    assert found == asked
    AudienceDocument.model_validate_json(json.dumps(found))


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({}, "/reach"),
        ({"reach": "circle:8"}, "/reach"),
        ({"reach": "local", "read": "nowhere"}, "/read"),
        ({"reach": "local", "seats": "many"}, "/seats"),
        ({"reach": "local", "seats": "-1"}, "/seats"),
        ({"reach": "local", "seats": "²"}, "/seats"),
        ({"reach": "chosen"}, "/reach"),
        ({"reach": "local", "read": "chosen"}, "/read"),
        ({"reach": "local", "verb_like": "chosen"}, "/verb_like"),
        ({"reach": "local", "later1_days": "soon"}, "/later1"),
        ({"reach": "local", "later1_days": "1", "later1_step": "x"}, "/later1_step"),
    ],
)
def test_what_no_document_can_say_is_refused_at_its_field(said: dict[str, str], pointer: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        composing.document(said, STEPS, None)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_fault_in_what_is_planned_belongs_to_the_row_that_it_was_written_in() -> None:
    said = {"reach": "local", "later2_days": "1", "later2_pct": "5", "later2_step": "self"}
    for pointer in ("/audience/after/0", "/audience/after/0/set/seats/max"):
        assert composing.places(said, [Fault(pointer, "No")]) == {pointer: "later2"}


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/audience", "reach"),
        ("/audience/preset", "reach"),
        ("/audience/see/any/0/circle", "reach"),
        ("/audience/read", "read"),
        ("/audience/read/any/1/place", "read1"),
        ("/audience/interact/like/auto", "verb_like"),
        ("/audience/interact/like/ask/0/follow/min_days", "like3"),
        ("/audience/seats/max", "seats"),
        ("/audience/replies/until", "until_days"),
        ("/body", "body"),
        ("/quote/post_id", None),
    ],
)
def test_a_fault_belongs_to_the_field_that_says_the_part_in_which_it_lies(
    pointer: str, field: str | None
) -> None:
    rows = {"read0": ("any", "local"), "read1": ("any", "place"), "like3": ("ask", "follow")}
    said = {
        f"{name}_{what}": value for name, row in rows.items() for what, value in zip(PARTS, row, strict=True)
    }
    said |= {"reach": "circle:7", "read": "chosen", "verb_like": "chosen"}
    found = composing.places(said, [Fault(pointer, "No")])
    assert found == ({} if field is None else {pointer: field})
    assert set(found.values()) <= set(composing.fields(said))


def test_a_layer_says_only_what_was_chosen() -> None:
    for said, asked in (
        ({}, {}),
        ({"reach": "", "seats": "5"}, {"seats": {"max": 5}}),
        ({"reach": "circle:7"}, {"see": {"any": [{"circle": "Family"}]}}),
        ({"reach": "public"}, {"preset": "public"}),
        ({"read": "self"}, {"read": {"any": []}}),
        ({"burst": "2", "gap_s": "9"}, {"arrivals": {"burst": 2}, "replies": {"gap_s": 9}}),
        ({"verb_like": "nobody"}, {"interact": {"like": {}}}),
    ):
        assert composing.layer(said, STEPS, None) == asked
