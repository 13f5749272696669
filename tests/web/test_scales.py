"""The scale of opinions on an amendment as a picture."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from governance.deliberation.suggestions import Degree, Opinions
from web.scales import SIDE, scale

counts = st.integers(0, 50)
opinions = st.fixed_dictionaries({degree: st.tuples(counts, counts) for degree in Degree}).map(
    lambda told: [Opinions(degree, *told[degree]) for degree in Degree]
)


def test_those_who_want_it_lie_right_of_the_middle_and_others_left() -> None:
    found = scale(
        [
            Opinions(Degree.MUST, 0, 1),
            Opinions(Degree.SHOULD, 1, 2),
            Opinions(Degree.SHOULD_NOT, 0, 2),
            Opinions(Degree.MUST_NOT, 0, 0),
        ]
    )
    assert [(part.degree, part.number, part.x, part.width) for part in found.parts] == [
        (Degree.MUST_NOT, 0, -50, 0),
        (Degree.SHOULD_NOT, 2, -50, 50),
        (Degree.SHOULD, 3, 0, 75),
        (Degree.MUST, 1, 75, 25),
    ]
    assert (found.number, found.parts[2].fulfilled) == (6, 1)


@given(opinions)
def test_parts_follow_each_other_within_the_picture_and_change_sides_at_its_middle(
    told: list[Opinions],
) -> None:
    parts = scale(told).parts
    assert [part.degree for part in parts] == sorted(Degree)
    assert abs(parts[2].x) < 0.05
    for part, following in pairwise(parts):
        assert abs(part.x + part.width - following.x) < 0.05
    assert parts[0].x >= -SIDE - 0.05
    assert parts[-1].x + parts[-1].width <= SIDE + 0.05
