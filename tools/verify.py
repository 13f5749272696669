#!/usr/bin/env python3
"""Verify the record of an Allotment cooperative, trusting nobody who keeps it.

    python verify.py LEDGER [--checkpoints FILE] [--receipt FILE]... [--key FILE|KEY]... [--json]

LEDGER       what ``GET /api/v1/ledger`` or ``app.py ledger export`` gave: one event a line.
checkpoints  what ``GET /api/v1/ledger/checkpoints`` or the export's ``--checkpoints`` gave.
receipt      an answer that you kept, of ``/ledger/events/{seq}/proof`` or of your ballot. One old receipt
             is enough to find a chain that was made anew since.
key          the coop's public key as you noted it: ``name+id+base64``, or its base64 alone. Without it the
             keys that come with the checkpoints are believed, and told, so that you can compare them.

This file needs Python 3.11 and ``cryptography``, and shares no code with the platform that it checks. It
checks that each event is the one its hash names and follows the one before; that every checkpoint is signed
and is over exactly these events (a Merkle tree, RFC 6962); that every receipt agrees; that every ballot
names the rehearsals that were told before its vote; and, by counting again, that every vote came out as
recorded, by whatever method, and put in force the very text that was voted on; that what went out of force
did so when and as it had been agreed; and who was elected or drawn by lot.
Exit code: 0 all holds, 1 something does not, 2 a file or a key cannot be read.
"""

import argparse
import base64
import hashlib
import json
import math
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from itertools import product
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Json = dict[str, Any]
Claims = Iterator[tuple[bool, str]]
"""What a check yields: whether something holds, and what is wrong where it does not."""
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What a check raises where what it reads is not what it should be."""


@dataclass
class Report:
    """What was checked, and what was found."""

    events: int = 0
    head: str = "0" * 64  # the hash of the last event, and what the first names as its predecessor
    proposals: int = 0
    tallies: int = 0  # votes counted again
    checkpoints: int = 0
    covered: int = 0  # events under the newest checkpoint
    receipts: int = 0
    keys: list[str] = field(default_factory=list)  # those that a signature was good under
    keys_given: bool = False  # whether you named them; else they came with what they are to prove
    unchecked: dict[str, int] = field(default_factory=dict)  # types of events with nothing to compute again
    problems: list[dict[str, str]] = field(default_factory=list)  # where, and what does not hold there

    def check(self, where: str, claims: Claims) -> None:
        """Note each claim that does not hold; that a thing cannot be read is one too."""
        try:
            for holds, detail in claims:
                if not holds:
                    self.problems.append({"where": where, "detail": detail})
        except UNREADABLE as error:
            self.problems.append({"where": where, "detail": f"it cannot be read: {error!r}"})


# --- 1. Canonical JSON (RFC 8785): one value, one sequence of bytes ---


def canonical(value: Any) -> bytes:
    """Return a value in canonical form; raise ValueError or TypeError where it has none."""
    return _written(value).encode()


def sha256_of(value: Any) -> str:
    """Return sha256, in hex, over the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise ValueError(f"{value} is beyond what every reader of JSON takes for the same number")
        return str(value)
    if isinstance(value, float):
        return _float_written(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_written(name)}:{_written(item)}" for name, item in members) + "}"
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _float_written(value: float) -> str:
    """Write a float as ECMAScript does: Python's shortest digits, with its point and exponent."""
    if not math.isfinite(value):
        raise ValueError(f"{value} has no place in JSON")
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, minus = "".join(map(str, digits)), "-" if sign and value else ""
    point = len(text) + int(exponent)
    if value == 0:
        return "0"
    if len(text) <= point <= 21:
        return minus + text + "0" * (point - len(text))
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{point - 1:+d}"


# --- 2. Events: each is what its hash says, and follows the one before ---

SHAPE = {"seq": int, "at": str, "type": str, "payload": dict, "prev": str, "hash": str}


def event_hash(event: Json) -> str:
    """Return the hash that an event has to have: over all its members but the hash."""
    return sha256_of({name: event[name] for name in SHAPE if name != "hash"})


def parse_event(line: bytes) -> Json:
    """Return the event that a line of an export holds; raise ValueError, in words, where it holds none."""
    event = json.loads(line)
    if not isinstance(event, dict) or event.keys() != SHAPE.keys():
        raise ValueError(f"an event has exactly the members {', '.join(sorted(SHAPE))}")
    if any(type(event[name]) is not kind for name, kind in SHAPE.items()):
        raise ValueError("a member of it is of the wrong type")
    if not re.fullmatch("[0-9a-f]{64}", event["hash"]):
        raise ValueError("its hash is no sha256 in hex")
    if canonical(event) + b"\n" != line:
        raise ValueError("its line is cut off, or not in canonical form")
    return event


def check_link(event: Json, expected: int, prev: str) -> Claims:
    """Check that an event is the expected one, follows the one before, and is what its hash says."""
    stands = f"it is event {event['seq']}, where {expected} should stand: one is missing, moved or doubled"
    yield event["seq"] == expected, stands
    yield event["prev"] == prev, "it does not follow the event before it"
    yield event_hash(event) == event["hash"], "its hash does not match what it says"


# --- 3. The Merkle tree (RFC 6962): entry seq - 1 is the hash of event seq, as 32 bytes ---


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows by one leaf at a time and keeps the hash of every complete subtree, by its height."""

    def __init__(self) -> None:
        self.size = 0
        self._levels: list[list[bytes]] = []

    def add(self, entry: bytes) -> None:
        """Add one entry: two complete subtrees of one height become one, as carries do in a sum."""
        found, level, self.size = leaf_hash(entry), 0, self.size + 1
        while True:
            self._levels += [[]] if level == len(self._levels) else []
            self._levels[level].append(found)
            if len(self._levels[level]) % 2:
                return
            found = node_hash(*self._levels[level][-2:])
            level += 1

    def root(self, size: int) -> bytes:
        """Return the root over the first so many entries: at least one, and not more than there are."""
        parts = [
            self._levels[level][(size >> level) - 1]
            for level in range(size.bit_length())
            if size >> level & 1
        ]
        found = parts[0]
        for left in parts[1:]:
            found = node_hash(left, found)
        return found


def root_of_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that a proof of inclusion leads to (RFC 9162 §2.1.3.2); raise ValueError if it is none.

    ``leaf`` is the hash of the leaf at ``index``, counted from 0, of a tree of ``size``.
    """
    place, last, found = index, size - 1, leaf
    for part in path:
        if last == 0:
            raise ValueError("the proof has too many hashes")
        if place % 2 or place == last:
            found = node_hash(part, found)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            found = node_hash(found, part)
        place, last = place // 2, last // 2
    if last != 0 or not 0 <= index < size:
        raise ValueError("the proof has too few hashes")
    return found


# --- 4. Checkpoints: signed notes (C2SP signed-note and tlog-checkpoint) under Ed25519 keys of 32 bytes ---

ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says, once a signature on it was found good."""

    origin: str
    size: int
    root: bytes
    key: str


def key_id(name: str, key: bytes) -> bytes:
    """Return the four bytes that name a key in the signature of a note."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key).digest()[:4]


def unbase64(text: str) -> bytes:
    """Decode base64 that could not have been written otherwise; raise ValueError."""
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found).decode() != text:
        raise ValueError("this base64 has bits to spare")
    return found


def parse_key(text: str) -> bytes:
    """Return the public key that a text holds: ``name+id+base64``, or base64. Raise ValueError."""
    found = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", text.strip())
    key = unbase64(found[3] if found else text.strip())
    key = key[1:] if len(key) == 33 and key[:1] == ED25519 else key
    if len(key) != 32 or (found and key_id(found[1], key).hex() != found[2]):
        raise ValueError("this is no Ed25519 key, or not the one of the id beside it")
    return key


def open_note(note: str, keys: Sequence[bytes]) -> Checkpoint:
    """Return what a checkpoint says; raise ValueError where it is none, or none of these keys signed it."""
    body, gap, tail = note.rpartition("\n\n")
    lines = body.split("\n")
    if not gap or len(lines) < 3 or not all(lines) or not tail.endswith("\n"):
        raise ValueError("this is no signed checkpoint")
    origin, size, root = lines[:3]
    if not re.fullmatch("[1-9][0-9]{0,18}", size) or len(unbase64(root)) != 32:
        raise ValueError("this checkpoint has no size or no root")
    for line in tail[:-1].split("\n"):
        signature = re.fullmatch("\N{EM DASH} ([^\\s+]+) (\\S+)", line)
        if signature is None:
            raise ValueError("a line of its signatures is none")
        made = unbase64(signature[2])
        for key in keys:
            if signature[1] == origin and made[:4] == key_id(origin, key):
                try:
                    Ed25519PublicKey.from_public_bytes(key).verify(made[4:], f"{body}\n".encode())
                except InvalidSignature:
                    raise ValueError("its signature is not good") from None
                told = f"{origin}+{made[:4].hex()}+{base64.b64encode(ED25519 + key).decode()}"
                return Checkpoint(origin, int(size), unbase64(root), told)
    raise ValueError("it is not signed with a key that you trust")


def check_checkpoint(line: bytes, keys: Sequence[bytes], found: list[Checkpoint]) -> Claims:
    """Check one line of an export by itself and against the one before, and put it among those found."""
    told = json.loads(line)
    yield canonical(told) + b"\n" == line, "its line is cut off, or not in canonical form"
    yield told.keys() == {"note", "key"}, "a checkpoint has exactly the members key and note"
    note = open_note(told["note"], keys or [parse_key(told["key"])])
    yield note.key == told["key"], "the key beside it is not the one that it is signed with"
    for before in found[-1:]:
        yield note.size > before.size, "it is not larger than the one before it"
        yield note.origin == before.origin, f"it is of another ledger: {note.origin}, not {before.origin}"
    found.append(note)


def check_root(note: Checkpoint, tree: Tree) -> Claims:
    """Check that a checkpoint is over these very events."""
    size, events = note.size, tree.size
    yield size <= events, f"it covers {size} events, and the export ends after {events}: some are missing"
    same_root = size > events or tree.root(size) == note.root
    yield same_root, f"the first {size} events of the export are not those that were signed: rewritten"


