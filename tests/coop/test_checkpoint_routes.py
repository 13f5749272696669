"""Checkpoints over HTTP, and the job that signs them."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from app import jobs, platform_of
from coop import ledger
from coop.database import Database
from coop.merkle import consistent, included, leaf_hash
from coop.settings import Settings, SettingsRefused
from media.storage import ObjectStore
from tests.coop.test_checkpoints import KEY, NOW, ORIGIN, must_sign, write
from tests.factories import bearer_for, make_member

API = "/api/v1"


@pytest.fixture
def ada(session: Session) -> dict[str, str]:
    """The headers of a member called ada."""
    return bearer_for(session, make_member(session, "ada"))


def ask(client: FlaskClient, path: str, expect: int = 200, headers: dict[str, str] | None = None) -> Any:
    answer = client.get(API + path, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer


def test_the_newest_checkpoint_is_a_note_for_anyone(client: FlaskClient, session: Session) -> None:
    ask(client, "/ledger/checkpoint", 404)
    made = must_sign(session)
    newest = ask(client, "/ledger/checkpoint")
    assert newest.content_type == "text/plain; charset=utf-8"
    assert newest.text == made.note
    assert ask(client, f"/ledger/checkpoints/{made.size}").text == made.note
    ask(client, f"/ledger/checkpoints/{made.size + 1}", 404)


def test_every_checkpoint_and_every_key_can_be_taken_away(client: FlaskClient, session: Session) -> None:
    first = must_sign(session)
    write(session, 1)
    second = must_sign(session)
    lines = ask(client, "/ledger/checkpoints").text.splitlines()
    assert [json.loads(line)["note"] for line in lines] == [first.note, second.note]
    assert len(ask(client, f"/ledger/checkpoints?after={first.size}").text.splitlines()) == 1
    assert ask(client, "/ledger/keys").get_json() == {"items": [{"key": first.key, "since": first.size}]}


def test_law_10_anyone_may_see_that_the_ledger_only_grew(client: FlaskClient, session: Session) -> None:
    first = must_sign(session)
    write(session, 4)
    second = must_sign(session)
    told = ask(client, f"/ledger/consistency?old={first.size}&new={second.size}").get_json()
    hashes = [bytes.fromhex(one) for one in told["hashes"]]
    assert consistent(first.size, second.size, hashes, first.root, second.root)
    told = ask(client, f"/ledger/inclusion?seq=1&size={first.size}").get_json()
    first_event, *_ = ledger.export(session)
    event = json.loads(first_event)
    leaf = leaf_hash(bytes.fromhex(event["hash"]))
    assert included(0, first.size, leaf, [bytes.fromhex(one) for one in told["hashes"]], first.root)


@pytest.mark.parametrize(
    "query",
    ["inclusion?seq=1&size=9999999", "inclusion?seq=0&size=1", "consistency?old=2&new=1", "consistency"],
)
def test_a_proof_of_nothing_says_what_to_ask(client: FlaskClient, session: Session, query: str) -> None:
    must_sign(session)
    problem = ask(client, f"/ledger/{query}", 422).get_json()
    assert problem["errors"][0]["pointer"].startswith("query/")


def test_law_10_an_event_comes_with_its_proof_to_members_alone(
    client: FlaskClient, session: Session, ada: dict[str, str]
) -> None:
    write(session, 3)
    made = must_sign(session)
    seq = made.size - 1
    ask(client, f"/ledger/events/{seq}/proof", 401)
    told = ask(client, f"/ledger/events/{seq}/proof", headers=ada).get_json()
    assert told["event"] == json.loads([*ledger.export(session)][seq - 1])
    assert (told["size"], told["checkpoint"], told["key"]) == (made.size, made.note, made.key)
    leaf = leaf_hash(bytes.fromhex(told["event"]["hash"]))
    assert included(seq - 1, made.size, leaf, [bytes.fromhex(one) for one in told["hashes"]], made.root)
    ask(client, f"/ledger/events/{made.size + 1}/proof", 404, ada)


def test_an_event_of_the_last_moment_says_when_to_come_back(
    client: FlaskClient, session: Session, ada: dict[str, str]
) -> None:
    seq = ledger.append(session, "note", {}, NOW).seq
    early = ask(client, f"/ledger/events/{seq}/proof", 409, ada)
    assert early.get_json()["type"] == "/docs/problems#not-yet"
    assert int(early.headers["Retry-After"]) >= 1
    must_sign(session)
    ask(client, f"/ledger/events/{seq}/proof", 200, ada)


def test_the_worker_signs_what_happened(
    settings: Settings, database: Database, store: ObjectStore, client: FlaskClient
) -> None:
    (job,) = (job for job in jobs(platform_of(settings, database), store) if job.name == "checkpoint")
    assert job.run()
    assert not job.run()
    assert ask(client, "/ledger/checkpoint").text.startswith("127.0.0.1:8000/ledger\n")


def test_a_worker_without_a_key_does_not_start(
    settings: Settings, database: Database, store: ObjectStore
) -> None:
    bare = settings.model_copy(update={"signing_key_file": None})
    with pytest.raises(SettingsRefused, match="ALLOTMENT_SIGNING_KEY_FILE is not set"):
        jobs(platform_of(bare, database), store)


def test_the_key_that_signs_is_nowhere_in_the_database(session: Session) -> None:
    made = must_sign(session)
    secret = KEY.private_bytes_raw()
    row = repr([getattr(made, name) for name in ("note", "key", "root")])
    assert secret.hex() not in row
    assert made.key.startswith(f"{ORIGIN}+")
