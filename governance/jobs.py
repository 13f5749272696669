"""What the worker does for decisions by the clock: it carries out what facts and time have decided already.

Law 14: each is a function of facts and time, so a late or doubled run changes no outcome.
"""

from collections.abc import Mapping
from datetime import timedelta

from coop.call import Platform
from coop.measures import Measure
from coop.worker import Job
from governance import announcing, enactment, reviews, watching
from governance.deliberation import maps
from governance.enactment import Enactor
from governance.people import juries, suspensions
from governance.rehearsal import running
from governance.rehearsal.replayers import Replayer

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def jobs(
    platform: Platform,
    enactors: Mapping[str, Enactor],
    measures: Mapping[str, Measure],
    replayers: Mapping[str, Replayer],
) -> list[Job]:
    """Return them; what carries out, measures and replays comes from all rooms, by name."""
    database, books, clock = platform.database, platform.books, platform.clock
    public_url, tick = platform.settings.public_url, platform.settings.tick_seconds

    def until_due() -> timedelta | None:
        with database.begin() as session:
            now = clock.now(session)
            due = enactment.next_due(session, now)
            return None if due is None else due - now

    return [
        Job(
            "advance proposals",
            tick,
            lambda: enactment.advance(database, books, clock, enactors),
            until_due,
        ),
        Job(
            "tripwires",
            (10 * SECOND).total_seconds(),
            lambda: watching.watch(database, books, clock, measures),
        ),
        Job("reviews", MINUTE.total_seconds(), lambda: reviews.review_due(database, books, clock, measures)),
        Job("juries", (10 * SECOND).total_seconds(), lambda: juries.draw_due(database, books, clock)),
        Job(
            "suspensions",
            (10 * SECOND).total_seconds(),
            lambda: suspensions.advance(database, books, clock),
        ),
        Job("opinion maps", MINUTE.total_seconds(), lambda: maps.redraw_due(database, books, clock)),
        Job(
            "announce",
            (10 * SECOND).total_seconds(),
            lambda: announcing.announce(database, books, clock, public_url),
        ),
        Job(
            "sweep notices",
            (60 * MINUTE).total_seconds(),
            lambda: announcing.sweep(database, books, clock),
        ),
        Job("rehearsals", tick, lambda: running.rehearse_due(database, books, clock, replayers)),
    ]
