"""Races for a guild's budget: real processes and threads, real commits."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import POLICY_KINDS
from coop import feature_budgets
from coop.database import Database
from coop.errors import TooMany
from coop.feature_tables import FeatureBudget
from coop.features import LIVE_ROOMS
from coop.policies import Books
from coop.tables import Guild
from tests.audience.factories import NOW
from tests.coop.featured import enacted, give
from tests.factories import make_guild
from tests.governance.processes import race

BUDGET, EACH = 777, 3
CLAIMS, PROCESSES, THREADS = 1000, 4, 8


def _claims_in_a_process(url: str, number: int) -> list[bool]:
    """Claim so often, each in a transaction of its own, and say of each whether it was given."""
    database = Database(url, pool_size=THREADS)
    books = Books(POLICY_KINDS)

    def one(_: int) -> bool:
        try:
            with database.begin() as session:
                guild = session.scalars(select(Guild)).one()
                feature_budgets.claim(session, books.current(session), guild, LIVE_ROOMS, EACH, NOW)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        given = list(pool.map(one, range(number)))
    database.dispose()
    return given


@pytest.mark.long
def test_law_06_of_a_thousand_claims_at_once_on_a_guild_s_budget_no_more_are_given_than_it_has(
    committed: Database,
) -> None:
    with committed.begin() as session:
        give(session, LIVE_ROOMS, make_guild(session, "bakers"))
        enacted(session, {f"/features/{LIVE_ROOMS}/guild/budget/amount": BUDGET})
    assert isinstance(committed.bind, Engine)
    url = committed.bind.url.render_as_string(hide_password=False)
    found = race(_claims_in_a_process, *[(url, CLAIMS // PROCESSES)] * PROCESSES)
    given = [one for each in found for one in each]
    assert len(given) == CLAIMS
    assert sum(given) == BUDGET // EACH
    with committed.begin() as session:
        assert session.scalar(select(col(FeatureBudget.taken))) == BUDGET // EACH * EACH
