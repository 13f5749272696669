"""``app.py opinions``: the map of a conversation that Polis exported."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.governance.deliberation.conversations import votes_file
from tools.commands import cli


def opinions(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["opinions", *map(str, arguments)], env={"COLUMNS": "120"})


def test_json_names_the_group_of_each_participant_and_what_all_agree_on() -> None:
    found = json.loads(opinions(votes_file("brexit-consensus"), "--json").stdout)
    assert found.keys() == {"k", "groups", "consensus", "silhouette"}
    assert found["k"] == 2
    assert set(found["groups"].values()) == {0, 1}
    assert len(found["groups"]) == 189
    assert found["consensus"] == [14, 19, 1, 46, 34]
    assert found["silhouette"] == pytest.approx(0.426, abs=0.001)


def test_people_read_groups_sizes_and_statements_with_their_texts() -> None:
    found = opinions(votes_file("brexit-consensus"))
    assert found.exit_code == 0
    assert "189 of 204 people are on the map, in 2 groups (silhouette 0.43)" in found.output
    assert "Group A: 101 people" in found.output
    assert "Group B: 88 people" in found.output
    assert "1: I voted to Remain." in found.output
    rows = [line for line in found.output.splitlines() if "0: I voted to Leave." in line]
    assert rows and "disagree" in rows[0] and "97%" in rows[0], "the share that takes the side"


def test_without_comments_beside_it_statements_go_by_their_names(tmp_path: Path) -> None:
    copy = tmp_path / "participants-votes.csv"
    shutil.copy(votes_file("canadian-electoral-reform"), copy)
    found = json.loads(opinions(copy, "--json").stdout)
    assert found["k"] == 2
    assert opinions(copy).exit_code == 0


def test_words_of_strangers_are_no_markup(tmp_path: Path) -> None:
    votes = tmp_path / "participants-votes.csv"
    people = "".join(f"{person},{1 if person % 2 else -1},1\n" for person in range(20))
    votes.write_text(f"participant,0,1\n{people}", encoding="utf-8")
    comment = "comment-id,comment-body,moderated\n1,[red]All [/] of us,1\n"
    votes.with_name("comments.csv").write_text(comment, encoding="utf-8")
    assert "1: [red]All [/] of us" in opinions(votes).output


def test_a_file_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "participants-votes.csv"
    broken.write_text("participant,0\n1,maybe\n", encoding="utf-8")
    found = opinions(broken)
    assert found.exit_code == 1
    assert "row 2, column 0" in found.output


def test_a_conversation_without_answers_has_no_map(tmp_path: Path) -> None:
    empty = tmp_path / "participants-votes.csv"
    empty.write_text("participant,0\n1,\n", encoding="utf-8")
    found = opinions(empty)
    assert found.exit_code == 1
    assert "There is no map" in found.output


def test_law_01_the_clauses_can_be_those_of_another_policy(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "policies" / "deliberation.toml").read_text(
        encoding="utf-8"
    )
    policy = tmp_path / "deliberation.toml"
    policy.write_text(text.replace("\nvotes = 7 ", "\nvotes = 30 "), encoding="utf-8")
    found = json.loads(opinions(votes_file("brexit-consensus"), "--json", "--policy", policy).stdout)
    assert len(found["groups"]) < 189
