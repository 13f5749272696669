"""Our expressions beside the CEL of its makers: on random well-typed ones they never disagree."""

from random import Random

import pytest

from coop.cel.checker import check
from coop.cel.evaluation import value
from coop.cel.faults import ExpressionFault, Undecided
from coop.cel.parser import DEEPEST
from coop.cel.program import Program
from tests.coop.cel.oracle import Oracle, Wrong
from tests.coop.cel.writing import SCHEMA, Writer, facts
from tests.thorough import much

ORACLE = Oracle(SCHEMA)
WORLDS = 4
"""Facts that each expression is asked of; in the last some are missing."""


@pytest.mark.parametrize("part", range(much(5, 100)))
def test_random_expressions_come_to_what_cel_makes_of_them(part: int) -> None:
    lot = Random(part)
    asked = 0
    while asked < 200:
        text = Writer(lot).expression()
        try:
            expression = check(text, SCHEMA)
        except ExpressionFault as fault:
            assert f"{DEEPEST} levels" in fault.detail or "2000 characters" in fault.detail, (text, fault)
            continue
        asked += 1
        program = Program([expression])
        for world in range(WORLDS):
            known = facts(lot, missing=0.3 if world == WORLDS - 1 else 0.0)
            try:
                right: object = ORACLE.value(text, known)
            except Wrong:
                right = None
            try:
                ours: object = value(expression.root, known)
            except Undecided:
                ours = None
            assert ours == right, (text, known)
            outcome = program.ask(known)
            assert (0 in outcome.holding, 0 in outcome.undecided) == (right is True, right is None)


@pytest.mark.parametrize(
    "text",
    [
        "post.links < 3.0", "1 in ['a']", "post.share % 2.0 == 0.0", "post.text - 'a' == ''", "!post.links",
        "true ? 1 : 'a'", "post.unknown", "size(post.links) == 1", "-post.text == ''", "post.links &&  true",
        "post.text.contains(1)", "1 < 2 < 3", "1 +", "post.links = 1", "'abc",
        "9223372036854775808 > 0", "post.text.nothing()", "nothing(post.text)", "post..text == ''", "(1 == 1",
        "'\\q' == ''", "'\\ud800' == ''", "[1, 2", "for == 1", "1.", "post.hosts.size(1) > 0", "? 1 : 2",
        "post.text.matches('(')",
    ],
)  # fmt: skip
def test_what_cel_refuses_is_refused(text: str) -> None:
    with pytest.raises(ExpressionFault):
        check(text, SCHEMA)
    assert not ORACLE.accepts(text) or text.endswith("matches('(')")
