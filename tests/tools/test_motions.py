"""What a story tells of a proposal."""

from governance.deliberation.statements import Answer
from tools.motions import Opinion


def test_whoever_states_something_agrees_with_it() -> None:
    said = Opinion("ana", "Bread is slow.", agree="ben", disagree="cleo", passed="dan").answers()
    assert said == [
        ("ana", Answer.AGREE),
        ("ben", Answer.AGREE),
        ("cleo", Answer.DISAGREE),
        ("dan", Answer.PASS),
    ]
