import json
from typing import Any

import pytest
from click.testing import CliRunner

from bench import seats
from bench.__main__ import main
from bench.seats_coop import add_members
from bench.server import Server
from coop.database import Database
from coop.identity import Identity
from coop.settings import Settings
from tests.databases import without


@pytest.mark.long
def test_law_06_a_crowd_gets_exactly_the_seats_there_are(settings: Settings) -> None:
    result = CliRunner().invoke(main, ["seats", "--members", "60", "--rounds", "1", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["met"] is True
    figures = found["figures"]
    assert (figures["admitted"], figures["oversold"], figures["errors"]) == (50, 0, 0)
    assert figures["refused_seated"] == 0
    assert figures["admitted_after_moves"] == 35
    assert figures.keys() > {"cap", "views_per_s", "ratio_ungated"}
    assert found["goals"]["admitted"] == {"exactly": 50}


@pytest.mark.long
def test_a_gate_without_its_guard_is_found_out(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def unguarded(database: Database, *arguments: Any) -> list[Identity]:
        without(database, "take_seats", "AND (seats IS NULL OR taken < seats)")
        return add_members(database, *arguments)

    monkeypatch.setattr(seats, "add_members", unguarded)
    assert seats.measure(server, members=60, rounds=1)["oversold"] > 0


def test_its_database_is_gone_afterwards(server: Server) -> None:
    with server.lent("short_lived"):
        assert "short_lived" in server.databases()
    assert "short_lived" not in server.databases()
