import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.__main__ import main, run
from bench.report import Figures, Goal, Report, at_least, at_most, exactly
from bench.server import Server
from coop.settings import Settings

FIGURES: Figures = {"admitted": 50, "p95_ms": 24.9}


@pytest.mark.parametrize(
    ("goal", "figure", "kept"),
    [
        (exactly(50), 50, True),
        (exactly(50), 49, False),
        (exactly(0), 0, True),
        (at_most(25), 25, True),
        (at_most(25), 3.5, True),
        (at_most(25), 25.01, False),
        (at_least(0.95), 0.95, True),
        (at_least(0.95), 0.9499, False),
    ],
)
def test_a_goal_is_kept_or_missed(goal: Goal, figure: float, kept: bool) -> None:
    assert goal.kept_by(figure) is kept


def test_a_report_names_what_was_missed() -> None:
    report = Report("x", FIGURES, {"admitted": exactly(50), "p95_ms": at_most(20)}, {"cores": 2})
    assert report.missed == ["p95_ms"]
    assert report.as_data() == {
        "bench": "x",
        "figures": {"admitted": 50, "p95_ms": 24.9},
        "goals": {"admitted": {"exactly": 50}, "p95_ms": {"at_most": 20}},
        "met": False,
        "machine": {"cores": 2},
    }


@pytest.mark.parametrize(("bound", "code"), [(25, 0), (24, 1)])
@pytest.mark.parametrize("as_json", [True, False])
def test_the_exit_code_says_whether_the_goals_are_met(
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    bound: int,
    code: int,
    as_json: bool,
) -> None:
    def measure(server: Server) -> Figures:
        return FIGURES

    assert run("x", {"p95_ms": at_most(bound)}, measure, as_json=as_json, var=tmp_path) == code
    printed = capsys.readouterr().out
    if as_json:
        assert json.loads(printed)["met"] is (code == 0)
    else:
        assert ("missed: p95_ms" in printed) is (code == 1)


def test_the_machine_is_described_with_its_server(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("x", {}, lambda server: {}, as_json=True, var=tmp_path)
    machine = json.loads(capsys.readouterr().out)["machine"]
    assert machine["cores"] >= 1
    assert machine["memory_gib"] > 0
    assert machine["postgres"]["fsync"] == "off", "the tests' server says so itself"
    assert isinstance(machine["busy_at_start"], bool)


def test_an_unknown_benchmark_is_refused() -> None:
    assert CliRunner().invoke(main, ["nothing"]).exit_code == 2
