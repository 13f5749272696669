"""Seals: words that can be checked while they stand, and not be guessed once they are gone."""

from governance.deliberation.seals import seal


def test_a_seal_depends_on_the_words_and_on_the_salt() -> None:
    found = seal("No.", "ab")
    assert len(found) == 64
    assert found == seal("No.", "ab")
    assert len({found, seal("No!", "ab"), seal("No.", "ac"), seal("", "No.ab")}) == 4
