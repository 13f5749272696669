"""Rulesets: which rules hold for something, the weightiest first, each with what matched."""

from datetime import date, timedelta
from typing import Any

from audience.moderation.ruleset import Ruleset, action_of, ruleset
from audience.moderation.vocabulary import FACTS
from audience.moderation.writing_facts import facts_of
from coop.book import Book
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING
from tests.audience.factories import founding_book
from tests.audience.moderation.rules import policy, rule, with_guild_rules, with_rules

TODAY = date(2026, 11, 21)
NOTHING: dict[Any, Any] = {BOOL: False, INT: 0, DOUBLE: 0.0, STRING: "", DURATION: timedelta()}


def facts(text: str = "", **more: Any) -> dict[str, Any]:
    """Return facts of a post that says this; what is not given is nothing."""
    none = {name: NOTHING.get(fact.type, frozenset()) for name, fact in FACTS["post"].items()}
    return none | facts_of(text, None) | {name.replace("__", "."): value for name, value in more.items()}


def names(made: Ruleset, known: dict[str, Any]) -> list[str]:
    return [one.name for one in made.causes(known, TODAY)]


def test_every_rule_that_holds_is_a_cause_the_weightiest_first() -> None:
    rules = {
        "a-label": rule("true", then="label"),
        "b-hold": rule("text.links > 1"),
        "c-unfeed": rule("text.links > 2", then="unfeed"),
        "d-fold": rule("size(text) > 3", then="collapse"),
    }
    made = Ruleset(policy(rules), "post")
    assert names(made, facts("https://a.org https://b.org")) == ["b-hold", "d-fold", "a-label"]


def test_a_cause_tells_every_condition_with_what_it_was_asked_of() -> None:
    lists = {"words": {"rude": ["Fool", "Oaf"]}, "patterns": {"shout": "!!!"}}
    made = Ruleset(policy({"odd": rule("size(words.rude) > 0 && !patterns.shout")}, **lists), "post")
    (cause,) = made.causes(facts("What a fool."), TODAY)
    assert [(one.text, one.facts, one.came) for one in cause.matched] == [
        ("size(words.rude) > 0", {"words.rude": {"Fool"}}, True),
        ("patterns.shout", {"patterns.shout": False}, False),
    ]
    assert cause.clause == "/rules/odd/when"


def test_law_13_a_rule_that_lacks_a_fact_or_errs_holds() -> None:
    rules = {
        "divides": rule("100 / text.links > 3", then="label"),
        "lacks": rule("author.posts_day > 3", then="label"),
        "decided": rule("text.links == 0 || author.posts_day > 3", then="label"),
    }
    known = facts("Bread")
    del known["author.posts_day"]
    causes = Ruleset(policy(rules), "post").causes(known, TODAY)
    assert [(one.name, action_of(one)) for one in causes] == [
        ("divides", "hold"), ("lacks", "hold"), ("decided", "label"),
    ]  # fmt: skip
    assert causes[0].undecided == "A number was divided by zero."
    assert causes[1].undecided == "author.posts_day is not known."


def test_a_rule_is_asked_until_its_last_day() -> None:
    made = Ruleset(policy({"odd": rule("true", expires="2026-11-21")}), "post")
    assert len(made.causes(facts(), TODAY)) == 1
    assert made.causes(facts(), TODAY + timedelta(days=1)) == []


def test_a_rule_is_asked_of_its_targets_alone() -> None:
    rules = policy({"odd": rule("true"), "even": rule("true", on=["reply"])})
    assert names(Ruleset(rules, "post"), facts()) == ["odd"]


def test_only_what_rules_speak_of_has_to_be_looked_up() -> None:
    made = Ruleset(policy({"odd": rule("text.links > 3 && author.followers < 2")}), "post")
    assert made.facts == {"text.links", "author.followers"}


def with_bakers(book: Book) -> Book:
    coop = with_rules(book, {"links": rule("size(words.cheap) > 0")}, words={"cheap": ["cheap"]})
    return with_guild_rules(coop, "bakers", {"yeast": rule("text.contains('yeast') || 'x' in words.cheap")})


def test_law_08_a_guild_adds_rules_to_those_of_the_coop_for_what_is_made_in_it() -> None:
    book = with_bakers(founding_book())
    assert names(ruleset(book, "bakers", "post"), facts("cheap yeast")) == ["links", "yeast"]
    assert names(ruleset(book, "weavers", "post"), facts("cheap yeast")) == ["links"]
    assert names(ruleset(book, None, "post"), facts("cheap yeast")) == ["links"]
    assert ruleset(book, "bakers", "post") is ruleset(book, "bakers", "post")


def test_a_guild_s_rule_on_a_list_that_the_coop_took_away_asks_nothing_and_is_told_of() -> None:
    book = with_rules(with_bakers(founding_book()), {"links": rule("true")})
    made = ruleset(book, "bakers", "post")
    assert names(made, facts("cheap yeast")) == ["links"]
    assert "Nothing is known as “words.cheap”." in made.broken["yeast"]


def test_a_guild_s_rule_that_costs_more_or_slows_longer_than_the_coop_now_lets_it_asks_nothing() -> None:
    rules = {
        "read": rule("text.contains('a') && text.contains('b')"),
        "slow": rule("true", "slow", gap="PT20H"),
        "links": rule("text.links > 0"),
    }
    own = with_guild_rules(founding_book(), "bakers", rules)
    assert ruleset(own, "bakers", "post").broken == {}
    tight = with_rules(
        founding_book(), {}, limits={"rules": 100, "cost": 100, "entries": 50}, slowing={"longest": "PT12H"}
    )
    made = ruleset(with_guild_rules(tight, "bakers", rules), "bakers", "post")
    assert [one.name for one in made.rules] == ["links"]
    assert "and 100 are allowed" in made.broken["read"]
    assert "/slowing/longest" in made.broken["slow"]


def test_the_founding_rules_do_what_they_say() -> None:
    made = ruleset(founding_book(), None, "post")
    assert made.broken == {}
    links = "https://a.org https://b.org https://c.org"
    new, old = timedelta(hours=5), timedelta(days=30)
    assert names(made, facts(links, author__account_age=new)) == ["newcomer-links"]
    assert names(made, facts(links, author__account_age=old)) == []
    assert names(made, facts("Again and again. " * 3, author__same_day=3)) == ["flood"]
    assert names(made, facts("Good morning!", author__same_day=3)) == []
    assert names(made, facts("Buy now at +31 6 1234 5678")) == ["selling"]
    assert names(made, facts("see https://bit.ly/x")) == ["hidden-destination"]
    assert names(made, facts("Fresh rye bread, who wants some?")) == []
