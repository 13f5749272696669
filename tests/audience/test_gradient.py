"""The gradient: the steps from oneself to everybody, in their order, and what the rules allow."""

from audience.bounds import check
from audience.circles import CircleCard
from audience.gradient import Step, steps
from audience.rules import AUDIENCE
from coop.book import Book
from coop.errors import RuleBroken
from tests.audience.factories import founding_book, wide_open, with_clauses, with_guild_policy

BOOK = founding_book()
CIRCLES = [CircleCard(7, "Family", ("ben",)), CircleCard(9, "Choir", ()), CircleCard(8, "Bread", ("ben",))]


def keys(found: list[Step]) -> list[str]:
    return [step.key for step in found]


def refused(step: Step, book: Book, guild: str | None) -> bool:
    try:
        check(step.audience, book, guild, "")
    except RuleBroken:
        return True
    return False


def test_the_steps_run_from_oneself_to_everybody() -> None:
    assert keys(steps(CIRCLES, BOOK, "bakers")) == [
        "self",
        "circle:9",
        "circle:8",
        "circle:7",
        "mutuals",
        "followers",
        "guild",
        "local",
        "public",
    ]
    assert keys(steps([], BOOK, None)) == ["self", "mutuals", "followers", "guild", "local", "public"]


def test_a_step_says_what_it_stands_for() -> None:
    found = {step.key: step for step in steps(CIRCLES, BOOK, "bakers")}
    assert found["circle:7"].audience.stored() == {"see": {"any": [{"circle": "Family"}]}}
    assert found["public"].audience.stored() == {"preset": "public", "seats": {"max": "open"}}
    assert found["guild"].label == "The guild bakers"
    assert all(step.label and step.sentence.endswith(".") for step in found.values())


def test_law_08_a_step_is_allowed_just_where_publishing_it_would_be() -> None:
    public = with_clauses(BOOK, AUDIENCE, {"/reach/widest": "public"})
    inside = with_guild_policy(wide_open(public), "bakers", '[reach]\nwidest = "local"\n')
    beyond = with_guild_policy(wide_open(BOOK), "bakers", '[reach]\nwidest = "public"\n')
    for book in (BOOK, public, wide_open(BOOK), wide_open(public), inside, beyond):
        for guild in (None, "bakers"):
            for step in steps(CIRCLES, book, guild):
                assert step.allowed is not refused(step, book, guild)
    assert [step.allowed for step in steps([], wide_open(public), "bakers")] == [True] * 6


def test_a_step_that_is_not_allowed_names_the_clause() -> None:
    public = with_clauses(BOOK, AUDIENCE, {"/reach/widest": "public"})
    clauses = [steps([], book, None)[-1].clause for book in (BOOK, public, wide_open(public))]
    assert [one and one.clause for one in clauses] == ["/reach/widest", "/seats/ceiling", None]
    inside = with_guild_policy(wide_open(public), "bakers", '[reach]\nwidest = "local"\n')
    own = [steps([], inside, guild)[-1].clause for guild in ("bakers", None)]
    assert [one and one.scope for one in own] == ["guild:bakers", None]
