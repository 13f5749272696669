"""Checkpoints: signed over the ledger so far, provable in a few reads, and never contradicted."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from coop import checkpoints, ledger
from coop.checkpoint_tables import Checkpoint, LedgerNode
from coop.checkpoints import RecordBroken
from coop.clock import Clock
from coop.database import Database
from coop.errors import NotFound, NotYet, RuleBroken
from coop.merkle import EMPTY, consistent, grown, included, leaf_hash, nodes, span_hash
from coop.signing import verifier
from coop.tables import LedgerEvent
from tests.coop.statements import counted

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
ORIGIN = "coop.example/ledger"


def write(session: Session, number: int) -> None:
    for place in range(number):
        ledger.append(session, "note", {"number": place}, NOW)


def sign(session: Session, origin: str = ORIGIN, key: Ed25519PrivateKey = KEY) -> Checkpoint | None:
    return checkpoints.extend(session, key, origin, NOW)


def must_sign(session: Session) -> Checkpoint:
    made = sign(session)
    assert made is not None
    return made


def leaves(session: Session) -> list[bytes]:
    hashes = session.scalars(select(col(LedgerEvent.hash)).order_by(col(LedgerEvent.seq)))
    return [leaf_hash(bytes.fromhex(one)) for one in hashes]


def test_law_10_a_checkpoint_is_over_every_event_so_far(session: Session) -> None:
    write(session, 5)
    made = must_sign(session)
    all_leaves = leaves(session)
    assert made.size == len(all_leaves)
    assert made.root == span_hash((0, made.size), grown(0, {}, all_leaves))
    assert made.note.startswith(f"{ORIGIN}\n{made.size}\n")
    assert made.key == verifier(KEY, ORIGIN)
    assert checkpoints.latest(session) == made


def test_nothing_is_signed_where_nothing_happened(session: Session) -> None:
    must_sign(session)
    assert sign(session) is None


def test_law_10_a_tree_that_grew_step_by_step_is_the_tree_of_all_events(session: Session) -> None:
    for number in (1, 2, 3, 5, 8, 1):
        write(session, number)
        must_sign(session)
    all_leaves = leaves(session)
    whole = grown(0, {}, all_leaves)
    for made in session.scalars(select(Checkpoint)):
        assert made.root == span_hash((0, made.size), whole)
    stored = session.execute(select(col(LedgerNode.level), col(LedgerNode.index), col(LedgerNode.hash)))
    assert {(level, index): found for level, index, found in stored} == {
        node: found for node, found in whole.items() if node[0]
    }


def test_a_long_ledger_is_caught_up_with_in_steps(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, 6)
    monkeypatch.setattr(checkpoints, "MOST_EVENTS", 4)
    size = len(leaves(session))
    assert checkpoints.keep_up(database, KEY, ORIGIN, Clock()) == -(-size // 4)
    assert checkpoints.keep_up(database, KEY, ORIGIN, Clock()) == 0
    newest = checkpoints.latest(session)
    assert newest is not None
    assert newest.root == span_hash((0, size), grown(0, {}, leaves(session)))


def test_a_ledger_keeps_the_name_it_was_first_signed_under_and_tells_each_key(session: Session) -> None:
    first, other = must_sign(session), Ed25519PrivateKey.generate()
    write(session, 1)
    second = sign(session, "elsewhere.example/ledger", other)
    assert second is not None
    assert second.note.startswith(f"{ORIGIN}\n")
    told = [(verifier(KEY, ORIGIN), first.size), (verifier(other, ORIGIN), second.size)]
    assert checkpoints.keys(session) == told


def test_law_10_every_event_is_proven_against_the_newest_checkpoint(session: Session) -> None:
    write(session, 9)
    made = must_sign(session)
    for seq, leaf in enumerate(leaves(session), 1):
        proof = checkpoints.proof_of(session, seq)
        assert (proof.event.seq, proof.size, proof.checkpoint) == (seq, made.size, made.note)
        assert leaf_hash(bytes.fromhex(proof.event.hash)) == leaf
        assert included(seq - 1, proof.size, leaf, proof.hashes, made.root)


def test_law_10_any_two_sizes_are_proven_consistent(session: Session) -> None:
    write(session, 5)
    whole = grown(0, {}, leaves(session))
    size = must_sign(session).size
    for new in range(size + 1):
        for old in range(new + 1):
            proof = checkpoints.consistency_proof(session, old, new)
            assert consistent(old, new, proof, span_hash((0, old), whole), span_hash((0, new), whole))
    for seq in (1, size // 2):
        hashes = checkpoints.inclusion_proof(session, seq, size // 2)
        root = span_hash((0, size // 2), whole)
        assert included(seq - 1, size // 2, leaves(session)[seq - 1], hashes, root)


def test_a_proof_takes_few_reads_however_long_the_ledger(session: Session) -> None:
    write(session, 150)
    must_sign(session)
    with counted(session) as sent:
        checkpoints.proof_of(session, 77)
    assert len(sent) <= 4
    with counted(session) as sent:
        write(session, 1)
        must_sign(session)
    assert len(sent) <= 8


def test_an_event_that_is_not_there_has_no_proof(session: Session) -> None:
    must_sign(session)
    with pytest.raises(NotFound):
        checkpoints.proof_of(session, len(leaves(session)) + 1)
    with pytest.raises(NotFound):
        checkpoints.at(session, len(leaves(session)) + 1)


def test_an_event_of_the_last_moment_is_to_be_asked_for_again(session: Session) -> None:
    with pytest.raises(NotYet) as refused:
        checkpoints.proof_of(session, 1)
    assert refused.value.retry_after_s > checkpoints.EVERY_S
    must_sign(session)
    write(session, 1)
    size = len(leaves(session))
    with pytest.raises(NotYet):
        checkpoints.proof_of(session, size)
    must_sign(session)
    assert checkpoints.proof_of(session, size).size == size


def test_a_proof_beyond_what_is_covered_is_refused_where_it_was_asked(session: Session) -> None:
    size = must_sign(session).size
    for prove, first, second, pointer in (
        (checkpoints.inclusion_proof, 1, size + 1, "query/size"),
        (checkpoints.inclusion_proof, size, size - 1, "query/seq"),
        (checkpoints.consistency_proof, 1, size + 1, "query/new"),
        (checkpoints.consistency_proof, size, size - 1, "query/old"),
    ):
        with pytest.raises(RuleBroken) as refused:
            prove(session, first, second)
        assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_the_export_holds_note_and_key_of_each(session: Session) -> None:
    first = must_sign(session)
    write(session, 2)
    second = must_sign(session)
    told = [json.loads(line) for line in checkpoints.export(session)]
    assert told == [{"key": one.key, "note": one.note} for one in (first, second)]
    assert [json.loads(line) for line in checkpoints.export(session, first.size)] == told[1:]


@pytest.mark.parametrize("table", ["checkpoint", "ledger_node"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_law_10_the_database_itself_refuses_to_change_what_was_signed(
    session: Session, table: str, change: str
) -> None:
    must_sign(session)
    column = {"checkpoint": "note = ''", "ledger_node": "hash = hash"}[table]
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(change.format(table, column)))


def test_the_database_itself_refuses_a_checkpoint_over_events_that_are_not_there(session: Session) -> None:
    size = len(leaves(session)) + 1
    session.add(Checkpoint(size=size, root=EMPTY, note="", key="", at=NOW))
    with pytest.raises(DBAPIError, match="fk_checkpoint_size"), session.begin_nested():
        session.flush()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_event", "UPDATE ledger_event SET hash = repeat('0', 64) WHERE seq = {odd}"),
        ("ledger_event", "UPDATE ledger_event SET prev = repeat('1', 64) WHERE seq = {new}"),
        ("ledger_node", "UPDATE ledger_node SET hash = sha256('') WHERE (level, index) = ({level}, {index})"),
    ],
)
def test_law_10_a_record_that_was_tampered_with_is_signed_no_more(
    session: Session, table: str, change: str
) -> None:
    """Its keeper has switched the triggers off."""
    if len(leaves(session)) % 2 == 0:
        write(session, 1)
    size = must_sign(session).size
    write(session, 1)
    level, index = nodes((0, size))[0]
    session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    session.execute(text(change.format(odd=size, new=size + 1, level=level, index=index)))
    session.expire_all()
    with pytest.raises(RecordBroken):
        sign(session)
    assert session.execute(select(func.max(col(Checkpoint.size)))).scalar_one() == size


def test_law_10_a_record_that_was_cut_short_is_signed_no_more(session: Session) -> None:
    size = must_sign(session).size
    for table in ("ledger_event", "checkpoint"):
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    session.execute(text("ALTER TABLE checkpoint DROP CONSTRAINT fk_checkpoint_size"))
    session.execute(text("DELETE FROM ledger_event WHERE seq = :last"), {"last": size})
    with pytest.raises(RecordBroken, match="was signed and is gone"):
        sign(session)


def test_many_workers_at_once_sign_one_line_of_checkpoints(committed: Database) -> None:
    def work(number: int) -> int:
        with committed.begin() as session:
            write(session, 3)
        return checkpoints.keep_up(committed, KEY, ORIGIN, Clock())

    with ThreadPoolExecutor(8) as pool:
        signed = sum(pool.map(work, range(24)))
    signed += checkpoints.keep_up(committed, KEY, ORIGIN, Clock())
    with committed.begin() as session:
        whole = grown(0, {}, leaves(session))
        made = session.scalars(select(Checkpoint)).all()
        assert len(made) == signed
        assert all(one.root == span_hash((0, one.size), whole) for one in made)
        assert max(one.size for one in made) == len(leaves(session))
