"""``thread``: a post with its thread of ten replies, opened by different members.

One request through the whole application in process: token, access, what the reader may answer, the post and
its replies with authors and pictures, commit, JSON. Who comes from a feed was delivered the post there and
holds a seat; who comes by an address takes one first, which writes and waits for the disk: both are measured.
The floor (``floor.py``) is asked in turn with them.
"""

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask
from rich.console import Console
from rich.progress import track
from sqlalchemy import event, text

from bench import feed_data
from bench.client import Get, direct, getter
from bench.feed import BLOCK, PageWrong, Times
from bench.feed_coop import open_coop
from bench.feed_data import Size
from bench.floor import floor_app
from bench.report import Figures, Goals, at_most
from bench.server import Server
from coop.database import Database

SIZE = Size(members=10_000, posts=100_000)
PAGES = 400
WARM_UP = 60
REPLIES = 10

GOALS: Goals = {"ratio": at_most(10), "statements": at_most(5)}

# Ten replies stand under each post, as people talk: three to the post, the others up to four deep.
_PLACES = ((), (1,), (1,), (1, 3), (1, 3, 4), (), (6,), (6, 7), (), (9,))
"""For each reply the numbers of those above it."""
_DEPTHS = [len(path) - 1 for path in sorted((*above, n) for n, above in enumerate(_PLACES, start=1))]
"""How deep they stand, in reading order."""

_CLEAR = text("DELETE FROM reply")
_OPEN = text("""
SELECT id FROM post
WHERE lock_any = ARRAY[1::bigint] AND plain AND guild_id IS NULL AND seats_max IS NULL AND deleted_at IS NULL
ORDER BY id DESC LIMIT :number
""")
_ANSWER = text("""
INSERT INTO reply (id, post_id, author_id, body, above, at_ms, created_at)
SELECT post.id + :n, post.id, 1 + (post.id + 7919 * :n) % :members,
       repeat('I have tried it with rye, and would leave it to rise for longer. ',
              CAST(1 + :n % 3 AS integer)),
       ARRAY(SELECT post.id + one FROM unnest(CAST(:above AS integer[])) AS one),
       CASE WHEN :n % 3 = 0 THEN :n * 1000 END, post.created_at + :n * interval '1 minute'
FROM post WHERE post.id = ANY(:posts)
""")
# A reader is shown all ten where they have nothing to do with a block; they hold no seat yet.
_READERS = text("""
SELECT post.id, reader.id FROM unnest(CAST(:posts AS bigint[])) WITH ORDINALITY AS asked(id, n)
JOIN post USING (id)
CROSS JOIN LATERAL (
  SELECT member.id FROM member
  WHERE member.id > (asked.n * 6007) % (:members / 2) AND member.id <> post.author_id
    AND NOT EXISTS (SELECT FROM relation WHERE kind = 'block' AND member.id IN (member_id, other_id))
    AND NOT EXISTS (SELECT FROM seat WHERE seat.post_id = post.id AND seat.member_id = member.id)
  ORDER BY member.id LIMIT 1
) AS reader ORDER BY asked.n
""")


@dataclass(frozen=True, slots=True)
class Visit:
    """A member who comes to a post."""

    post_id: int
    token: str


def measure(server: Server, size: Size = SIZE, pages: int = PAGES) -> Figures:
    """Measure on a copy of the data set, which is built first where it is not there."""
    template = feed_data.ensure(server, size)
    with server.lent("thread_run", template) as url:
        app, database, _ = open_coop(url)
        try:
            with psycopg.connect(server.plain_url("thread_run"), autocommit=True) as connection:
                return _figures(database, size, app, floor_app(connection), pages, WARM_UP)
        finally:
            database.dispose()


def _figures(database: Database, size: Size, app: Flask, bare: Flask, pages: int, warm_up: int) -> Figures:
    extra = max(1, pages // 4)
    come = visits(database, size, pages + warm_up)
    seating = _measured("taking a seat", database, app, bare, come, warm_up)
    seated = _measured("seated", database, app, bare, come, warm_up)
    few = come[: extra + warm_up]
    called = _measured("without a client", database, app, bare, few, warm_up, ask=direct)
    return {
        "posts": size.posts,
        "members": size.members,
        "pages": pages,
        "replies": REPLIES,
        "p50_ms": round(seated.p50, 2),
        "p95_ms": round(seated.p95, 2),
        "floor_p50_ms": round(statistics.median(seated.floor), 3),
        "ratio": round(seated.ratio, 1),
        "ratio_direct": round(called.ratio, 1),
        "statements": seated.statements,
        "p50_seating_ms": round(seating.p50, 2),
        "ratio_seating": round(seating.ratio, 1),
        "statements_seating": seating.statements,
        "page_kb": round(seated.size / 1000, 1),
    }


def visits(database: Database, size: Size, number: int) -> list[Visit]:
    """Write ten replies to each of so many posts that are open to all, and return who comes to which.

    Nobody who comes holds a seat yet, and none has to do with a block. Raise PageWrong for too many.
    """
    with database.begin() as session:
        session.execute(_CLEAR)
        posts = list(session.scalars(_OPEN, {"number": number}))
        if len(posts) < number:
            raise PageWrong(f"there are only {len(posts)} posts that are open to all")
        bound: dict[str, Any] = {"posts": posts, "members": size.members}
        for n, above in enumerate(_PLACES, start=1):
            session.execute(_ANSWER, {**bound, "n": n, "above": list(above)})
        found = session.execute(_READERS, bound).all()
    with database.begin() as session:
        session.execute(text("ANALYZE reply"))
    return [Visit(row[0], f"bench-token-of-{row[1]}") for row in found]


def _measured(
    title: str,
    database: Database,
    app: Flask,
    bare: Flask,
    come: Sequence[Visit],
    warm_up: int,
    ask: Any = getter,
) -> Times:
    """Open so many posts, and as many floors: a block of each in turn; the first ``warm_up`` do not count."""
    warm, times = Times(), Times()
    pages: list[tuple[Get, str]] = [
        (ask(app, f"/api/v1/posts/{one.post_id}/thread"), one.token) for one in come
    ]
    floor: Get = ask(bare, "/")
    blocks = [(warm, pages[at : min(at + BLOCK, warm_up)]) for at in range(0, warm_up, BLOCK)]
    blocks += [(times, pages[at : at + BLOCK]) for at in range(warm_up, len(pages), BLOCK)]
    for kept, block in track(blocks, f"{title:32}", console=Console(stderr=True), transient=True):
        for get, token in block:
            with _counted(database) as statements:
                kept.page.append(_timed(get, token, kept))
            kept.statements = max(kept.statements, len(statements))
        kept.floor += [_timed(floor, None) for _ in block]
    return times


def _timed(get: Get, token: str | None, kept: Times | None = None) -> float:
    """Ask once and return the milliseconds; a thread is looked at, and its size kept."""
    began = time.perf_counter()
    body = get(token)
    took = time.perf_counter() - began
    if kept is not None:
        _check(json.loads(body))
        kept.size = len(body)
    return took * 1000


def _check(thread: dict[str, Any]) -> None:
    """Raise PageWrong unless all ten replies are there, each under what it answers."""
    replies = thread["replies"]
    depths = [one["depth"] for one in replies]
    if len(replies) != REPLIES or depths != _DEPTHS:
        raise PageWrong(f"{len(replies)} replies, as deep as {depths}")


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that reach the database, begin and commit not among them."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *executed: Any) -> None:
        found.append(statement)

    event.listen(database.bind, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.bind, "before_cursor_execute", note)
