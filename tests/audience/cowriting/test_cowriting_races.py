"""Many who write in one draft at one moment, in real processes: no line is lost, and it is published once."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app import POLICY_KINDS
from audience.cowriting import beginning, offering, revising, scene, writers
from audience.cowriting.tables import DraftRevision, SharedDraft
from audience.posts import Draft
from audience.tables import Post
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict, RuleBroken
from coop.features import COLLABORATIVE_EDITING
from coop.identity import Identity
from coop.policies import Books
from tests.coop.featured import give
from tests.databases import until_one_waits
from tests.factories import identity_of, make_guild, make_members
from tests.thorough import much

PEOPLE = 6
THREADS = 4


def gather(database: Database, number: int = PEOPLE) -> list[Identity]:
    """Found a guild of so many that may write together."""
    with database.begin() as session:
        rows = make_members(session, number)
        guild = make_guild(session, "bakers", rows[0], tuple(rows[1:]))
        give(session, COLLABORATIVE_EDITING, guild)
        return [identity_of(row, (guild,)) for row in rows]


def begun(database: Database, people: list[Identity], body: str = "The first line") -> int:
    with database.begin() as session:
        book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
        made = beginning.begin(session, people[0], book, "bakers", body, now, opened=False)
        for one in people[1:]:
            writers.invite(session, people[0], book, made, one.handle, now)
        return made


def put(database: Database, books: Books, draft: int, who: Identity, line: str) -> int:
    """Add a line at the end, from whatever revision was last seen; return how often that was refused."""
    with database.begin() as session:
        seen = scene.read(session, who, draft)
    refused = 0
    while True:
        try:
            with database.begin() as session:
                book, now = books.current(session), Clock().now(session)
                revising.save(session, who, book, draft, seen.revision, f"{seen.body}\n{line}", now)
            return refused
        except revising.Diverged:
            refused += 1
            with database.begin() as session:
                seen = scene.read(session, who, draft)


def write(url: str, draft: int, people: list[Identity], first: int, number: int) -> int:
    """Add so many lines by several threads, in a process of one's own."""
    database, books = Database(url, pool_size=THREADS), Books(POLICY_KINDS)
    with ThreadPoolExecutor(THREADS) as threads:
        runs = [
            threads.submit(put, database, books, draft, people[one % len(people)], f"Line {one}")
            for one in range(first, first + number)
        ]
        refused = sum(run.result(timeout=90) for run in runs)
    database.dispose()
    return refused


def test_of_many_who_write_from_old_revisions_each_line_survives_once(committed: Database) -> None:
    people = gather(committed)
    draft, number = begun(committed, people), much(16, 80)
    url = committed.bind.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as processes:
        runs = [processes.submit(write, url, draft, people, turn * number, number) for turn in range(2)]
        refused = sum(run.result(timeout=120) for run in runs)
    with committed.begin() as session:
        found = scene.read(session, people[0], draft)
        numbers = session.scalars(select(col(DraftRevision.number)).order_by(col(DraftRevision.number))).all()
    lines = (found.body or "").split("\n")
    assert lines[0] == "The first line"
    assert sorted(lines[1:]) == sorted(f"Line {one}" for one in range(2 * number))
    assert list(numbers) == list(range(1, 2 * number + 2)), "a revision for each line, and no gap"
    assert refused > 0, "some began from an old one"


def test_of_many_last_answers_at_once_it_is_published_once(committed: Database) -> None:
    people = gather(committed, 8)
    draft = begun(committed, people)
    for one in people[1:]:
        put(committed, Books(POLICY_KINDS), draft, one, f"Line of {one.handle}")
    with committed.begin() as session:
        book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
        offering.offer(session, people[0], book, draft, len(people), Draft(), now)

    def agree(who: Identity) -> int:
        try:
            with committed.begin() as session:
                book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
                return offering.answer(session, who, book, draft, 1, "named", now) is not None
        except Conflict:
            return 0

    with ThreadPoolExecutor(14) as threads:
        assert sum(threads.map(agree, [*people[1:], *people[1:]])) == 1
    with committed.begin() as session:
        (post,) = session.execute(select(col(Post.id))).scalars()
        assert scene.read(session, people[3], draft).post_id == post


def test_who_proposes_while_another_saves_is_told_and_proposes_nothing_that_they_have_not_read(
    committed: Database,
) -> None:
    ada, ben = gather(committed, 2)
    draft = begun(committed, [ada, ben])

    def propose() -> None:
        with committed.begin() as session:
            book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
            offering.offer(session, ada, book, draft, 1, Draft(), now)

    with ThreadPoolExecutor(1) as threads:
        with committed.begin() as session:
            book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
            revising.save(session, ben, book, draft, 1, "Another first line", now)
            proposed = threads.submit(propose)
            until_one_waits(committed)
        with pytest.raises(Conflict, match="revision 2 is the newest"):
            proposed.result(timeout=30)
    with committed.begin() as session:
        assert scene.read(session, ben, draft).offered_by is None


def test_of_many_begun_at_once_no_more_are_under_way_than_the_clause_says(committed: Database) -> None:
    people = gather(committed)

    def begin(index: int) -> int:
        try:
            return begun(committed, people[index % PEOPLE : index % PEOPLE + 1]) > 0
        except Conflict:
            return 0

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(begin, range(36))) == 20
    with committed.begin() as session:
        assert under_way(session) == 20


def test_of_many_invited_at_once_no_more_write_in_it_than_the_clause_says(committed: Database) -> None:
    people = gather(committed, 30)
    draft = begun(committed, people[:1])

    def invite(who: Identity) -> int:
        try:
            with committed.begin() as session:
                book, now = Books(POLICY_KINDS).current(session), Clock().now(session)
                writers.invite(session, people[0], book, draft, who.handle, now + timedelta(seconds=1))
        except RuleBroken:
            return 0
        return 1

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(invite, people[1:])) == 11
    with committed.begin() as session:
        assert len(scene.read(session, people[0], draft).writers) == 12


def under_way(session: Session) -> int:
    number: int = session.execute(select(func.count()).select_from(SharedDraft)).scalar_one()
    return number
