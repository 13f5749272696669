"""A body that does not fit is told where, for every body that the API takes and every mistake in it.

Bodies are drawn from the schemas that document them, spoiled at every place in every way, and validated.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonpointer import JsonPointer
from pydantic import ValidationError

from app import APIS
from coop import problems
from coop.api import Operation
from coop.errors import Fault

WRONG: tuple[Any, ...] = (None, True, -1, 1.5, "", "x" * 2000, [], [7], {}, {"odd": {"a/b": []}})
"""What may stand anywhere and seldom fits."""
ODD = "odd/~key"
"""A key that no body has, with both characters that a pointer has to escape."""

BODIES = [one for api in APIS for one in api.operations if one.body is not None]
Path = tuple[str | int, ...]


def drawn(schema: dict[str, Any], known: dict[str, Any], turn: int, depth: int = 0) -> Any:
    """Return something of a schema's shape; of alternatives the one whose ``turn`` it is."""
    while "$ref" in schema:
        schema = known[schema["$ref"].removeprefix("#/$defs/")]
    several = [one for one in schema.get("anyOf", schema.get("oneOf", ())) if one.get("type") != "null"]
    if several:
        return drawn(several[turn % len(several)], known, turn, depth)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return _object(schema, known, turn, depth)
        case "array":
            return [drawn(schema.get("items", {}), known, turn, depth + 1)] if depth < 9 else []
        case "string":
            return "a" * max(2, schema.get("minLength", 0))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return "anything"


def _object(schema: dict[str, Any], known: dict[str, Any], turn: int, depth: int) -> dict[str, Any]:
    found = {
        name: drawn(one, known, turn, depth + 1)
        for name, one in schema.get("properties", {}).items()
        if depth < 9
    }
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        names = schema.get("propertyNames", {})
        while "$ref" in names:
            names = known[names["$ref"].removeprefix("#/$defs/")]
        found[names.get("enum", ["key"])[0]] = drawn(others, known, turn, depth + 1)
    return found


def places(said: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in what is said."""
    yield path
    inner = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def spoiled(there: Any) -> Iterator[Any]:
    """Yield a value as it is, others in its place, and it with a key too many, too few, or empty."""
    yield from (there, *WRONG)
    if isinstance(there, dict):
        yield there | {ODD: 7}
        for key in there:
            yield {name: value for name, value in there.items() if name != key}
            yield there | {key: []}


def alone(path: Path, value: Any) -> Any:
    """Return a value where its path leads, with nothing beside the path."""
    for step in reversed(path):
        value = {step: value} if isinstance(step, str) else [value]
    return value


def bodies(operation: Operation) -> Iterator[Any]:
    """Yield bodies of an operation, right ones and wrong ones."""
    assert operation.body is not None
    schema = operation.body.json_schema()
    for turn in range(2):
        whole = drawn(schema, schema.get("$defs", {}), turn)
        for path in places(whole):
            for value in spoiled(JsonPointer.from_parts(path).resolve(whole)):
                yield alone(path, value)


def refused(operation: Operation, body: Any) -> tuple[Fault, ...]:
    """Return what is wrong with a body, as the API tells it."""
    assert operation.body is not None
    try:
        operation.body.validate_json(json.dumps(body), strict=True)
    except ValidationError as error:
        return problems.broken(error, said=body).faults
    return ()


def leads_there(pointer: str, said: Any) -> bool:
    """Say whether a pointer names something that was said, or a key that is missing from it."""
    *steps, last = JsonPointer(pointer).parts or [""]
    there = JsonPointer.from_parts(steps).resolve(said)
    if pointer == "" or isinstance(there, dict):
        return True
    return isinstance(there, list) and int(last) < len(there)


@pytest.mark.parametrize("operation", BODIES, ids=lambda one: one.handler.__name__)
def test_a_body_that_does_not_fit_is_told_where_and_once(operation: Operation) -> None:
    told = 0
    for body in bodies(operation):
        faults = refused(operation, body)
        pointers = [fault.pointer for fault in faults]
        for fault in faults:
            assert leads_there(fault.pointer, body), (fault, body)
            assert not set("[](){}") & set(fault.pointer), fault
            for jargon in ("Value error", "instance of", "after validation", "discriminator", " Or: "):
                assert jargon not in fault.detail, fault
        for one in pointers:
            assert not [other for other in pointers if other.startswith(f"{one}/")], (faults, body)
        told += len(faults)
    assert told


def test_whatever_is_missing_is_pointed_at_where_it_should_stand() -> None:
    (founding,) = [one for one in BODIES if one.handler.__name__ == "found_guild"]
    assert [(fault.pointer, fault.detail) for fault in refused(founding, {"name": "Bakers", ODD: 7})] == [
        ("/slug", "This is needed."),
        ("/odd~1~0key", "There is no field of this name here."),
    ]
