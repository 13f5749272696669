"""Chronicles: acts in the order of their moments, and the worker who comes in between."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from audience.moderation.screening import screen_profile
from coop.call import Platform
from coop.clock import Clock
from coop.database import Database
from coop.policies import Books
from coop.settings import Settings
from coop.worker import Job
from tests.factories import make_member
from tests.governance.assembly import START, Assembly
from tools.chronicle import Chronicle, Room

DAY = timedelta(days=1)


class Diary:
    """A chronicle, and what happened in it, each with the days since it began."""

    def __init__(self, platform: Platform) -> None:
        self.entries: list[tuple[str, float]] = []
        self.chronicle = Chronicle(platform, lambda telling: [Job("work", 1, self.noting("work"))], START)

    def noting(self, what: str) -> Callable[[], None]:
        """Return what notes that it was done."""
        return lambda: self.entries.append((what, (self.chronicle.clock.at - START) / DAY))


@pytest.fixture
def diary(settings: Settings, database: Database, books: Books) -> Diary:
    return Diary(Platform(settings, database, books, Clock(), screen_profile))


def test_acts_are_told_in_the_order_in_which_they_happened(diary: Diary) -> None:
    told = diary.chronicle
    told.plan(START + 2 * DAY, diary.noting("second"))
    told.plan(START + DAY, diary.noting("first"))
    told.plan(START + 2 * DAY, diary.noting("third"))
    told.tell(START + 2 * DAY)
    assert diary.entries == [("first", 1), ("second", 2), ("third", 2), ("work", 2)]


def test_an_act_plans_what_follows_from_it_and_what_lies_beyond_the_end_is_not_done(diary: Diary) -> None:
    told = diary.chronicle

    def begin() -> None:
        told.plan(told.clock.at + DAY, diary.noting("a day later"))
        told.plan(told.clock.at + 9 * DAY, diary.noting("nine days later"))

    told.plan(START + DAY, begin)
    told.tell(START + 5 * DAY)
    assert diary.entries == [("a day later", 2), ("work", 5)]
    told.tell(START + 20 * DAY)
    assert diary.entries[2:] == [("nine days later", 10), ("work", 20)]


def test_the_worker_comes_when_time_alone_changes_something(
    diary: Diary, database: Database, session: Session, books: Books
) -> None:
    assembly = Assembly(database, session, books)
    assembly.admit(5)
    times = assembly.times(assembly.propose())
    diary.chronicle.tell(START + 4 * DAY)
    begins = [(times.verification_at - START) / DAY, (times.voting_at - START) / DAY]
    assert diary.entries == [("work", begins[0]), ("work", begins[1]), ("work", 4)]


def test_a_member_acts_by_the_book_of_that_moment(diary: Diary, session: Session) -> None:
    make_member(session, "ana")

    def look(room: Room) -> None:
        patch = room.setting("audience", "/seats/default", 20)
        assert [operation["op"] for operation in patch] == ["test", "replace"]
        assert patch[0]["value"] == room.book.cite("audience", "/seats/default").value
        diary.entries.append((room.who.handle, (room.clock.at - START) / DAY))

    diary.chronicle.plan(START + DAY, lambda: diary.chronicle.later(DAY, "ana", look))
    diary.chronicle.tell(START + 3 * DAY)
    assert diary.entries == [("ana", 2), ("work", 3)]
