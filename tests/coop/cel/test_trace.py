"""Traces: what a person is shown who asks why a rule did what it did."""

import pytest

from coop.cel.checker import check
from coop.cel.trace import Compared, trace
from tests.coop.cel.writing import SCHEMA

KNOWN = {"post.links": 5, "post.likes": 0, "author.new": True}


def test_a_trace_tells_each_condition_with_its_facts_and_how_it_came_out() -> None:
    expression = check("post.links > 2 && !(author.new || post.reply) && post.links / post.likes > 1", SCHEMA)
    assert trace(expression, KNOWN) == [
        Compared("post.links > 2", {"post.links": 5}, came=True),
        Compared("author.new", {"author.new": True}, came=True),
        Compared("post.reply", {}, came=None, undecided="post.reply is not known."),
        Compared(
            "post.links / post.likes > 1",
            {"post.links": 5, "post.likes": 0},
            came=None,
            undecided="A number was divided by zero.",
        ),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "!(post.links > 3)",
        "(post.links + post.likes) * 2 > 3",
        "3 < 2 * (post.links + post.likes)",
        "(post.links > 3) == (post.likes > 3)",
        "(post.reply ? post.links : post.likes) > 3",
        "3 > (post.reply ? post.links : (post.likes + 1))",
        "(post.text + 'a').contains('b')",
        "-(post.links + 1) > 3",
    ],
)
def test_what_is_told_of_a_condition_has_all_its_brackets(written: str) -> None:
    expression = check(written, SCHEMA)
    assert expression.text[expression.root.start : expression.root.end] == written
