"""Drafts that nobody touches: those who write in one are told, and then it goes."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from audience.cowriting import keeping, notes
from audience.cowriting.tables import SharedDraft
from coop import due_rows, guilds
from coop.book import Book
from coop.database import Database
from coop.errors import NotFound
from coop.policies import Books
from tests.audience.cases.judging import Standing
from tests.audience.cowriting.together import BREAD, DAY, Bakers, bakers
from tests.audience.factories import NOW

WARNED, GONE = NOW + 76 * DAY, NOW + 90 * DAY


@pytest.fixture
def there(session: Session, book: Book) -> Bakers:
    return bakers(session, book)


def run(there: Bakers, draft: int, at: datetime) -> bool:
    there.session.expire_all()
    return keeping.settle(there.session, there.book, draft, at)


def test_it_is_told_of_once_and_goes_when_its_time_is_over(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    assert not run(there, draft, WARNED - timedelta(seconds=1))
    assert run(there, draft, WARNED)
    assert there.told(there.ben) == ["goes", "invited"]
    assert there.told(there.ada) == ["goes"]
    assert not run(there, draft, GONE - timedelta(seconds=1))
    assert run(there, draft, GONE)
    assert there.session.get(SharedDraft, draft) is None
    with pytest.raises(NotFound):
        there.of(draft)
    assert not run(there, draft, GONE)


def test_law_14_a_late_worker_tells_first_and_takes_it_only_after_the_time_of_the_clause(
    there: Bakers,
) -> None:
    draft = there.begin(BREAD)
    late = NOW + 400 * DAY
    assert run(there, draft, late)
    assert there.of(draft).body == BREAD
    assert not run(there, draft, late + 14 * DAY - timedelta(seconds=1))
    assert run(there, draft, late + 14 * DAY)
    with pytest.raises(NotFound):
        there.of(draft)


@pytest.mark.parametrize("touch", ["save", "note"])
def test_whoever_touches_it_keeps_it_and_it_is_told_of_again(there: Bakers, touch: str) -> None:
    draft = there.begin(BREAD, there.ben)
    there.save(draft, there.ben, 1, BREAD + "!")
    run(there, draft, WARNED)
    at = WARNED + DAY
    if touch == "save":
        there.save(draft, there.ada, 2, "Rye", at)
    else:
        notes.leave(there.session, there.ada, there.book, draft, "Why?", at)
    assert not run(there, draft, at + 75 * DAY)
    assert run(there, draft, at + 76 * DAY)


def test_whoever_left_the_guild_is_told_nothing_of_it(there: Bakers) -> None:
    draft = there.begin(BREAD, there.ben)
    guilds.leave(there.session, there.ben, "bakers", NOW)
    assert run(there, draft, WARNED)
    assert there.told(there.ben) == ["invited"]


def test_what_is_published_is_not_taken_away(there: Bakers) -> None:
    draft = there.begin(BREAD)
    assert there.offer(draft, there.ada, 1) is not None
    assert not run(there, draft, NOW + 400 * DAY)
    assert there.of(draft).post_id is not None


def test_drafts_that_cannot_be_settled_keep_none_behind_them_waiting(
    committed: Database, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_rows, "PAGE", 1)
    with committed.begin() as session:
        there = bakers(session, books.current(session))
        first, second, third = (there.begin(BREAD, now=NOW + timedelta(seconds=one)) for one in range(3))
    whole = keeping.settle

    def fails(session: Session, book: Book, draft_id: int, now: datetime) -> bool:
        if draft_id != third:
            raise RuntimeError("cannot be settled")
        return whole(session, book, draft_id, now)

    monkeypatch.setattr(keeping, "settle", fails)
    assert keeping.keep_due(committed, books, Standing(moment=WARNED + DAY)) == 1
    with committed.begin() as session:
        told = {one: session.get_one(SharedDraft, one).warned_at for one in (first, second, third)}
        assert told == {first: None, second: None, third: WARNED + DAY}
