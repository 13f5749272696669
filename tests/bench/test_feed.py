import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from bench import feed, feed_data
from bench.__main__ import main
from bench.feed_data import Size
from bench.server import Server, serving
from coop.settings import ROOT, Settings

SMALL = Size(members=300, posts=3000)
ARGUMENTS = ["feed", "--members", "300", "--posts", "3000", "--pages", "4", "--json"]


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """The tests' own server, without the data set when the test ends."""
    with serving(ROOT / "var" / "unused") as found:
        yield found
        found.drop(SMALL.name)


@pytest.mark.long
def test_full_pages_are_measured_against_the_floor(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "WARM_UP", 2)
    result = CliRunner().invoke(main, ARGUMENTS)
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert result.exit_code == (0 if found["met"] else 1)
    assert (figures["posts"], figures["members"], figures["pages"]) == (3000, 300, 4)
    assert 0 < figures["p50_ms"] <= figures["p95_ms"]
    assert figures["ratio"] > 1
    assert 0 < figures["statements"] <= 20
    assert figures["rss_mib"] > 0
    assert found["goals"].keys() == {"p95_ms", "ratio", "rss_mib", "statements"}

    def build(*given: object) -> None:
        raise AssertionError("a data set that is there is not built again")

    monkeypatch.setattr(feed_data, "build", build)
    assert feed_data.ensure(server, SMALL) == SMALL.name
    assert "feed_run" not in server.databases()


def test_a_stale_data_set_is_built_anew(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = SMALL.name[:-12] + "0" * 12
    server.create(stale)
    monkeypatch.setattr(feed_data, "build", lambda url, size, report: None)
    assert feed_data.ensure(server, SMALL) == SMALL.name
    assert stale not in server.databases()


def test_a_page_whose_explanation_does_not_add_up_is_no_measurement() -> None:
    good = {"why": {"score": 5, "terms": [{"contribution": 2}, {"contribution": 3}]}}
    assert feed._check({"items": [good, good]}) == 2
    wrong = {"why": {"score": 6, "terms": [{"contribution": 2}, {"contribution": 3}]}}
    with pytest.raises(feed.PageWrong):
        feed._check({"items": [good, wrong]})
