"""BLT: what is read, what is written, and what is refused and where."""

import pytest
from hypothesis import given

from coop.errors import Malformed
from governance.methods import blt
from governance.methods.blt import Election
from governance.methods.ranking import Profile
from tests.governance.methods.electorates import Rows, electorates

SMALL = '2 1\n3 1 2 0\n0\n"Ada"\n"Bo"\n"A vote"\n'


@given(electorates(most_options=20))
def test_what_was_written_is_read_again(drawn: tuple[Rows, int]) -> None:
    rows, options = drawn
    names = tuple(f"option # {number}" for number in range(options))
    written = blt.write(Election("ö", 2, names, Profile.of(rows, options)))
    found = blt.read(written)
    assert (found.title, found.seats, found.names) == ("ö", 2, names)
    assert found.profile.rows() == rows
    assert blt.write(found) == written


def test_comments_blank_lines_and_a_byte_order_mark_say_nothing() -> None:
    text = '\ufeff# made by hand\n2 1 # options, seats\n\n3 1 2 0\n1 0\n0\n"Ada # 1"\n"Bo"# last\n'
    found = blt.read(text)
    assert found.names == ("Ada # 1", "Bo")
    assert found.title == ""
    assert found.profile.rows() == [(b"\x00\x01", 3), (b"", 1)]


def test_who_has_withdrawn_is_taken_off_every_ballot() -> None:
    found = blt.read('3 1\n-2\n4 2 3 0\n1 1 2 3 0\n0\n"A"\n"B"\n"C"\n"T"')
    assert found.names == ("A", "C")
    assert found.profile.rows() == [(b"\x01", 4), (b"\x00\x01", 1)]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "the end"),
        ("2\n", 1, "begins with options"),
        ("256 1\n", 1, "begins with options"),
        ("2 0\n", 1, "begins with options"),
        ("2 one\n", 1, "Whole numbers"),
        ("2 1\n3 1=2 0\n", 2, "Equal ranks"),
        ("2 1\n3 1 2\n", 2, "ends with 0"),
        ("2 1\n3\n", 2, "ends with 0"),
        ("2 1\n\n3 1 1 0\n", 3, "Option 1 is ranked twice"),
        ("2 1\n3 1 3 0\n", 2, "no option 3"),
        ("2 1\n3 1 0 2 0\n", 2, "no option 0"),
        ("2 1\n0 1 0\n", 2, "stands for 1 to"),
        ("2 1\n9999999999 1 0\n", 2, "stands for 1 to"),
        ("2 1\n1.5 1 0\n", 2, "Whole numbers"),
        ("2 1\n3 1 0\n-1\n0\n", 3, "stands for 1 to"),
        ("2 1\n-3\n0\n", 2, "no option 3"),
        ("2 1\n-1 -2\n0\n", 2, "Whole numbers"),
        ("2 1\n-1 2\n0\n\"A\"\n\"B\"\n", 1, "Everybody has withdrawn"),
        ("2 1\n3 1 0\n", 3, "the end"),
        ('2 1\n3 1 0\n0\n"Ada"\n', 5, "name of option 2"),
        ('2 1\n3 1 0\n0\n"Ada"\nBo\n', 5, "name of option 2"),
        ('2 1\n3 1 0\n0\n"Ada"\n"Ada"\n', 5, "Two options have the name"),
        (SMALL + '"more"\n', 7, "Nothing follows"),
        ("2 1\n" + "536870912 1 0\n" * 2 + '0\n"A"\n"B"\n', 1, "more than"),
    ],
)  # fmt: skip
def test_a_file_that_means_more_than_one_thing_is_refused_by_its_line(
    text: str, line: int, said: str
) -> None:
    with pytest.raises(Malformed) as refused:
        blt.read(text)
    (fault,) = refused.value.faults
    assert fault.pointer == f"line/{line}"
    assert said in fault.detail
    assert refused.value.detail.startswith(f"Line {line}: ")


@pytest.mark.parametrize("name", ['the "best"', "two\nlines"])
def test_a_name_that_the_format_cannot_hold_is_not_written(name: str) -> None:
    election = blt.read(SMALL)
    with pytest.raises(ValueError, match="double quote"):
        blt.write(Election(name, 1, election.names, election.profile))
