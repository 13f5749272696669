"""Beat matrices: read, or refused by their line."""

import pytest

from coop.errors import Malformed
from governance.methods import beats


def test_a_matrix_is_read() -> None:
    found = beats.read("over,Ada, Bo\nAda,0,3\n\nBo,2,0\n")
    assert found.names == ("Ada", "Bo")
    assert found.matrix.tolist() == [[0, 3], [2, 0]]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "nothing"),
        ("over\n", 1, "names 1 to"),
        ("over,A,A\nA,0,1\nA,1,0\n", 1, "each once"),
        ("over,A,\nA,0,1\n,1,0\n", 1, "each once"),
        ("over,A,B\nA,0,1\n", 2, "as many lines"),
        ("over,A,B\nB,0,1\nA,1,0\n", 2, "that of 'A'"),
        ("over,A,B\nA,0\nB,1,0\n", 2, "2 numbers"),
        ("over,A,B\nA,0,-1\nB,1,0\n", 2, "no number of ballots"),
        ("over,A,B\nA,0,1.5\nB,1,0\n", 2, "no number of ballots"),
        ("over,A,B\nA,0,9999999999\nB,1,0\n", 2, "no number of ballots"),
        ("over,A,B\nA,0,1\nB,1,5\n", 3, "diagonal"),
    ],
)
def test_what_is_no_matrix_is_refused_by_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(Malformed) as refused:
        beats.read(text)
    (fault,) = refused.value.faults
    assert fault.pointer == f"line/{line}"
    assert said in fault.detail
