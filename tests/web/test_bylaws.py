"""A policy's text, line by line."""

from pathlib import Path

import pytest

from coop.policy_text import leaves, parse
from web.bylaws import lines, purpose

POLICIES = sorted((Path(__file__).resolve().parent.parent.parent / "policies").glob("*.toml"))

ODD = '''# odd.toml: what TOML allows.
top = "a # that is no comment"   # and one that is
list = [
  "one",   # a comment inside
  "two",
]
"quoted/key" = { min = 1, max = 2 }
a.dotted.key = true
text = """
[not.a.table]
key = "and no key"
"""
[table]   # a comment
[[tables]]
name = "first"
[[tables]]
name = "second"
'''


@pytest.mark.parametrize("text", [ODD, *(path.read_text(encoding="utf-8") for path in POLICIES)])
def test_no_character_of_a_text_is_lost(text: str) -> None:
    again = ["".join(piece.text for piece in line.pieces) for line in lines(text)]
    assert again == text.splitlines()


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_every_clause_of_a_policy_begins_at_one_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = [clause for line in lines(text) for clause in line.clauses]
    assert sorted(named) == sorted(leaves(parse(text)))


def test_a_statement_belongs_to_the_line_where_it_begins() -> None:
    found = {number: line.clauses for number, line in enumerate(lines(ODD), 1) if line.clauses}
    assert found == {
        2: ("/top",),
        3: ("/list",),
        7: ("/quoted~1key/min", "/quoted~1key/max"),
        8: ("/a/dotted/key",),
        9: ("/text",),
        15: ("/tables",),
        17: ("/tables",),
    }


def test_a_sign_inside_a_string_is_no_comment() -> None:
    pieces = [(piece.what, piece.text) for piece in lines(ODD)[1].pieces if piece.what != "plain"]
    assert pieces == [
        ("key", "top "),
        ("string", '"a # that is no comment"'),
        ("comment", "# and one that is"),
    ]


def test_a_policy_says_in_its_first_comment_what_it_is_for() -> None:
    assert purpose("# audience.toml: how far a post may travel.\n") == "How far a post may travel."
    assert purpose("# Some rules: a few.\n") == "Some rules: a few."
    assert purpose("[seats]\n") == ""
