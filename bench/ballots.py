"""``ballots``: how fast a ballot is cast, how many a second, and how soon a decision takes effect.

One ballot goes through the whole application in process, beside the floors (``ballots_cast.py``). Then the
platform runs as in production, and a crowd votes over HTTP (``ballots_crowd.py``) before changes take force
one after another (``ballots_effect.py``). At the end the ledger is verified against every receipt.
"""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import ballots_cast, ballots_crowd, ballots_effect
from bench.ballots_coop import Coop
from bench.instance import running
from bench.report import Figures, Goals, at_least, at_most, exactly
from bench.server import Server
from coop import ledger
from coop.clock import Clock
from coop.database import Database
from governance import audit

CASTS = 400
CLIENTS = 16
BALLOTS = 6_000
WARM_UP = 500
"""Ballots of the crowd that nobody measures: processes open connections and prepare statements."""
CHANGES = 24
FIRST = timedelta(seconds=20)
APART = timedelta(seconds=0.83)
"""No multiple of the worker's second, so that the changes fall due at every moment of it."""

GOALS: Goals = {
    "ratio_write_floor": at_most(8),
    "per_s": at_least(500),
    "effect_p95_s": at_most(1),
    "refused": exactly(0),
    "lost": exactly(0),
    "ledger_problems": exactly(0),
}


_FEWEST = 200
"""Members besides those who vote: the warming up, and the founders of guilds."""


class TooSlow(RuntimeError):
    """The changes were due before they had been prepared."""


def measure(server: Server, casts: int = CASTS, number: int = BALLOTS, changes: int = CHANGES) -> Figures:
    """Measure in a database of its own, in which everybody votes once."""
    with server.lent("ballots") as url, tempfile.TemporaryDirectory(prefix="allotment-bench-") as logs:
        coop = Coop.found(url, _FEWEST + casts + number + WARM_UP)
        voters = iter(range(2, coop.members))  # the first opens the vote, the last views what is decided
        vote = coop.open_vote()
        times = ballots_cast.measure(url, server.plain_url("ballots"), coop, vote, voters, casts)
        with running(url, Path(logs)) as port:
            ballots_crowd.vote(port, coop, vote, voters, CLIENTS, WARM_UP)
            crowd = ballots_crowd.vote(port, coop, vote, voters, CLIENTS, number)
            due, ahead = coop.changes(changes, FIRST, APART), _ahead(coop.database)
            if due[0].due_at - ballots_effect.EARLY < datetime.now(UTC) + ahead:
                raise TooSlow("the changes were due before they had been prepared")
            delays = ballots_effect.watch(port, due, coop.token(coop.members), ahead)
        lost, problems = _verified(coop.database, crowd.receipts)
        coop.database.dispose()
    return {
        **ballots_cast.figures(times),
        "clients": CLIENTS,
        "ballots": len(crowd.times),
        **crowd.figures,
        **ballots_effect.figures(delays),
        "lost": lost,
        "ledger_problems": problems,
    }


def _ahead(database: Database) -> timedelta:
    """Return how far the database's clock is ahead of ours, to within the time of one statement."""
    with database.begin() as session:
        before = datetime.now(UTC)
        now = Clock().now(session)
        return now - before - (datetime.now(UTC) - before) / 2


def _verified(database: Database, receipts: Mapping[int, str]) -> tuple[int, int]:
    """Return how many receipts the ledger does not hold, and how many problems it has."""
    with database.begin() as session:
        events, problems = ledger.read(ledger.export(session))
    held = {event["seq"]: event["hash"] for event in events if event["type"] == "ballot.cast"}
    lost = sum(held.get(seq) != digest for seq, digest in receipts.items())
    return lost, len(problems) + len(audit.problems(events))
