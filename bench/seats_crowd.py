"""One process of the crowd of ``seats --full``: its own members come, on several threads at once.

A member comes from one process alone, so the process knows who held a seat before a try began. Posts are
everybody's. What is measured is what members do: a page of posts claimed at once, as a feed claims it, and
single posts.
"""

import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate
from multiprocessing.connection import Connection

from sqlalchemy import text
from sqlmodel import Session

from audience import gate
from audience.limits import Limits
from bench.seats_coop import NOW
from coop.database import Database
from coop.identity import Identity

PAGE = 30
PAGED = 0.8
"""Share of the views that come in pages."""

_HEAD = 20
"""The law by which posts are popular: the n-th is drawn in proportion to 1 ÷ (n + head) (Zipf-Mandelbrot)."""
_PLAIN = text("""
INSERT INTO seat (member_id, post_id, at, via, epoch)
SELECT :member, post_id, :now, 'bench', 1 FROM unnest(CAST(:posts AS bigint[])) AS wanted(post_id)
ON CONFLICT DO NOTHING
""")

# As any page does, one statement reads the posts before they are claimed, and says which have a gate by then.
_GATES = text("SELECT post_id FROM gate WHERE post_id = ANY(:posts)")

OPEN = Limits(seats=None, per_minute=None, burst=1)
"""No limit."""

Come = Callable[[Session, Identity, Sequence[gate.Claim]], set[int]]
"""How a viewer comes to posts; returns those that they are delivered. A function of a module, by its name."""

Visit = tuple[Identity, list[int]]
"""Who comes, and the places of the posts in the order of how popular they are."""


def gated(session: Session, viewer: Identity, claims: Sequence[gate.Claim]) -> set[int]:
    """Come through the gate."""
    return gate.claim(session, viewer, claims, via="bench", epoch=1, now=NOW)


def ungated(session: Session, viewer: Identity, claims: Sequence[gate.Claim]) -> set[int]:
    """Come to a table that only keeps who came: the same rows, without any cap."""
    posts = sorted(claim.post_id for claim in claims)
    session.connection().execute(_PLAIN, {"member": viewer.member_id, "posts": posts, "now": NOW})
    return set(posts)


@dataclass
class Met:
    """What members met with."""

    views: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    """Refusals by post."""
    refused_seated: int = 0
    """Refusals of a member who held a seat before that try began."""
    errors: int = 0
    """Views that ended in an exception."""
    fault: str = ""
    """What one of the exceptions said."""
    seated: int = 0
    """Different pairs of member and post that were let in, in all loads up to this one."""

    def add(self, other: "Met") -> None:
        """Count what others met with too."""
        self.views += other.views
        self.refused += other.refused
        self.refused_seated += other.refused_seated
        self.errors += other.errors
        self.fault = self.fault or other.fault
        self.seated += other.seated


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts in the order of how popular they are."""

    ids: Sequence[int]
    limits: Sequence[Limits]
    twins: Sequence[int]
    """As many posts without limits, as popular as those in the same places."""


class Crowd:
    """The members of one process, and what they know."""

    def __init__(
        self, database: Database, viewers: Sequence[Identity], posts: Posts, threads: int, come: Come
    ) -> None:
        self._database = database
        self._viewers = viewers
        self._posts = posts
        self._threads = threads
        self._come = come
        self._places = range(len(posts.ids))
        self._popular = list(accumulate(1 / (place + 1 + _HEAD) for place in self._places))
        self._seated: set[tuple[int, int]] = set()
        """(member, post) of everyone who was let in."""

    def visits(self, views: int, seed: int) -> list[Visit]:
        """Return visits of so many views in all, in an order without meaning."""
        draw = random.Random(seed)
        pages = round(views * PAGED / PAGE)
        sizes = [PAGE] * pages + [1] * (views - pages * PAGE)
        draw.shuffle(sizes)
        return [(draw.choice(self._viewers), self._drawn(draw, size)) for size in sizes]

    def _drawn(self, draw: random.Random, number: int) -> list[int]:
        """Return the places of so many different posts, the more popular the likelier."""
        found: set[int] = set()
        while len(found) < number:
            found.update(draw.choices(self._places, cum_weights=self._popular, k=number - len(found)))
        return list(found)

    def load(self, visits: Sequence[Visit]) -> Met:
        """Make the visits to the posts with limits, each in a transaction of its own."""
        met = self._made(self._visit, visits)
        met.seated = len(self._seated)
        return met

    def load_plain(self, visits: Sequence[Visit]) -> Met:
        """Make the same visits to the posts' twins, where nothing is counted."""
        return self._made(self._visit_plain, visits)

    def _made(self, visit: Callable[[Visit], Met], visits: Sequence[Visit]) -> Met:
        def guarded(one: Visit) -> Met:
            try:
                return visit(one)
            except Exception as error:
                return Met(errors=len(one[1]), fault=f"{type(error).__name__}: {error}")

        met = Met()
        with ThreadPoolExecutor(self._threads) as threads:
            for found in threads.map(guarded, visits):
                met.add(found)
        return met

    def _visit(self, visit: Visit) -> Met:
        viewer, places = visit
        ids = [self._posts.ids[place] for place in places]
        held = [post for post in ids if (viewer.member_id, post) in self._seated]
        with self._database.begin() as session:
            gates = set(session.scalars(_GATES, {"posts": ids}))
            claims = [
                gate.Claim(post, self._posts.limits[place], gated=post in gates)
                for post, place in zip(ids, places, strict=True)
            ]
            admitted = self._come(session, viewer, claims)
        self._seated.update((viewer.member_id, post) for post in admitted)
        return Met(
            views=len(ids),
            refused=Counter(set(ids) - admitted),
            refused_seated=len(set(held) - admitted),
        )

    def _visit_plain(self, visit: Visit) -> Met:
        viewer, places = visit
        claims = [gate.Claim(self._posts.twins[place], OPEN, gated=False) for place in places]
        with self._database.begin() as session:
            ungated(session, viewer, claims)
        return Met(views=len(claims))


def serve(
    parent: Connection, url: str, viewers: Sequence[Identity], posts: Posts, threads: int, come: Come
) -> None:
    """Do what the parent says until it says None: draw visits, make them, make them at the twins.

    It says (views, seed), and is told once they are drawn; then "gated" or "plain", and is told what was met.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends this process
    database = Database(url, pool_size=threads, max_overflow=0, pool_timeout=60)
    crowd = Crowd(database, viewers, posts, threads, come)
    visits: list[Visit] = []
    while (said := parent.recv()) is not None:
        if said == "gated":
            parent.send(crowd.load(visits))
        elif said == "plain":
            parent.send(crowd.load_plain(visits))
        else:
            visits = crowd.visits(*said)
            parent.send(len(visits))
    database.dispose()