# --- 5. Receipts: what somebody kept ---


@dataclass
class Receipt:
    """A receipt: the proof of an event, a ballot, or both; and the checkpoint of the proof, once checked."""

    proof: Json | None
    ballot: Json | None
    note: Checkpoint | None = None

    def seqs(self) -> set[int]:
        """Return the numbers of the events that it names."""
        named = {self.proof["event"]["seq"]} if self.proof else set()
        return named | ({self.ballot["ledger"]["seq"]} if self.ballot else set())


def check_alone(text: bytes, keys: Sequence[bytes], found: list[Receipt]) -> Claims:
    """Check by itself that a receipt is whole, under its root and signed; put it among those found."""
    told = json.loads(text)
    proof = told if "checkpoint" in told else told.get("proof")
    receipt = Receipt(proof, told if "ledger" in told else None)
    yield bool(receipt.seqs()), "this is neither the proof of an event nor a ballot"
    if proof:
        event = proof["event"]
        whole = event.keys() == SHAPE.keys() and event_hash(event) == event["hash"]
        yield whole, "its event is not what its hash says"
        receipt.note = note = open_note(proof["checkpoint"], keys or [parse_key(proof["key"])])
        yield proof["size"] == note.size, f"its checkpoint is over {note.size} events, not {proof['size']}"
        path = [bytes.fromhex(one) for one in proof["hashes"]]
        root = root_of_path(event["seq"] - 1, note.size, leaf_hash(bytes.fromhex(event["hash"])), path)
        yield root == note.root, "its event is not under its checkpoint"
    found.append(receipt)


def check_receipt(receipt: Receipt, events: Mapping[int, Json]) -> Claims:
    """Check that the export, of which these are the events named, holds what a receipt says was recorded."""
    proof, ballot = receipt.proof, receipt.ballot
    if proof:
        seq = proof["event"]["seq"]
        yield events.get(seq) == proof["event"], f"the export does not hold event {seq} as the receipt does"
    if ballot:
        seq, event = ballot["ledger"]["seq"], events.get(ballot["ledger"]["seq"], {"hash": "", "payload": {}})
        kept = event["hash"] == ballot["ledger"]["hash"]
        yield kept, f"the export does not hold event {seq} as the receipt does"
        yield not proof or proof["event"]["seq"] == seq, "its proof is of another event"
        for name in ("proposal", "voter", "version", "patch_sha256", "rehearsal_sha256", "commitment"):
            told = event["payload"].get(name)
            yield not kept or told == ballot[name], f"the export records this ballot with another {name}"
        yield commitment(ballot) == ballot["commitment"], "what it says is not what was committed to"


# --- 6. Policies: TOML, clauses by JSON Pointer (RFC 6901), patches (RFC 6902), classes of risk ---


def same(one: Any, other: Any) -> bool:
    """Say whether two values are equal as JSON has it: 1 is 1.0, and neither is true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def alike(one: Any, other: Any) -> bool:
    """Say whether two values of clauses are equal as TOML has it: 1 is not 1.0."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and bool(one == other)


def leaves(data: Json, prefix: str = "") -> Json:
    """Return every clause: JSON Pointer → value. A list is one clause."""
    found: Json = {}
    for key, value in data.items():
        pointer = f"{prefix}/{key.replace('~', '~0').replace('/', '~1')}"
        found |= leaves(value, pointer) if isinstance(value, dict) else {pointer: value}
    return found


@lru_cache(maxsize=256)
def parsed(text: str) -> Json:
    """Return what the text of a policy says, read once: nobody changes what is returned."""
    return tomllib.loads(text)


@lru_cache(maxsize=256)
def clauses_of(text: str) -> Json:
    """Return the clauses of the text of a policy, as :func:`leaves` does; nobody changes them either."""
    return leaves(parsed(text))


def changed(old: Json, new: Json) -> set[str]:
    """Return the clauses in which what two policies say, as :func:`leaves` returns it, differs."""
    both = old.keys() & new.keys()
    moved = {one for one in both if not alike(old[one], new[one])}
    return moved | (old.keys() ^ new.keys())


def patched(data: Json, patch: list[Json]) -> Json:
    """Return the data after a patch; raise LookupError or ValueError where it does not fit."""
    whole = {"": deepcopy(data)}
    for told in patch:
        name, value = told["op"], told.get("value")
        if name in ("move", "copy"):
            parent, place = _parent(whole, told["from"])
            value = parent.pop(place) if name == "move" else deepcopy(parent[place])
        parent, place = _parent(whole, told["path"])
        if name == "test" and not same(parent[place], value):
            raise ValueError(f"{told['path']} is not what the patch tests for")
        if name in ("remove", "replace"):
            parent.pop(place)
        if name in ("add", "replace", "move", "copy"):
            _put(parent, place, value)
        elif name not in ("remove", "test"):
            raise ValueError(f"there is no operation {name}")
    return whole[""]


def _parent(whole: Any, pointer: str) -> tuple[Any, Any]:
    """Return what holds the place that a pointer names, and its key or index there."""
    *way, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/"))
    for token in way:
        whole = whole[_place(whole, token)]
    return whole, _place(whole, last)


def _place(parent: Any, token: str) -> Any:
    if isinstance(parent, list) and re.fullmatch("0|[1-9][0-9]*", token):
        return int(token)
    return len(parent) if isinstance(parent, list) and token == "-" else token


def _put(parent: Any, place: Any, value: Any) -> None:
    if not isinstance(parent, list):
        parent[place] = value
    elif place > len(parent):
        raise IndexError(f"{place} is beyond the end of its list")
    else:
        parent.insert(place, value)


BEYOND_BOUNDS = {
    "feeds": "B",
    "audience": "B",
    "media": "B",
    "features": "B",
    "deliberation": "B",
    "membership": "C",
}
"""Kind of policy → risk class of a change beyond declared bounds; any other kind is D, the strictest."""


def risk_class(kind: str, before: Json, after: Json) -> str:
    """Return how much a change to the coop's own policy can do, from what it changes: A least, D most."""
    old, new = leaves(before), leaves(after)
    bounds, moved = before.get("bounds", {}).get("coop", {}), changed(old, new)
    if any(clause.startswith("/bounds/") for clause in moved):
        return "D"
    if all(
        clause in old and clause in new and _within(new[clause], bounds.get(clause, {})) for clause in moved
    ):
        return "A"
    return BEYOND_BOUNDS.get(kind, "D")


def _within(value: Any, bound: Json) -> bool:
    if value in bound.get("one_of", ()):
        return True
    if isinstance(value, bool) or not isinstance(value, int | float) or not bound.keys() & {"min", "max"}:
        return False
    return bool(bound.get("min", value) <= value <= bound.get("max", value))


def duration(told: str) -> timedelta:
    """Return a duration of ISO 8601 without months and years, such as ``P7D`` or ``P1DT6H``."""
    found = re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", told)
    if found is None:
        raise ValueError(f"{told} is no duration")
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return timedelta(days, seconds, 0, 0, minutes, hours, weeks)


moment = datetime.fromisoformat


# --- 7. What a proposal asks, and which change it stands for ---

SUBJECT = "scope", "kind", "base_sha256", "patch", "method", "options", "target", "terms", "proposer", "nonce"
"""What the hash of a proposal covers."""
NO_POLICY = {"question", "veto", "election", "renewal", "suspension"}
"""Kinds of proposals that change no policy."""
ON_PEOPLE = {"election", "suspension"}
"""Kinds of proposals that are voted on in secret."""
ORDINARY = "B"
"""The least class of what goes on from a change by consent that was objected to."""


def subject_sha256(submission: Json) -> str:
    """Return the hash of a proposal, which its ballots name."""
    return sha256_of({name: submission[name] for name in SUBJECT})


def named(value: Any, options: Json) -> int | Decimal:
    """Return a number for a clause, from its text; a whole one where the present one is whole.

    Raise ValueError or ArithmeticError where it is none, or outside what can be named.
    """
    number = Decimal(value)
    if not Decimal(options["min"]) <= number <= Decimal(options["max"]):
        raise ValueError(f"{value} is outside the range")
    if not isinstance(options["present"], int):
        return Decimal(format(number.normalize(), "f")) or Decimal(0)
    if number != int(number):
        raise ValueError(f"{value} is not whole")
    return int(number)


def setting(options: Json, value: Any) -> list[Json]:
    """Return the patch that sets the clause of a vote on a number to that number."""
    number = named(value, options)
    value = number if isinstance(number, int) else float(number)
    return [{"op": "replace", "path": options["clause"], "value": value}]


def possible(submission: Json) -> dict[str, list[Json]]:
    """Return every patch that can take force, by its pointer; of a number, those of the ends of its range."""
    options = submission["options"]
    if submission["method"] == "schulze":
        choices = enumerate(options["choices"])
        return {f"/options/choices/{place}": one["patch"] for place, one in choices if "patch" in one}
    if submission["method"] == "median":
        ends, present = {f"/options/{end}": options[end] for end in ("min", "max")}, options["present"]
        moved = {pointer: end for pointer, end in ends.items() if Decimal(end) != Decimal(present)}
        return {pointer: setting(options, end) for pointer, end in moved.items()}
    return {"/patch": submission["patch"]}


def change_sha256(submission: Json, patch: list[Json]) -> str:
    """Return the hash by which the report of a rehearsal names the change that was tried."""
    return sha256_of({name: submission[name] for name in ("scope", "kind", "base_sha256")} | {"patch": patch})


def asked(submission: Json, tally: Json | None) -> list[Json]:
    """Return the patch that takes force after a count; one patch is its own answer, whatever the count."""
    method, options = submission["method"], submission["options"]
    if method not in ("schulze", "median"):
        return list(submission["patch"])
    if tally is None or not tally["passed"]:
        return []
    if method == "median":
        return setting(options, tally["result"]["count"]["value"])
    (place,) = tally["result"]["chosen"]
    return list(options["choices"][place].get("patch", []))


