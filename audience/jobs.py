"""What the worker does for audiences and feeds by the clock: lines that move on, and conclusions from posts.

Law 14: each is a function of facts and time, so a late or doubled run changes no outcome.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from audience import following, limit_for_now, waiting
from audience.cases import advancing
from audience.cowriting import keeping
from audience.features import nightly
from audience.feeds import author_signals, external, post_signals, taste
from audience.gardens import classifying
from audience.gardens.classifier import classifier_of
from audience.metrics import snapshot
from audience.moderation import asking_editions, ending_holds
from audience.polls import counting
from audience.rooms import closing, revoking
from audience.rooms.sfu import sfu_of
from audience.scheduling import publishing
from coop.book import Book
from coop.call import Platform
from coop.outbound import Outbound
from coop.worker import Job

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def jobs(platform: Platform, outbound: Outbound) -> list[Job]:
    """Return them; ``outbound`` is the way to feeds from elsewhere."""
    database, books, clock = platform.database, platform.books, platform.clock

    def concluded(refresh: Callable[[Session, Book, datetime], int]) -> Callable[[], int]:
        def run() -> int:
            with database.begin() as session:
                return refresh(session, books.current(session), clock.now(session))

        return run

    classifier = classifier_of(platform.settings.classifier)
    by_machine = (
        []
        if classifier is None
        else [
            Job(
                "labels by machine",
                (5 * SECOND).total_seconds(),
                lambda: classifying.classify_due(database, books, clock, classifier),
            )
        ]
    )
    media_server = sfu_of(platform.settings, at_once=revoking.AT_ONCE)
    of_rooms = (
        []
        if media_server is None
        else [
            Job(
                "room streams",
                SECOND.total_seconds(),
                lambda: revoking.revoke_due(database, books, clock, media_server),
            )
        ]
    )
    every_5_minutes = (5 * MINUTE).total_seconds()
    return [
        Job(
            "followers in line",
            MINUTE.total_seconds(),
            lambda: following.admit_due(database, books, clock),
        ),
        Job(
            "seats in line",
            (10 * SECOND).total_seconds(),
            lambda: waiting.seat_due(database, books, clock),
        ),
        Job(
            "posts that are due",
            (5 * SECOND).total_seconds(),
            lambda: publishing.publish_due(database, books, clock),
        ),
        Job(
            "polls that are over", MINUTE.total_seconds(), lambda: counting.count_due(database, books, clock)
        ),
        Job(
            "drafts that nobody touches",
            (60 * MINUTE).total_seconds(),
            lambda: keeping.keep_due(database, books, clock),
        ),
        Job("limits that ended", MINUTE.total_seconds(), concluded(limit_for_now.tell_ended)),
        Job(
            "ask external feeds",
            (5 * SECOND).total_seconds(),
            lambda: external.ask_due(database, books, clock, outbound),
        ),
        Job(
            "author signals",
            every_5_minutes,
            concluded(author_signals.refresh),
        ),
        Job(
            "holds that are over",
            MINUTE.total_seconds(),
            lambda: ending_holds.end_due(database, books, clock),
        ),
        Job(
            "labels that ask again",
            (5 * SECOND).total_seconds(),
            lambda: asking_editions.ask_due(database, books, clock),
        ),
        Job("cases", MINUTE.total_seconds(), lambda: advancing.advance(database, books, clock)),
        Job("post signals", every_5_minutes, concluded(post_signals.refresh)),
        Job("tastes", every_5_minutes, concluded(taste.refresh)),
        # It works once a night; in between it looks whether a vote has changed what it counts by.
        Job("metrics", MINUTE.total_seconds(), concluded(snapshot.refresh)),
        Job("close rooms", (10 * SECOND).total_seconds(), lambda: closing.close_due(database, books, clock)),
        *of_rooms,
        *by_machine,
        # So does this, once the metrics are counted.
        Job("features", MINUTE.total_seconds(), concluded(nightly.refresh)),
    ]
