"""Real elections, each with the outcome that was published."""

import json
from pathlib import Path
from typing import Any

import pytest

from governance.methods import beats, blt, irv, schulze, stv, ties
from governance.methods.blt import Election

FOLDER = Path(__file__).parents[2] / "data" / "elections"

RUN_OFFS = ["alaska-2022-special-house", "burlington-2009-mayor", "minneapolis-2013-mayor"]


def published(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name / "expected.json").read_text(encoding="utf-8"))
    return found


def election(name: str) -> Election:
    return blt.read((FOLDER / name / "ballots.blt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [*RUN_OFFS, "glasgow-2007-baillieston"])
def test_every_ballot_is_read_and_written(name: str) -> None:
    expected, found = published(name), election(name)
    assert list(found.names) == expected["candidates"]
    assert found.profile.ballots == expected["valid_ballots"]
    assert blt.read(blt.write(found)).profile.rows() == found.profile.rows()


@pytest.mark.parametrize("name", RUN_OFFS)
def test_the_instant_run_off_elects_who_was_elected(name: str) -> None:
    """Cities exclude several at once who cannot win, so later rounds compare where the same are left."""
    expected, found = published(name), election(name)
    told = irv.count(found.profile, ties.draw("", found.names)).as_json(found.names)
    assert told["winners"] == expected["winners"]
    rounds = [one["tally"] for one in told["rounds"]]
    first, *later = [stage["tally"] for stage in expected["rounds"]]
    pairs = [(first, rounds[0])]
    pairs += [(stage, tally) for stage in later for tally in rounds if stage.keys() == tally.keys()]
    assert len(pairs) >= {"minneapolis-2013-mayor": 25}.get(name, 2)
    for stage, tally in pairs:
        assert all(abs(tally[option] - votes) <= expected["tolerance"] for option, votes in stage.items())
    assert told["rounds"][-1]["tally"].keys() == expected["rounds"][-1]["tally"].keys()


def test_glasgow_agrees_to_the_fifth_decimal_at_every_stage() -> None:
    expected, found = published("glasgow-2007-baillieston"), election("glasgow-2007-baillieston")
    told = stv.count(found.profile, found.seats, ties.draw("", found.names)).as_json(found.names)
    assert told["winners"] == expected["elected_order"]
    assert sorted(told["winners"]) == sorted(expected["winners"])
    assert told["quota"] == expected["quota"]
    assert [(one["tally"], one["nontransferable"]) for one in told["rounds"]] == [
        (stage["tally"], stage["nontransferable"]) for stage in expected["stages"]
    ]


@pytest.mark.parametrize("strength", ["winning", "margins"])
@pytest.mark.parametrize("name", ["alaska-2022-special-house", "burlington-2009-mayor"])
def test_schulze_elects_who_beats_each_other_where_the_run_off_did_not(
    name: str, strength: schulze.Strength
) -> None:
    expected, found = published(name), election(name)
    result = schulze.count(found.profile, ties.draw("", found.names), strength)
    assert [found.names[option] for option in result.winners] == [expected["schulze_winner"]]
    best = found.names.index(expected["condorcet_winner"])
    rivals = set(range(len(found.names))) - {best}
    assert all(result.pairwise[best][other] > result.pairwise[other][best] for other in rivals)
    assert expected["winners"] != [expected["schulze_winner"]]


def test_burlington_prefers_as_was_published() -> None:
    """The published totals are of four ballots more, which rank two alike."""
    expected, found = published("burlington-2009-mayor"), election("burlington-2009-mayor")
    preferred = schulze.by_name(schulze.pairwise(found.profile).tolist(), found.names)
    for duel, (for_one, for_other) in expected["pairwise"].items():
        one, other = duel.split(" vs ")
        assert abs(preferred[one][other] - for_one) <= 4
        assert abs(preferred[other][one] - for_other) <= 4


@pytest.mark.parametrize("strength", ["winning", "margins"])
def test_debian_is_ranked_as_it_was(strength: schulze.Strength) -> None:
    expected = published("debian-2002-dpl")
    matrix = beats.read((FOLDER / "debian-2002-dpl" / "pairwise.csv").read_text(encoding="utf-8"))
    told = schulze.from_pairwise(matrix.matrix, ties.draw("", matrix.names), strength).as_json(matrix.names)
    assert told["ranking"] == expected["ranking"]
    assert told["winners"] == told["level"] == [expected["winner"]]
