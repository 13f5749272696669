"""Masking: what somebody wrote, without the names in it."""

from hypothesis import given
from hypothesis import strategies as st

from audience.cases.masking import Masks


def test_whoever_is_judged_is_author_and_others_are_letters_in_the_order_in_which_they_come_up() -> None:
    masks = Masks({"ada": "author"})
    assert masks.mask("@ada told @ben and @Cem, and @BEN told ada@example") == (
        "@author told @A and @B, and @A told ada@C"
    )
    assert masks.mask("@cem") == "@B"


@given(st.lists(st.from_regex(r"[a-z][a-z0-9_]{1,12}", fullmatch=True), max_size=40, unique=True))
def test_no_two_handles_are_given_the_same_mask(handles: list[str]) -> None:
    masked = Masks({}).mask(" ".join(f"@{one}" for one in handles)).split()
    assert len(set(masked)) == len(handles)


@given(st.text())
def test_text_without_names_stays_as_it_is(text: str) -> None:
    plain = text.replace("@", "")
    assert Masks({}).mask(plain) == plain
