"""Rankings: what is taken at entry, and how many ballots become one matrix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.errors import RuleBroken
from governance.methods.packing import NONE, unpacked
from governance.methods.ranking import (
    MOST_BALLOTS,
    MOST_OPTIONS,
    Profile,
    decode,
    encode,
    encode_approvals,
)
from tests.governance.methods.electorates import Rows, electorates


@given(st.integers(1, MOST_OPTIONS).flatmap(lambda n: st.tuples(st.just(n), st.permutations(range(n)))))
def test_a_ranking_survives_its_bytes(drawn: tuple[int, list[int]]) -> None:
    options, order = drawn
    assert decode(encode(order, options)) == order
    assert decode(encode_approvals(order, options)) == sorted(order)


@pytest.mark.parametrize(
    ("ranking", "pointer", "said"),
    [
        ([], "/ranking", "at least one"),
        ([0, 3], "/ranking/1", "numbered 0 to 2"),
        ([-1], "/ranking/0", "numbered 0 to 2"),
        ([1, 0, 1], "/ranking/2", "Option 1 already stands at place 0"),
        ([True], "/ranking/0", "numbered 0 to 2"),
        ([1.0], "/ranking/0", "numbered 0 to 2"),
        ([[0, 1], 2], "/ranking/0", "numbered 0 to 2"),
    ],
)
def test_what_is_no_ranking_is_refused_where_it_is_wrong(ranking: list[int], pointer: str, said: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        encode(ranking, 3)
    (fault,) = refused.value.faults
    assert fault.pointer == pointer
    assert said in fault.detail


def test_approving_nothing_is_a_ballot_and_approving_twice_is_not() -> None:
    assert encode_approvals([], 3) == b""
    with pytest.raises(RuleBroken) as refused:
        encode_approvals([2, 2], 3)
    assert [fault.pointer for fault in refused.value.faults] == ["/approved/1"]


@pytest.mark.parametrize("options", [0, 256])
def test_a_ballot_has_1_to_255_options(options: int) -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        encode([0], options)
    with pytest.raises(ValueError, match="1 to 255"):
        Profile.of([], options)


def total(rows: Rows) -> dict[bytes, int]:
    counted: dict[bytes, int] = {}
    for marks, count in rows:
        counted[marks] = counted.get(marks, 0) + count
    return counted


@given(electorates(most_options=20))
def test_law_04_joined_ballots_and_grouped_rows_are_one_profile(
    drawn: tuple[Rows, int],
) -> None:
    rows, options = drawn
    ballots = [marks for marks, count in rows for _ in range(count)]
    joined = Profile.joined(b"\xff".join(ballots) if ballots else None, options)
    assert dict(joined.rows()) == total(rows)
    assert total(Profile.of(rows, options).rows()) == total(rows)
    assert joined.ballots == len(ballots)
    assert len(joined.rows()) == len(joined.counts) == len(total(rows)), "each ranking once"
    assert (joined.ranks[-1] == NONE).all()


@pytest.mark.parametrize("options", [1, 14, 15, 16, 255])
def test_complete_rankings_fit_at_every_size(options: int) -> None:
    up, down = bytes(range(options)), bytes(range(options))[::-1]
    profile = Profile.joined(b"\xff".join([up, down, up, b""]), options)
    assert dict(profile.rows()) == total([(up, 2), (down, 1), (b"", 1)])


@pytest.mark.parametrize("options", [3, 40])
@pytest.mark.parametrize(
    ("marks", "said"),
    [(b"\x00\x29", "beyond"), (b"\x01\x01", "twice"), (b"\x00\x01" * 30, "more than|twice")],
)
def test_bytes_that_no_checked_ballot_has_are_refused(marks: bytes, said: str, options: int) -> None:
    with pytest.raises(ValueError, match=said):
        Profile.joined(marks, options)
    with pytest.raises(ValueError, match=said):
        Profile.of([(marks, 1)], options)


def test_marks_that_hold_a_separator_are_refused() -> None:
    with pytest.raises(ValueError, match="2 found"):
        Profile.of([(b"\x00\xff\x01", 1)], 3)
    assert unpacked(b"", 0, 3).shape == (1, 0)


@pytest.mark.parametrize("counts", [[-1], [MOST_BALLOTS + 1], [MOST_BALLOTS, 1]])
def test_a_profile_counts_no_more_ballots_than_its_numbers_hold(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="ballots"):
        Profile.of([(bytes([place]), count) for place, count in enumerate(counts)], 3)
