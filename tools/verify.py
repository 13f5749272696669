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
and is over exactly these events (a Merkle tree, RFC 6962); that every receipt agrees; and, by counting again,
that every vote came out as recorded and put in force the very text that was voted on.
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
from decimal import Decimal
from fractions import Fraction
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
    """A tree that grows by one leaf at a time and keeps only its right edge."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def add(self, entry: bytes) -> None:
        """Add one entry: two complete subtrees of one height become one, as carries do in a sum."""
        found, carry = leaf_hash(entry), self.size
        while carry % 2:
            found, carry = node_hash(self._edge.pop(), found), carry // 2
        self._edge.append(found)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all entries so far, of which there is at least one."""
        *rest, found = self._edge
        for left in reversed(rest):
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


def check_root(note: Checkpoint, events: int, roots: Mapping[int, bytes]) -> Claims:
    """Check that a checkpoint is over these very events."""
    size = note.size
    yield size <= events, f"it covers {size} events, and the export ends after {events}: some are missing"
    same_root = size > events or roots[size] == note.root
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
        for name in ("proposal", "voter", "version", "patch_sha256", "commitment"):
            told = event["payload"].get(name)
            yield not kept or told == ballot[name], f"the export records this ballot with another {name}"
        yield commitment(ballot) == ballot["commitment"], "what it says is not what was committed to"


# --- 6. Policies: TOML, clauses by JSON Pointer (RFC 6901), patches (RFC 6902) ---


def same(one: Any, other: Any) -> bool:
    """Say whether two values are equal as JSON has it: 1 is 1.0, and neither is true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def leaves(data: Json, prefix: str = "") -> Json:
    """Return every clause: JSON Pointer → value. A list is one clause."""
    found: Json = {}
    for key, value in data.items():
        pointer = f"{prefix}/{key.replace('~', '~0').replace('/', '~1')}"
        found |= leaves(value, pointer) if isinstance(value, dict) else {pointer: value}
    return found


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


BEYOND_BOUNDS = {"feeds": "B", "audience": "B", "media": "B", "deliberation": "B", "membership": "C"}
"""Kind of policy → risk class of a change beyond declared bounds; any other kind is D, the strictest."""


def risk_class(kind: str, before: Json, after: Json) -> str:
    """Return how much a change to the coop's own policy can do, from what it changes."""
    old, new = leaves(before), leaves(after)
    bounds = before.get("bounds", {}).get("coop", {})
    added = old.keys() ^ new.keys()
    moved = {clause for clause in old.keys() & new.keys() if _differs(old[clause], new[clause])}
    if any(clause.startswith("/bounds/") for clause in added | moved):
        return "D"
    if not added and all(_within(new[clause], bounds.get(clause, {})) for clause in moved):
        return "A"
    return BEYOND_BOUNDS.get(kind, "D")


def _differs(one: Any, other: Any) -> bool:
    return type(one) is not type(other) or bool(one != other)


def _within(value: Any, bound: Json) -> bool:
    if value in bound.get("one_of", ()):
        return True
    if isinstance(value, bool) or not isinstance(value, int | float) or not bound.keys() & {"min", "max"}:
        return False
    return bool(bound.get("min", value) <= value <= bound.get("max", value))


# --- 7. Votes: every event of one has its check, and all of it is computed again ---


SUBJECT = (
    "scope",
    "kind",
    "base_sha256",
    "patch",
    "method",
    "options",
    "target",
    "terms",
    "proposer",
    "nonce",
)
"""What the hash of a proposal covers."""
CLASSES = "ABCD"


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


def count(ballots: list[Json], vote: "Vote") -> Json:
    """Return what follows from the final ballots for and against, as an event tells it.

    It passes when For ≥ max(min′, ⌈floor × roll⌉), where min′ is min but at most half the roll, rounded up;
    when For ÷ (For + Against + Block) ≥ threshold, which one block raises; and, where guilds are asked, when
    of those that took part a share has more For than not.
    """
    bar, roll, chosen = vote.bar, len(vote.roll or ()), Counter(ballot["choice"] for ballot in ballots)
    need = max(1, math.ceil(min(bar["min"], Fraction(roll, 2))), math.ceil(bar["floor"] * roll))
    threshold = max(bar["threshold"], bar["block"]) if chosen["block"] else bar["threshold"]
    found: Json = {name: chosen[name] for name in ("for", "against", "abstain", "block")}
    sided = found["for"] + found["against"] + found["block"]
    found |= {"roll": roll, "need": need, "threshold": str(threshold)}
    found["passed"] = found["for"] >= need and found["for"] >= threshold * sided
    if "guilds" in bar:
        margins: dict[str, list[int]] = {}
        for ballot in ballots:
            for guild in vote.guilds.get(ballot["voter"], ()) if ballot["choice"] != "abstain" else ():
                margins.setdefault(guild, []).append(1 if ballot["choice"] == "for" else -1)
        agree = sum(sum(sides) > 0 for sides in margins.values())
        found["passed"] = found["passed"] and agree >= bar["guilds"] * len(margins)
        found["guilds"] = {"took_part": len(margins), "in_favour": agree, "share": str(bar["guilds"])}
    return found


