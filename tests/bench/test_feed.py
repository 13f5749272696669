import json
from collections import Counter

import pytest
from click.testing import CliRunner

from bench import feed, feed_data
from bench.__main__ import main
from bench.feed_data import Size
from bench.server import Server

SMALL = Size(members=300, posts=3000)
SMALLER = Size(members=30, posts=300)
ARGUMENTS = ["feed", "--members", "300", "--posts", "3000", "--pages", "4", "--json"]


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
    assert 0 < figures["statements"] <= 8
    assert figures["growth"] > 0
    assert all(figures[f"p50_{name}_ms"] > 0 for name in feed.MIX)
    assert {name for name in figures if name.startswith("job_")} == {
        "job_authors_s",
        "job_posts_s",
        "job_taste_s",
    }
    assert figures["rss_mib"] > 0
    assert found["goals"].keys() == {"p50_ms", "p95_ms", "ratio", "growth", "rss_mib", "statements"}

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
    weights = {"fresh": {"weight": 2}, "small": {"weight": 3}}
    terms = [
        {"signal": "fresh", "value": 1, "contribution": 2},
        {"signal": "small", "value": 1, "contribution": 3},
    ]
    good = {"why": {"score": 5, "terms": terms}}
    assert feed._check({"items": [good, good], "weights": weights}) == 2
    sum_wrong = {"why": {"score": 6, "terms": terms}}
    product_wrong = {"why": {"score": 6, "terms": [{**terms[0], "contribution": 3}, terms[1]]}}
    for wrong in (sum_wrong, product_wrong):
        with pytest.raises(feed.PageWrong):
            feed._check({"items": [good, wrong], "weights": weights})


def test_recipes_take_turns_as_often_as_they_are_chosen() -> None:
    turns = feed._turns()
    assert Counter(turns) == {feed._path(name): number for name, number in feed.MIX.items()}
    assert len(set(turns[: len(feed.MIX)])) == len(feed.MIX)
