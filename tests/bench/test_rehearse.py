import json

import pytest
from click.testing import CliRunner

from bench import rehearse_data
from bench.__main__ import main
from bench.rehearse_data import Size
from bench.server import Server

SMALL = Size(members=250, posts=100, views=4000)
ARGUMENTS = ["rehearse", "--members", "250", "--posts", "100", "--views", "4000", "--json"]


@pytest.mark.long
def test_both_rules_are_rehearsed_on_every_view(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(main, ARGUMENTS)
    found = json.loads(result.stdout)
    figures = found["figures"]
    assert result.exit_code == (0 if found["met"] else 1)
    assert (figures["views"], figures["pages"]) == (4000, 4 * figures["readers"])
    assert 0 < figures["turned_away"] < 4000
    timed = ("cap_s", "feed_s", "moderation_s")
    assert all(figures[name] > 0 for name in (*timed, "rss_mib", "released", "folded", "missed"))
    assert found["goals"] == dict(
        zip(timed, [{"at_most": 10}, {"at_most": 30}, {"at_most": 30}], strict=True)
    )

    def build(*given: object) -> None:
        raise AssertionError("a data set that is there is not built again")

    monkeypatch.setattr(rehearse_data, "build", build)
    assert rehearse_data.ensure(server, SMALL) == SMALL.name
    assert "rehearse_run" not in server.databases()
