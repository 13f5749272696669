"""The record and the councils on pages: what is signed, the proof of one's own ballot, who is in office."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from subprocess import run

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coop import checkpoints
from governance.people.tables import CouncilSeat
from tests.web.browser import Browser
from tests.web.conftest import Village
from tests.web.test_every_page import check

Of = Callable[[str], Browser]
ROOT = Path(__file__).resolve().parent.parent.parent


def sign(village: Village) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with village.database.begin() as session:
        checkpoints.extend(session, key, "garden.example", village.clock.now(session))


def test_law_10_a_voter_takes_the_proof_of_their_ballot_away_and_verifies_it(
    village: Village, ada: Browser, visitor: Browser, tmp_path: Path
) -> None:
    made = village.in_voting()
    page = ada.sent(ada.get(f"/proposals/{made}"), f"/proposals/{made}/ballot", choice="for")
    proof = next(link["href"] for link in page.named("a") if link.get("href", "").startswith("/record/"))
    waiting = ada.get(proof)
    check(waiting)
    assert "the next checkpoint will cover it" in waiting.text
    sign(village)
    page = ada.get(proof)
    check(page)
    assert "Your ballot." in page.text
    assert "ballot.cast" in page.text
    kept = {
        "ledger.jsonl": ada.http.get("/record/ledger.jsonl").text,
        "checkpoints.jsonl": visitor.http.get("/api/v1/ledger/checkpoints").text,
        "receipt.json": ada.http.get(f"{proof}/receipt.json").text,
    }
    for name, text in kept.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    given = ["ledger.jsonl", "--checkpoints", "checkpoints.jsonl", "--receipt", "receipt.json", "--json"]
    told = run(
        [sys.executable, str(ROOT / "tools/verify.py"), *given],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    assert json.loads(kept["receipt.json"])["event"]["payload"]["voter"] == "ada"


def test_law_07_what_events_say_is_for_members(village: Village, visitor: Browser) -> None:
    village.propose()
    sign(village)
    page = visitor.get("/record")
    check(page)
    assert "garden.example" in page.text
    for path in ("/record/1", "/record/1/receipt.json", "/record/ledger.jsonl"):
        assert visitor.get(path).status == 303, path


def test_an_event_that_never_was_is_not_found(ada: Browser) -> None:
    check(ada.get("/record"))
    assert ada.get("/record/123456789").status == 404


def test_a_council_is_read_and_left(village: Village, browser_of: Of) -> None:
    made = village.propose()
    with village.database.begin() as session:
        now = village.clock.now(session)
        for name in ("ada", "bruno"):
            session.add(
                CouncilSeat(
                    scope="coop",
                    member_id=village.people[name].member_id,
                    election_id=made,
                    since=now - timedelta(days=91),
                    until=now + timedelta(days=273),
                )
            )
    page = browser_of("dalia").get("/councils/coop")
    check(page)
    assert "@ada" in page.text
    assert "/councils/coop/resign" not in [form.action for form in page.forms]
    page = browser_of("ada").sent(browser_of("ada").get("/councils/coop"), "/councils/coop/resign")
    check(page)
    assert "You are in office no more." in page.text
    assert "@bruno" in page.text
    assert len([one for one in page.named("progress") if "ada" in one["aria-label"]]) == 0
    assert browser_of("ada").get("/councils/guild:nobody").status == 404
