"""``access``: who may read what, decided by keys in SQL and by the documents themselves in Python.

A world of random documents over the whole grammar is published through the real actions. Every reader (and a
visitor) then meets every post: once by the compiled lock, in the very fragment that all pages are cut by,
once by walking the document's tree with what is remembered of the world. Some authors keep strangers out for
now. A page of 30 posts, decided for one
reader as a page does it, is timed apart.
"""

import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import Progress, track
from sqlalchemy import text
from sqlmodel import Session

from app import POLICY_KINDS
from audience.access import READER, VISIBLE
from audience.rules import AUDIENCE
from audience.standpoint import standpoint
from bench.access_building import build
from bench.access_limits import limit
from bench.access_world import World
from bench.documents import NOW
from bench.report import Figures, Goals, at_most, exactly
from bench.server import Server
from coop import migrations, policies
from coop.book import Book
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.policy_text import apply
from coop.settings import ROOT

PEOPLE, POSTS = 199, 5000
"""With a visitor, 200 readers: a million pairs."""
SEED = 20_261_101
PAGE = 30
PAGES = 300

GOALS: Goals = {"disagreements": exactly(0), "page_ms": at_most(2)}

_ALLOWED = [
    {"op": "replace", "path": pointer, "value": value}
    for pointer, value in (
        ("/seats/default", "open"),
        ("/seats/ceiling", "open"),
        ("/arrivals/per_minute", "open"),
        ("/reach/widest", "public"),
        ("/circles/number", 100),
    )
]
"""What the world's cooperative decided, so that documents may say everything."""

_DECIDED = text(f"WITH {READER} SELECT id FROM post WHERE {VISIBLE}")
_PAGE = text(f"WITH {READER} SELECT id FROM post WHERE {VISIBLE} AND id = ANY(:page)")


def decided(session: Session, book: Book, reader: Identity | None) -> set[int]:
    """Return the posts that a reader's keys open."""
    return set(session.scalars(_DECIDED, standpoint(session, reader, book, NOW)))


def disagreements(session: Session, book: Book, world: World) -> tuple[int, int]:
    """Return in how many pairs the two decisions differ, and how many of all were let in."""
    different = admitted = 0
    readers = [None, *world.people]
    for reader in track(readers, "pairs", console=Console(stderr=True), transient=True):
        by_keys = decided(session, book, None if reader is None else reader.identity)
        for post in world.posts:
            opens = world.decides(post, reader)
            admitted += opens
            different += opens != (post.id in by_keys)
    return different, admitted


def measure(server: Server, people: int = PEOPLE, posts: int = POSTS, pages: int = PAGES) -> Figures:
    """Build the world in a database of its own and compare every pair."""
    with server.lent("access") as url:
        migrations.upgrade(url)
        database = Database(url)
        try:
            with database.begin() as session:
                book = _found(session)
                with Progress(console=Console(stderr=True), transient=True) as progress:
                    task = progress.add_task("world", total=posts)
                    world = build(session, book, SEED, people, posts, lambda: progress.advance(task))
                limit(session, book, world, SEED)
            with database.begin() as session:
                session.execute(text("ANALYZE"))
            with database.begin() as session:
                different, admitted = disagreements(session, book, world)
                return {
                    "pairs": (people + 1) * posts,
                    "admitted": admitted,
                    "disagreements": different,
                    "page_ms": round(_page_ms(session, book, world, pages), 3),
                }
        finally:
            database.dispose()


def _found(session: Session) -> Book:
    """Found a cooperative that allows everything, and return its book."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (ROOT / "policies").glob("*.toml"):
            said = file.read_text(encoding="utf-8")
            changed = apply(said, _ALLOWED) if file.stem == AUDIENCE else said
            (Path(folder) / file.name).write_text(changed, encoding="utf-8")
        policies.found(session, POLICY_KINDS, Path(folder), NOW)
    return Books(POLICY_KINDS).current(session)


def _page_ms(session: Session, book: Book, world: World, pages: int) -> float:
    """Return the median time in which 30 posts are decided for a reader, the statement whole."""
    random = Random(SEED)
    ids = [post.id for post in world.posts]
    times = []
    for _ in range(pages):
        reader = random.choice(world.people).identity
        bound = {**standpoint(session, reader, book, NOW), "page": random.sample(ids, PAGE)}
        began = time.perf_counter()
        session.connection().execute(_PAGE, bound).all()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
