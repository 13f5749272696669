"""The audience document: what it may say, and that it only tightens."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from audience.document import AudienceDocument, Parts, preset
from audience.predicate import NOBODY, Atom, Predicate
from coop.settings import ROOT
from coop.validation import faults


def read(document: object) -> AudienceDocument:
    """Read a document as it comes over HTTP."""
    return AudienceDocument.model_validate_json(json.dumps(document))


TOLD = (ROOT / "docs" / "audience.md").read_text(encoding="utf-8")


def test_the_document_and_the_groups_that_the_documentation_shows_are_as_it_says() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", TOLD, re.DOTALL)
    read(json.loads(shown))
    assert set(json.loads(shown)) == set(AudienceDocument.model_fields) - {"preset"}
    groups = [Atom.model_validate_json(one) for one in re.findall(r"`({.*?})`(?=.*\|)", TOLD)]
    assert {group.kind for group in groups} == set(Atom.model_fields)


FOLLOWERS = {"follow": {"dir": "follower"}}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"see": {}}, "Say who may"),
        ({"see": {"not": [{"guild": "bakers"}]}}, "Say who may"),
        ({"see": {"all": []}}, "at least 1"),
        ({"see": {"any": [{"local": True}], "not": []}}, "at least 1"),
        ({"see": {"any": [{}]}}, "Name exactly one"),
        ({"see": {"any": [{"local": False}]}}, "Say true"),
        ({"see": {"any": [{"local": True, "guild": "bakers"}]}}, "Name exactly one"),
        ({"see": {"any": ["bakers"]}}, "object"),
        ({"see": {"none": []}}, "not permitted"),
        ({"see": {"any": [{"local": True}], "not": [{"local": True}]}}, "is nobody"),
        ({"see": {"any": [{"guild": "a1"}], "not": [{"guild": "a1"}]}}, "for nobody"),
        ({"see": {"all": [{"guild": "a1"}], "not": [{"guild": "a1"}]}}, "for nobody"),
        ({"see": {"any": [{"public": True}, {"guild": "bakers"}]}}, "nothing else can stand beside"),
        ({"see": {"any": [{"public": True}], "not": [{"guild": "bakers"}]}}, "sign out"),
        ({"see": {"any": [{"follow": {"dir": "friend"}}]}}, "follower"),
        ({"see": {"any": [{"follow": {"dir": "mutual", "min_days": -1}}]}}, "greater"),
        ({"see": {"any": [{"place": "Norway"}]}}, "pattern"),
        ({"see": {"any": [{"contributed": {"tag": "bread", "kinds": []}}]}}, "at least 1"),
        ({"preset": "local", "see": {"any": []}}, "leave one out"),
        ({"preset": "friends"}, "self"),
        ({"seats": {}}, "says nothing"),
        ({"seats": {"max": 0}}, "Seats are 1"),
        ({"seats": {"max": 0, "on_full": "waitlist"}}, "Seats are 1"),
        ({"seats": {"max": "open", "on_full": "waitlist"}}, "nothing to wait for"),
        ({"seats": {"max": 1.5}}, "whole number"),
        ({"seats": {"max": True}}, "whole number"),
        ({"seats": {"max": 9, "on_full": "shout"}}, "close"),
        ({"interact": {"shout": {"auto": []}}}, "like"),
        ({"interact": {"like": {"auto": [FOLLOWERS], "ask": [FOLLOWERS]}}}, "choose one"),
        ({"replies": {"until": "a week"}}, "ISO 8601"),
        ({"replies": {"watched_min": 101}}, "100"),
        ({"after": [{"set": {"preset": "self"}}]}, "Name one of age and seats_pct"),
        ({"after": [{"age": "P1D", "seats_pct": 50, "set": {"preset": "self"}}]}, "Name one of"),
        ({"after": [{"age": "P1D", "set": {}}]}, "changes nothing"),
        ({"after": [{"age": "P1D", "set": {"after": []}}]}, "not permitted"),
        ({"v": 1}, "not permitted"),
    ],
)
def test_a_document_that_is_ambiguous_or_contradicts_itself_is_refused(document: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        read(document)


ATOMS: list[tuple[object, str]] = [
    ("bakers", ""),
    (7, ""),
    ({}, ""),
    ({"local": True, "guild": "bakers"}, ""),
    ({"local": False}, "/local"),
    ({"public": "yes"}, "/public"),
    ({"mentioned": 1}, "/mentioned"),
    ({"guild": 5}, "/guild"),
    ({"guild": ""}, "/guild"),
    ({"circle": "x" * 61}, "/circle"),
    ({"member": None}, ""),
    ({"colour": "red"}, "/colour"),
    ({"Alternatives": []}, "/Alternatives"),
    ({"place": "Norway"}, "/place"),
    ({"follow": "ada"}, "/follow"),
    ({"follow": {}}, "/follow/dir"),
    ({"follow": {"dir": "friend"}}, "/follow/dir"),
    ({"follow": {"dir": "mutual", "min_days": -1}}, "/follow/min_days"),
    ({"follow": {"dir": "mutual", "since": "P1D"}}, "/follow/since"),
    ({"contributed": {"min": 1}}, "/contributed/tag"),
    ({"contributed": {"tag": "rye bread"}}, "/contributed/tag"),
    ({"contributed": {"tag": "bread", "kinds": []}}, "/contributed/kinds"),
    ({"contributed": {"tag": "bread", "kinds": ["post", "like"]}}, "/contributed/kinds/1"),
    ({"contributed": {"tag": "bread", "days": 0}}, "/contributed/days"),
]
"""What names no one group of people, and where in it the mistake is."""
GROUPS = ("/any/0", "/all/0", "/all/1/any/0", "/not/1")
"""Where a group stands in a predicate."""
PREDICATES: list[tuple[object, str]] = [
    ([], ""),
    ({}, ""),
    ({"not": [{"guild": "bakers"}]}, ""),
    ({"any": {}}, "/any"),
    ({"all": []}, "/all"),
    ({"all": [{"any": []}]}, "/all/0/any"),
    ({"all": [{"any": [{"local": True}], "not": []}]}, "/all/0/not"),
    ({"any": [], "not": []}, "/not"),
    ({"any": [{"guild": "bakers"}], "not": [{"member": "ben"}, {"local": True}]}, "/not/1"),
    ({"any": [{"guild": "bakers"}], "not": [{"guild": "bakers"}]}, ""),
    ({"any": [{"public": True}, {"guild": "bakers"}]}, ""),
    ({"none": []}, "/none"),
]
"""What is no predicate, and where in it the mistake is."""
PARTS: list[tuple[object, str]] = [
    ({"preset": "friends"}, "/preset"),
    ({"seats": {}}, "/seats"),
    ({"seats": {"max": 0}}, "/seats/max"),
    ({"seats": {"max": "9"}}, "/seats/max"),
    ({"seats": {"max": "open", "on_full": "waitlist"}}, "/seats/on_full"),
    ({"seats": {"max": 9, "on_full": "shout"}}, "/seats/on_full"),
    ({"arrivals": {}}, "/arrivals"),
    ({"arrivals": {"burst": 0}}, "/arrivals/burst"),
    ({"interact": {}}, "/interact"),
    ({"interact": {"shout": {"auto": [7]}}}, "/interact/shout"),
    ({"interact": {"like": []}}, "/interact/like"),
    ({"interact": {"like": {"auto": [FOLLOWERS], "ask": [FOLLOWERS]}}}, "/interact/like"),
    ({"replies": {}}, "/replies"),
    ({"replies": {"gap_s": 0.5}}, "/replies/gap_s"),
    ({"replies": {"until": "a week"}}, "/replies/until"),
    ({"replies": {"at_time": "always"}}, "/replies/at_time"),
    ({"colour/~": 1}, "/colour~1~0"),
]
"""What no layer of a document says, and where in it the mistake is."""
LAYERS = ("", "/after/0/set")


def written(pointer: str, value: object) -> Any:
    """Return a document, right but for a value at one place of it, with other groups before it in a list."""
    for step in reversed(pointer.split("/")[1:]):
        if step.isdigit():
            value = [*[{"guild": "bakers"}] * int(step), value]
        elif step == "not":
            value = {"any": [{"member": "ada"}], step: value}
        else:
            value = {"age": "P1D", step: value} if step == "set" else {step: value}
    return value


def mistakes() -> Iterator[tuple[str, Any]]:
    """Yield documents with one mistake, and where it is, over the whole grammar."""
    for layer in LAYERS:
        for value, at in PARTS:
            yield f"{layer}{at}", written(layer, value)
        for name in ("see", "read"):
            for value, at in PREDICATES:
                yield f"{layer}/{name}{at}", written(f"{layer}/{name}", value)
            for group in GROUPS:
                for value, at in ATOMS:
                    yield f"{layer}/{name}{group}{at}", written(f"{layer}/{name}{group}", value)
        for name in ("auto", "ask"):
            for value, at in ATOMS:
                where = f"{layer}/interact/quote/{name}/1"
                yield f"{where}{at}", written(where, value)


def test_a_mistake_is_pointed_at_wherever_it_stands_and_told_once() -> None:
    for pointer, document in mistakes():
        with pytest.raises(ValidationError) as refused:
            read(document)
        told = [fault.pointer for fault in faults(refused.value, document)]
        assert told == [pointer], document


@pytest.mark.parametrize(
    ("later", "pointer"),
    [
        ({"set": {"preset": "self"}}, "/after/0"),
        ({"age": "P1D", "seats_pct": 50, "set": {"preset": "self"}}, "/after/0"),
        ({"age": "a day", "set": {"preset": "self"}}, "/after/0/age"),
        ({"seats_pct": 101, "set": {"preset": "self"}}, "/after/0/seats_pct"),
        ({"age": "P1D"}, "/after/0/set"),
        ({"age": "P1D", "set": {}}, "/after/0"),
        ({"age": "P1D", "set": {"after": []}}, "/after/0/set/after"),
        ({"age": "P1D", "set": {"preset": "self", "see": {"any": []}}}, "/after/0/set"),
    ],
)
def test_a_mistake_in_what_comes_later_is_pointed_at(later: object, pointer: str) -> None:
    document = {"after": [later]}
    with pytest.raises(ValidationError) as refused:
        read(document)
    assert [fault.pointer for fault in faults(refused.value, document)] == [pointer]


BAKES = {"contributed": {"tag": "bread", "kinds": ["reply"], "min": 2, "days": 30}}
WHOLE = {
    "see": {"any": [{"local": True}]},
    "read": {
        "any": [{"guild": "bakers"}, {"circle": "Family"}, {"follow": {"dir": "mutual", "min_days": 7}}],
        "all": [
            {"place": "3144096"},
            {
                "any": [
                    {"contributed": {"tag": "bread", "kinds": ["reply"], "min": 2, "days": 30}},
                    {"mentioned": True},
                ]
            },
        ],
        "not": [{"member": "ben"}],
    },
    "seats": {"max": 9, "on_full": "waitlist"},
    "arrivals": {"per_minute": 5, "burst": 2, "strangers_only": False},
    "interact": {
        "like": {"auto": [{"local": True}], "ask": []},
        "quote": {"auto": [], "ask": [{"local": True}]},
    },
    "replies": {
        "max": 20,
        "per_member": 2,
        "gap_s": 60,
        "watched_min": 50,
        "until": "P7D",
        "at_time": "owner",
    },
    "after": [
        {"age": "P1DT12H", "set": {"preset": "followers"}},
        {"seats_pct": 80, "set": {"seats": {"max": 5}}},
    ],
}


def test_a_whole_document_is_kept_as_it_was_written() -> None:
    assert read(WHOLE).stored() == WHOLE


def test_every_group_of_people_is_named_with_its_place_in_the_document() -> None:
    at = dict(read(WHOLE).named())
    assert at["/read/any/1"].circle == "Family"
    assert at["/read/all/0"].place == "3144096"
    assert at["/read/all/1/any/1"].mentioned
    assert at["/read/not/0"].member == "ben"
    assert at["/interact/quote/ask/0"].local
    later = read({"after": [{"age": "P1D", "set": {"read": {"any": [{"guild": "bakers"}]}}}]})
    assert dict(later.named())["/after/0/set/read/any/0"].guild == "bakers"


def test_a_preset_is_a_step_of_the_gradient() -> None:
    assert preset("self", None) == preset("guild", None) == NOBODY
    assert preset("guild", "bakers") == Predicate.model_validate({"any": [{"guild": "bakers"}]})
    assert Parts(preset="followers").whom(None) == Predicate.model_validate({"any": [FOLLOWERS | {}]})
    assert Parts().whom("bakers") is None


def test_what_is_left_out_is_left_out_of_what_is_kept() -> None:
    assert AudienceDocument().stored() == {}
    written = {"see": {"any": [{"guild": "bakers"}, {"member": "ada"}]}, "seats": {"max": 9}}
    assert AudienceDocument.model_validate(written).stored() == written
    assert AudienceDocument.model_validate({"see": {"any": []}}).stored() == {"see": {"any": []}}


def test_names_are_kept_in_the_form_in_which_they_are_compared() -> None:
    document = AudienceDocument.model_validate({"see": {"any": [{"member": " Ada "}, {"guild": "BAKERS"}]}})
    assert document.stored() == {"see": {"any": [{"member": "ada"}, {"guild": "bakers"}]}}
