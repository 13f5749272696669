"""The text of a policy: TOML to data, clauses by JSON Pointer, patches that keep the comments.

TOML because its types are strict (``NO`` stays Norway) and its comments are part of the by-law. A patch
is RFC 6902 over the data; it is applied twice, once to plain data by its own rules and once to the text
through tomlkit, and the two results must be equal, so a formatting fault can never change a rule.
"""

import difflib
import hashlib
import json
import tomllib
from functools import lru_cache
from typing import Any

import jsonpatch
import tomlkit
from jsonpointer import JsonPointer, JsonPointerException
from tomlkit import TOMLDocument
from tomlkit.container import Container
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table, Whitespace

from coop.errors import Conflict, Fault, RuleBroken

MAX_BYTES = 64 * 1024
"""Longest policy text, in bytes of UTF-8."""
_HERE = "\0"
"""What no text of TOML holds: it marks a place in one."""


def parse(text: str) -> dict[str, Any]:
    """Return the data of a policy text; raise RuleBroken with the line where it is not TOML."""
    if len(text.encode()) > MAX_BYTES:
        raise RuleBroken(f"A policy's text is at most {MAX_BYTES} bytes.")
    return {key: _copy(value) for key, value in _parsed(text).items()}


@lru_cache(maxsize=256)
def _parsed(text: str) -> dict[str, Any]:
    """Return the data of a text; a text never changes, so it is read once, and copies are handed out."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleBroken(f"The text is not TOML: {error}.") from error


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def sha256(text: str) -> str:
    """Return the hash by which a version is named, in hex: over the whole text, comments included."""
    return hashlib.sha256(text.encode()).hexdigest()


def token(key: str) -> str:
    """Return a key as one reference token of a JSON Pointer (RFC 6901 §3)."""
    return key.replace("~", "~0").replace("/", "~1")


def leaves(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return every clause of a document: JSON Pointer to value. A list is one clause."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        pointer = f"{prefix}/{token(key)}"
        if isinstance(value, dict):
            found |= leaves(value, pointer)
        else:
            found[pointer] = value
    return found


def changed(before: dict[str, Any], after: dict[str, Any]) -> frozenset[str]:
    """Return the pointers of the clauses that were added, removed or set to another value."""
    old, new = leaves(before), leaves(after)
    return frozenset(
        pointer
        for pointer in old.keys() | new.keys()
        if pointer not in old or pointer not in new or not same(old[pointer], new[pointer])
    )


def same(one: Any, other: Any) -> bool:
    """Say whether two values are equal and of the same types: ``1``, ``1.0`` and ``true`` are three."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def apply(text: str, patch: list[dict[str, Any]]) -> str:
    """Return the text after a JSON Patch (RFC 6902), its comments kept.

    Raise RuleBroken where an operation is malformed, names an unknown place or writes what TOML cannot
    hold, and Conflict where a ``test`` operation fails; the fault's pointer is the operation's path.
    """
    for index, operation in enumerate(patch):
        _refuse_null(operation, index)
    return _applied(text, json.dumps(patch))


@lru_cache(maxsize=128)
def _applied(text: str, patch: str) -> str:
    """Return what :func:`apply` does; it is kept, since a page shows what verification made already."""
    plain = parse(text)
    document = tomlkit.parse(text)
    for index, operation in enumerate(json.loads(patch)):
        _apply_one(plain, operation, index)
        left = _below(document, operation)
        _apply_one(document, operation, index)
        if left is not None:
            _put_back(document, operation["path"], *left)
    after = tomlkit.dumps(document)
    if parse(after) != plain:
        raise RuleBroken("The patch does not fit this text: write it as smaller operations.")
    return after