COUNTS: dict[str, Callable[[list[Json], "Vote"], Json]] = {"majority": count, "consent": count}
"""Method → what follows from the ballots by it."""


@dataclass
class Vote:
    """What the events have said of one proposal so far."""

    submission: Json
    bar: dict[str, Fraction]
    roll: frozenset[str] | None = None
    guilds: dict[str, list[str]] = field(default_factory=dict)  # voter -> their guilds, where they are asked
    casts: dict[str, Json] = field(default_factory=dict)  # voter -> the newest ballot
    tally: Json | None = None
    over: bool = False
    version: Json | None = None


@dataclass
class Record:
    """What the events have said so far, and what has to hold of each next one."""

    votes: dict[str, Vote] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # hash of a policy's text -> the text
    heads: dict[tuple[str, str], Json] = field(default_factory=dict)  # (scope, kind) -> newest version

    def submitted(self, told: Json) -> Claims:
        """Check a submission: its hash, its risk class, the rules it opened under."""
        yield told["proposal"] not in self.votes, f"proposal {told['proposal']} was submitted before"
        yield from self._stands(told, "A")

    def amended(self, told: Json) -> Claims:
        """Check an amendment as a submission; the class may not fall."""
        vote = self.votes[told["proposal"]]
        yield vote.roll is None and not vote.over, "it was amended after its text was locked"
        yield from self._stands(vote.submission | told, vote.submission["risk_class"])

    def _stands(self, told: Json, least: str) -> Claims:
        hashed = sha256_of({name: told[name] for name in SUBJECT})
        yield hashed == told["patch_sha256"], "its hash is not that of its patch"
        voting, risk = tomllib.loads(self.texts[told["voting_sha256"]]), told["risk_class"]
        self.votes[told["proposal"]] = Vote(told, bar(voting["classes"][risk], voting["block"]["threshold"]))
        if told["scope"] == "coop":  # a guild's bounds stand in another policy, which may move meanwhile
            before = tomllib.loads(self.texts[told["base_sha256"]])
            found = max(least, risk_class(told["kind"], before, patched(before, told["patch"])))
            yield found == risk, f"its risk class is {found}, not {risk}"

    def frozen(self, told: Json) -> Claims:
        """Check a roll: one a proposal, each member on it once."""
        vote = self.votes[told["proposal"]]
        yield vote.roll is None, "its roll was frozen before"
        vote.roll, vote.guilds = frozenset(told["roll"]), told.get("guilds", {})
        yield len(vote.roll) == len(told["roll"]), "a member is on the roll twice"

    def cast(self, told: Json) -> Claims:
        """Check a ballot: on the roll, in time, for this patch, numbered in order."""
        vote, voter = self.votes[told["proposal"]], told["voter"]
        yield vote.tally is None and not vote.over, f"the ballot of {voter} came after the vote"
        yield vote.roll is not None and voter in vote.roll, f"{voter} is not on the roll"
        bound = told["patch_sha256"] == vote.submission["patch_sha256"]
        yield bound, f"the ballot of {voter} is for another patch"
        next_version = vote.casts.get(voter, {"version": 0})["version"] + 1
        yield told["version"] == next_version, f"a version of the ballot of {voter} is missing or doubled"
        vote.casts[voter] = told

    def tallied(self, told: Json) -> Claims:
        """Count again: every newest ballot revealed as it was cast, the bar and the tally as recorded."""
        vote, ballots = self.votes[told["proposal"]], told["ballots"]
        yield vote.tally is None and not vote.over, "it was counted before, or had ended"
        counted = Counter(ballot["voter"] for ballot in ballots)
        for voter in sorted(vote.casts.keys() | counted):
            yield voter in vote.casts, f"{voter} is counted and never voted"
            yield counted[voter] == 1, f"{voter} is counted {counted[voter]} times"
        for ballot in ballots:
            voter, cast = ballot["voter"], vote.casts.get(ballot["voter"], {})
            yield ballot["version"] == cast.get("version"), f"the ballot of {voter} is not their newest"
            kept = commitment(ballot) == cast.get("commitment")
            yield kept, f"the ballot of {voter} is not the one they cast"
        needed = bar(told["bar"], told["bar"]["block"])
        yield needed == vote.bar, "the bar is not that of the rules it opened under"
        expected = COUNTS[vote.submission["method"]](ballots, vote)
        for name, number in expected.items():
            right = same(number, told["tally"][name])
            yield right, f"the tally is wrong: counted again, {name} is {number}"
        vote.tally = told["tally"]

    def version(self, told: Json) -> Claims:
        """Check a policy version: the next number, and the very text that a passed vote asks for."""
        place, text = (told["scope"], told["kind"]), told["text"]
        head = self.heads.get(place, {"number": 0, "text": ""})
        hashed = hashlib.sha256(text.encode()).hexdigest()
        yield hashed == told["sha256"], "its hash is not that of its text"
        yield told["number"] == head["number"] + 1, "a version before it is missing"
        self.heads[place], self.texts[hashed] = told, text
        if told["proposal"] is None:
            yield head["number"] == 0, "no vote brought it, and it is no founding text"
            return
        vote = self.votes[told["proposal"]]
        yield not vote.over and (vote.tally or {}).get("passed") is True, "its proposal did not pass"
        asked = (vote.submission["scope"], vote.submission["kind"])
        yield asked == place, "its proposal is about another policy"
        vote.version = told
        after = patched(tomllib.loads(head["text"]), vote.submission["patch"])
        yield same(after, tomllib.loads(text)), "its text is not what the patch makes of the version before"

    def enacted(self, told: Json) -> Claims:
        """Check an enactment: once, and of the version that the proposal brought."""
        vote = self.votes[told["proposal"]]
        yield not vote.over, "it had ended or been enacted before"
        yield (vote.version or {}).get("sha256") == told.get("sha256"), "it brought no such version"
        vote.over = True

    def ended(self, told: Json) -> Claims:
        """Check an end: once, and rejected only by a count."""
        vote = self.votes[told["proposal"]]
        yield not vote.over, "it had ended or been enacted before"
        rejected = vote.tally is not None and not vote.tally["passed"]
        right = (told["as"] == "rejected") is rejected
        yield right, f"it ended as {told['as']}, which its count does not say"
        vote.over = True

    def closed(self) -> Claims:
        """Check at the end that nothing lacks what should have followed it."""
        for key, vote in self.votes.items():
            enacted = vote.version is None or vote.over
            yield enacted, f"proposal {key} brought a version and was never enacted"


