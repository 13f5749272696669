"""Publishers of labels: whoever holds the feature, as far as the clause lets them, and why not else."""

from typing import Literal

import pytest
from sqlmodel import Session

from audience.gardens import editions, labellers
from audience.gardens.editions import Naming
from audience.gardens.publishers import check_may_publish
from audience.moderation.rules import MODERATION
from coop.book import Book
from coop.errors import Forbidden
from coop.feature_rules import FEATURES
from coop.features import LABELLER_PUBLISHING
from coop.holdings import Held, Holdings
from coop.identity import Identity
from tests.audience.factories import NOW, with_clauses
from tests.audience.silenced import pause

Whose = Literal["member", "guild"]
FEATURE = "/features/labeller_publishing"


def held_by(
    book: Book, *, member: Identity | None = None, guild: str | None = None, vote: bool = True
) -> Book:
    """Return the book as it stands where these hold the feature; of a guild, with its vote or without."""
    members = frozenset() if member is None else frozenset({member.member_id})
    guilds = frozenset() if guild is None else frozenset({guild})
    voted = with_clauses(book, FEATURES, {"/held/labeller_publishing": vote})
    return voted.with_holdings(
        Holdings(1, {LABELLER_PUBLISHING: Held(members)}, {LABELLER_PUBLISHING: Held(guilds)})
    )


def refused(book: Book, who: Identity, guild: str | None) -> tuple[str, str]:
    """Return the clause that refuses, and what is said of it."""
    with pytest.raises(Forbidden) as caught:
        check_may_publish(book, who, guild, NOW)
    (fault,) = caught.value.faults
    assert fault.clause is not None
    return fault.clause.clause, fault.detail


def test_whoever_holds_the_feature_publishes_for_themself_and_a_guild_that_does_for_the_guild(
    book: Book, ada: Identity, ben: Identity
) -> None:
    mine, ours = held_by(book, member=ada), held_by(book, guild="bakers")
    check_may_publish(mine, ada, None, NOW)
    check_may_publish(ours, ada, "bakers", NOW)
    for found, who, guild in (
        (mine, ben, None),
        (mine, ada, "bakers"),
        (ours, ada, None),
        (ours, ada, "weavers"),
        (book, ada, None),
    ):
        clause, detail = refused(found, who, guild)
        holder = "member" if guild is None else "guild"
        assert clause == f"{FEATURE}/{holder}/grant_when"
        assert str(book.cite(FEATURES, clause).value) in detail and "/features" in detail


def test_a_guild_that_meets_the_conditions_is_told_of_the_vote_that_it_takes(
    book: Book, ada: Identity
) -> None:
    clause, detail = refused(held_by(book, guild="bakers", vote=False), ada, "bakers")
    assert clause == "/held/labeller_publishing"
    assert "A vote of the guild" in detail


@pytest.mark.parametrize("clause", ["guilds", "nobody"])
def test_law_01_the_clause_is_the_switch_for_all_whoever_holds_the_feature(
    book: Book, ada: Identity, clause: str
) -> None:
    ruled = with_clauses(held_by(book, member=ada, guild="bakers"), MODERATION, {"/gardens/publish": clause})
    assert refused(ruled, ada, None)[0] == "/gardens/publish"
    if clause == "guilds":
        check_may_publish(ruled, ada, "bakers", NOW)
    else:
        assert refused(ruled, ada, "bakers")[0] == "/gardens/publish"


@pytest.mark.parametrize("whose", ["member", "guild"])
def test_where_the_policy_lets_no_such_holder_hold_it_that_is_said(
    book: Book, ada: Identity, whose: Whose
) -> None:
    other = "guild" if whose == "member" else "member"
    terms = book.policies["coop", FEATURES].data["features"][LABELLER_PUBLISHING][other]
    alone = {"about": "publish labels", other: dict(terms)}
    ruled = with_clauses(held_by(book, member=ada, guild="bakers"), FEATURES, {FEATURE: alone})
    clause, detail = refused(ruled, ada, "bakers" if whose == "guild" else None)
    assert clause == "/gardens/publish" and f"lets no {whose} hold it" in detail


def test_a_young_coop_has_labellers_in_its_second_week(book: Book) -> None:
    condition = book.cite(FEATURES, f"{FEATURE}/member/grant_when").value
    assert condition == "tenure_days >= 7 && reciprocal_pairs >= 3"


def test_whoever_loses_the_feature_publishes_no_further_edition(
    session: Session, book: Book, ada: Identity
) -> None:
    may = held_by(book, member=ada)
    labellers.found(session, ada, may, "calm", "Calm", "", ["loud"], None, NOW)
    editions.publish(session, ada, may, "calm", [Naming("loud", handle="ada")], [], "", NOW)
    with pytest.raises(Forbidden):
        editions.publish(session, ada, book, "calm", [], [Naming("loud", handle="ada")], "", NOW)
    assert labellers.read(session, ada, book, "calm", NOW).standing == "at work", "what it said holds"


def test_whom_a_jury_paused_founds_no_labeller_and_publishes_no_edition(
    session: Session, book: Book, ada: Identity
) -> None:
    may = held_by(book, member=ada)
    labellers.found(session, ada, may, "calm", "Calm", "", ["loud"], None, NOW)
    until = pause(session, may, ada, NOW)
    with pytest.raises(Forbidden) as refused:
        editions.publish(session, ada, may, "calm", [Naming("loud", handle="ada")], [], "A word", NOW)
    clause = refused.value.faults[0].clause
    assert clause is not None and clause.clause == "/pauses/length"
    with pytest.raises(Forbidden):
        labellers.found(session, ada, may, "quiet", "Quiet", "", ["loud"], None, NOW)
    editions.publish(session, ada, may, "calm", [Naming("loud", handle="ada")], [], "A word", until)
