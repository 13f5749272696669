"""Quotes under races: what is narrowed or detached meanwhile is so for whoever looks next."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from audience import derivatives, posts, stages
from audience.access import access_post
from audience.document import AudienceDocument, Parts
from audience.posts import Draft
from coop.database import Database
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from tests.audience.factories import NOW, founding_book
from tests.factories import identity_of, make_member
from tests.thorough import much

BOOK = founding_book()
LATER = NOW + timedelta(hours=1)
ANYONE = {"interact": {"quote": {"auto": [{"local": True}]}}}


@pytest.fixture
def people(committed: Database) -> dict[str, Identity]:
    with committed.begin() as session:
        return {name: identity_of(make_member(session, name)) for name in ("ada", "ben", "cleo", "dora")}


def published(database: Database, author: Identity, source_id: int | None = None) -> int:
    with database.begin() as session:
        document = AudienceDocument.model_validate(ANYONE)
        draft = Draft(body="Bread", audience=document, quote_id=source_id)
        return posts.publish(session, author, BOOK, draft, NOW).id


def together(*jobs: Any) -> list[Any]:
    """Run jobs in threads that start at one moment; return what each returned, or raised."""
    barrier = Barrier(len(jobs))
    found: list[Any] = [None] * len(jobs)

    def run(number: int, job: Any) -> None:
        barrier.wait()
        try:
            found[number] = job()
        except (NotFound, RuleBroken) as error:
            found[number] = error

    threads = [Thread(target=run, args=one) for one in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def sees(database: Database, reader: Identity, post_id: int) -> bool:
    try:
        with database.begin() as session:
            access_post(session, reader, BOOK, post_id, LATER)
    except NotFound:
        return False
    return True


def test_law_08_no_quote_slips_out_while_its_source_is_narrowed(
    committed: Database, people: dict[str, Identity]
) -> None:
    def narrow(post_id: int) -> None:
        with committed.begin() as session:
            stages.tighten(session, people["ada"], BOOK, post_id, Parts(preset="self"), NOW)

    for _ in range(much(12, 120)):
        source_id = published(committed, people["ada"])
        quote_id = published(committed, people["ben"], source_id)
        made = together(
            lambda source=source_id: narrow(source),
            lambda source=source_id: published(committed, people["ben"], source),
            lambda quote=quote_id: published(committed, people["cleo"], quote),
            lambda quote=quote_id: published(committed, people["cleo"], quote),
        )
        for one in (quote_id, *made[1:]):
            assert isinstance(one, int | RuleBroken)
            if isinstance(one, int):
                assert not sees(committed, people["dora"], one)


def test_law_06_two_who_look_at_a_quote_and_its_source_never_wait_for_each_other(
    committed: Database, people: dict[str, Identity]
) -> None:
    def look(reader: Identity, post_id: int) -> None:
        with committed.begin() as session:
            access_post(session, reader, BOOK, post_id, LATER, with_source=True)

    for _ in range(much(4, 40)):
        source_id = published(committed, people["ada"])
        quotes = [published(committed, people["ben"], source_id) for _ in range(3)]
        with committed.begin() as session:
            crowd = [identity_of(make_member(session)) for _ in range(8)]
        jobs = [
            lambda reader=reader, post=[*quotes, source_id][n % 4]: look(reader, post)
            for n, reader in enumerate(crowd)
        ]
        assert together(*jobs) == [None] * len(crowd)


def test_what_is_detached_while_others_look_is_shown_by_none_who_look_after(
    committed: Database, people: dict[str, Identity]
) -> None:
    def inside(reader: Identity, post_id: int) -> int | None:
        with committed.begin() as session:
            return access_post(session, reader, BOOK, post_id, LATER, with_source=True).source_id

    def detach(source_id: int, quote_id: int) -> None:
        with committed.begin() as session:
            derivatives.detach(session, people["ada"], source_id, quote_id, NOW)

    for _ in range(much(6, 60)):
        source_id = published(committed, people["ada"])
        quote_id = published(committed, people["ben"], source_id)
        jobs = [lambda one=people[name]: inside(one, quote_id) for name in ("ben", "cleo", "dora")]  # noqa: B023
        found = together(lambda source=source_id, quote=quote_id: detach(source, quote), *jobs)
        assert set(found[1:]) <= {source_id, None}
        assert {inside(people[name], quote_id) for name in ("ada", "cleo", "dora")} == {None}
