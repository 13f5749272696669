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
from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import col, insert

from audience import gate
from audience.document import Limits
from audience.tables import Post
from bench.report import Figures, Goals, exactly
from bench.server import Server
from coop import migrations
from coop.database import Database
from coop.identity import Identity
from coop.ids import new_id
from coop.tables import Member

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

_NOW = datetime(2026, 11, 1, tzinfo=UTC)
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
                admitted = gate.claim(session, viewer, [wanted], via="bench", epoch=1, now=_NOW)
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
                session.execute(_PLAIN, {"member": viewer.member_id, "post": post, "now": _NOW})

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
    crowd = Crowd(database, _members(database, members), TRIES, THREADS)
    author = crowd.viewers.pop()
    crowd.come_ungated(_post(database, author))  # opens every connection, measured by nobody
    gated, plain, counts = [], [], []
    for _ in range(rounds):
        post = _post(database, author)
        gated.append(crowd.come(post, lambda share: CAP))
        counts.append(_counted(database, post))
        plain.append(crowd.come_ungated(_post(database, author)))
    moved = _post(database, author)
    crowd.come(moved, lambda share: MOVES[int(share * len(MOVES))])
    after = _counted(database, moved)
    roomy, refused = _post(database, author), crowd.refused
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


def _members(database: Database, number: int) -> list[Identity]:
    """Add one member more than the crowd has: the author."""
    with database.begin() as session:
        rows = session.execute(
            insert(Member).returning(col(Member.id), col(Member.handle)),
            [
                {"handle": f"m{n}", "display_name": f"M{n}", "password_hash": "!", "joined_at": _NOW}
                for n in range(number + 1)
            ],
        ).all()
    return [Identity(member_id, handle, handle, _NOW) for member_id, handle in rows]


def _post(database: Database, author: Identity) -> int:
    with database.begin() as session:
        post = Post(
            id=new_id(_NOW),
            author_id=author.member_id,
            body="",
            audience={},
            lock_any=[1],
            created_at=_NOW,
        )
        session.add(post)
        session.flush()
    return post.id


def _counted(database: Database, post: int) -> tuple[int, int]:
    """Return how many seats there are, and how many the gate believes in."""
    with database.begin() as session:
        seats = session.execute(_SEATS, {"post": post}).scalar_one()
        return seats, session.execute(_TAKEN, {"post": post}).scalar_one()