# --- 8. Counting: what follows from final ballots, in whole numbers and fractions ---

Ballots = list[Json]
ANSWERS: dict[str, tuple[str, ...]] = {
    "consent": ("for", "against", "abstain"),
    "majority": ("for", "against", "abstain", "block"),
    "schulze": ("ranked", "abstain"),
    "median": ("named", "abstain"),
    "approval": ("approved", "abstain"),
    "stv": ("ranked", "abstain"),
}
"""Method → what a ballot may choose."""


@dataclass(frozen=True)
class Question:
    """What is counted by: the method, what there is to choose from, and what has to be reached."""

    method: str
    options: Any
    roll: int  # how many may vote
    bar: dict[str, Fraction]
    seed: str = ""  # the proposal's hash: options that nothing else parts are drawn by it
    strength: str = "winning votes"  # what a victory weighs in Schulze's method
    guilds: Mapping[str, Sequence[str]] = field(default_factory=dict)  # voter -> their guilds

    @property
    def need(self) -> int:
        """How many have to say yes: max(min′, ⌈floor × roll⌉), min′ being min but at most half the roll."""
        least = min(self.bar["min"], Fraction(self.roll, 2))
        return max(1, math.ceil(least), math.ceil(self.bar["floor"] * self.roll))

    @property
    def labels(self) -> list[str]:
        """What the choices are called."""
        return [choice["label"] for choice in self.options["choices"]]


def commitment(ballot: Json) -> str:
    """Return the hash that the ledger holds of a ballot from when it was cast."""
    said = ("choice", "reason", "clause", "marks", "value", "nonce")
    return sha256_of({name: ballot[name] for name in said if ballot.get(name) is not None})


def bar(told: Json, block: Any) -> dict[str, Fraction]:
    """Return what a count has to reach, exactly: shares are told as ``0.6`` or ``"2/3"``."""
    shares = {
        name: told[name] for name in ("floor", "min", "threshold", "guilds") if told.get(name) is not None
    }
    return {name: Fraction(str(share)) for name, share in (shares | {"block": block}).items()}


def answers(ballot: Json, method: str, options: Any) -> bool:
    """Say whether a ballot says what is asked: offered, each option once, a number within its range."""
    choice, marks, value = ballot["choice"], ballot.get("marks"), ballot.get("value")
    if choice not in ANSWERS[method]:
        return False
    if choice == "named":
        try:
            return marks is None and named(value, options) is not None
        except (TypeError, ValueError, ArithmeticError):
            return False
    if marks is None or choice not in ("ranked", "approved"):
        return marks is None and value is None and choice not in ("ranked", "approved")
    places = {place for place in marks if type(place) is int and 0 <= place < len(options["choices"])}
    return value is None and len(places) == len(marks) and (choice == "approved" or bool(marks))


def stands(question: Question, ballots: Ballots, side: Callable[[Json], int]) -> Json:
    """Return how a change stands against things as they are; ``side`` is 1 for it, -1 against it, else 0.

    It passes when For ≥ need; when For ÷ (For + Against) ≥ threshold, which one block raises; and, where
    guilds are asked, when of those that took part a share has more For than Against.
    """
    needed, sides = question.bar, [side(ballot) for ballot in ballots]
    blocked = any(ballot["choice"] == "block" for ballot in ballots)
    threshold = max(needed["threshold"], needed["block"]) if blocked else needed["threshold"]
    found: Json = {"for": sides.count(1), "against": sides.count(-1), "threshold": str(threshold)}
    sided = found["for"] + found["against"]
    found["passed"] = found["for"] >= question.need and found["for"] >= threshold * sided
    if "guilds" in needed:
        margins: dict[str, list[int]] = {}
        for ballot, taken in zip(ballots, sides, strict=True):
            for guild in question.guilds.get(ballot["voter"], ()) if taken else ():
                margins.setdefault(guild, []).append(taken)
        agree = sum(sum(taken) > 0 for taken in margins.values())
        found["passed"] = found["passed"] and agree >= needed["guilds"] * len(margins)
        found["guilds"] = {"took_part": len(margins), "in_favour": agree, "share": str(needed["guilds"])}
    return found


