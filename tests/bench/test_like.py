"""The benchmark of likes: small, and every like it counted is kept."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask

from bench import like
from bench.__main__ import main
from bench.feed_data import Size
from bench.like import NotDone
from bench.server import Server

SMALL = Size(members=300, posts=3000)
ARGUMENTS = ["like", "--members", "300", "--posts", "3000", "--likes", "4", "--json"]


@pytest.mark.long
def test_likes_are_measured_against_the_floor(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(like, "WARM_UP", 2)
    result = CliRunner().invoke(main, ARGUMENTS)
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert result.exit_code == (0 if found["met"] else 1)
    assert (figures["likes"], figures["lost"]) == (4, 0)
    assert min(figures["p50_ms"], figures["p50_seating_ms"], figures["floor_p50_ms"]) > 0
    assert found["goals"].keys() == {"ratio", "ratio_seating", "lost"}
    assert "like_run" not in server.databases()


def test_a_like_that_is_refused_is_no_measurement() -> None:
    with pytest.raises(NotDone, match="404"):
        like._timed(Flask("empty").test_client(), "PUT", "/api/v1/posts/7/like", "a token")
