"""Conversations as Polis exports them."""

from pathlib import Path

import pytest

from coop.errors import Malformed
from governance.deliberation import polis_csv
from tests.governance.deliberation.conversations import votes_file

VOTES = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,7\n4,1,0,2,1,1,1,-1\n9,,0,1,0,0,,0\n"
COMMENTS = 'comment-id,moderated,comment-body\n0,1,"Bread, daily"\n7,-1,Buy my watches\n'


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "participants-votes.csv"
    path.write_text(VOTES, encoding="utf-8")
    return path


def test_a_conversation_is_read_with_its_groups_texts_and_struck_statements(votes: Path) -> None:
    votes.with_name("comments.csv").write_text(COMMENTS, encoding="utf-8")
    found = polis_csv.read(votes)
    assert (found.answers.people, found.answers.statements) == (["4", "9"], ["0", "7"])
    assert found.answers.values.tolist() == [[1, -1], [0, 0]]
    assert found.answers.seen.tolist() == [[True, True], [False, True]]
    assert found.groups == {"4": "1"}
    assert found.texts["0"] == "Bread, daily"
    assert found.struck == {"7"}


def test_without_comments_beside_it_nothing_is_struck(votes: Path) -> None:
    found = polis_csv.read(votes)
    assert (found.texts, found.struck) == ({}, frozenset())


def test_a_published_conversation_is_read_whole() -> None:
    found = polis_csv.read(votes_file("canadian-electoral-reform"))
    assert found.answers.values.shape == (448, 174)
    assert (len(found.groups), len(found.struck), len(found.texts)) == (281, 22, 174)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "row 1"),
        ("group-id,0\n1,1\n", "row 1, column participant"),
        ("participant,0,0\n1,1,1\n", "row 1, column participant"),
        ("participant,group-id\n1,1\n", "row 1"),
        ("participant,0\n", "row 1"),
        ("participant,0\n1,1\n1,0\n", "row 1, column participant"),
        ("participant,0,1\n1,1,1\n2,1\n", "row 3"),
        ("participant,0\n1,2\n", "row 2, column 0"),
        ("participant,0\n1,yes\n", "row 2, column 0"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(votes: Path, text: str, where: str) -> None:
    votes.write_text(text, encoding="utf-8")
    with pytest.raises(Malformed) as refused:
        polis_csv.read(votes)
    (fault,) = refused.value.faults
    assert fault.pointer == where


@pytest.mark.parametrize("text", ["comment-id\n1\n", "comment-id,moderated,comment-body\n1,1\n"])
def test_comments_that_cannot_be_read_are_refused(votes: Path, text: str) -> None:
    votes.with_name("comments.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Malformed, match="cannot be read"):
        polis_csv.read(votes)


def test_a_file_in_another_encoding_is_refused(votes: Path) -> None:
    votes.write_bytes(b"participant,0\n\xff\xfe,1\n")
    with pytest.raises(Malformed):
        polis_csv.read(votes)
