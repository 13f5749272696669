"""``seats --full``: a million views race for the seats of 20,000 posts, from several processes.

In rounds: the processes draw their visits (``seats_crowd.py``), make them through the gate, then make the
same ones at posts without any limit, the twins of those, for a plain insert of the same rows. At the end the
database is asked about every post.
"""

import multiprocessing
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from operator import truediv

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import text

from audience.limits import Limits
from bench.report import Figures, Goals, exactly
from bench.seats_coop import add_members, add_posts
from bench.seats_crowd import OPEN, Come, Met, Posts, gated, serve
from bench.server import Server
from coop import migrations
from coop.database import Database
from coop.identity import Identity

CAPS = ((3, 10), (20, 60), (150, 500))
"""Bounds of the caps of three quarters of the posts, a quarter each; the rest are open."""

GOALS: Goals = {
    name: exactly(0)
    for name in ("oversold", "refused_seated", "refused_with_room", "miscounted", "unrecorded", "errors")
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large the race is."""

    views: int
    posts: int
    members: int
    processes: int
    threads: int
    """Of each process."""
    rounds: int


FULL = Size(views=1_000_000, posts=20_000, members=5_000, processes=4, threads=8, rounds=20)
"""The size that the goals are about."""

_STANDING = text("""
SELECT post.id, (SELECT count(*) FROM seat WHERE post_id = post.id), taken
FROM post LEFT JOIN gate ON gate.post_id = post.id WHERE post.id = ANY(:posts)
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """One post at the end."""

    cap: int | None
    seats: int
    taken: int | None
    """What its gate believes; none where it has no gate."""
    refused: int
    """How many views were refused."""

    @property
    def oversold(self) -> int:
        """Seats above the cap."""
        return 0 if self.cap is None else max(0, self.seats - self.cap)

    @property
    def full(self) -> bool:
        """Whether all of its seats are taken."""
        return self.cap is not None and self.seats >= self.cap

    @property
    def miscounted(self) -> bool:
        """Whether its gate counts another number than there are seats."""
        return (self.cap is not None or self.taken is not None) and self.seats != (self.taken or 0)

    @property
    def refused_with_room(self) -> int:
        """Refusals that no cap asked for: a seat is never given back, so a post that refuses ends full."""
        return 0 if self.full else self.refused


@dataclass
class Race:
    """What came of all rounds."""

    met: Met = field(default_factory=Met)
    rates: list[float] = field(default_factory=list)
    """Views a second through the gate, of each round."""
    plain_rates: list[float] = field(default_factory=list)
    """The same visits a second without it."""
    plain_errors: int = 0


def measure(server: Server, size: Size = FULL, come: Come = gated) -> Figures:
    """Run the race in a database of its own; ``come`` is how the posts with limits are come to."""
    with server.lent("seats_full") as url:
        migrations.upgrade(url)
        database = Database(url)
        try:
            author, *viewers = add_members(database, size.members + 1)
            ids = add_posts(database, author, 2 * size.posts)
            posts = Posts(ids[: size.posts], _limits(size.posts), ids[size.posts :])
            with database.begin() as session:
                session.execute(text("ANALYZE"))
            with _crowds(url, size, viewers, posts, come) as crowds:
                race = _raced(crowds, size)
            standings = _standings(database, posts, race.met.refused)
        finally:
            database.dispose()
    return _figures(size, race, standings)


def _limits(number: int) -> list[Limits]:
    """Return the limits of so many posts, in an order that has nothing to do with how popular they are."""
    draw = random.Random(6)
    choices = [None, *CAPS]
    bounds = [choices[n % len(choices)] for n in range(number)]
    draw.shuffle(bounds)
    return [OPEN if one is None else Limits(draw.randint(*one), None, 1) for one in bounds]


@contextmanager
def _crowds(
    url: str, size: Size, viewers: Sequence[Identity], posts: Posts, come: Come
) -> Iterator[list[Connection]]:
    """Start the processes, each with its own share of the members, and give the lines to them."""
    # Started anew, not forked: connections and threads of this process are none of theirs.
    spawn = multiprocessing.get_context("spawn")
    lines: list[Connection] = []
    processes = []
    try:
        for number in range(size.processes):
            line, theirs = spawn.Pipe()
            own = viewers[number :: size.processes]
            process = spawn.Process(
                target=serve, args=(theirs, url, own, posts, size.threads, come), daemon=True
            )
            process.start()
            theirs.close()
            lines.append(line)
            processes.append(process)
        yield lines
        for line in lines:
            line.send(None)
        for process in processes:
            process.join()
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _raced(crowds: Sequence[Connection], size: Size) -> Race:
    """Have the crowds come round by round, through the gate and without it in turn."""
    race = Race()
    with Progress(
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task("views", total=size.views)
        shares = _shares(size.views, size.rounds * size.processes)
        for start in range(0, len(shares), size.processes):
            for number, (crowd, views) in enumerate(zip(crowds, shares[start:], strict=False)):
                crowd.send((views, start + number))
            for crowd in crowds:
                crowd.recv()
            met, seconds = _met(crowds, "gated")
            plain, plain_seconds = _met(crowds, "plain")
            race.met.add(met)
            race.met.seated = met.seated
            race.rates.append((met.views + met.errors) / seconds)
            race.plain_rates.append((plain.views + plain.errors) / plain_seconds)
            race.plain_errors += plain.errors
            progress.advance(task, met.views + met.errors)
    return race


def _shares(total: int, number: int) -> list[int]:
    """Divide a whole into so many parts that differ by one at most."""
    return [total * (n + 1) // number - total * n // number for n in range(number)]


def _met(crowds: Sequence[Connection], how: str) -> tuple[Met, float]:
    """Have every crowd make its visits at once; return what they met with, and the seconds it took."""
    began = time.perf_counter()
    for crowd in crowds:
        crowd.send(how)
    met = Met()
    for crowd in crowds:
        met.add(crowd.recv())
    return met, time.perf_counter() - began


def _standings(database: Database, posts: Posts, refused: Counter[int]) -> list[Standing]:
    """Ask the database about every post with its limits."""
    caps = {post: limits.seats for post, limits in zip(posts.ids, posts.limits, strict=True)}
    with database.begin() as session:
        rows = session.execute(_STANDING, {"posts": list(posts.ids)}).all()
    return [Standing(caps[post], seats, taken, refused[post]) for post, seats, taken in rows]


def _figures(size: Size, race: Race, standings: Sequence[Standing]) -> Figures:
    met = race.met
    if met.fault:
        Console(stderr=True).print(met.fault, style="red", markup=False)
    return {
        "views": met.views,
        "posts": len(standings),
        "members": size.members,
        "connections": size.processes * size.threads,
        "seats": sum(post.seats for post in standings),
        "full_posts": sum(post.full for post in standings),
        "refused": met.refused.total(),
        "oversold": sum(post.oversold for post in standings),
        "refused_seated": met.refused_seated,
        "refused_with_room": sum(post.refused_with_room for post in standings),
        "miscounted": sum(post.miscounted for post in standings),
        "unrecorded": abs(met.seated - sum(post.seats for post in standings)),
        "errors": met.errors + race.plain_errors,
        "views_per_s": round(statistics.median(race.rates), 1),
        "ungated_views_per_s": round(statistics.median(race.plain_rates), 1),
        "ratio_ungated": round(statistics.median(map(truediv, race.rates, race.plain_rates)), 3),
    }
