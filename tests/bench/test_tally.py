import json
from collections.abc import Sequence

import pytest
from click.testing import CliRunner

from bench import __main__ as command
from bench import tally, tally_voters
from bench.server import Server
from bench.tally_libraries import Library, Rows
from coop.settings import Settings
from tests.governance.methods import oracle

OPTIONS = tally_voters.CANDIDATES


def run_off(rows: Rows) -> set[int]:
    return set(oracle.stv(list(rows), OPTIONS, 1, tally.LOTS).winners)


def council(rows: Rows) -> set[int]:
    return set(oracle.stv(list(rows), OPTIONS, tally.SEATS, tally.LOTS).winners)


def chains(rows: Rows) -> set[int]:
    """Schulze's method, each chain lengthened by one victory until none gets stronger."""
    options = range(OPTIONS)
    beats = oracle.pairwise(list(rows), OPTIONS)
    best = [[beats[i][j] if beats[i][j] > beats[j][i] else 0 for j in options] for i in options]
    for _ in options:
        best = [
            [max(best[i][j], *(min(best[i][k], best[k][j]) for k in options)) for j in options]
            for i in options
        ]
    unbeaten = [i for i in options if all(best[i][j] >= best[j][i] for j in options)]
    return {min(unbeaten, key=lambda option: tally.LOTS[option])}


ORACLES: dict[str, Sequence[Library]] = {
    "irv": [Library("oracle", run_off)],
    "schulze": [Library("oracle", chains)],
    "stv": [Library("oracle", council)],
}


@pytest.mark.long
def test_both_electorates_are_counted_beside_another_engine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "libraries", lambda seats: ORACLES)
    result = CliRunner().invoke(command.main, ["tally", "--ballots", "400", "--rounds", "1", "--json"])
    assert result.exit_code in (0, 1), result.output
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert figures["ballots"] == 400
    assert figures["distinct"] < figures["distinct_worst"] <= 400
    for suffix in ("", "_worst"):
        assert 0 < figures[f"irv_ms{suffix}"] < 1000
        assert figures.keys() >= {f"{name}_ms{suffix}" for name in ("irv", "schulze", "stv", "all")}
        assert figures.keys() >= {f"ratio_{name}{suffix}" for name in ("irv", "schulze", "stv")}
    assert found["goals"]["all_ms"] == {"at_most": 60}
    assert found["goals"]["ratio_stv_worst"] == {"at_least": 10}


def test_a_library_that_elects_others_is_no_measurement(server: Server) -> None:
    wrong = ORACLES | {"stv": [Library("wrong", lambda rows: {0, 1})]}
    with pytest.raises(tally.OtherWinners, match="wrong elects"):
        tally.measure(server, wrong, ballots=100, rounds=1)
    assert "tally" not in server.databases()


def test_the_electorates_are_the_same_each_time_and_hold_valid_rankings() -> None:
    for electorate in tally_voters.ELECTORATES:
        rankings = electorate.rankings(500)
        assert rankings == electorate.rankings(500)
        assert len(rankings) == 500
        assert all(len(set(ranking)) == len(ranking) > 0 for ranking in rankings)
    assert {len(ranking) for ranking in tally_voters.uniform(50)} == {OPTIONS}
    assert {len(ranking) for ranking in tally_voters.spatial(500)} == set(range(1, OPTIONS + 1))