def drawn(seed: str, names: Iterable[str]) -> list[str]:
    """Return names in the order in which a seed draws them: of sha256 over the seed and each name."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}{name}".encode()).hexdigest())


def lots(question: Question) -> list[int]:
    """Return the lot of each choice: the lowest wins where nothing else parts two of them."""
    order = drawn(question.seed, question.labels)
    return [order.index(label) for label in question.labels]


def for_and_against(question: Question, ballots: Ballots) -> Json:
    """Count a vote on one change, by consent or majority."""
    sides = {"for": 1, "abstain": 0, "against": -1, "block": -1}
    found = stands(question, ballots, lambda ballot: sides[ballot["choice"]])
    chosen = Counter(ballot["choice"] for ballot in ballots)
    counts = {name: chosen[name] for name in sides}
    return found | counts | {"roll": question.roll, "need": question.need}


def outcome(question: Question, passed: bool, ballots: int, /, **result: Any) -> Json:
    """Return what any other count came to, as the events tell it."""
    found = {"method": question.method, "passed": passed, "roll": question.roll, "need": question.need}
    return found | {"ballots": ballots, "result": result}


def ranked(question: Question, ballots: Ballots) -> Json:
    """Count rankings of choices, of which the first is to leave things as they are, by Schulze's method.

    What does not reach the bar against leaving things as they are is left out before.
    """
    labels, draw = question.labels, lots(question)
    cast = [ballot for ballot in ballots if ballot["choice"] == "ranked"]
    beats = preferences(Counter(tuple(ballot["marks"]) for ballot in cast), len(labels))
    told = [stands(question, cast, partial(above, place=place)) for place in range(1, len(labels))]
    kept = [0, *(place for place, standing in enumerate(told, 1) if standing["passed"])]
    count = schulze(
        [[beats[one][other] for other in kept] for one in kept],
        [labels[place] for place in kept],
        [draw[place] for place in kept],
        "margins" if question.strength == "margins" else "winning",
    )
    winner = labels.index(count["winners"][0])
    choices = [{"label": label, **standing} for label, standing in zip(labels[1:], told, strict=True)]
    chosen = [winner] if winner else []
    return outcome(question, bool(winner), len(cast), chosen=chosen, choices=choices, count=count)


def above(ballot: Json, place: int) -> int:
    """Say whether a ranking has a choice above the first one (1), below it (-1) or neither (0)."""
    marks = [*ballot["marks"], None]
    ranks = [marks.index(one if one in marks else None) for one in (place, 0)]
    return (ranks[0] < ranks[1]) - (ranks[0] > ranks[1])


def preferences(rankings: Mapping[tuple[int, ...], int], options: int) -> list[list[int]]:
    """Return how many prefer the option of each row to that of each column; unranked is below ranked."""
    beats = [[0] * options for _ in range(options)]
    for ranking, number in rankings.items():
        below = set(range(options))
        for one in ranking:
            below.discard(one)
            for other in below:
                beats[one][other] += number
    return beats


def schulze(beats: list[list[int]], names: list[str], draw: list[int], strength: str) -> Json:
    """Return who comes first by the strongest chains of victories (M. Schulze, 2011)."""
    options = range(len(names))
    paths = [[0] * len(names) for _ in options]
    for one, other in product(options, options):
        if beats[one][other] > beats[other][one]:
            paths[one][other] = beats[one][other] - (beats[other][one] if strength == "margins" else 0)
    for middle, one, other in product(options, options, options):
        if one != other:
            paths[one][other] = max(paths[one][other], min(paths[one][middle], paths[middle][other]))

    def unbeaten(rest: Iterable[int]) -> list[int]:
        return [one for one in rest if not any(paths[other][one] > paths[one][other] for other in rest)]

    rest, ranking = list(options), list[int]()
    while rest:
        ranking.append(min(unbeaten(rest), key=lambda option: draw[option]))
        rest.remove(ranking[-1])
    return {
        "method": "schulze",
        "strength": strength,
        "winners": [names[ranking[0]]],
        "level": [names[option] for option in unbeaten(options)],
        "ranking": [names[option] for option in ranking],
        "rounds": [],
        "pairwise": _by_name(beats, names),
        "strengths": _by_name(paths, names),
    }


def _by_name(matrix: list[list[int]], names: list[str]) -> Json:
    rows = {one: dict(zip(names, row, strict=True)) for one, row in zip(names, matrix, strict=True)}
    return {one: {other: row[other] for other in row if other != one} for one, row in rows.items()}


def middle(question: Question, ballots: Ballots) -> Json:
    """Count numbers for a clause: it becomes the lower median, of which those beyond the present are for."""
    cast = [ballot for ballot in ballots if ballot["choice"] == "named"]
    if not cast:
        return outcome(question, False, 0, chosen=[], count=None)
    ordered = sorted(named(ballot["value"], question.options) for ballot in cast)
    value, present = ordered[(len(ordered) - 1) // 2], Decimal(question.options["present"])
    way = (value > present) - (value < present)

    def side(ballot: Json) -> int:
        return 1 if way * (named(ballot["value"], question.options) - present) > 0 else -1

    standing = stands(question, cast, side)
    count = {
        "method": "median",
        "value": value if isinstance(value, int) else format(value, "f"),
        "voters": len(cast),
        "below": sum(number < value for number in ordered),
        "above": sum(number > value for number in ordered),
    }
    return outcome(question, standing["passed"], len(cast), chosen=[], count=count, **standing)


def approved(question: Question, ballots: Ballots) -> Json:
    """Count approvals: the most approved choice passes if it reaches the bar; an election elects by them."""
    if "seats" in question.options:
        return elected(question, ballots)
    cast = [ballot for ballot in ballots if ballot["choice"] == "approved"]
    count, (winner,) = approvals(question, cast, 1)
    standing = stands(question, cast, lambda ballot: 1 if winner in ballot["marks"] else -1)
    chosen = [winner] if standing["passed"] else []
    return outcome(question, standing["passed"], len(cast), chosen=chosen, count=count, **standing)


def approvals(question: Question, cast: Ballots, seats: int) -> tuple[Json, list[int]]:
    """Return the count of approvals, and the places of those elected, the most approved first."""
    labels, draw = question.labels, lots(question)
    votes = Counter(place for ballot in cast for place in ballot["marks"])
    order = sorted(range(len(labels)), key=lambda place: (-votes[place], draw[place]))
    border = order[seats - 1 : seats + 1]
    tie = " (tie, by lot)" if len(border) == 2 and votes[border[0]] == votes[border[1]] else ""
    names = [labels[place] for place in order[:seats]]
    counted = {
        "tally": {label: votes[place] for place, label in enumerate(labels)},
        "action": f"approvals; elect {', '.join(names)}{tie}",
        "nontransferable": sum(not ballot["marks"] for ballot in cast),
    }
    return {"method": "approval", "seats": seats, "winners": names, "rounds": [counted]}, order[:seats]


def elected(question: Question, ballots: Ballots) -> Json:
    """Count an election: valid where as many take part as the bar asks to say yes, and counted only then."""
    cast = [ballot for ballot in ballots if ballot["choice"] != "abstain"]
    if len(cast) < question.need:
        return outcome(question, False, len(cast), chosen=[], count=None)
    seats = question.options["seats"]
    if question.method == "approval":
        count, chosen = approvals(question, cast, seats)
    else:
        rankings = Counter(tuple(ballot["marks"]) for ballot in cast)
        count, chosen = Papers(question.labels, lots(question), seats).count(rankings)
    return outcome(question, True, len(cast), chosen=chosen, count=count)


UNIT = 100_000
"""One vote: values are cut after five decimals, so hundred-thousandths are counted."""


class Papers:
    """One count by the single transferable vote (Scottish Statutory Instrument 2007/42, rules 45 to 52).

    Two that are level are parted by the latest earlier round in which they were not, then by lot.
    """

    def __init__(self, labels: list[str], draw: list[int], seats: int) -> None:
        self.labels, self.draw, self.seats = labels, draw, seats
        self.piles: dict[int | None, list[tuple[tuple[int, ...], int, int]]] = {None: []}
        self.continuing, self.excluded = set(range(len(labels))), set[int]()
        self.winners: list[int] = []
        self.votes = dict.fromkeys([*range(len(labels)), None], 0)
        self.past: list[dict[int | None, int]] = []  # votes at the end of each round, the latest first

    def count(self, rankings: Mapping[tuple[int, ...], int]) -> tuple[Json, list[int]]:
        """Return the count as the events tell it, and the places of those elected, in order."""
        valid = {ranking: number for ranking, number in rankings.items() if ranking}
        self._deal((ranking, number, UNIT) for ranking, number in valid.items())
        quota, rounds, action = sum(valid.values()) // (self.seats + 1) + 1, list[Json](), "first preferences"
        while True:
            self.past.insert(0, dict(self.votes))
            rounds.append(self._round(action + self._elect(quota * UNIT)))
            if not self.continuing:
                break
            action = self._step(quota * UNIT)
        names = [self.labels[option] for option in self.winners]
        told = {"method": "stv", "seats": self.seats, "quota": quota, "winners": names, "rounds": rounds}
        return told, self.winners

    def _round(self, action: str) -> Json:
        votes = {
            label: _decimal(self.votes[option])
            for option, label in enumerate(self.labels)
            if option not in self.excluded
        }
        return {"tally": votes, "action": action, "nontransferable": _decimal(self.votes[None])}

    def _deal(self, papers: Iterable[tuple[tuple[int, ...], int, int]]) -> None:
        """Give papers, so many of each value, to the first on each who is neither elected nor excluded."""
        for ranking, number, value in papers:
            to = next((option for option in ranking if option in self.continuing), None)
            self.piles.setdefault(to, []).append((ranking, number, value))
            self.votes[to] += number * value

    def _elect(self, quota: int) -> str:
        """Elect who has the quota, and the last where the seats suffice for them; say so."""
        own = self._in_order(option for option in self.continuing if self.votes[option] >= quota)
        rest = self._in_order(self.continuing - set(own))
        vacant = self.seats - len(self.winners) - len(own)
        run_off = self.seats == vacant == 1 and len(rest) == 2
        tie = self._tie(rest) if run_off else ""
        last = vacant == 0 or len(rest) <= vacant or run_off
        own += rest[:vacant] if last else []
        self.winners += own
        self.continuing = set() if last else set(rest)
        return "".join(f"; elect {self.labels[option]}" for option in own) + tie

    def _step(self, quota: int) -> str:
        """Transfer the largest surplus, or exclude the lowest where there is none; say so."""
        ahead = self._in_order(option for option in self.winners if self.votes[option] > quota)
        option, *others = ahead or self._in_order(self.continuing)[::-1]
        papers, total = self.piles.pop(option, []), self.votes[option]
        if ahead:
            self.votes[option] = quota
            self._deal((one, number, (total - quota) * value // total) for one, number, value in papers)
        else:
            self.votes[option] = 0
            self.continuing.remove(option)
            self.excluded.add(option)
            self._deal(papers)
        name = self.labels[option]
        return f"{'transfer' if ahead else 'exclude'} {name}{self._tie([option, *others])}"

    def _in_order(self, options: Iterable[int]) -> list[int]:
        def key(option: int) -> tuple[list[int], int]:
            return [-votes[option] for votes in self.past], self.draw[option]

        return sorted(options, key=key)

    def _tie(self, options: list[int]) -> str:
        """Say what parted the first of these from others that have as many votes."""
        first, now = options[0], self.past[0]
        level = [option for option in options[1:] if now[option] == now[first]]
        lot = any(all(votes[option] == votes[first] for votes in self.past) for option in level)
        return f" (tie, by {'lot' if lot else 'earlier round'})" if level else ""


def _decimal(units: int) -> str:
    return f"{units // UNIT}.{units % UNIT:05}"


COUNTS: dict[str, Callable[[Question, Ballots], Json]] = {
    "consent": for_and_against,
    "majority": for_and_against,
    "schulze": ranked,
    "median": middle,
    "approval": approved,
    "stv": elected,
}
"""Method → what follows from the ballots by it."""


# --- 9. The record: what the events have said so far ---

Place = tuple[str, str]
"""Of a policy: (scope, kind)."""
COVERED = ("repealed", "superseded")
"""How a change goes out of force because of what was laid over it; it is back when that is taken away."""
ABSENT = object()
"""The value of a clause that there is not."""


@dataclass
class Vote:
    """A proposal."""

    submission: Json
    rules: Json  # the voting policy that it was submitted under
    began: int = 0  # the event that brought its deliberation last
    signed: set[str] = field(default_factory=set)
    signed_at: datetime | None = None  # when the last signature came in: none does once there are enough
    reported_at: datetime | None = None  # when the last report on it came
    roll: frozenset[str] | None = None
    guilds: dict[str, list[str]] = field(default_factory=dict)  # voter -> their guilds, where they are asked
    frozen_at: datetime | None = None
    reports: dict[str, str] = field(default_factory=dict)  # hash of a change -> of the report on it
    shown: str | None = None  # what ballots have to name of these reports
    casts: dict[str, Json] = field(default_factory=dict)  # voter -> the newest ballot
    marked: set[str] = field(default_factory=set)  # who voted in secret
    tally: Json | None = None
    over: bool = False
    change: "Change | None" = None
    objectors: list[str] = field(default_factory=list)
    petitioners: dict[str, str] = field(default_factory=dict)  # who signed against it -> their guild
    veto: str | None = None  # the vote on vetoing it
    candidates: dict[str, str] = field(default_factory=dict)  # handle -> hash of what they say
    pool: list[str] | None = None  # of its jury, in the order of the draw
    jury: list[str] = field(default_factory=list)  # everybody drawn so far

    @property
    def passed(self) -> bool:
        """Whether its count says that it passed."""
        return (self.tally or {}).get("passed") is True

    @property
    def emergency(self) -> bool:
        """Whether it took force before its vote."""
        return bool(self.submission["pace"] == "emergency")

    @property
    def enacted(self) -> bool:
        """Whether it brought a version that took force, at any time."""
        return self.change is not None and self.change.enacted_at is not None

    def bar(self) -> dict[str, Fraction]:
        """Return what its count has to reach; guilds are asked of the coop's own votes alone."""
        found = bar(self.rules["classes"][self.submission["risk_class"]], self.rules["block"]["threshold"])
        if self.submission["scope"] != "coop":
            found.pop("guilds", None)
        return found

    def question(self) -> Question:
        """Return what its ballots answer."""
        asked, roll, strength = self.submission, len(self.roll or ()), self.rules["ranked"]["strength"]
        options = (asked["method"], asked["options"], roll, self.bar(), asked["patch_sha256"], strength)
        return Question(*options, self.guilds)


@dataclass
class Change:
    """The version of a policy that a proposal brought."""

    vote: Vote
    policy: Place
    number: int
    sha256: str
    enacted_at: datetime | None = None
    renewed_at: datetime | None = None
    undone_as: str | None = None
    undoing: Json | None = None  # the version that took it back, until its end is told
    before: Json = field(default_factory=dict)  # what the policy said before that version
    crossing_owed: bool = False  # whether it was reverted by a tripwire of which nothing was told yet

    @property
    def sunset_at(self) -> datetime | None:
        """When it ends by itself."""
        length, since = self.vote.submission["terms"]["sunset_after"], self.renewed_at or self.enacted_at
        return None if length is None or since is None else since + timedelta(seconds=length)

    def gone(self, at: datetime) -> bool:
        """Say whether what it set stands no more: undone, or due to end while it was covered."""
        if self.undone_as not in COVERED:
            return self.undone_as is not None
        ends_at = self.sunset_at
        return (self.vote.emergency and not self.vote.passed) or (ends_at is not None and ends_at <= at)


