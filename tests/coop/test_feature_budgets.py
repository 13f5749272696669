"""Budgets: what a guild's members share, counted by period, and never more than the clause."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from coop import feature_budgets
from coop.book import Book
from coop.errors import Forbidden, RuleBroken, TooMany
from coop.feature_budgets import account, accounts, claim, give_back, period
from coop.features import LARGER_QUOTA, LIVE_ROOMS, LONG_VIDEO, WIDE_REACH
from coop.tables import Guild
from tests.audience.factories import NOW
from tests.coop.featured import enacted, give
from tests.coop.statements import counted
from tests.factories import id_of, make_guild

DAY = timedelta(days=1)
AMOUNT = f"/features/{LIVE_ROOMS}/guild/budget/amount"


@pytest.fixture
def bakers(session: Session) -> Guild:
    guild = make_guild(session, "bakers")
    give(session, LIVE_ROOMS, guild)
    return guild


@pytest.fixture
def hundred(session: Session, bakers: Guild) -> Book:
    """The book in force: a hundred minutes a period."""
    return enacted(session, {AMOUNT: 100})


def test_claims_add_up_to_the_clause_and_no_further(session: Session, bakers: Guild, hundred: Book) -> None:
    assert account(session, hundred, bakers, LIVE_ROOMS, NOW).left == 100
    assert claim(session, hundred, bakers, LIVE_ROOMS, 60, NOW).left == 40
    with pytest.raises(TooMany) as refused:
        claim(session, hundred, bakers, LIVE_ROOMS, 41, NOW)
    clause = refused.value.faults[0].clause
    assert clause is not None
    assert (clause.clause, clause.value) == (AMOUNT, 100)
    assert NOW + timedelta(seconds=refused.value.retry_after_s) >= period(28 * DAY, NOW)[1]
    assert claim(session, hundred, bakers, LIVE_ROOMS, 40, NOW).left == 0
    assert account(session, hundred, bakers, LIVE_ROOMS, NOW).taken == 100


def test_what_is_given_back_can_be_claimed_again_in_its_period(
    session: Session, bakers: Guild, hundred: Book
) -> None:
    since = claim(session, hundred, bakers, LIVE_ROOMS, 100, NOW).since
    assert give_back(session, id_of(bakers), LIVE_ROOMS, 30, since) == 70
    assert account(session, hundred, bakers, LIVE_ROOMS, NOW).left == 30
    assert claim(session, hundred, bakers, LIVE_ROOMS, 30, NOW).left == 0
    assert give_back(session, id_of(bakers), LIVE_ROOMS, 0, since) == 100
    assert give_back(session, id_of(bakers), LIVE_ROOMS, 100, since) == 0
    assert claim(session, hundred, bakers, LIVE_ROOMS, 100, NOW).left == 0


@pytest.mark.parametrize(("amount", "later"), [(61, 0), (1, 28), (-1, 0)])
def test_no_more_is_given_back_than_was_claimed_in_that_period(
    session: Session, bakers: Guild, hundred: Book, amount: int, later: int
) -> None:
    since = claim(session, hundred, bakers, LIVE_ROOMS, 60, NOW).since
    with pytest.raises(ValueError, match="not claimed"):
        give_back(session, id_of(bakers), LIVE_ROOMS, amount, since + later * DAY)
    assert account(session, hundred, bakers, LIVE_ROOMS, NOW).taken == 60


def test_a_refused_claim_says_where_the_amount_stands(session: Session, bakers: Guild, hundred: Book) -> None:
    with pytest.raises(TooMany) as refused:
        claim(session, hundred, bakers, LIVE_ROOMS, 101, NOW, pointer="/minutes")
    assert refused.value.faults[0].pointer == "/minutes"


def test_the_first_claim_is_within_the_clause_too(session: Session, bakers: Guild, hundred: Book) -> None:
    with pytest.raises(TooMany):
        claim(session, hundred, bakers, LIVE_ROOMS, 101, NOW)
    assert account(session, hundred, bakers, LIVE_ROOMS, NOW).taken == 0


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_never_claimed(session: Session, bakers: Guild, hundred: Book, amount: int) -> None:
    with pytest.raises(RuleBroken):
        claim(session, hundred, bakers, LIVE_ROOMS, amount, NOW)


def test_a_guild_that_does_not_hold_the_feature_has_nothing_to_claim(session: Session, book: Book) -> None:
    with pytest.raises(Forbidden):
        claim(session, book, make_guild(session, "others"), LIVE_ROOMS, 1, NOW)


def test_law_01_a_vote_on_the_clause_binds_the_next_claim(
    session: Session, bakers: Guild, hundred: Book
) -> None:
    claim(session, hundred, bakers, LIVE_ROOMS, 90, NOW)
    less = enacted(session, {AMOUNT: 60})
    assert account(session, less, bakers, LIVE_ROOMS, NOW).left == 0
    with pytest.raises(TooMany):
        claim(session, less, bakers, LIVE_ROOMS, 1, NOW)
    more = enacted(session, {AMOUNT: 120})
    assert claim(session, more, bakers, LIVE_ROOMS, 30, NOW).left == 0


def test_guilds_and_periods_have_accounts_of_their_own(session: Session, bakers: Guild) -> None:
    others = make_guild(session, "others")
    give(session, LIVE_ROOMS, others)
    book = enacted(session, {AMOUNT: 100})
    claim(session, book, bakers, LIVE_ROOMS, 100, NOW)
    assert claim(session, book, others, LIVE_ROOMS, 100, NOW).left == 0
    later = period(28 * DAY, NOW)[1]
    assert account(session, book, bakers, LIVE_ROOMS, later - timedelta(microseconds=1)).left == 0
    assert claim(session, book, bakers, LIVE_ROOMS, 1, later).taken == 1


def test_the_accounts_of_many_guilds_are_read_in_one_statement_as_each_alone_is(
    session: Session, bakers: Guild, hundred: Book
) -> None:
    others = make_guild(session, "others")
    claim(session, hundred, bakers, LIVE_ROOMS, 30, NOW)
    ids = [id_of(bakers), id_of(others)]
    with counted(session) as sent:
        found = accounts(session, hundred, ids, NOW)
    assert len(sent) == 1
    assert {name for _, name in found} == {LARGER_QUOTA, LIVE_ROOMS, LONG_VIDEO}
    for guild in (bakers, others):
        assert found[id_of(guild), LIVE_ROOMS] == account(session, hundred, guild, LIVE_ROOMS, NOW)
    later = period(28 * DAY, NOW)[1]
    assert accounts(session, hundred, ids, later)[id_of(bakers), LIVE_ROOMS].taken == 0
    assert accounts(session, hundred, [], NOW) == {}


def test_a_feature_without_a_budget_has_no_account(book: Book) -> None:
    with pytest.raises(KeyError):
        feature_budgets.budget_of(book, WIDE_REACH)


@given(
    st.integers(1, 366).map(lambda days: days * DAY),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_law_14_periods_follow_one_another_and_hold_the_moment(length: timedelta, moment: datetime) -> None:
    since, until = period(length, moment)
    assert since <= moment < until
    assert until - since == length
    assert period(length, until) == (until, until + length)
    assert period(length, since) == (since, until)
