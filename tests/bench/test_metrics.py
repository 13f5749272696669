"""The benchmark of the nightly metrics: small, and sure to fail where something was not counted."""

import json
import os

import pytest
from click.testing import CliRunner

from bench import metrics, metrics_data
from bench.__main__ import main
from bench.backend_memory import MemoryUnknown, watched
from bench.metrics_data import Size
from bench.server import Server

SMALL = Size(members=300, posts=600, views=6000)
ARGUMENTS = ["metrics", "--members", "300", "--posts", "600", "--views", "6000", "--json"]


@pytest.mark.long
def test_a_night_is_counted_beside_a_scan(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(main, ARGUMENTS)
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert result.exit_code == (0 if found["met"] else 1)
    assert (figures["members"], figures["posts"], figures["views"]) == (300, 600, 6000)
    assert figures["replies"] > figures["views"] / 5
    assert figures["numbers"] > figures["next_night_changed"] > 0
    assert all(figures[name] > 0 for name in ("seconds", "next_night_s", "floor_s", "ratio"))
    assert 0 < figures["backend_mib"] < figures["backend_with_cache_mib"]
    assert figures["rss_mib"] >= figures["backend_mib"]
    assert found["goals"] == {"seconds": {"at_most": 60}, "rss_mib": {"at_most": 300}}

    def build(*given: object) -> None:
        raise AssertionError("a data set that is there is not built again")

    monkeypatch.setattr(metrics_data, "build", build)
    assert metrics_data.ensure(server, SMALL) == SMALL.name
    assert "metrics_run" not in server.databases()


@pytest.mark.long
@pytest.mark.usefixtures("server")
def test_a_night_in_which_some_metric_is_nought_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "EXPECTED", metrics.EXPECTED | {("member", "likes")})
    result = CliRunner().invoke(main, ARGUMENTS)
    assert isinstance(result.exception, metrics.NothingCounted)
    assert "likes" in str(result.exception)


def test_the_memory_of_a_process_is_what_it_holds_at_the_most() -> None:
    with watched(os.getpid()) as held:
        before = held.most
        block = bytearray(50 * 2**20)
        held.look(os.getpid())
        block.clear()
    assert held.most >= before + 49
    assert held.with_cache >= held.most


def test_the_memory_of_a_process_elsewhere_is_not_guessed() -> None:
    with pytest.raises(MemoryUnknown), watched(2**22 + 1):
        pass
