import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from click.testing import CliRunner

from bench import ballots, ballots_cast, ballots_effect
from bench.__main__ import main
from bench.ballots_coop import Change, Coop
from bench.ballots_crowd import Crowd
from bench.server import Server
from bench.wire import Wire
from coop.settings import Settings

ARGUMENTS = ["ballots", "--casts", "6", "--ballots", "12", "--changes", "2", "--json"]


@pytest.fixture
def coop(server: Server) -> Iterator[Coop]:
    """A cooperative that nobody serves."""
    with server.lent("ballots_small") as url:
        made = Coop.found(url, 40)
        yield made
        made.database.dispose()


@pytest.mark.long
def test_law_03_processes_of_their_own_obey_a_change_when_it_is_due_and_lose_no_ballot(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ballots_cast, "BLOCK", 3)
    monkeypatch.setattr(ballots, "WARM_UP", 4)
    monkeypatch.setattr(ballots, "FIRST", timedelta(seconds=3))
    result = CliRunner().invoke(main, ARGUMENTS)
    found = json.loads(result.stdout)
    assert result.exit_code == (0 if found["met"] else 1)
    figures = found["figures"]
    assert (figures["ballots"], figures["refused"], figures["lost"], figures["ledger_problems"]) == (
        12,
        0,
        0,
        0,
    )
    assert figures["ratio_write_floor"] > 1
    assert 0 < figures["statements"] < 15
    assert 0 < figures["effect_p50_s"] <= figures["effect_p95_s"] <= figures["effect_max_s"] < 5
    assert found["goals"].keys() == {
        *("ratio_write_floor", "per_s", "effect_p95_s", "refused", "lost", "ledger_problems")
    }


def test_a_receipt_that_the_ledger_does_not_hold_is_a_lost_ballot(coop: Coop) -> None:
    vote = coop.open_vote()
    assert ballots._verified(coop.database, {}) == (0, 0)
    assert ballots._verified(coop.database, {1: "0" * 64, 10**9: "f" * 64})[0] == 2
    assert vote.patch_sha256


class Answers:
    """Stands for a connection: answers with these statuses, then with the last one."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)

    def ask(self, method: str, path: str, token: str) -> tuple[int, bytes]:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0], b""


def delay(due_in: timedelta, *statuses: int) -> float:
    change = Change(datetime.now(UTC) + due_in, 1)
    return ballots_effect._obeyed(cast(Wire, Answers(*statuses)), change, "token", timedelta())


def test_a_change_that_is_obeyed_too_soon_or_never_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 <= delay(timedelta(milliseconds=-20), 404, 404, 200) < 2
    with pytest.raises(ballots_effect.Disobeyed, match="before the change was due"):
        delay(timedelta(milliseconds=200), 200)
    monkeypatch.setattr(ballots_effect, "PATIENCE", timedelta(milliseconds=50))
    with pytest.raises(ballots_effect.Disobeyed, match="not shown"):
        delay(timedelta(), 404)


def test_the_crowd_is_told_by_what_was_acknowledged() -> None:
    crowd = Crowd(seconds=2.0, times=[float(number) for number in range(1, 101)], refused=3)
    assert crowd.figures == {"per_s": 50, "busy_p50_ms": 50.5, "busy_p95_ms": 95.0, "refused": 3}
