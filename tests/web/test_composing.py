"""An audience document from a form."""

import json
from typing import Any

import pytest

from audience.circles import CircleCard
from audience.document import AudienceDocument
from audience.gradient import steps
from coop.errors import RuleBroken
from tests.audience.factories import founding_book
from web import composing

STEPS = {
    step.key: step for step in steps([CircleCard(7, "Family", ("ben",))], founding_book(), guild="bakers")
}


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"reach": "local"}, {"preset": "local"}),
        ({"reach": "circle:7"}, {"see": {"any": [{"circle": "Family"}]}}),
        ({"reach": "public"}, {"preset": "public", "seats": {"max": "open"}}),
        ({"reach": "local", "seats": " 9 ", "on_full": "close"}, {"preset": "local", "seats": {"max": 9}}),
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
        ({"reach": "local", "on_full": "waitlist"}, "/on_full"),
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
    places = composing.places(said)
    assert places["/audience/after/0"] == "later2"
    assert places["/audience/after/0/set/seats/max"] == "later2"
    assert set(places.values()) <= set(composing.fields()) | {"at_time"}


def test_a_layer_says_only_what_was_chosen() -> None:
    assert composing.layer({}, STEPS) == {}
    assert composing.layer({"reach": "", "seats": "5"}, STEPS) == {"seats": {"max": 5}}
    assert composing.layer({"reach": "circle:7"}, STEPS) == {"see": {"any": [{"circle": "Family"}]}}
