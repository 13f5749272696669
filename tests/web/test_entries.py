"""What is typed of an entry becomes the smallest patch that the policy can stand with, and no other."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from audience.moderation.case_rules import Ground
from audience.moderation.label_rules import Trusted
from audience.moderation.rules import DONE_WITH, MODERATION, TARGETS, Rule
from coop.book import COOP, Book
from coop.cel.form import Comparison
from coop.errors import RuleBroken
from coop.policy_text import apply, parse
from governance.verification import verify
from web import entries, entry_form
from web.drafting import base_sha256
from web.entries import Place
from web.entry_tables import TABLES, table_for
from web.moderation_wording import ASKED_OF, COMPARED, RULES_DO

GUILD = "guild:bakers"


def changed(book: Book, place: Place, **said: str | None) -> list[dict[str, Any]]:
    """Return the patch of a form that shows an entry and in which some fields are typed anew."""
    table, known = table_for(book, place.scope, place.table), entry_form.facts_for(book, place.scope)
    old = entries.value_of(book, place)
    typed = {**entry_form.shown(table, known, old), **said}
    kept = {name: value for name, value in typed.items() if value is not None}
    return entries.changing(place, old, entry_form.read(table, known, kept, old))


def stands(book: Book, scope: str, patch: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the data of the policy after a patch that verification lets stand."""
    return parse(verify(book, scope, MODERATION, patch, base_sha256(book, scope, MODERATION)).after)


@pytest.mark.parametrize(("table", "model"), [("rules", Rule), ("grounds", Ground), ("labels", Trusted)])
def test_every_part_that_a_policy_knows_has_a_field(table: str, model: type[BaseModel]) -> None:
    assert {part.name for part in TABLES[table].parts} == model.model_fields.keys()


def test_every_target_action_and_comparison_has_words() -> None:
    assert list(ASKED_OF) == list(TARGETS)
    assert RULES_DO.keys() == frozenset().union(*DONE_WITH.values())
    assert COMPARED.keys() == set(get_args(Comparison))


def test_what_is_shown_of_an_entry_in_force_changes_nothing_when_it_is_sent_back(book: Book) -> None:
    for table, listed in entries.listed(book, COOP):
        for one in listed:
            with pytest.raises(RuleBroken, match="changes nothing") as refused:
                changed(book, one.place)
            assert refused.value.faults[0].pointer == "/patch", table.name


def test_only_the_parts_that_change_are_in_the_patch_each_after_a_test_of_its_old_value(book: Book) -> None:
    place = Place(COOP, "rules", "newcomer-links")
    patch = changed(
        book, place, **{"value-2": "4", "appeal_days": "21", "notice": "", "expires": "2031-01-31"}
    )
    old = entries.value_of(book, place)
    assert patch == [
        {"op": "test", "path": "/rules/newcomer-links/when", "value": old["when"]},
        {
            "op": "replace",
            "path": "/rules/newcomer-links/when",
            "value": 'author.account_age < duration("72h") && text.links > 4',
        },
        {"op": "test", "path": "/rules/newcomer-links/notice", "value": old["notice"]},
        {"op": "remove", "path": "/rules/newcomer-links/notice"},
        {"op": "test", "path": "/rules/newcomer-links/appeal_days", "value": 14},
        {"op": "replace", "path": "/rules/newcomer-links/appeal_days", "value": 21},
        {"op": "add", "path": "/rules/newcomer-links/expires", "value": "2031-01-31"},
    ]
    after = stands(book, COOP, patch)["rules"]["newcomer-links"]
    assert (after["appeal_days"], "notice" in after) == (21, False)


def test_a_pause_is_typed_in_minutes_and_written_as_the_policy_has_it(book: Book) -> None:
    place = Place(COOP, "rules", "follow-flood")
    assert changed(book, place, gap="90")[-1] == {
        "op": "replace",
        "path": "/rules/follow-flood/gap",
        "value": "PT1H30M",
    }
    for typed in ("soon", "0", "-5", "99999999"):
        with pytest.raises(RuleBroken) as refused:
            changed(book, place, gap=typed)
        assert [fault.pointer for fault in refused.value.faults] == ["/gap"]


