"""Races for a guild's megabytes: real processes and threads, real commits."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, func, select
from sqlmodel import col

from app import POLICY_KINDS, object_store
from coop.database import Database
from coop.errors import TooMany
from coop.feature_tables import FeatureBudget
from coop.features import LARGER_QUOTA
from coop.identity import Identity
from coop.policies import Books
from coop.settings import Settings
from media import uploads
from media.tables import Asset, QuotaClaim
from tests.audience.factories import NOW
from tests.coop.featured import enacted, give
from tests.factories import identity_of, make_guild, make_members
from tests.governance.processes import race
from tests.thorough import much

PROCESSES, THREADS, PEOPLE = 4, 6, 24
MOST, EACH = 100, 15
"""Megabytes of the guild, and of what one photo's form takes."""


def _begin_in_a_process(url: str, settings: Settings, people: list[Identity], turns: int) -> list[int]:
    """Begin uploads in a guild's name, each in a transaction of its own; return those that were opened."""
    database, books, store = Database(url, pool_size=THREADS), Books(POLICY_KINDS), object_store(settings)

    def one(who: Identity) -> int | None:
        try:
            with database.begin() as session:
                book = books.current(session)
                return uploads.begin(session, store, who, book, "", NOW, guild="bakers").asset.id
        except TooMany:
            return None

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(one, [who for who in people for _ in range(turns)]))
    database.dispose()
    return [asset for asset in found if asset is not None]


def _settle_in_a_process(url: str, settings: Settings, owners: list[tuple[Identity, int]]) -> int:
    """Complete uploads, and count the times that it was said they were refused."""
    database, books, store = Database(url, pool_size=THREADS), Books(POLICY_KINDS), object_store(settings)

    def one(whose: tuple[Identity, int]) -> bool:
        with database.begin() as session:
            found = uploads.complete(session, store, *whose, books.current(session), NOW)
            return found.state == "refused"

    with ThreadPoolExecutor(THREADS) as pool:
        refused = sum(pool.map(one, owners))
    database.dispose()
    return refused


def test_law_06_of_many_uploads_begun_at_once_no_more_megabytes_are_taken_than_a_guild_has(
    committed: Database, settings: Settings
) -> None:
    with committed.begin() as session:
        rows = make_members(session, PEOPLE)
        guild = make_guild(session, "bakers", rows[0], tuple(rows[1:]))
        give(session, LARGER_QUOTA, guild)
        enacted(session, {"/photos/per_day": 1}, "media")
        enacted(session, {f"/features/{LARGER_QUOTA}/guild/budget/amount": MOST})
        people = [identity_of(row, (guild,)) for row in rows]
    assert isinstance(committed.bind, Engine)
    url = committed.bind.url.render_as_string(hide_password=False)
    turns = much(5, 44)
    shares = [(url, settings, people[number::PROCESSES], turns) for number in range(PROCESSES)]
    begun = [one for each in race(_begin_in_a_process, *shares) for one in each]
    assert len(begun) == PEOPLE + MOST // EACH, "each their own, and as many as the guild has megabytes for"
    with committed.begin() as session:
        assert session.scalar(select(col(FeatureBudget.taken))) == MOST // EACH * EACH
        assert session.scalar(select(func.sum(col(QuotaClaim.megabytes)))) == MOST // EACH * EACH


def test_an_upload_that_is_settled_many_times_at_once_gives_back_once(
    committed: Database, settings: Settings
) -> None:
    store, times = object_store(settings), much(12, 60)
    with committed.begin() as session:
        (row,) = make_members(session, 1)
        guild = make_guild(session, "bakers", row)
        give(session, LARGER_QUOTA, guild)
        enacted(session, {"/photos/per_day": 1}, "media")
        book = enacted(session, {f"/features/{LARGER_QUOTA}/guild/budget/amount": MOST})
        ada = identity_of(row, (guild,))
        begun = [uploads.begin(session, store, ada, book, "", NOW, guild="bakers").asset for _ in range(3)]
        last, key = begun[-1].id, begun[-1].upload_key
    store.put(key, b"no picture", uploads.ANY_TYPE)
    assert isinstance(committed.bind, Engine)
    url = committed.bind.url.render_as_string(hide_password=False)
    shares = [(url, settings, [(ada, last)] * times) for _ in range(PROCESSES)]
    assert sum(race(_settle_in_a_process, *shares)) == PROCESSES * times
    with committed.begin() as session:
        assert session.scalar(select(func.count()).where(col(Asset.state) == "refused")) == 1
        assert session.scalar(select(col(FeatureBudget.taken))) == EACH