def _below(document: TOMLDocument, operation: dict[str, Any]) -> tuple[Container, int, str] | None:
    """Return where a table stands that an operation removes, and which comments below belong to what follows.

    TOML has those in the table above them. What stands right below the last line of a table, before any empty
    line, is its own. None where the operation removes no table.
    """
    if operation["op"] != "remove":
        return None
    *above, name = JsonPointer(operation["path"]).parts
    parent = _at(document, above)
    container = parent.value if isinstance(parent, Table) else parent
    if not isinstance(container, Container) or not isinstance(container[name], Table):
        return None
    lines = container[name].as_string().splitlines(keepends=True)
    number = next((at for at, one in enumerate(reversed(lines)) if not _is_comment(one)), len(lines))
    trailing = lines[len(lines) - number :]
    first_empty = next((at for at, one in enumerate(trailing) if not one.strip()), 0)
    place = max(at for at, (key, _) in enumerate(container.body) if key is not None and key.key == name)
    return container, place, "".join(trailing[first_empty:]).lstrip("\n")


def _at(document: TOMLDocument, parts: list[str]) -> Any:
    """Return what stands at a place of a document that has it."""
    found: Any = document
    for part in parts:
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def _is_comment(line: str) -> bool:
    """Say whether a line at the end of a table says nothing: it is a comment, or empty."""
    return not line.strip() or line.lstrip().startswith("#")


def _put_back(document: TOMLDocument, path: str, container: Container, place: int, comments: str) -> None:
    """Write comments where the table at ``path`` was, with an empty line before them.

    Where it was the last of a table that has no line of its own, that one gets its line: it is empty now, and
    not gone.
    """
    above = JsonPointer(path).parts[:-1]
    parent = _at(document, above)
    if isinstance(parent, Table) and not parent and parent.is_super_table():
        emptied = tomlkit.table()
        _at(document, above[:-1])[above[-1]] = emptied
        container, place = emptied.value, 0
        container.body.append((None, Whitespace("")))
    if comments:
        container.body[place] = (None, Whitespace(_HERE))
        before = tomlkit.dumps(document).partition(_HERE)[0]
        apart = "" if not before or before.endswith("\n\n") else "\n"
        container.body[place] = (None, Whitespace(apart + comments))


def _refuse_null(operation: Any, index: int) -> None:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise _malformed(index, "An operation is an object with op and path.")
    if "value" in operation and _has_null(operation["value"]):
        raise _malformed(index, "A clause cannot be null: remove it instead.", str(operation["path"]))


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list):
        return any(map(_has_null, value))
    return value is None


def _apply_one(document: Any, operation: dict[str, Any], index: int) -> None:
    path = operation["path"]
    if path == "":
        raise _malformed(index, "A patch names clauses; it cannot replace the whole policy.")
    try:
        jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
    except jsonpatch.JsonPatchTestFailed as error:
        raise Conflict(
            "The policy does not say what the patch expects.",
            faults=(Fault(path, "This clause has another value than the test operation names."),),
        ) from error
    except (jsonpatch.JsonPatchConflict, JsonPointerException) as error:
        raise RuleBroken(
            "The patch names a place that this policy does not have.",
            faults=(Fault(path, f"There is no such clause: {error}."),),
        ) from error
    except jsonpatch.InvalidJsonPatch as error:
        raise _malformed(index, f"{error}.", path) from error
    except (TOMLKitError, TypeError, ValueError, KeyError) as error:
        raise _malformed(index, f"This cannot be written there in TOML: {error}.", path) from error


def _malformed(index: int, detail: str, path: str | None = None) -> RuleBroken:
    return RuleBroken(
        "The patch is not a JSON Patch (RFC 6902) that fits a policy.",
        faults=(Fault(path or f"/patch/{index}", detail),),
    )


def diff(before: str, after: str, name: str) -> str:
    """Return the unified diff between two texts of the policy called ``name``."""
    return "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"{name} (before)",
            f"{name} (after)",
        )
    )


def blame(before: dict[str, Any], old: dict[str, int], after: dict[str, Any], number: int) -> dict[str, int]:
    """Return, for every clause of ``after``, the number of the version that last set it.

    ``old`` is the same map for ``before``; ``number`` is the version that brings ``after``.
    """
    touched = changed(before, after)
    return {pointer: number if pointer in touched else old[pointer] for pointer in leaves(after)}
