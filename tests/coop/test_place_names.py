"""Names of places: compared as people type them, said with what they lie in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.place_names import folded, said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("MALMO", "Malmö"),
        ("sao  paulo", "São Paulo"),
        ("Lodz", "Łódź"),
        ("l'aquila", "L’Aquila"),
        ("l´aquila", "L’Aquila"),
        ("Sanaa", "Sana'a"),
        ("aix en provence", "Aix-en-Provence"),
        ("St. Gallen", "St Gallen"),
        ("Strasse", "Straße"),
        ("ΑΘΉΝΑ", "Αθήνα"),
        ("ЖУКОВСКИЙ", "Жуковский"),
        ("ｋｙｏｔｏ", "Kyoto"),
        ("𝐊yoto", "kyoto"),
        ("ŉara", "nara"),
    ],
)
def test_a_name_is_found_without_its_accents_case_and_signs(typed: str, meant: str) -> None:
    assert folded(typed) == folded(meant) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("मुंबई", "मंबई"), ("東京", "京都"), ("अक्ल", "अकल"), ("か", "が"), ("Springfield 1", "Springfield 2")],
)
def test_names_that_differ_in_their_letters_stay_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("name", ["", " ", "—", "'’", "%_", "\\", "🙂"])
def test_a_name_of_signs_alone_is_no_name(name: str) -> None:
    assert folded(name) == ""


@given(st.text())
def test_a_folded_name_stays_as_it_is_and_is_no_pattern(name: str) -> None:
    once = folded(name)
    assert folded(once) == once
    assert not set(once) & set("%_\\\0")


def test_a_place_is_said_from_the_nearest_outwards() -> None:
    assert said(["Portugal", "Lisbon", "Lisbon", "Alfama"]) == "Alfama, Lisbon, Lisbon, Portugal"