@dataclass
class Policy:
    """A policy as layers: the founding and each vote laid the clauses that they changed over those before."""

    number: int = 0
    text: str = ""
    clauses: Json = field(default_factory=dict)  # what it says, as leaves
    layers: dict[int, Json] = field(default_factory=dict)  # number of a version -> what it set, or ABSENT
    changes: list[Change] = field(default_factory=list)

    def lay(self, told: Json) -> None:
        """Take a version in as a layer."""
        new = clauses_of(told["text"])
        self.layers[told["number"]] = {one: new.get(one, ABSENT) for one in changed(self.clauses, new)}

    def standing(self, at: datetime) -> dict[int, Json]:
        """Return the layers that were not gone at a moment, the oldest first."""
        gone = {change.number for change in self.changes if change.gone(at)}
        return {number: set_ for number, set_ in sorted(self.layers.items()) if number not in gone}

    def holds(self, number: int, at: datetime, clauses: Json) -> set[str]:
        """Return which of these clauses say what the version set that laid the topmost layer on them."""
        top = {one: which for which, set_ in self.standing(at).items() for one in set_}
        mine = self.layers[number]
        return {
            one
            for one, which in top.items()
            if which == number and alike(mine[one], clauses.get(one, ABSENT))
        }

    def without(self, number: int, at: datetime, clauses: Json) -> Json:
        """Return what stands below a version on each clause that it holds."""
        below: Json = {}
        for which, set_ in self.standing(at).items():
            below |= set_ if which < number else {}
        return {one: below.get(one, ABSENT) for one in self.holds(number, at, clauses)}


@dataclass
class Lent:
    """A vote that a member of a guild let another cast, from a moment until before another."""

    member: str
    delegate: str
    since: datetime
    until: datetime


@dataclass
class Stay:
    """When a member last entered a guild, and left it."""

    since: datetime
    until: datetime | None = None


@dataclass
class Record:
    """What the events have said so far. Proposals are known by id."""

    at: datetime = datetime.min  # when the event that is being read was written
    seq: int = 0
    tree: Tree = field(default_factory=Tree)
    votes: dict[str, Vote] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # hash of a policy's text -> the text
    policies: dict[Place, Policy] = field(default_factory=dict)
    joint: dict[str, set[str]] = field(default_factory=dict)  # first of some that pass together -> all
    in_force: set[str] = field(default_factory=set)
    council: dict[str, datetime] = field(default_factory=dict)  # steward of the coop -> end of their term
    suspended: dict[str, str] = field(default_factory=dict)  # suspension that nothing lifted -> whose it is
    lent: dict[str, list[Lent]] = field(default_factory=dict)  # guild -> all that was ever lent
    guilds: dict[str, dict[str, Stay]] = field(default_factory=dict)  # guild -> member -> their last stay

    def check(self, event: Json) -> Claims:
        """Check an event by what the ones before have said, and take it in."""
        self.at, self.seq = moment(event["at"]), event["seq"]
        check = CHECKS.get(event["type"])
        if check is not None:
            yield from check(self, event["payload"])

    def closed(self) -> Claims:
        """Check at the end that nothing lacks what should have followed it."""
        for key, vote in self.votes.items():
            if vote.change is not None:
                yield vote.enacted, f"proposal {key} brought a version and was never enacted"
                yield from self._followed(key, vote.change)
        for together in self.joint.values():
            missing = sorted(together - self.in_force)
            apart = missing and together & self.in_force
            yield not apart, f"proposal {missing[:1]} did not take force together with the others"

    def _followed(self, key: str, change: Change) -> Claims:
        policy = self.policies[change.policy]
        shown, ended = policy.holds(change.number, self.at, policy.clauses), change.undone_as
        yield change.undoing is None, f"a version takes back proposal {key}, and nothing says that it ended"
        yield not change.crossing_owed, f"proposal {key} was reverted, and no tripwire was crossed"
        held = change.enacted_at is None or ended is not None or shown
        yield bool(held), f"proposal {key} holds no clause any more, and nothing says that it ended"
        yield not (ended in COVERED and shown), f"proposal {key} is in force again, and nothing says so"


# --- 10. Proposals: what was asked, by whose signatures, in what class, under what rules ---


def submitted(record: Record, told: Json) -> Claims:
    """Check a submission: its hash, its risk class, who signs it."""
    yield told["proposal"] not in record.votes, f"proposal {told['proposal']} was submitted before"
    yield subject_sha256(told) == told["patch_sha256"], "its hash is not that of its patch"
    rules = parsed(record.texts[told["voting_sha256"]])
    vote = record.votes[told["proposal"]] = Vote(told, rules, record.seq, {told["proposer"]}, record.at)
    if told["scope"] == "coop":  # a guild's bounds stand in another policy, which may move meanwhile
        risk = heaviest(record, told)
        yield risk == told["risk_class"], f"its risk class is {risk}, not {told['risk_class']}"
    if told["joint"] is not None:
        together = record.joint.setdefault(told["joint"], set())
        together.discard(told["origin"])
        together.add(told["proposal"])
    if told["kind"] == "veto":
        guilds_own = record.votes[told["target"]].submission["scope"] != "coop"
        yield guilds_own, "a veto is of what a guild has passed"
    yield from in_office(record, vote, told["proposer"])


def risk_of(record: Record, told: Json) -> str:
    """Return the class of a proposal by itself: the weightiest of the changes that can take force."""
    kind = told["kind"]
    if kind == "veto":
        return str(record.votes[told["target"]].rules["petition"]["bar"])
    if kind == "renewal":
        return str(record.votes[told["target"]].submission["risk_class"])
    if kind in NO_POLICY:
        return "C" if kind in ON_PEOPLE else "B"
    before = parsed(record.texts[told["base_sha256"]])
    return max(risk_class(kind, before, patched(before, patch)) for patch in possible(told).values())


def heaviest(record: Record, told: Json) -> str:
    """Return the class of a submission; one that goes on from another without sponsors is no lighter."""
    classes = [risk_of(record, told)]
    if told["origin"] is not None and not told["sponsors_needed"]:
        origin = record.votes[told["origin"]]
        classes += [origin.submission["risk_class"], ORDINARY if origin.objectors else "A"]
    return max(classes)


def amended(record: Record, told: Json) -> Claims:
    """Check an amendment: before the text was locked, its hash, and a class that has not fallen."""
    vote = record.votes[told["proposal"]]
    yield vote.roll is None and not vote.over, "it was amended after its text was locked"
    before, risk = vote.submission["risk_class"], told["risk_class"]
    yield risk >= before, f"its class fell from {before} to {risk}"
    vote.submission = vote.submission | told
    hashed = subject_sha256(vote.submission) == vote.submission["patch_sha256"]
    yield hashed, "its hash is not that of its patch"
    if vote.submission["scope"] == "coop":
        found = max(before, risk_of(record, vote.submission))
        yield found == risk, f"its risk class is {found}, not {risk}"


def sponsored(record: Record, told: Json) -> Claims:
    """Take note of a signature; an emergency measure is signed by stewards in office."""
    vote = record.votes[told["proposal"]]
    vote.began, vote.signed_at = record.seq, record.at
    vote.signed.add(told["sponsor"])
    yield from in_office(record, vote, told["sponsor"])


def unsponsored(record: Record, told: Json) -> Claims:
    """Take note of a signature that was taken back."""
    record.votes[told["proposal"]].signed.discard(told["sponsor"])
    yield from ()


def in_office(record: Record, vote: Vote, signer: str) -> Claims:
    """Check that whoever signs an emergency measure is a steward whose term runs."""
    office = not vote.emergency or record.council.get(signer, record.at) > record.at
    yield office, f"{signer} is no steward in office"


def objected(record: Record, told: Json) -> Claims:
    """Check an objection: to a change by consent that is open, once by each, of those on the roll."""
    vote, member = record.votes[told["proposal"]], told["objector"]
    open_ = vote.submission["method"] == "consent" and vote.tally is None and not vote.over
    yield open_, "it is not open, or not decided by consent"
    yield vote.roll is None or member in vote.roll, f"{member} objected and is not on the roll"
    yield member not in vote.objectors, f"{member} objected twice"
    vote.objectors.append(member)


def petitioned(record: Record, told: Json) -> Claims:
    """Check a signature: of another guild, once by each, against what a guild has passed."""
    vote, signer, guild = record.votes[told["proposal"]], told["petitioner"], told["guild"]
    others = vote.submission["scope"] not in ("coop", f"guild:{guild}")
    yield others, "a petition is of another guild, against what a guild has passed"
    passing = vote.tally is None or vote.passed  # the count may be told only after signatures
    yield passing and not vote.over, "what is petitioned against has not passed, or is over"
    yield signer not in vote.petitioners, f"{signer} signed twice"
    vote.petitioners[signer] = guild


def veto_called(record: Record, told: Json) -> Claims:
    """Check a veto's call: one a proposal, by enough of another guild, to a vote on that proposal.

    That is the share of its members that the rules say, rounded up, and two at least; none who has left it.
    """
    vote, veto = record.votes[told["proposal"]], record.votes[told["veto"]].submission
    yield vote.veto is None, "a veto on it was called before"
    about = (veto["kind"], veto["target"]) == ("veto", told["proposal"])
    yield about, "what was called is no vote on vetoing it"
    people, now = record.guilds.get(told["guild"], {}), record.at
    members = sum(one.since <= now and (one.until is None or now < one.until) for one in people.values())
    staying = {member for member, one in people.items() if one.until is None}
    signed = sum(guild == told["guild"] and one in staying for one, guild in vote.petitioners.items())
    needed = max(2, math.ceil(Fraction(str(vote.rules["petition"]["share"])) * members))
    yield signed >= needed, f"{told['guild']} had not petitioned for it: {signed}, where {needed} had to"
    vote.veto = told["veto"]


def ended(record: Record, told: Json) -> Claims:
    """Check an end: once, rejected only by a count, superseded by objections, vetoed by a vote on that."""
    vote = record.votes[told["proposal"]]
    yield not vote.over and not vote.enacted, "it had ended or been enacted before"
    rejected = vote.tally is not None and not vote.tally["passed"]
    right = (told["as"] == "rejected") is rejected
    yield right, f"it ended as {told['as']}, which its count does not say"
    enough = len(vote.objectors) >= vote.rules["consent"]["objectors"]
    yield told["as"] != "superseded" or enough, "too few had objected to it"
    vetoed = vote.veto is not None and record.votes[vote.veto].passed
    yield told["as"] != "vetoed" or vetoed, "no vote has vetoed it"
    vote.over = True


