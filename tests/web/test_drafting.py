"""What is typed into a form becomes a patch of the right type."""

from typing import Any

import pytest

from coop.book import COOP, Book
from coop.policy_text import apply, parse
from governance.verification import verify
from web.drafting import Settable, base_sha256, patch, readings, settable

GUILD = "guild:bakers"


def clause(book: Book, scope: str, kind: str, pointer: str) -> Settable:
    return next(one for one in settable(book, scope, kind) if one.pointer == pointer)


def drafted(book: Book, kind: str, pointer: str, text: str, scope: str = COOP) -> Any:
    base = base_sha256(book, scope, kind)
    return patch(book, scope, kind, clause(book, scope, kind, pointer), text, base)


def test_a_number_is_a_number_and_its_old_value_is_tested(book: Book) -> None:
    assert drafted(book, "audience", "/seats/default", " 120 ") == [
        {"op": "test", "path": "/seats/default", "value": 150},
        {"op": "replace", "path": "/seats/default", "value": 120},
    ]


def test_a_limit_may_be_opened_by_a_word(book: Book) -> None:
    assert drafted(book, "audience", "/seats/ceiling", "open")[1]["value"] == "open"


def test_a_list_is_typed_line_by_line(book: Book) -> None:
    typed = "me\r\nadmin\r\n\r\n root "
    assert drafted(book, "membership", "/names/reserved", typed)[1]["value"] == ["me", "admin", "root"]


def test_a_text_stays_a_text(book: Book) -> None:
    assert drafted(book, "membership", "/joining/admission", "invited")[1]["value"] == "invited"
    assert drafted(book, "voting", "/classes/A/vote", "P5D")[1]["value"] == "P5D"


def test_what_cannot_stand_is_drafted_as_it_was_typed_so_that_the_rules_say_why(book: Book) -> None:
    assert drafted(book, "audience", "/seats/default", "many")[1]["value"] == "many"


@pytest.mark.parametrize("kind", ["audience", "feeds", "media", "membership", "voting"])
def test_every_clause_that_is_offered_can_be_typed_as_it_stands(book: Book, kind: str) -> None:
    for one in settable(book, COOP, kind):
        assert one.value in list(readings(one.text, one.form)), one


def test_a_guild_sets_what_the_coop_lets_it_and_begins_with_what_the_coop_says(book: Book) -> None:
    one = clause(book, GUILD, "audience", "/seats/default")
    assert (one.value, one.own) == (150, False)
    made = drafted(book, "audience", "/seats/default", "40", GUILD)
    assert made == [{"op": "add", "path": "/seats", "value": {"default": 40}}]
    assert parse(apply("", made)) == {"seats": {"default": 40}}
    verify(book, GUILD, "audience", made, base_sha256(book, GUILD, "audience"))


def test_the_bound_of_the_lightest_vote_is_told(book: Book) -> None:
    assert clause(book, COOP, "audience", "/seats/default").bound == "at least 20 and at most 500"
    assert clause(book, COOP, "membership", "/joining/admission").bound == ""
