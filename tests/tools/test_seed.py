"""The seed: a cooperative that stands by its own rules."""

import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, make_url, select, text

from app import jobs, platform_of
from coop import gazetteer, ledger, migrations
from coop.call import Platform
from coop.clock import Clock
from coop.database import Database
from coop.settings import Settings
from coop.worker import Job
from governance import audit, cases
from media.storage import ObjectStore
from tools import verify
from tools.seed import seed


@pytest.mark.long
def test_a_seeded_cooperative_has_a_whole_record_and_proposals_in_every_phase(
    settings: Settings, store: ObjectStore, tmp_path: Path
) -> None:
    template = make_url(settings.database_url.get_secret_value())
    admin = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS seeded WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE seeded"))
    url = template.set(database="seeded").render_as_string(hide_password=False)
    migrations.upgrade(url)
    database = Database(url)
    with database.begin() as session:
        gazetteer.load(session)
    platform = platform_of(settings.model_copy(update={"var": tmp_path}), database)

    def worker(telling: Platform) -> list[Job]:
        return jobs(telling, store)

    assert seed(platform, store, worker, if_empty=True)
    assert not seed(platform, store, worker, if_empty=True)
    with pytest.raises(SystemExit, match="already"):
        seed(platform, store, worker, if_empty=False)
    with database.begin() as session:
        lines = list(ledger.export(session))
        now = Clock().now(session)
        found = cases.find(session, now)
        book = platform.books.current(session)
        helped, stated, seats, stewards = (
            session.execute(select(func.count()).select_from(text(table))).scalar_one()
            for table in ("argument_mark", "statement_vote", "seat", "council_seat")
        )
    events, problems = ledger.read(lines)
    assert problems == []
    assert audit.problems(events) == []
    assert verify.verify([f"{line}\n".encode() for line in lines], [], {}, []).problems == []
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    assert Counter(case.stage.state.value for case in found) == {
        "in_force": 6,
        "voting": 2,
        "deliberation": 1,
        "sponsoring": 1,
        "rejected": 1,
        "superseded": 1,
    }
    assert {case.method for case in found} == {"consent", "majority", "schulze", "median", "approval", "stv"}
    rehearsed = {case.id for case in found if case.rehearsal_sha256 is not None}
    assert {case.id for case in found if case.facts.rehearsal_needed and case.roll_size} == rehearsed != set()
    assert min(helped, stated, seats) > 0
    assert stewards == 5
    assert book.cite("audience", "/replies/per_member").value == 12
    assert book.cite("feeds", "/profiles/balanced/page").value == 24
    shown = json.loads((tmp_path / "sign-ins.json").read_text())
    assert [one["role"] for one in shown] == ["a member", "a guild steward", "a creator"]
    assert (tmp_path / "sign-ins.json").stat().st_mode & 0o777 == 0o600
    database.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE seeded WITH (FORCE)"))
    admin.dispose()
