import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from bench import opinions
from bench.__main__ import main
from bench.opinions_data import GROUPS, planted
from coop.opinions.answers import gathered
from coop.settings import Settings
from governance.deliberation.opinion_map import draw

ARGUMENTS = ["opinions", "--members", "400", "--statements", "80", "--rounds", "1", "--json"]


def from_dictionaries(votes: list[dict[str, Any]]) -> Mapping[Any, int]:
    """Our own map from what a reference is given."""
    rows = [(vote["participant_id"], vote["statement_id"], vote["vote"]) for vote in votes]
    return draw(gathered(np.array(rows)), opinions.RULES).groups


def one_group(votes: list[dict[str, Any]]) -> Mapping[Any, int]:
    return {vote["participant_id"]: 0 for vote in votes}


def test_a_map_is_measured_beside_the_reference(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "red_dwarf", lambda: from_dictionaries)
    found = json.loads(CliRunner().invoke(main, ARGUMENTS).stdout)
    figures = found["figures"]
    assert found["goals"].keys() == {"seconds", "ratio_reference", "ari_reference"}
    assert (figures["members"], figures["statements"]) == (400, 80)
    assert figures["seconds"] > 0
    assert figures["ari_reference"] == 1
    assert figures["ari_planted"] == figures["ari_planted_reference"] > 0.5


def test_groups_that_differ_from_the_reference_are_found_out() -> None:
    assert opinions.measure(one_group, members=300, statements=30, rounds=1)["ari_reference"] == 0


def test_the_planted_conversation_is_the_same_each_time_and_of_the_promised_size() -> None:
    one, other = planted(300, 30), planted(300, 30)
    assert np.array_equal(one.votes, other.votes)
    full = planted(opinions.MEMBERS, opinions.STATEMENTS)
    assert len(full.votes) == pytest.approx(398_000, rel=0.02)
    assert len(np.unique(full.votes[:, :2], axis=0)) == len(full.votes), "nobody answers twice"
    assert set(np.unique(full.votes[:, 2]).tolist()) == {-1, 0, 1}
    shares = np.bincount(full.groups) / opinions.MEMBERS
    assert shares.tolist() == pytest.approx(GROUPS, abs=0.02)
