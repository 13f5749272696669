"""What does not fit a schema, in our words: pointers into what was said, whatever the schema is made of."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coop.errors import Fault
from coop.validation import faults


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Bed(Strict):
    width: int = Field(ge=1)


class Path(Strict):
    length: int


class Garden(Strict):
    seats: int | Literal["open"] = 1
    parts: list[Bed | Path] = []
    named: dict[Literal["north", "south"], Bed] = {}
    size: list[int] = Field(default=[1], min_length=1)


def told(said: Any, **words: str) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        Garden.model_validate(said)
    found = faults(refused.value, said, "/garden", **words)
    assert all(isinstance(one, Fault) and one.clause is None for one in found)
    return [(one.pointer, one.detail) for one in found]


def test_a_value_that_is_none_of_several_things_is_told_once_with_what_it_could_be() -> None:
    (fault,) = told({"seats": "many"})
    assert fault == ("/garden/seats", "This should be a valid integer. Or: This should be 'open'.")


def test_a_pointer_has_no_step_that_was_not_said() -> None:
    assert {pointer for pointer, _ in told({"parts": [{"width": 0}]})} == {
        "/garden/parts/0/width",
        "/garden/parts/0/length",
    }
    assert told({"parts": 7}) == [("/garden/parts", "This should be a valid list.")]


def test_a_key_that_is_wrong_is_told_and_nothing_of_what_stands_under_it() -> None:
    ((pointer, detail),) = told({"named": {"w/e~st": {"width": "x"}}})
    assert pointer == "/garden/named/w~1e~0st"
    assert "'north' or 'south'" in detail
    assert told({"named": {"north": {"width": 0}}})[0][0] == "/garden/named/north/width"


def test_what_is_missing_and_what_is_unknown_are_told_in_the_words_of_the_place() -> None:
    said = {"named": {"south": {"colour": 1}}}
    assert told(said) == [
        ("/garden/named/south/width", "This is needed."),
        ("/garden/named/south/colour", "There is no field of this name here."),
    ]
    assert [detail for _, detail in told(said, missing="Gone.", unknown="Who?")] == ["Gone.", "Who?"]


def test_nothing_is_said_of_the_library() -> None:
    assert told({"size": []}) == [("/garden/size", "List should have at least 1 item, not 0.")]


def test_what_is_no_object_at_all_is_pointed_at_as_a_whole() -> None:
    assert [pointer for pointer, _ in told([])] == ["/garden"]