# --- 11. Votes: the roll before the ballots, each ballot committed when cast, all of it counted again ---


def rehearsed(record: Record, told: Json) -> Claims:
    """Check a report: the first on its change, so that no other can take its place."""
    vote = record.votes[told["proposal"]]
    yield told["patch_sha256"] not in vote.reports, "this change was rehearsed before"
    vote.reports[told["patch_sha256"]], vote.reported_at = told["report_sha256"], record.at


def opened(vote: Vote) -> Claims:
    """Check that of the changes that a vote may choose each was rehearsed before it, or none was.

    Ballots name the report of one change; of several, a hash over all of them by their pointers.
    """
    asks = vote.submission
    told = {
        pointer: vote.reports.get(change_sha256(asks, patch)) for pointer, patch in possible(asks).items()
    }
    found = {pointer: report for pointer, report in told.items() if report is not None}
    for pointer in told:
        yield not found or pointer in found, f"{pointer} was not rehearsed"
    if found:
        vote.shown = sha256_of(found) if len(found) > 1 else next(iter(found.values()))


def opens_at(vote: Vote) -> datetime | None:
    """Return when a vote opens: its text was discussed and verified, and reported on if it is to be.

    An emergency measure's opens as it takes force.
    """
    asks, since, reported_at = vote.submission, vote.signed_at, vote.reported_at
    if vote.emergency or since is None:
        return None if vote.change is None else vote.change.enacted_at
    classes, expedited = vote.rules["classes"], vote.rules["expedited"]
    periods = expedited if asks["pace"] == "expedited" else classes[asks["risk_class"]]
    since += duration(periods["deliberate"]) if asks["entry"] == "deliberation" else timedelta()
    since += duration(periods["verify"]) if asks["entry"] != "voting" else timedelta()
    return since if reported_at is None else max(since, reported_at)


def frozen(record: Record, told: Json) -> Claims:
    """Check a roll: of when its vote opened, each member on it once; an election's settles its slate."""
    vote = record.votes[told["proposal"]]
    yield vote.roll is None, "its roll was frozen before"
    vote.roll, vote.guilds, vote.frozen_at = (
        frozenset(told["roll"]),
        told.get("guilds", {}),
        moment(told["at"]),
    )
    yield len(vote.roll) == len(told["roll"]), "a member is on the roll twice"
    opened_at = opens_at(vote)
    yield vote.frozen_at == opened_at, f"its roll is of {vote.frozen_at}, and its vote opened at {opened_at}"
    yield vote.frozen_at <= record.at, "its roll was frozen before its vote opened"
    yield from opened(vote)
    if vote.submission["kind"] == "election":
        yield from slated(vote, told)


def slated(vote: Vote, told: Json) -> Claims:
    """Check a slate: those who stood and are on the roll, drawn by the hash before, which it renews."""
    standing = [handle for handle in vote.candidates if handle in (vote.roll or ())]
    order = drawn(vote.submission["patch_sha256"], standing)
    slate = [{"label": handle, "statement_sha256": vote.candidates[handle]} for handle in order]
    yield told["slate"] == slate, "its slate is not of those who stood, in the order of the draw"
    options = {**vote.submission["options"], "choices": told["slate"]}
    vote.submission = vote.submission | {"options": options, "patch_sha256": told["patch_sha256"]}
    yield subject_sha256(vote.submission) == told["patch_sha256"], "its hash is not that of its slate"


def may_vote(vote: Vote, voter: str) -> Claims:
    """Check that a voter is on the roll, and in time."""
    yield vote.tally is None and not vote.over, f"the ballot of {voter} came after the vote"
    yield vote.roll is not None and voter in vote.roll, f"{voter} is not on the roll"


def cast(record: Record, told: Json) -> Claims:
    """Check a ballot: on the roll, in time, for this patch and its rehearsal, numbered in order."""
    vote, voter = record.votes[told["proposal"]], told["voter"]
    yield from may_vote(vote, voter)
    bound = told["patch_sha256"] == vote.submission["patch_sha256"]
    yield bound, f"the ballot of {voter} is for another patch"
    seen = told["rehearsal_sha256"] == vote.shown
    yield seen, f"the ballot of {voter} is for another rehearsal"
    next_version = vote.casts.get(voter, {"version": 0})["version"] + 1
    yield told["version"] == next_version, f"a version of the ballot of {voter} is missing or doubled"
    vote.casts[voter] = told


def marked(record: Record, told: Json) -> Claims:
    """Check that a member voted in secret: on people, on the roll, in time, once."""
    vote, voter = record.votes[told["proposal"]], told["voter"]
    yield vote.submission["kind"] in ON_PEOPLE, "this is no vote on people"
    yield from may_vote(vote, voter)
    yield voter not in vote.marked, f"{voter} voted twice"
    vote.marked.add(voter)


def tallied(record: Record, told: Json) -> Claims:
    """Count again: every ballot as it was cast, the bar of the rules, and each number that follows.

    The ``reason`` of a tally says in words what its numbers say; of it only the verdict is compared.
    """
    vote = record.votes[told["proposal"]]
    yield vote.tally is None and not vote.over, "it was counted before, or had ended"
    vote.tally = told["tally"]
    needed = bar(told["bar"], told["bar"]["block"])
    yield needed == vote.bar(), "the bar is not that of the rules it opened under"
    secret = vote.submission["kind"] in ON_PEOPLE
    yield from told_in_secret(vote, told["ballots"]) if secret else revealed(vote, told["ballots"])
    if not secret:
        yield from lent_to(record, vote, told)
    verdict = "Passed" if told["tally"]["passed"] else "Rejected"
    yield told["tally"]["reason"].startswith(f"{verdict}: "), "its reason says another verdict"
    expected = leaves(counted(vote, told, secret))
    found = {clause: value for clause, value in leaves(told["tally"]).items() if clause != "/reason"}
    for clause in sorted(expected.keys() | found.keys()):
        right = clause in expected and clause in found and same(expected[clause], found[clause])
        yield right, f"the tally is wrong: counted again, {clause[1:]} is {expected.get(clause)}"


def counted(vote: Vote, told: Json, secret: bool) -> Json:
    """Return what follows from the ballots; a delegate's counts once more for each who let them vote."""
    question, ballots = vote.question(), told["ballots"]
    if secret and len(vote.marked) < question.need:
        return outcome(question, False, len(vote.marked), chosen=[], count=None)
    of = {ballot.get("voter"): ballot for ballot in ballots}
    return COUNTS[question.method](question, ballots + [of[one["by"]] for one in told.get("delegated", ())])


def revealed(vote: Vote, ballots: Ballots) -> Claims:
    """Check that every newest ballot is there once, as it was cast, and says what is asked."""
    method, options = vote.submission["method"], vote.submission["options"]
    times = Counter(ballot["voter"] for ballot in ballots)
    for voter in sorted(vote.casts.keys() | times):
        yield voter in vote.casts, f"{voter} is counted and never voted"
        yield times[voter] == 1, f"{voter} is counted {times[voter]} times"
    for ballot in ballots:
        voter, cast = ballot["voter"], vote.casts.get(ballot["voter"], {})
        yield ballot["version"] == cast.get("version"), f"the ballot of {voter} is not their newest"
        yield commitment(ballot) == cast.get("commitment"), f"the ballot of {voter} is not the one they cast"
        yield answers(ballot, method, options), f"the ballot of {voter} says what is not asked"


def told_in_secret(vote: Vote, ballots: Ballots) -> Claims:
    """Check that as many ballots are told as voted, in the order of what they say; none where too few did."""
    voted = len(vote.marked)
    if voted < vote.question().need:
        yield not ballots, "too few took part for anything to be told of what they said"
        return
    yield len(ballots) == voted, f"{voted} voted and {len(ballots)} ballots are told"
    places = [(ballot["marks"], ballot["nonce"]) for ballot in ballots]
    ordered = places == sorted(places) and len({nonce for _, nonce in places}) == len(places)
    yield ordered, "the ballots are not in the order of what they say, or one is told twice"
    for ballot in ballots:
        only = ballot.keys() == {"choice", "marks", "nonce"}
        yield only, "a secret ballot tells more than it should, or less"
        said = answers(ballot, vote.submission["method"], vote.submission["options"])
        yield said, "a secret ballot says what is not asked"


def lent_to(record: Record, vote: Vote, told: Json) -> Claims:
    """Check whose votes delegates' ballots count for: exactly those who let them at the close and cast none.

    That is so in a guild's own votes of classes A and B, where its rules allow it and nothing is in haste.
    """
    asked = vote.submission
    calm = asked["pace"] in ("ordinary", "expedited") and asked["risk_class"] in ("A", "B")
    if not (asked["scope"] != "coop" and calm and vote.rules["delegation"]["allowed"]):
        yield not told.get("delegated"), "votes on this cannot be delegated"
        return
    closed_at, voted = moment(told["closed_at"]), {ballot["voter"] for ballot in told["ballots"]}
    expedited, classes = vote.rules["expedited"], vote.rules["classes"]
    period = duration((expedited if asked["pace"] == "expedited" else classes[asked["risk_class"]])["vote"])
    longest = period // timedelta(microseconds=1) * (1 + Fraction(str(vote.rules["extension"]["most"])))
    lasted = closed_at - vote.frozen_at if vote.frozen_at else timedelta()
    in_time = period <= lasted and lasted // timedelta(microseconds=1) <= longest
    yield in_time, "its vote did not close when it should have"
    expected = [
        {"voter": one.member, "by": one.delegate}
        for one in sorted(record.lent.get(asked["scope"].partition(":")[2], ()), key=lambda one: one.member)
        if one.since <= closed_at < one.until
        and one.member in (vote.roll or ())
        and one.member not in voted
        and one.delegate in voted
    ]
    right = told["delegated"] == expected
    yield right, f"delegates' ballots count for others than they should: for {expected}"


# --- 12. What takes force, and goes out of it: every text follows from the one before ---


