"""The benchmark of threads: small, and sure to fail where a thread is not whole."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from bench import thread
from bench.__main__ import main
from bench.feed import PageWrong
from bench.feed_data import Size
from bench.server import Server

SMALL = Size(members=300, posts=3000)
ARGUMENTS = ["thread", "--members", "300", "--posts", "3000", "--pages", "4", "--json"]


@pytest.mark.long
def test_threads_are_measured_against_the_floor(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "WARM_UP", 2)
    result = CliRunner().invoke(main, ARGUMENTS)
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert result.exit_code == (0 if found["met"] else 1)
    assert (figures["posts"], figures["pages"], figures["replies"]) == (3000, 4, 10)
    assert 0 < figures["p50_ms"] <= figures["p95_ms"]
    assert figures["statements"] <= 5 < figures["statements_seating"]
    assert found["goals"].keys() == {"ratio", "statements"}
    assert "thread_run" not in server.databases()


def whole() -> dict[str, Any]:
    return {"replies": [{"depth": depth} for depth in (0, 1, 1, 2, 3, 0, 1, 2, 0, 1)]}


def test_a_thread_that_is_not_whole_is_no_measurement() -> None:
    thread._check(whole())
    for wrong in ({"replies": whole()["replies"][:9]}, {"replies": [{"depth": 0}] * 10}):
        with pytest.raises(PageWrong):
            thread._check(wrong)
