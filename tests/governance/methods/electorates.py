"""Hypothesis strategies of ballots: few enough options and voters that ties are common."""

from hypothesis import strategies as st

from governance.methods.ranking import Profile

Rows = list[tuple[bytes, int]]


@st.composite
def electorates(draw: st.DrawFn, most_options: int = 6, most_ballots: int = 40) -> tuple[Rows, int]:
    """Rankings with their numbers of ballots, and how many options there are."""
    options = draw(st.integers(1, most_options))
    rankings = st.permutations(range(options)).flatmap(
        lambda order: st.integers(0, options).map(lambda length: bytes(order[:length]))
    )
    rows = draw(st.lists(st.tuples(rankings, st.integers(1, most_ballots)), max_size=12))
    return rows, options


def profile_of(rows: Rows, options: int) -> Profile:
    return Profile.of(rows, options)


def named(ballots: dict[str, int], names: str) -> Profile:
    """A profile written as a textbook does: ``named({"ABC": 5}, "ABC")``."""
    rows = [(bytes(names.index(option) for option in ranking), count) for ranking, count in ballots.items()]
    return Profile.of(rows, len(names))
