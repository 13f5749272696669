"""``app.py tally``: any election from a file, by any method."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tools.commands import cli

DATA = Path(__file__).parents[1] / "data" / "elections"
GLASGOW = DATA / "glasgow-2007-baillieston" / "ballots.blt"
BURLINGTON = DATA / "burlington-2009-mayor" / "ballots.blt"
DEBIAN = DATA / "debian-2002-dpl" / "pairwise.csv"


def tally(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["tally", *map(str, arguments)])


def told(*arguments: object) -> dict[str, Any]:
    result = tally(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout, parse_float=lambda text: pytest.fail(f"float {text}"))
    return found


def published(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((file.parent / "expected.json").read_text(encoding="utf-8"))
    return found


def test_stv_tells_every_round_of_glasgow() -> None:
    found, expected = told(GLASGOW, "--method", "stv"), published(GLASGOW)
    assert found.keys() == {"method", "winners", "rounds", "pairwise"}
    assert found["winners"] == expected["elected_order"]
    assert [one["tally"] for one in found["rounds"]] == [stage["tally"] for stage in expected["stages"]]
    assert all(one.keys() == {"tally", "action", "nontransferable"} for one in found["rounds"])


@pytest.mark.parametrize(
    ("method", "winner"), [("irv", "winners"), ("stv", "winners"), ("schulze", "schulze_winner")]
)
def test_burlington_elects_by_each_method_whom_it_should(method: str, winner: str) -> None:
    found, expected = told(BURLINGTON, "--method", method), published(BURLINGTON)
    wanted = expected[winner]
    assert found["method"] == method
    assert found["winners"] == (wanted if isinstance(wanted, list) else [wanted])
    best, run_off = expected["condorcet_winner"], expected["winners"][0]
    assert found["pairwise"][best][run_off] > found["pairwise"][run_off][best]


def test_a_beat_matrix_gives_the_ranking_of_debian() -> None:
    found, expected = told("--beats", DEBIAN, "--method", "schulze"), published(DEBIAN)
    assert found["winners"] == [expected["winner"]]
    assert found["ranking"] == expected["ranking"]
    assert told("--beats", DEBIAN, "--method", "schulze", "--seats", 2)["winners"] == expected["ranking"][:2]
    assert told("--beats", DEBIAN, "--method", "schulze", "--margins")["winners"] == [expected["winner"]]


def test_the_number_of_seats_can_be_another_than_in_the_file() -> None:
    assert len(told(BURLINGTON, "--method", "stv", "--seats", 3)["winners"]) == 3
    approved = told(GLASGOW, "--method", "approval", "--seats", 2)
    assert approved["pairwise"] is None
    assert len(approved["winners"]) == 2


def test_the_seed_decides_what_the_votes_leave_level(tmp_path: Path) -> None:
    file = tmp_path / "level.blt"
    file.write_text('2 1\n1 1 0\n1 2 0\n0\n"Ada"\n"Bo"\n', encoding="utf-8")
    winners = {told(file, "--method", "irv", "--seed", str(seed))["winners"][0] for seed in range(12)}
    assert winners == {"Ada", "Bo"}
    assert told(file, "--method", "irv", "--seed", "7") == told(file, "--method", "irv", "--seed", "7")


@pytest.mark.parametrize("method", ["stv", "schulze", "approval"])
def test_people_get_tables(method: str) -> None:
    result = tally(GLASGOW, "--method", method)
    assert result.exit_code == 0, result.output
    assert "Jim Coleman" in result.stdout
    assert "elected: " in result.stdout
    if method == "stv":
        assert "2659.50560" in result.stdout
        assert "1. first preferences; elect John Mason" in result.stdout
    elif method == "schulze":
        assert "ranking: Jim Coleman > John Mason" in result.stdout


def test_names_are_shown_as_they_are_and_level_options_are_named(tmp_path: Path) -> None:
    file = tmp_path / "odd.blt"
    file.write_text('2 1\n1 1 0\n1 2 0\n0\n"[bold]Ada[/nothing]"\n"Bo"\n', encoding="utf-8")
    result = tally(file, "--method", "schulze")
    assert result.exit_code == 0, result.output
    assert "[bold]Ada[/nothing]" in result.stdout
    assert "level, parted by lot: [bold]Ada[/nothing], Bo" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--method", "stv"], "either a BLT file or --beats"),
        ([GLASGOW, "--beats", DEBIAN, "--method", "schulze"], "not both"),
        (["--beats", DEBIAN, "--method", "stv"], "counted by --method schulze"),
        ([GLASGOW, "--method", "irv"], "fills one seat, not 4"),
        ([GLASGOW, "--method", "stv", "--margins"], "--margins"),
        ([GLASGOW, "--method", "borda"], "borda"),
        ([GLASGOW, "--method", "stv", "--seats", 0], "--seats"),
        (["nowhere.blt", "--method", "stv"], "nowhere.blt"),
    ],
)
def test_what_cannot_be_counted_is_a_usage_error(arguments: list[object], said: str) -> None:
    result = tally(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"2 1\n3 1=2 0\n", "Line 2: Equal ranks"), (b"\xff\xfe2 1", "not UTF-8"), (b"", "Line 1")],
)
def test_a_malformed_file_is_refused_with_its_line(tmp_path: Path, body: bytes, said: str) -> None:
    file = tmp_path / "bad.blt"
    file.write_bytes(body)
    result = tally(file, "--method", "stv")
    assert result.exit_code == 1
    assert said in result.stderr
    assert "bad.blt" in result.stderr