def version(record: Record, told: Json) -> Claims:
    """Check a policy version: the next number, its cause, and the very text that follows from the cause."""
    place, text, cause = (told["scope"], told["kind"]), told["text"], told["cause"]
    policy = record.policies.setdefault(place, Policy())
    vote = None if told["proposal"] is None else record.votes[told["proposal"]]
    hashed = hashlib.sha256(text.encode()).hexdigest()
    yield hashed == told["sha256"], "its hash is not that of its text"
    yield told["number"] == policy.number + 1, "a version before it is missing"
    if vote is None:
        yield policy.number == 0 and cause == "founding", "no vote brought it, and it is no founding text"
        policy.lay(told)
    elif cause in ("sunset", "tripwire") or (cause == "emergency" and vote.enacted):
        yield from taken_back(policy, place, vote, told)
    else:
        yield from brought(policy, place, vote, told)
    policy.number, policy.text, policy.clauses = told["number"], text, clauses_of(text)
    record.texts[hashed] = text


def brought(policy: Policy, place: Place, vote: Vote, told: Json) -> Claims:
    """Check a version that a vote brought, or stewards before the vote: what its patch makes of the last."""
    asks, at_once = vote.submission, vote.emergency and vote.tally is None
    yield not vote.over and (at_once or vote.passed), "its proposal did not pass"
    yield (asks["scope"], asks["kind"]) == place, "its proposal is about another policy"
    yield (
        told["cause"] == ("emergency" if vote.emergency else "enactment"),
        f"its cause is not {told['cause']}",
    )
    if vote.emergency:
        signed, rules = len(vote.signed), vote.rules["emergency"]
        yield signed >= rules["stewards"], f"{signed} stewards signed, and {rules['stewards']} had to"
        may = asks["kind"] in rules["kinds"] and asks["risk_class"] != "D"
        yield may, "no emergency measure may change this"
    policy.lay(told)
    vote.change = Change(vote, place, told["number"], told["sha256"])
    policy.changes.append(vote.change)
    after = patched(parsed(policy.text), asked(asks, vote.tally))
    right = same(after, parsed(told["text"]))
    yield right, "its text is not what the patch makes of the version before"


def taken_back(policy: Policy, place: Place, vote: Vote, told: Json) -> Claims:
    """Keep a version that takes back a change until the change's end is told."""
    change = vote.change
    yield change is not None and change.policy == place, "its proposal is about another policy"
    if change is not None:
        change.undoing, change.before = told, policy.clauses


def enacted(record: Record, told: Json) -> Claims:
    """Check an enactment: once, of what it brought, with nothing that stands against it."""
    key, vote = told["proposal"], record.votes[told["proposal"]]
    yield not vote.over and not vote.enacted, "it had ended or been enacted before"
    if vote.submission["kind"] in NO_POLICY:
        yield "sha256" not in told and vote.passed, "it did not pass, or is no change of a policy"
    else:
        right = vote.change is not None and vote.change.sha256 == told.get("sha256")
        yield right, "it brought no such version"
    unvetoed = vote.veto is None or (record.votes[vote.veto].tally or {}).get("passed") is False
    yield unvetoed, "it was vetoed, or the vote on that was not over"
    for other in sorted(record.joint.get(vote.submission["joint"], set()) - {key}):
        yield record.votes[other].passed, f"proposal {other} had to pass together with it, and has not"
    record.in_force.add(key)
    if vote.change is not None:
        vote.change.enacted_at = record.at
    vote.over = not vote.emergency


def change_of(record: Record, told: Json) -> Change:
    """Return the change that an event is about; raise LookupError where there is none."""
    change = record.votes[told["proposal"]].change
    if change is None:
        raise LookupError("it has changed no policy")
    return change


def undone(record: Record, told: Json) -> Claims:
    """Check how a change went out of force: at its moment, for its cause, with the right text."""
    change, at = change_of(record, told), moment(told["at"])
    policy, ended_as, undoing = record.policies[change.policy], told["as"], change.undoing
    yield change.enacted_at is not None and change.undone_as is None, "it was not in force"
    yield (undoing or {}).get("sha256") == told.get("sha256"), "it brought no such version"
    yield at <= record.at, "its end is told before it came"
    if ended_as in COVERED:
        yield not policy.holds(change.number, record.at, policy.clauses), "it still holds clauses"
        repealed = policy.changes[-1].vote.submission["target"] == told["proposal"]
        yield (ended_as == "repealed") is repealed, f"it is not {ended_as}"
        own = at == record.at and "sha256" not in told
        yield own, "what is laid over it dates its end, and brings no version of its own"
    else:
        yield from due(change, told, at)
        before = policy.clauses if undoing is None else change.before
        below = policy.without(change.number, at, before)
        left = {one["clause"] for one in told["left"]}
        yield left <= below.keys(), "clauses are named as left that it did not hold"
        found = before | {one: value for one, value in below.items() if one not in left}
        found = {one: value for one, value in found.items() if value is not ABSENT}
        right = found.keys() == policy.clauses.keys() and all(
            alike(found[one], policy.clauses[one]) for one in found
        )
        yield right, "its text is not what stood before the change"
    change.undone_as, change.undoing, change.vote.over = ended_as, None, True


def due(change: Change, told: Json, at: datetime) -> Claims:
    """Check that a change had to end at that moment; a tripwire is told of by an event that follows."""
    vote, cause = change.vote, "sunset"
    lasts, since = duration(vote.rules["emergency"]["lasts"]), change.enacted_at
    unratified = vote.emergency and vote.tally is not None and not vote.passed
    if told["as"] == "sunset":
        yield at == change.sunset_at, "that is not the moment of its sunset"
    elif told["as"] == "reverted" and unratified and since is not None and at == since + lasts:
        cause = "emergency"
    else:
        cause, change.crossing_owed = "tripwire", True
    right = change.undoing is None or change.undoing["cause"] == cause
    yield right, f"the cause of its end is {cause}"


def restored(record: Record, told: Json) -> Claims:
    """Check that a change is in force again: what was laid over it is gone, and its time is not over."""
    change = change_of(record, told)
    policy = record.policies[change.policy]
    shown = policy.holds(change.number, record.at, policy.clauses)
    yield change.undone_as in COVERED and bool(shown), "it is not in force again"
    change.undone_as = None


def renewed(record: Record, told: Json) -> Claims:
    """Check a renewal: by a vote on that change that passed, while the change was in force."""
    change, by, at = change_of(record, told), record.votes[told["by"]], moment(told["at"])
    about = (by.submission["kind"], by.submission["target"]) == ("renewal", told["proposal"])
    yield about, "no vote was about renewing it"
    yield by.passed, "its renewal did not pass"
    ends_at = change.sunset_at
    in_time = change.undone_as is None and ends_at is not None and at < ends_at and at <= record.at
    yield in_time, "it could not be renewed at that moment"
    change.renewed_at = at


def crossed(record: Record, told: Json) -> Claims:
    """Check that a reading crosses a bound that was agreed, and what followed from it."""
    change, value, place = change_of(record, told), Decimal(told["value"]), told["position"]
    agreed = change.vote.submission["terms"]["tripwires"]
    if not 0 <= place < len(agreed):
        yield False, "no such tripwire was agreed"
        return
    bounds = {name: Decimal(str(agreed[place].get(name, value))) for name in ("min", "max")}
    outside = agreed[place]["metric"] == told["metric"] and not bounds["min"] <= value <= bounds["max"]
    yield outside, "no bound was crossed"
    if told["repeal"] is None:
        yield change.crossing_owed, "it was not reverted"
        change.crossing_owed = False
    else:
        repeal = record.votes[told["repeal"]].submission
        opened = (repeal["pace"], repeal["target"]) == ("expedited", told["proposal"])
        yield opened, "no repeal of it was opened"


# --- 13. People: who stands, who sits, who votes for others, who is drawn by lot ---


def unsettled(vote: Vote) -> Claims:
    """Check that a proposal is an election whose slate is not settled."""
    open_ = vote.submission["kind"] == "election" and vote.roll is None and not vote.over
    yield open_, "there is no such election, or its slate is settled"


def stood(record: Record, told: Json) -> Claims:
    """Check a candidate."""
    vote = record.votes[told["proposal"]]
    yield from unsettled(vote)
    vote.candidates[told["candidate"]] = told["statement_sha256"]


def stepped_down(record: Record, told: Json) -> Claims:
    """Check that whoever steps down stood."""
    vote = record.votes[told["proposal"]]
    yield from unsettled(vote)
    stood = vote.candidates.pop(told["candidate"], None)
    yield stood is not None, f"{told['candidate']} did not stand"


def seated(record: Record, told: Json) -> Claims:
    """Check a council: of those elected, in their order, for the term of the rules."""
    vote, since, until = record.votes[told["proposal"]], moment(told["since"]), moment(told["until"])
    open_ = vote.tally is not None and "method" in vote.tally and not vote.over
    yield open_ and told["scope"] == vote.submission["scope"], "no election that is open elected this council"
    chosen = (vote.tally or {})["result"]["chosen"]
    names = [vote.submission["options"]["choices"][place]["label"] for place in chosen]
    right = told["seated"] == [handle for handle in names if handle in told["seated"]]
    yield right, "others are seated than were elected"
    term = duration(vote.rules["council"]["term"])
    yield until - since == term, "its term is not that of the rules"
    if told["scope"] == "coop":
        record.council = dict.fromkeys(told["seated"], until)


def suspended(record: Record, told: Json) -> Claims:
    """Check a suspension: of whom a vote that passed was on, for as many days as it said."""
    vote = record.votes[told["proposal"]]
    options = vote.submission["options"]
    about = vote.submission["kind"] == "suspension" and options["member"] == told["member"]
    passed = about and vote.passed and not vote.over
    yield passed, f"no vote that passed suspended {told['member']}"
    lasts = moment(told["until"]) - moment(told["since"])
    yield not about or lasts == timedelta(days=options["days"]), "it is not for as long as was voted on"
    record.suspended[told["suspension"]] = told["member"]


