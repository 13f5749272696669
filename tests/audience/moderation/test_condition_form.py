"""A condition that is chosen is written in CEL; one that was typed is read back where a form can say it."""

import pytest

from audience.moderation.condition_form import COMPARISONS, Known, known_facts, read_back, written
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.vocabulary import STRINGS
from coop.book import Book
from coop.cel.checker import check
from coop.cel.form import Line
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Type
from coop.errors import RuleBroken

FACTS: dict[Type, str] = {
    BOOL: "patterns.phone",
    INT: "text.links",
    DOUBLE: "text.capitals",
    DURATION: "author.account_age",
    STRING: "post.guild",
    STRINGS: "text.hosts",
}
VALUES: dict[Type, str] = {
    BOOL: "",
    INT: "3",
    DOUBLE: "0.7",
    DURATION: "72",
    STRING: 'the "bakers"',
    STRINGS: "bit.ly",
}


@pytest.fixture
def known(book: Book) -> dict[str, Known]:
    return known_facts(book.rules(MODERATION, ModerationRules))


@pytest.mark.parametrize(("of", "how"), [(of, how) for of, named in COMPARISONS.items() for how in named])
def test_whatever_the_form_offers_is_a_condition_that_is_read_back(
    known: dict[str, Known], of: Type, how: str
) -> None:
    counted = of in (STRING, STRINGS) and how in COMPARISONS[INT]
    value = "shorteners" if how in ("any_of", "none_of") else VALUES[INT if counted else of]
    line = Line(FACTS[of], how, value)
    when = written(known, [line], "all")
    schema = {name: one.fact for name, one in known.items()}
    assert check(when, schema).facts[0] in (FACTS[of], "lists.shorteners")
    form = read_back(known, when)
    assert form is not None and form.lines == [line]


def test_lines_are_joined_as_they_were_chosen(known: dict[str, Known]) -> None:
    lines = [Line("author.account_age", "less_than", "72"), Line("words.selling", "at_least", "2")]
    assert written(known, lines, "all") == (
        'author.account_age < duration("72h") && size(words.selling) >= 2'
    )
    either = written(known, lines, "any")
    assert " || " in either
    form = read_back(known, either)
    assert form is not None and (form.match, form.lines) == ("any", lines)


def test_what_members_write_keeps_its_capitals_and_what_is_kept_small_is_looked_for_so(
    known: dict[str, Known],
) -> None:
    assert written(known, [Line("text", "contains", "ACT Fast")], "all") == 'text.contains("ACT Fast")'
    assert written(known, [Line("text.tags", "has", "#Bread")], "all") == '"bread" in text.tags'


def test_a_line_that_is_amiss_is_told_at_its_place(known: dict[str, Known]) -> None:
    lines = [
        Line("text.links", "more_than", "2"),
        Line("text.linkz", "more_than", "2"),
        Line("text.links", "has", "2"),
        Line("text.links", "more_than", "many"),
        Line("author.account_age", "at_least", "-1"),
        Line("text.capitals", "at_least", "0,7"),
        Line("patterns.phone", "yes", "1"),
        Line("text.hosts", "any_of", "nowhere"),
        Line("lists.shorteners", "has", "bit.ly"),
        Line("text", "contains", "x" * 201),
    ]
    with pytest.raises(RuleBroken) as refused:
        written(known, lines, "all")
    assert [fault.pointer for fault in refused.value.faults] == [
        "/conditions/1/fact",
        "/conditions/2/comparison",
        *(f"/conditions/{index}/value" for index in range(3, 8)),
        "/conditions/8/fact",
        "/conditions/9/value",
    ]
    assert "shorteners" in refused.value.faults[6].detail


@pytest.mark.parametrize(
    "when",
    [
        "text.links > 2 && (text.links < 9 || patterns.phone)",
        "text.links + 1 > 2",
        "2 < text.links",
        "text.links>2",
        "author.account_age < duration('90m')",
        'text.matches("a+")',
        "text.hosts == text.tags",
        "nothing.known",
        "",
    ],
)
def test_what_the_form_cannot_say_stays_as_it_was_typed(known: dict[str, Known], when: str) -> None:
    assert read_back(known, when) is None


def test_most_of_the_founding_rules_are_read_back(book: Book, known: dict[str, Known]) -> None:
    rules = book.rules(MODERATION, ModerationRules).rules
    unsaid = [name for name, rule in rules.items() if read_back(known, rule.when) is None]
    assert unsaid == ["selling"]
