"""What is typed into the form of an amendment becomes the whole patch of the proposal."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coop.book import COOP, Book
from coop.policy_text import apply, parse
from web.amending import ABSENT, fields, others, patch, typed
from web.drafting import base_sha256

BEFORE: dict[str, Any] = {"seats": {"default": 150, "ceiling": 500}, "names": ["a"], "open": True}
TEXT = 'names = ["a"]\nopen = true\n[seats]\ndefault = 150\nceiling = 500\n'


def test_the_form_shows_what_the_proposal_sets_and_what_was_picked() -> None:
    after = {"seats": {"default": 120}, "names": ["a"], "open": True, "new": {"one": 1}}
    found = fields(BEFORE, after, ["/open"])
    assert [
        (one.clause.pointer, one.clause.text, one.now, one.left_out, one.clause.form) for one in found
    ] == [
        ("/seats/default", "120", "150", False, "number"),
        ("/seats/ceiling", "500", "500", True, "number"),
        ("/open", "true", "true", False, "choice"),
        ("/new/one", "1", None, False, "number"),
    ]
    assert others(BEFORE, after, found) == ["/names"]


def test_a_clause_that_stays_as_it_is_is_not_in_the_patch_and_one_left_out_is_taken_out() -> None:
    assert patch(BEFORE, {"/seats/default": 150, "/seats/ceiling": ABSENT, "/gone": ABSENT}) == [
        {"op": "test", "path": "/seats/ceiling", "value": 500},
        {"op": "remove", "path": "/seats/ceiling"},
    ]


def test_clauses_of_one_new_table_are_added_one_after_the_other() -> None:
    made = patch(BEFORE, {"/new/one": 1, "/new/two": 2})
    assert made[0] == {"op": "add", "path": "/new", "value": {"one": 1}}
    assert made[1] == {"op": "add", "path": "/new/two", "value": 2}


values = st.one_of(st.integers(0, 3), st.booleans(), st.text("ab", max_size=2), st.just(ABSENT))


@given(
    st.dictionaries(
        st.sampled_from(["/seats/default", "/seats/ceiling", "/names", "/open", "/new/one", "/two"]), values
    )
)
def test_a_patch_sets_exactly_what_was_wanted(wanted: dict[str, Any]) -> None:
    after = parse(apply(TEXT, patch(BEFORE, wanted)))
    for pointer, value in wanted.items():
        found: Any = after
        for part in pointer.split("/")[1:]:
            found = found.get(part, ABSENT) if isinstance(found, dict) else ABSENT
        assert found == value
        assert type(found) is type(value)


def test_each_text_is_read_in_the_way_in_which_the_policy_could_stand(book: Book) -> None:
    base = base_sha256(book, COOP, "audience")
    before = book.policies[COOP, "audience"].data
    after = {**before, "seats": {**before["seats"], "default": 120}}
    listed = fields(before, after, ["/replies/per_member"])
    made = typed(book, COOP, "audience", base, before, listed, {"/seats/default": " 100 "})
    assert [one["value"] for one in made] == [150, 100]
    likeliest = typed(book, COOP, "audience", base, before, listed, {"/seats/default": "many"})
    assert likeliest[1]["value"] == "many"
    left = typed(book, COOP, "audience", base, before, listed, {"/replies/per_member": None})
    assert {"op": "remove", "path": "/replies/per_member"} in left
