"""Races of workers that go through editions at once; real threads, commits and locks."""

from threading import Barrier, Thread

from sqlalchemy import select
from sqlmodel import col

from audience.gardens.editions import Naming
from audience.moderation import asking_editions
from audience.moderation.label_tables import EditionAsked
from audience.moderation.tables import Decision
from coop.book import Book
from coop.database import Database
from coop.notice_tables import Announcement
from tests.audience.factories import NOW, make_post
from tests.audience.moderation.labelling import found, say, trusting
from tests.audience.moderation.test_asking_again import DAY, HOUR, MINUTE
from tests.factories import identity_of, make_member
from tests.thorough import much

WORKERS = 6


def test_law_14_of_many_workers_that_ask_again_at_once_each_thing_is_decided_once(
    committed: Database, founding: Book
) -> None:
    book = trusting(founding)
    number = much(24, 90)
    with committed.begin() as session:
        ada, cleo = (identity_of(make_member(session, name)) for name in ("ada", "cleo"))
        found(session, cleo, book, NOW - DAY)
        made = [make_post(session, ada, book, now=NOW - HOUR + n * MINUTE / 4).id for n in range(number)]
        say(session, cleo, book, NOW, [Naming("spam", post_id=one) for one in made])
        say(session, cleo, book, NOW + MINUTE, remove=[Naming("spam", post_id=one) for one in made[::2]])
    barrier = Barrier(WORKERS)
    changed: list[int] = []
    wrong: list[Exception] = []

    def work() -> None:
        barrier.wait()
        try:
            for _ in range(40 * number):
                with committed.begin() as session:
                    came = asking_editions.step(session, book, NOW + HOUR)
                    left = session.scalars(select(EditionAsked).where(col(EditionAsked.done_at).is_(None)))
                    if came is None and left.first() is None:
                        return
                    changed.append(came or 0)
        except Exception as error:
            wrong.append(error)

    threads = [Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with committed.begin() as session:
        kept = session.scalars(select(EditionAsked).order_by(col(EditionAsked.number))).all()
        assert [one.changed for one in kept] == [number, len(made[::2])]
        assert sum(changed) == number + len(made[::2])
        rows = session.execute(select(col(Decision.post_id), col(Decision.ended_why))).all()
        assert sorted(rows) == sorted((one, "labels" if one in made[::2] else None) for one in made)
        assert len(session.scalars(select(col(Announcement.id))).all()) == number
