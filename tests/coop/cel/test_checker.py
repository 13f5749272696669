"""Checking: what is wrong with an expression is told with its place and what to do."""

import pytest

from coop.cel.checker import check
from coop.cel.expression import Expression
from coop.cel.faults import ExpressionFault
from coop.cel.types import INT, STRING
from tests.coop.cel.writing import SCHEMA


def refused(text: str, most: int | None = None) -> str:
    with pytest.raises(ExpressionFault) as raised:
        check(text, SCHEMA, most=most)
    return raised.value.told(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("post.linkz > 3", "Nothing is known as “post.linkz”. Did you mean post.links"),
        ("wholly.other > 3", "Known are author.age, author.follows"),
        ("post.links < 3.0", "write 3.0 for 3, or double(…). (line 1, column 12 at “< 3.0”)"),
        ("post.text < 3", "“<” cannot be asked of string and int."),
        ("post.links", "This is a int; a bool is needed."),
        ("true && post.links", "Here a condition is needed, and this is a int. (line 1, column 9"),
        ("post.reply ? 1 : 'a'", "Both sides of a choice are of one type; these are int and string."),
        ("post.text = 'a'", "One = means nothing here: write ==."),
        ("post.reply & true", "One & means nothing here: write &&."),
        ("post.hosts[0] == 'a'", "A list is not read by number: ask with “in”."),
        ("post.hosts.exists(h, h == 'a')", "“exists” would be a loop, and there are none"),
        ("has(post.text)", "“has” is not needed: every fact has a value"),
        ("post.text == null", "Nothing is null here"),
        ("{'a': 1} == {'a': 1}", "Maps and messages are no part of this language."),
        ("post.text{}", "Maps and messages are no part of this language."),
        ("b'a' == b'a'", "Bytes are no part of this language"),
        ("post.links > 1u", "A number ends before a letter."),
        ("'a' in []", "An empty list holds nothing to ask for."),
        ("post.text in ['a', 'a']", "This stands in the list already."),
        ("post.text in ['a', 1]", "This is a int in a list of string."),
        ("post.text in [post.language]", "A list is written out"),
        ("post.share in [1.0]", "A list is written out, of texts or of whole numbers."),
        ("post.hosts == ['a']", "“==” cannot be asked of list(string) and list(string)."),
        ("contains(post.text, 'a')", "is written behind a text: text.contains(…)."),
        ("post.links.double() > 1.0", "is written before what it is asked of: double(…)."),
        ("post.text.lower() == 'a'", "There is no function “lower”. There are contains, double"),
        ("post.text.contains()", "“contains” takes 2, and this gives it 1."),
        ("author.age < duration('3d')", "“3d” is no duration: write “72h”"),
        ("author.age < duration(post.text)", "A duration is written out"),
        ("post.text.matches(post.language)", "A pattern is written out, so that it can be checked."),
        ("post.text.matches('(?=a)')", "This is no pattern: invalid perl operator"),
        ("post.text.matches('(a{1,999}){1,999}')", "This is no pattern"),
        ("'\\q' == ''", "\\q stands for nothing"),
        ("'\\ud800' == ''", "is no character"),
        ("'\\000' == ''", "A text holds no NUL."),
        ("9223372036854775808 > 1", "Whole numbers have 64 bits: this is too large."),
        ("post.reply &&", "Here something is missing"),
        ("post.reply true", "Nothing may follow here"),
        ("(post.reply", "A bracket is not closed."),
        ("size(post.text", "Between two comes a comma, and ) at the end."),
        ("'never ends", "This text is not closed"),
        ("'a'.language == ''", "Only a name has parts."),
        ("post.\n  5 == 1", "After a dot comes a name. (line 2, column 3"),
        ("post.reply ? true", "A choice is written: condition ? this : that."),
        ("while == 1", "“while” is a word that the language keeps for itself."),
        ("post.reply # why", "'#' is no sign of this language."),
        ("in post.hosts", "Before “in” comes what is looked for."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    assert told in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + "true" + ")" * 990,
        "!" * 1990 + "true",
        "-" * 1990 + "1 > 0",
        "[" * 1999,
        "1" + "+1" * 900 + " > 0",
        "true ? true : " * 140 + "true",
        "size(" * 390 + "post.text",
        "true && " * 400 + "true",
    ],
    ids=lambda text: text[:12],
)
def test_no_text_is_too_deep_or_long_to_be_refused(text: str) -> None:
    assert "at most" in refused(text)


def test_a_long_chain_of_conditions_is_one_level() -> None:
    assert check(" || ".join(f"post.links == {number}" for number in range(90)), SCHEMA).cost == 180


def test_an_expression_tells_its_facts_in_the_order_of_the_alphabet() -> None:
    made = check("post.text == post.language || author.new", SCHEMA)
    assert made.facts == ("author.new", "post.language", "post.text")


def test_an_expression_may_be_of_another_type() -> None:
    made: Expression = check("size(post.hosts) * 2 + 1", SCHEMA, gives=INT)
    assert made.root.type == INT
    with pytest.raises(ExpressionFault):
        check("size(post.hosts)", SCHEMA, gives=STRING)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("post.links > 2", 2),
        ("post.text == 'spam'", 2),
        ("post.text.contains('0123456789ab')", 1 + 2000 * 2),
        ("post.text.matches('abcdefgh')", 1 + 2000 * 2),
        ("post.text.startsWith('0123456789ab')", 1 + 2),
        ("'a' in post.hosts", 2),
        ("sets.intersects(post.hosts, ['a', 'b', 'c'])", 1 + 3),
        ("post.text + post.text == 'a'", 2 + 4000 + 1),
        ("author.new || author.new", 2),
    ],
)
def test_law_13_what_an_expression_could_cost_is_bounded(text: str, cost: int) -> None:
    assert check(text, SCHEMA, most=cost).cost == cost
    assert f"This could take {cost} steps, and {cost - 1} are allowed." in refused(text, most=cost - 1)