def suspension_ended(record: Record, told: Json) -> Claims:
    """Check that a suspension that was lifted had begun, and was of the same member."""
    whose = record.suspended.pop(told["suspension"], None)
    yield whose == told["member"], f"{told['member']} was not suspended"


def resigned(record: Record, told: Json) -> Claims:
    """Take note of a steward who leaves the council."""
    if told["scope"] == "coop":
        record.council.pop(told["steward"], None)
    yield from ()


def given(record: Record, told: Json) -> Claims:
    """Check that a vote is let to somebody else: one delegate a member, and one hop."""
    member, delegate, since = told["member"], told["delegate"], moment(told["since"])
    ever = record.lent.setdefault(told["guild"], [])
    running = [one for one in ever if one.since <= since < one.until]
    free = member != delegate and all(one.member != member for one in running)
    yield free, f"{member} has a delegate already, or is their own"
    hop = any(one.member == delegate or one.delegate == member for one in running)
    yield not hop, f"the vote of {member} would take more than one hop"
    ever.append(Lent(member, delegate, since, moment(told["until"])))


def returned(record: Record, told: Json) -> Claims:
    """Check that what is taken back was given."""
    at, pair = moment(told["at"]), (told["member"], told["delegate"])
    running = [one for one in record.lent.get(told["guild"], ()) if one.since <= at < one.until]
    found = [one for one in running if (one.member, one.delegate) == pair]
    yield bool(found), f"{pair[0]} had not let {pair[1]} vote for them"
    for one in found:
        one.until = at


def founded(record: Record, told: Json) -> Claims:
    """Take note that whoever founds a guild belongs to it."""
    record.guilds[told["guild"]] = {told["founder"]: Stay(record.at)}
    yield from ()


def joined(record: Record, told: Json) -> Claims:
    """Take note of who enters a guild."""
    record.guilds[told["guild"]][told["member"]] = Stay(record.at)
    yield from ()


def left_guild(record: Record, told: Json) -> Claims:
    """Take note that whoever leaves a guild neither votes for others there any more, nor they for them."""
    record.guilds[told["guild"]][told["member"]].until = record.at
    for one in record.lent.get(told["guild"], ()):
        if told["member"] in (one.member, one.delegate):
            one.until = min(one.until, record.at)
    yield from ()


def jury_drawn(record: Record, told: Json) -> Claims:
    """Check a draw: by a root of this very ledger, which nobody knew when the pool was fixed."""
    vote, pool, size = record.votes[told["proposal"]], told["pool"], told["checkpoint_size"]
    rules = vote.rules["juries"]
    yield vote.pool is None, "its jury was drawn before"
    wanted = vote.submission["risk_class"] in rules["classes"] and told["size"] == rules["size"]
    yield wanted, "no such jury is asked for"
    yield not vote.signed.intersection(pool), "whoever signed the proposal is in the pool"
    listed = "".join(f"{handle}\n" for handle in sorted(pool))
    hashed = hashlib.sha256(listed.encode()).hexdigest()
    yield told["pool_sha256"] == hashed, "the hash of the pool is not that of its handles"
    later = vote.began <= size <= record.tree.size and told["checkpoint"] == record.tree.root(size).hex()
    yield later, "its checkpoint is not one of this ledger, from after deliberation began"
    seed = hashlib.sha256(f"{told['checkpoint']}{told['pool_sha256']}".encode()).hexdigest()
    yield told["seed"] == seed, "its seed is not that of its checkpoint and pool"
    order = drawn(told["seed"], pool)
    right = len(set(pool)) == len(pool) >= told["size"] and told["jurors"] == order[: told["size"]]
    yield right, "drawn again it is another jury"
    vote.pool, vote.jury = order, list(told["jurors"])


def declined(record: Record, told: Json) -> Claims:
    """Check that a juror stepped down, and that the next in the draw follows."""
    yield from of_jury(record, told)
    vote = record.votes[told["proposal"]]
    follows = next(iter((vote.pool or [])[len(vote.jury) :]), None)
    yield told["follows"] == follows, f"{follows} is the next in the draw"
    vote.jury += [] if told["follows"] is None else [told["follows"]]


def of_jury(record: Record, told: Json) -> Claims:
    """Check that somebody was drawn: nobody else steps down, or gives a verdict."""
    vote = record.votes[told["proposal"]]
    yield vote.pool is not None and told["juror"] in vote.jury, f"{told['juror']} was not drawn"


CHECKS: dict[str, Callable[[Record, Json], Claims]] = {
    "proposal.submitted": submitted,
    "proposal.amended": amended,
    "proposal.rehearsed": rehearsed,
    "proposal.sponsored": sponsored,
    "proposal.unsponsored": unsponsored,
    "proposal.objected": objected,
    "proposal.petitioned": petitioned,
    "veto.called": veto_called,
    "proposal.ended": ended,
    "roll.frozen": frozen,
    "ballot.cast": cast,
    "ballot.marked": marked,
    "proposal.tallied": tallied,
    "policy.version": version,
    "proposal.enacted": enacted,
    "proposal.undone": undone,
    "proposal.restored": restored,
    "proposal.renewed": renewed,
    "tripwire.crossed": crossed,
    "candidate.stood": stood,
    "candidate.stepped_down": stepped_down,
    "council.seated": seated,
    "council.resigned": resigned,
    "member.suspended": suspended,
    "member.suspension_ended": suspension_ended,
    "delegation.given": given,
    "delegation.ended": returned,
    "guild.founded": founded,
    "guild.joined": joined,
    "guild.left": left_guild,
    "jury.drawn": jury_drawn,
    "jury.declined": declined,
    "jury.verdict": of_jury,
}
"""Type of event → what has to hold of it."""


# --- 14. All of it together ---


def verify(
    ledger: Iterable[bytes], signed: Iterable[bytes], receipts: Mapping[str, bytes], keys: Sequence[bytes]
) -> Report:
    """Check the lines of an export, the lines of its checkpoints, and receipts by name."""
    report = Report(keys_given=bool(keys))
    notes: list[tuple[str, Checkpoint]] = []
    kept: list[tuple[str, Receipt]] = []
    for number, line in enumerate(signed, 1):
        found, where = [note for _, note in notes[-1:]], f"checkpoints line {number}"
        report.check(where, check_checkpoint(line, keys, found))
        notes += [(where, note) for note in found[len(notes[-1:]) :]]
        report.checkpoints = number
    report.covered = max((note.size for _, note in notes), default=0)
    for name, text in receipts.items():
        alone: list[Receipt] = []
        report.check(f"receipt {name}", check_alone(text, keys, alone))
        kept += [(f"receipt {name}", receipt) for receipt in alone]
        report.receipts += 1
    notes += [(where, receipt.note) for where, receipt in kept if receipt.note is not None]
    seqs = set[int]().union(*(receipt.seqs() for _, receipt in kept))
    tree, events = read_ledger(ledger, seqs, report)
    for where, note in notes:
        report.check(where, check_root(note, tree))
    for where, receipt in kept:
        report.check(where, check_receipt(receipt, events))
    report.keys = sorted({note.key for _, note in notes})
    return report


def read_ledger(lines: Iterable[bytes], seqs: set[int], report: Report) -> tuple[Tree, dict[int, Json]]:
    """Check every event; return the tree over them, and the events of the numbers that are asked for."""
    record, types, named = Record(), Counter[str](), dict[int, Json]()
    for number, line in enumerate(lines, 1):
        event: Json = {"hash": "0" * 64}
        try:
            event = parse_event(line)
        except UNREADABLE as error:
            report.check(f"event {number}", iter([(False, f"it cannot be read: {error}")]))
        else:
            report.check(f"event {number}", check_link(event, number, report.head))
            report.check(f"event {number}", record.check(event))
            types[event["type"]] += 1
        report.head = event["hash"]
        record.tree.add(bytes.fromhex(report.head))
        if number in seqs:
            named[number] = event
    report.check("the end", record.closed())
    report.events, report.proposals = record.tree.size, len(record.votes)
    report.tallies = types["proposal.tallied"]
    report.unchecked = {type: types[type] for type in sorted(types.keys() - CHECKS)}
    return record.tree, named


def in_words(report: Report, most: int = 20) -> str:
    """Return a report as text; at most so many problems are listed."""
    lines = [f"{one['where']}: {one['detail']}" for one in report.problems[:most]]
    if len(report.problems) > most:
        lines.append(f"... and {len(report.problems) - most} more (--json lists all)")
    lines += [
        f"{report.events} events, the last {report.head}",
        f"{report.proposals} proposals, {report.tallies} votes counted again, {report.receipts} receipts",
        f"{report.checkpoints} checkpoints, {report.covered} events under the newest",
    ]
    source = "as you named it" if report.keys_given else "NOT named by you: compare it with the one you noted"
    lines += [f"signed with {key} ({source})" for key in report.keys]
    return "\n".join([*lines, "Something does not hold." if report.problems else "All of it holds.", ""])


def read_key(argument: str) -> bytes:
    """Return the key that an argument is, or that the file it names holds."""
    try:
        path = Path(argument)
        return parse_key(path.read_text(encoding="utf-8") if path.is_file() else argument)
    except (*UNREADABLE, OSError) as error:
        raise argparse.ArgumentTypeError(f"no key is to be read from {argument!r}: {error}") from error


def main() -> int:
    """Do what the command line asks; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--checkpoints", type=Path)
    parser.add_argument("--receipt", type=Path, action="append", default=[])
    parser.add_argument("--key", type=read_key, action="append", default=[], metavar="FILE|KEY")
    parser.add_argument("--json", action="store_true", help="tell it to a program")
    asked = parser.parse_args()
    try:
        receipts = {str(path): path.read_bytes() for path in asked.receipt}
        notes = asked.checkpoints.read_bytes().splitlines(keepends=True) if asked.checkpoints else []
        with asked.ledger.open("rb") as lines:
            report = verify(lines, notes, receipts, asked.key)
    except OSError as error:
        parser.exit(2, f"verify: {error}\n")
    sys.stdout.write(json.dumps(asdict(report)) + "\n" if asked.json else in_words(report))
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
