"""``seats``: a crowd at one gate. A cap is exact under a race, and whoever holds a seat is never refused.

Four loads, each of every member trying ``tries`` times in a shuffled order over ``threads`` threads, each
try in a transaction of its own:

- the race: through the real gate at one cap;
- the plain one: an insert of a view into the same table, without any cap, in turn with the race;
- the moves: through the real gate while the cap is lowered and raised again;
- the room: through the real gate with a seat for everyone, where every refusal is one too many.
"""

import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import text

from audience import gate
from audience.limits import Limits
from bench.report import Figures, Goals, exactly
from bench.seats_coop import NOW, add_members, add_posts
from bench.server import Server
from coop import migrations
from coop.database import Database
from coop.identity import Identity

CAP = 50
MEMBERS = 400
TRIES = 3
THREADS = 32
ROUNDS = 5
"""How often the gated and the plain load are run in turn."""
MOVES = (30, 10, 35)
"""The cap of the third load, a third of it each."""

GOALS: Goals = {
    "admitted": exactly(CAP),
    "oversold": exactly(0),
    "refused_seated": exactly(0),
    "refused_with_room": exactly(0),
    "errors": exactly(0),
    "miscounted": exactly(0),
}

_PLAIN = text(
    "INSERT INTO seat (member_id, post_id, at, via, epoch) VALUES (:member, :post, :now, 'bench', 1)"
    " ON CONFLICT DO NOTHING"
)
_SEATS = text("SELECT count(*) FROM seat WHERE post_id = :post")
_TAKEN = text("SELECT coalesce(sum(taken), 0) FROM gate WHERE post_id = :post")

Try = Callable[[Identity, int], bool]
"""One member comes, as the so-manyth try of the load; says whether they were let in."""


@dataclass
class Crowd:
    """The members who come, and what they met with."""

    database: Database
    viewers: list[Identity]
    tries: int
    threads: int
    seated: set[tuple[int, int]] = field(default_factory=set)
    """(post, member) of everyone who was once let in."""
    gated: set[int] = field(default_factory=set)
    """Posts of which a reader would be told that they have a gate."""
    refused: int = 0
    refused_seated: int = 0
    errors: int = 0

    def come(self, post: int, cap_at: Callable[[float], int]) -> float:
        """Send everyone to the gate of a post; ``cap_at`` gives the cap by the share of tries begun.

        Return the tries per second.
        """

        def attempt(viewer: Identity, share: float) -> None:
            held = (post, viewer.member_id) in self.seated
            limits = Limits(seats=cap_at(share), per_minute=None, burst=1)
            wanted = gate.Claim(post, limits, gated=post in self.gated)
            with self.database.begin() as session:
                admitted = gate.claim(session, viewer, [wanted], via="bench", epoch=1, now=NOW)
            if admitted:
                self.seated.add((post, viewer.member_id))
                self.gated.add(post)
            else:
                self.refused += 1
                self.refused_seated += held

        return self._rate(attempt)

    def come_ungated(self, post: int) -> float:
        """Send everyone to a table that only keeps who came; return the tries per second."""

        def attempt(viewer: Identity, share: float) -> None:
            with self.database.begin() as session:
                session.execute(_PLAIN, {"member": viewer.member_id, "post": post, "now": NOW})

        return self._rate(attempt)

    def _rate(self, attempt: Callable[[Identity, float], None]) -> float:
        order = self.viewers * self.tries
        random.Random(6).shuffle(order)

        def guarded(numbered: tuple[int, Identity]) -> int:
            try:
                attempt(numbered[1], numbered[0] / len(order))
            except Exception:
                return 1
            return 0

        with ThreadPoolExecutor(self.threads) as threads:
            began = time.perf_counter()
            self.errors += sum(threads.map(guarded, enumerate(order)))
            return len(order) / (time.perf_counter() - began)


def measure(server: Server, members: int = MEMBERS, rounds: int = ROUNDS) -> Figures:
    """Run the loads in a database of their own and return the figures."""
    with server.lent("seats") as url:
        migrations.upgrade(url)
        database = Database(url, pool_size=THREADS, max_overflow=0, pool_timeout=60)
        try:
            return _measured(database, members, rounds)
        finally:
            database.dispose()


def _measured(database: Database, members: int, rounds: int) -> Figures:
    author, *viewers = add_members(database, members + 1)
    crowd = Crowd(database, viewers, TRIES, THREADS)
    unused = iter(add_posts(database, author, 2 * rounds + 3))
    crowd.come_ungated(next(unused))  # opens every connection, measured by nobody
    gated, plain, counts = [], [], []
    for _ in range(rounds):
        post = next(unused)
        gated.append(crowd.come(post, lambda share: CAP))
        counts.append(_counted(database, post))
        plain.append(crowd.come_ungated(next(unused)))
    moved = next(unused)
    crowd.come(moved, lambda share: MOVES[int(share * len(MOVES))])
    after = _counted(database, moved)
    roomy, refused = next(unused), crowd.refused
    crowd.come(roomy, lambda share: members)
    return {
        "cap": CAP,
        "admitted": max((seats for seats, _ in counts), key=lambda seats: abs(seats - CAP)),
        "oversold": sum(max(0, seats - CAP) for seats, _ in counts) + max(0, after[0] - max(MOVES)),
        "refused_seated": crowd.refused_seated,
        "refused_with_room": crowd.refused - refused,
        "errors": crowd.errors,
        "miscounted": sum(seats != taken for seats, taken in [*counts, after, _counted(database, roomy)]),
        "admitted_after_moves": after[0],
        "views_per_s": round(statistics.median(gated), 1),
        "ungated_views_per_s": round(statistics.median(plain), 1),
        "ratio_ungated": round(statistics.median(map(lambda a, b: a / b, gated, plain)), 3),
    }


def _counted(database: Database, post: int) -> tuple[int, int]:
    """Return how many seats there are, and how many the gate believes in."""
    with database.begin() as session:
        seats = session.execute(_SEATS, {"post": post}).scalar_one()
        return seats, session.execute(_TAKEN, {"post": post}).scalar_one()