CHECKS: dict[str, Callable[[Record, Json], Claims]] = {
    "policy.version": Record.version,
    "proposal.submitted": Record.submitted,
    "proposal.amended": Record.amended,
    "roll.frozen": Record.frozen,
    "ballot.cast": Record.cast,
    "proposal.tallied": Record.tallied,
    "proposal.enacted": Record.enacted,
    "proposal.ended": Record.ended,
}
"""Type of event → what has to hold of it."""


# --- 8. All of it together ---


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
    roots, events = read_ledger(ledger, {note.size for _, note in notes}, seqs, report)
    for where, note in notes:
        report.check(where, check_root(note, report.events, roots))
    for where, receipt in kept:
        report.check(where, check_receipt(receipt, events))
    report.keys = sorted({note.key for _, note in notes})
    return report


def read_ledger(
    lines: Iterable[bytes], sizes: set[int], seqs: set[int], report: Report
) -> tuple[dict[int, bytes], dict[int, Json]]:
    """Check every event; return the roots at the sizes and the events of the numbers that are asked for."""
    tree, record, types = Tree(), Record(), Counter[str]()
    roots, named = {}, {}
    for number, line in enumerate(lines, 1):
        event: Json = {"hash": "0" * 64}
        try:
            event = parse_event(line)
        except UNREADABLE as error:
            report.check(f"event {number}", iter([(False, f"it cannot be read: {error}")]))
        else:
            report.check(f"event {number}", check_link(event, number, report.head))
            if event["type"] in CHECKS:
                report.check(f"event {number}", CHECKS[event["type"]](record, event["payload"]))
            types[event["type"]] += 1
        report.head = event["hash"]
        tree.add(bytes.fromhex(report.head))
        if tree.size in sizes:
            roots[tree.size] = tree.root()
        if number in seqs:
            named[number] = event
    report.check("the end", record.closed())
    report.events, report.proposals, report.tallies = tree.size, len(record.votes), types["proposal.tallied"]
    report.unchecked = {type: types[type] for type in sorted(types.keys() - CHECKS)}
    return roots, named


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