def test_a_condition_of_more_comparisons_than_a_form_has_room_for_is_shown_as_it_is_written(
    book: Book,
) -> None:
    known, table = entry_form.facts_for(book, COOP), TABLES["rules"]
    for number, chosen in ((entry_form.MOST_LINES, True), (entry_form.MOST_LINES + 1, False)):
        when = " && ".join(["text.links > 2"] * number)
        typed = entry_form.shown(table, known, {"when": when})
        assert ("fact-1" in typed, "when" in typed) == (chosen, not chosen)


def test_a_list_is_one_clause_typed_line_by_line(book: Book) -> None:
    place = Place(COOP, "lists", "shorteners")
    old = entries.value_of(book, place)
    patch = changed(book, place, entries="\r\n".join([*old, "", " ow.ly "]))
    assert patch[1:] == [{"op": "replace", "path": "/lists/shorteners", "value": [*old, "ow.ly"]}]
    assert stands(book, COOP, patch)["lists"]["shorteners"][-1] == "ow.ly"


def test_the_first_entry_of_a_guild_brings_its_table(book: Book) -> None:
    place = Place(GUILD, "words", "crumbs")
    patch = entries.adding(book, place, ["stale bread"])
    assert patch == [{"op": "add", "path": "/words", "value": {"crumbs": ["stale bread"]}}]
    assert parse(apply("", patch)) == {"words": {"crumbs": ["stale bread"]}}
    stands(book, GUILD, patch)


def test_a_guild_is_offered_what_its_entries_may_name(book: Book) -> None:
    of = {part.name: part for part in table_for(book, GUILD, "rules").parts}
    assert list(of["on"].choices) == ["post", "reply", "upload"]
    measures = {part.name: part for part in table_for(book, GUILD, "grounds").parts}["measures"]
    assert list(measures.choices) == ["warn", "pause"]
    assert (
        "suspend" in {part.name: part for part in table_for(book, COOP, "grounds").parts}["measures"].choices
    )


def test_a_name_that_is_none_or_taken_is_told(book: Book) -> None:
    for scope, typed in ((COOP, "Big Links"), (COOP, ""), (COOP, "flood"), (GUILD, "flood"), (COOP, "a_b")):
        with pytest.raises(RuleBroken) as refused:
            entries.name_of(book, scope, TABLES["rules"], typed)
        assert [fault.pointer for fault in refused.value.faults] == ["/name"]
    assert entries.name_of(book, COOP, TABLES["rules"], " big-links ") == "big-links"
    assert entries.name_of(book, COOP, TABLES["words"], "big_links") == "big_links"


def test_whatever_is_in_force_and_holds_nothing_else_up_can_be_taken_away(book: Book) -> None:
    held = []
    for _, listed in entries.listed(book, COOP):
        for one in listed:
            patch = entries.removing(one.place, entries.value_of(book, one.place))
            assert [operation["op"] for operation in patch] == ["test", "remove"]
            try:
                after = stands(book, COOP, patch)
            except RuleBroken:
                held.append(one.place.pointer)
            else:
                assert one.place.name not in after[one.place.table]
    assert held == ["/words/selling", "/patterns/phone", "/lists/shorteners"]


def test_a_clause_leads_to_the_entry_that_it_is_part_of(book: Book) -> None:
    assert entries.standing(book, COOP, "/rules/flood/when") == Place(COOP, "rules", "flood")
    assert entries.standing(book, COOP, "/words/selling") == Place(COOP, "words", "selling")
    for clause in ("/rules/gone/when", "/juries/size", "/rules", ""):
        assert entries.standing(book, COOP, clause) is None
    assert entries.standing(book, GUILD, "/rules/flood/when") is None
