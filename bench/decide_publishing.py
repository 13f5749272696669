"""Publishing by a hundred rules and by none: the same posts of the same members, in turn, commit included.

Each post is published once under each book, the one or the other first by turns, in a transaction of its own
on a durable server. The medians are compared: a mean would tell of the slowest flush of the disk.
"""

import statistics
import time
from dataclasses import replace
from datetime import datetime, timedelta

from rich.console import Console
from rich.progress import track

from app import POLICY_KINDS
from audience import posts
from audience.moderation.rules import MODERATION
from audience.posts import Draft
from bench.decide_rules import RULES, TEXT, policy_data
from bench.report import Figures
from bench.server import Server
from coop import migrations, policies
from coop.book import COOP, Book, InForce, Source
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.policy_text import leaves, sha256
from coop.settings import ROOT
from coop.tables import Member

MEMBERS = 20
POSTS = 1500
WARM_UP = 100
_AGO = timedelta(days=400)


class NotPublished(RuntimeError):
    """A post was held or flagged by a rule that was to hold for none, so its time says nothing."""


def measure(server: Server, number: int = POSTS) -> Figures:
    """Publish so many posts by each book, and compare the medians."""
    with server.lent("decide_run") as url:
        migrations.upgrade(url)
        database = Database(url)
        try:
            return _figures(database, number)
        finally:
            database.dispose()


def _figures(database: Database, number: int) -> Figures:
    clock = Clock()
    with database.begin() as session:
        now = clock.now(session)
        policies.found(session, POLICY_KINDS, ROOT / "policies", now)
        founded = Books(POLICY_KINDS).current(session)
        authors = [_member(n, now) for n in range(MEMBERS)]
        session.add_all(authors)
        session.flush()
        people = [Identity(one.id or 0, one.handle, one.display_name, one.joined_at) for one in authors]
    books = {"none": ruled(founded, 0), "ruled": ruled(founded, RULES)}
    took: dict[str, list[float]] = {name: [] for name in books}
    for turn in track(
        range(number + WARM_UP), f"{'publish':32}", console=Console(stderr=True), transient=True
    ):
        for name in sorted(books, reverse=turn % 2 == 1):
            took[name].append(_published(database, people[turn % MEMBERS], books[name], now, turn))
    by_none, by_all = (statistics.median(took[name][WARM_UP:]) for name in ("none", "ruled"))
    return {
        "publish_ms": round(by_all * 1000, 3),
        "publish_unruled_ms": round(by_none * 1000, 3),
        "publish_ratio": round(by_all / by_none, 3),
    }


def ruled(book: Book, rules: int) -> Book:
    """Return the book as it would stand if so many rules of the benchmark, and no other, were in force."""
    data = policy_data(rules)
    source = Source(sha256(str(rules)), None, None)
    clauses = dict.fromkeys(leaves(data), 1)
    after = InForce(COOP, MODERATION, 1, "", data, clauses, {1: source})
    return replace(book, epoch=book.epoch + rules, policies={**book.policies, (COOP, MODERATION): after})


def _published(database: Database, who: Identity, book: Book, now: datetime, turn: int) -> float:
    """Publish one post and return the seconds; raise NotPublished where a rule held for it."""
    moment = now + timedelta(seconds=turn)
    began = time.perf_counter()
    with database.begin() as session:
        made = posts.publish(session, who, book, Draft(body=TEXT), moment)
    took = time.perf_counter() - began
    if made.held_at is not None or made.flag is not None:
        raise NotPublished(f"{made.flag}")
    return took


def _member(number: int, now: datetime) -> Member:
    return Member(handle=f"member{number}", display_name="M", password_hash="!", joined_at=now - _AGO)
