"""Races about gardens: of many requests at once as many are kept as a clause says; real commits and locks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from app import POLICY_KINDS
from audience.gardens import choices, filters, labellers, mutes, subscriptions
from audience.gardens.tables import AlwaysShown, Labeller, LabelSubscription, Mute, OwnFilter
from audience.moderation.rules import MODERATION
from coop.book import Book
from coop.cel.form import Line
from coop.database import Database
from coop.errors import RuleBroken
from coop.identity import Identity
from coop.policies import Books
from tests.audience.cases.test_case_races import at_once
from tests.audience.factories import NOW, founding_book, make_post, with_clauses
from tests.audience.gardens.growing import entitled, labeller
from tests.factories import identity_of, make_guild, make_member

AT_ONCE, MOST = 12, 3
TABLES: dict[str, Any] = {
    "filters": OwnFilter,
    "mutes": Mute,
    "choices": AlwaysShown,
    "subscriptions": LabelSubscription,
    "labellers": Labeller,
}
"""By clause under ``/gardens``: where what it counts is kept."""


def founded(committed: Database) -> Book:
    with committed.begin() as session:
        return Books(POLICY_KINDS).current(session)


def keep(
    committed: Database,
    clause: str,
    act: Callable[[Any, Book, int], object],
    publisher: Identity | None = None,
) -> None:
    """Have twelve requests do something at once of which a clause lets three be, and count what is kept."""
    book = with_clauses(founded(committed), MODERATION, {f"/gardens/{clause}": MOST})
    ruled = book if publisher is None else entitled(book, publisher)

    def do(number: int) -> None:
        with committed.begin() as session:
            act(session, ruled, number)

    came = at_once([partial(do, number) for number in range(AT_ONCE)])
    with committed.begin() as session:
        assert session.scalar(select(func.count()).select_from(TABLES[clause])) == MOST
    assert sum(isinstance(one, RuleBroken) for one in came) == AT_ONCE - MOST


@pytest.fixture
def ada(committed: Database) -> Identity:
    with committed.begin() as session:
        return identity_of(make_member(session, "ada"))


def test_of_many_filters_at_once_no_more_are_kept_than_the_clause_says(
    committed: Database, ada: Identity
) -> None:
    lines = [Line("text.tags", "has", "bread")]
    keep(
        committed,
        "filters",
        lambda session, book, n: filters.keep(session, ada, book, f"f{n}", lines, "any", "hide", NOW),
    )


def test_of_many_mutes_at_once_no_more_are_kept_than_the_clause_says(
    committed: Database, ada: Identity
) -> None:
    keep(
        committed,
        "mutes",
        lambda session, book, n: mutes.mute(session, ada, book, "word", f"bread{n}", None, NOW),
    )


def test_of_many_choices_at_once_no_more_are_kept_than_the_clause_says(
    committed: Database, ada: Identity
) -> None:
    with committed.begin() as session:
        ben = identity_of(make_member(session, "ben"))
        posts = [make_post(session, ben, founding_book()).id for _ in range(AT_ONCE)]
    keep(
        committed,
        "choices",
        lambda session, book, n: choices.choose(session, ada, book, posts[n], "post", NOW),
    )


def test_of_many_subscriptions_at_once_no_more_are_kept_than_the_clause_says(
    committed: Database, ada: Identity
) -> None:
    with committed.begin() as session:
        ben = identity_of(make_member(session, "ben"))
        book = with_clauses(founded(committed), MODERATION, {"/gardens/labellers": AT_ONCE})
        for number in range(AT_ONCE):
            labeller(session, ben, book, slug=f"calm-{number}")
    keep(
        committed,
        "subscriptions",
        lambda session, book, n: subscriptions.subscribe(
            session, ada, book, f"calm-{n}", {"loud": "label"}, NOW
        ),
    )


@pytest.mark.parametrize("guild", [None, "bakers"])
def test_of_many_labellers_founded_at_once_no_more_are_kept_than_the_clause_says(
    committed: Database, guild: str | None
) -> None:
    with committed.begin() as session:
        founder = make_member(session, "ben")
        bakers = make_guild(session, "bakers", founder, ())
        ben = identity_of(founder, (bakers,), (bakers,))
    keep(
        committed,
        "labellers",
        lambda session, book, n: labellers.found(
            session, ben, book, f"calm-{n}", "Calm", "", ["loud"], guild, NOW
        ),
        ben,
    )
