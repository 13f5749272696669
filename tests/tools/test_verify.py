"""The stand-alone verifier: it agrees with the platform on whole records, and finds every bent one."""

import ast
import base64
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
import rfc8785
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine

from coop import checkpoints
from coop.clock import Clock
from coop.database import Database
from coop.merkle import grown, leaf_hash, span_hash
from coop.settings import ROOT
from coop.signing import verifier
from governance import audit
from tests.governance import test_audit as made_up
from tests.governance.assembly import passing
from tests.thorough import much
from tests.tools.record import KEY, ORIGIN, Events, Kept, lived, rebuilt, resigned
from tools import verify
from tools.commands import cli
from tools.verify import Report

VERIFY = ROOT / "tools" / "verify.py"
PUBLIC = verify.parse_key(verifier(KEY, ORIGIN))


@pytest.fixture(scope="module")
def kept(engine: Engine) -> Kept:
    """A record, made once and rolled back."""
    with passing(engine) as assembly:
        assembly.admit(5)
        return lived(assembly)


def check(
    lines: Iterable[bytes],
    notes: Iterable[bytes] = (),
    receipt: bytes | None = None,
    keys: tuple[bytes, ...] = (PUBLIC,),
) -> Report:
    return verify.verify(lines, notes, {} if receipt is None else {"mine": receipt}, keys)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the file as a stranger would: alone, in a folder that holds nothing of ours."""
    command = [sys.executable, "-I", str(VERIFY), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def write(folder: Path, kept: Kept) -> None:
    (folder / "ledger").write_bytes(b"".join(kept.ledger))
    (folder / "checkpoints").write_bytes(b"".join(kept.checkpoints))
    (folder / "receipt").write_bytes(kept.ballot)


WITH_ALL = ("ledger", "--checkpoints", "checkpoints", "--receipt", "receipt")


def test_law_10_a_stranger_verifies_a_whole_record(kept: Kept, tmp_path: Path) -> None:
    write(tmp_path, kept)
    done = run(tmp_path, *WITH_ALL, "--key", verifier(KEY, ORIGIN), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    tallies = [event for event in kept.events if event["type"] == "proposal.tallied"]
    assert report["problems"] == []
    assert (report["events"], report["tallies"]) == (len(kept.ledger), len(tallies))
    assert (report["head"], report["proposals"]) == (kept.events[-1]["hash"], 5)
    assert (report["checkpoints"], report["covered"], report["receipts"]) == (4, len(kept.ledger), 1)
    assert (report["keys"], report["keys_given"]) == ([verifier(KEY, ORIGIN)], True)


def test_without_a_key_of_ones_own_the_one_believed_is_named(kept: Kept, tmp_path: Path) -> None:
    write(tmp_path, kept)
    done = run(tmp_path, *WITH_ALL)
    assert done.returncode == 0
    assert f"signed with {verifier(KEY, ORIGIN)} (NOT named by you" in done.stdout
    assert done.stdout.endswith("All of it holds.\n")


def test_what_does_not_hold_is_told_with_its_place(kept: Kept, tmp_path: Path) -> None:
    write(tmp_path, kept)
    (tmp_path / "ledger").write_bytes(b"".join(kept.ledger).replace(b'"for"', b'"nay"', 1))
    done = run(tmp_path, "ledger")
    seq = next(event["seq"] for event in kept.events if event["type"] == "proposal.tallied")
    assert done.returncode == 1
    assert f"event {seq}: its hash does not match what it says\n" in done.stdout
    assert done.stdout.endswith("Something does not hold.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "No such file"),
        (("ledger", "--checkpoints", "nowhere"), "No such file"),
        (("ledger", "--key", "rosebud"), "no key is to be read"),
        (("ledger", "--key", verifier(KEY, "another") + "="), "no key is to be read"),
    ],
)
def test_what_cannot_be_read_is_told_apart_from_what_does_not_hold(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "ledger").write_bytes(b"")
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_key_is_taken_in_each_form_it_is_told_in(tmp_path: Path) -> None:
    told = verifier(KEY, ORIGIN)
    (tmp_path / "key").write_text(f"{told}\n")
    raw = base64.b64encode(PUBLIC).decode()
    for form in (told, told.split("+", 2)[2], raw, str(tmp_path / "key")):
        assert verify.read_key(form) == PUBLIC


def test_it_needs_nothing_but_the_standard_library_and_cryptography() -> None:
    tree = ast.parse(VERIFY.read_text(encoding="utf-8"))
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names == {"cryptography"}


def test_what_the_command_exports_is_what_it_verifies(
    committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checkpoints.keep_up(committed, KEY, ORIGIN, Clock()) == 1
    monkeypatch.setattr("tools.commands.Database", lambda url: committed)
    files = [str(tmp_path / "ledger"), "--checkpoints", str(tmp_path / "checkpoints")]
    exported = CliRunner().invoke(cli, ["ledger", "export", *files])
    assert exported.exit_code == 0, exported.output
    done = run(tmp_path, *files, "--key", verifier(KEY, ORIGIN), "--json")
    report = json.loads(done.stdout)
    assert (report["problems"], report["checkpoints"]) == ([], 1)
    assert report["covered"] == report["events"] > 0
    assert CliRunner().invoke(cli, ["ledger", "verify", files[0]]).exit_code == 0


# --- A record whose keeper wrote the whole chain anew: only what it says can give it away.


TAMPERINGS = [
    made_up.flip_a_ballot,
    made_up.flip_a_ballot_and_its_tally,
    made_up.forget_a_ballot,
    made_up.count_a_ballot_twice,
    made_up.count_an_older_ballot,
    made_up.lower_the_bar,
    made_up.call_a_failed_vote_passed,
    made_up.stuff_the_roll,
    made_up.strike_a_voter_off_the_roll,
    made_up.swap_the_patch,
    made_up.lighten_the_class,
    made_up.vote_for_another_patch,
    made_up.lose_a_version_of_a_ballot,
    made_up.enact_another_text,
    made_up.change_a_policy_without_a_vote,
    made_up.enact_twice,
    made_up.never_enact,
    made_up.reject_what_passed,
    made_up.leave_something_out,
]


def test_law_04_verifier_and_audit_agree_that_an_honest_record_holds(kept: Kept) -> None:
    assert audit.problems(kept.events) == []
    assert check(rebuilt(kept.events)).problems == []


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_law_04_verifier_and_audit_agree_on_a_record_that_was_made_up(
    kept: Kept, tamper: Callable[[Events], None]
) -> None:
    events = kept.events
    tamper(events)
    lines = rebuilt(events)
    assert audit.problems([json.loads(line) for line in lines])
    found = check(lines).problems
    assert found
    assert not any("hash does not match" in one["detail"] for one in found)


# --- One old receipt, against a keeper who holds the key and everything else.


def drop(lines: list[Any], receipt: int) -> list[Any]:
    return lines[: receipt - 3] + lines[receipt - 2 :]


def swap(lines: list[Any], receipt: int) -> list[Any]:
    return [*lines[: receipt - 3], lines[receipt - 2], lines[receipt - 3], *lines[receipt - 1 :]]


def insert(lines: list[Any], receipt: int) -> list[Any]:
    return [*lines[: receipt - 3], lines[0], *lines[receipt - 3 :]]


def cut(lines: list[Any], receipt: int) -> list[Any]:
    return lines[: receipt - 1]


CHANGES = [drop, swap, insert, cut]


def receipt_seq(kept: Kept) -> int:
    found: int = json.loads(kept.ballot)["ledger"]["seq"]
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_law_10_an_event_lost_moved_added_or_cut_off_is_found(
    kept: Kept, change: Callable[[list[Any], int], list[Any]]
) -> None:
    lines = change(kept.ledger, receipt_seq(kept))
    assert check(lines, receipt=kept.ballot).problems
    assert check(lines, kept.checkpoints).problems


@pytest.mark.parametrize("change", CHANGES)
def test_law_10_a_chain_built_anew_and_signed_anew_is_found_by_one_old_receipt(
    kept: Kept, change: Callable[[list[Any], int], list[Any]]
) -> None:
    lines = rebuilt(change(kept.events, receipt_seq(kept)))
    notes = resigned(lines, [len(lines) // 2, len(lines)])
    report = check(lines, notes, kept.ballot)
    assert {one["where"] for one in report.problems} >= {"receipt mine"}
    assert not any(one["where"].startswith("checkpoints") for one in report.problems)


def test_law_10_a_chain_changed_long_before_the_receipt_is_found_by_it(kept: Kept) -> None:
    """Only the time of the very first event is another; nothing that is said of any vote."""
    events = kept.events
    events[0]["at"] = "2020-01-01T00:00:00.000000+00:00"
    lines = rebuilt(events)
    assert check(lines, resigned(lines, [len(lines)])).problems == []
    found = check(lines, resigned(lines, [len(lines)]), kept.ballot).problems
    assert any("rewritten" in one["detail"] for one in found)


def test_law_10_a_record_restored_from_too_old_a_backup_is_found(kept: Kept) -> None:
    report = check(kept.ledger[: receipt_seq(kept) - 4], receipt=kept.ballot)
    assert any("the export ends after" in one["detail"] for one in report.problems)


def test_law_10_checkpoints_of_another_key_are_not_believed(kept: Kept) -> None:
    other = Ed25519PrivateKey.generate()
    notes = resigned(kept.ledger, [len(kept.ledger)], other)
    assert check(kept.ledger, notes, keys=()).problems == []
    (found,) = check(kept.ledger, notes).problems
    assert found == {
        "where": "checkpoints line 1",
        "detail": "it cannot be read: ValueError('it is not signed with a key that you trust')",
    }


def test_law_10_checkpoints_that_shrink_or_change_their_ledger_are_found(kept: Kept) -> None:
    assert check(kept.ledger, reversed(kept.checkpoints)).problems
    assert check(kept.ledger, [*kept.checkpoints, kept.checkpoints[-1]]).problems


def without_proof(told: dict[str, Any]) -> None:
    del told["proof"]


def another_choice(told: dict[str, Any]) -> None:
    told["choice"] = "against"


def another_proposal(told: dict[str, Any]) -> None:
    told["proposal"] = "1"


def another_rehearsal(told: dict[str, Any]) -> None:
    told["rehearsal_sha256"] = "0" * 64


def another_event(told: dict[str, Any]) -> None:
    told["ledger"]["seq"] -= 1


def a_proof_of_another_event(told: dict[str, Any]) -> None:
    told["ledger"] |= {"seq": told["proof"]["event"]["seq"] - 1, "hash": told["proof"]["event"]["prev"]}


def a_shorter_proof(told: dict[str, Any]) -> None:
    told["proof"]["hashes"].pop()


def a_longer_proof(told: dict[str, Any]) -> None:
    told["proof"]["hashes"] += told["proof"]["hashes"]


def another_size(told: dict[str, Any]) -> None:
    told["proof"]["size"] += 1


def another_payload(told: dict[str, Any]) -> None:
    told["proof"]["event"]["payload"]["version"] += 1


def nothing_at_all(told: dict[str, Any]) -> None:
    told.clear()


@pytest.mark.parametrize(
    "change",
    [
        another_choice,
        another_proposal,
        another_rehearsal,
        another_event,
        a_proof_of_another_event,
        a_shorter_proof,
        a_longer_proof,
        another_size,
        another_payload,
        nothing_at_all,
    ],
)
def test_a_receipt_that_was_bent_is_found(kept: Kept, change: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads(kept.ballot)
    change(told)
    found = check(kept.ledger, kept.checkpoints, json.dumps(told).encode()).problems
    assert {one["where"] for one in found} == {"receipt mine"}


def test_a_receipt_may_be_a_ballot_alone_or_a_proof_alone(kept: Kept) -> None:
    told = json.loads(kept.ballot)
    assert check(kept.ledger, receipt=json.dumps(told["proof"]).encode()).problems == []
    without_proof(told)
    assert check(kept.ledger, receipt=json.dumps(told).encode()).problems == []


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"7", b"null", b'{"ledger": 7}', b'{"checkpoint": ""}', b"\xff"]
)
def test_a_receipt_that_is_none_is_told(kept: Kept, text: bytes) -> None:
    assert [one["where"] for one in check(kept.ledger, receipt=text).problems] == ["receipt mine"]


# --- Every byte.


def flipped(whole: bytes, place: int, bit: int = 1) -> list[bytes]:
    changed = bytearray(whole)
    changed[place] ^= bit
    return bytes(changed).splitlines(keepends=True) if b"\r" not in changed else bytes(changed).split(b"\n")


def small() -> tuple[bytes, bytes]:
    """Three events that say little, and two checkpoints over them."""
    events = [
        {"seq": 0, "at": "2027-03-01T12:00:00.000000+00:00", "type": "note", "payload": payload}
        for payload in (
            {"text": "grüße", "number": 7},
            {},
            {"list": [1, 0.5, True, None], "nested": {"a": ""}},
        )
    ]
    lines = rebuilt([event | {"prev": "", "hash": ""} for event in events])
    return b"".join(lines), b"".join(resigned(lines, [1, 3]))


def test_law_10_every_changed_byte_of_a_small_record_is_found() -> None:
    whole, notes = small()
    assert check(whole.splitlines(keepends=True), notes.splitlines(keepends=True)).problems == []
    for place in range(len(whole)):
        for bit in (1, 32):
            assert check(flipped(whole, place, bit)).problems, whole[place - 9 : place + 9]


def test_law_10_every_changed_byte_of_a_checkpoint_is_found() -> None:
    whole, notes = small()
    lines = whole.splitlines(keepends=True)
    for place in range(len(notes)):
        changed = flipped(notes, place)
        keys = (PUBLIC,) if place % 4 else ()
        assert check(lines, changed, keys=keys).problems, notes[place - 9 : place + 9]


def test_law_10_a_changed_byte_anywhere_in_a_long_record_is_found(kept: Kept) -> None:
    whole = b"".join(kept.ledger)
    chosen = random.Random(20261121).sample(range(len(whole)), 25)
    for place in chosen:
        assert check(flipped(whole, place)).problems, whole[place - 9 : place + 9]


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b"[]\n", b"7\n", b'{"seq":1}\n', b"\xff\n", b"[" * 100_000 + b"\n", b"1" * 5000 + b"\n"],
)
def test_a_line_that_is_no_event_is_told_and_the_rest_is_still_checked(kept: Kept, line: bytes) -> None:
    report = check([line, *kept.ledger])
    assert report.problems[0]["where"] == "event 1"
    assert report.events == len(kept.ledger) + 1


# --- Its own parts, beside those of the platform and of others.

numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@examples(max_examples=much(20, 200))
@given(values)
@example(
    [1e21, 1e-7, 123456789012345680000.0, 0.000001, -0.0, 5e-324, 1.7976931348623157e308, 333333333.3333333]
)
@example({"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7})
def test_its_canonical_form_is_the_one_of_rfc_8785(value: Any) -> None:
    assert verify.canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, float("nan"), float("inf"), "\ud800", {"\udfff": 1}, {1, 2}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        verify.canonical(value)


@given(st.integers(1, 70))
def test_its_tree_is_the_one_that_is_signed(size: int) -> None:
    tree, entries = verify.Tree(), [str(number).encode() for number in range(size)]
    for entry in entries:
        tree.add(entry)
    for part in range(1, size + 1):
        assert tree.root(part) == span_hash((0, part), grown(0, {}, map(leaf_hash, entries[:part])))


clauses = st.sampled_from(["a", "b", "a/b", "m~n", "0", "1", "-"])
documents = st.recursive(
    st.integers(0, 3) | st.booleans() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(clauses, inner, max_size=3),
    max_leaves=8,
)
pointers = st.lists(clauses, min_size=1, max_size=3).map(
    lambda tokens: "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)
)
operations = (
    st.builds(
        lambda op, path, value: {"op": op, "path": path, "value": value},
        st.sampled_from(["add", "replace", "test"]),
        pointers,
        documents,
    )
    | st.builds(lambda path: {"op": "remove", "path": path}, pointers)
    | st.builds(
        lambda op, origin, path: {"op": op, "from": origin, "path": path},
        st.sampled_from(["move", "copy"]),
        pointers,
        pointers,
    )
)


@examples(max_examples=much(20, 200))
@given(st.dictionaries(clauses, documents, max_size=4), st.lists(operations, min_size=1, max_size=3))
@example({"a": {"b": 1}}, [{"op": "move", "from": "/a/b", "path": "/b"}])
@example(
    {"a": [1, 2]}, [{"op": "add", "path": "/a/-", "value": 3}, {"op": "replace", "path": "/a/0", "value": 9}]
)
def test_a_patch_that_the_platform_can_apply_gives_the_same_here(
    document: dict[str, Any], patch: list[dict[str, Any]]
) -> None:
    try:
        expected = jsonpatch.apply_patch(document, patch)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError, KeyError):
        return
    assert verify.same(verify.patched(document, patch), expected)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "frob", "path": "/a"},
        {"op": "remove", "path": "/b"},
        {"op": "replace", "path": "/b", "value": 1},
        {"op": "test", "path": "/a", "value": [1, True]},
        {"op": "add", "path": "/a/9", "value": 1},
        {"op": "add", "path": "/a/x", "value": 1},
    ],
)
def test_a_patch_that_does_not_fit_is_refused(operation: dict[str, Any]) -> None:
    with pytest.raises(verify.UNREADABLE):
        verify.patched({"a": [1, 1]}, [operation])
