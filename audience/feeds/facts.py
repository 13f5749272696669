# ruff: noqa: S608 - the statement is put together from constants
"""Facts: what every reader's page knows alike of a post, kept by each process for as long as it stands.

Most of a candidate is the same whoever reads: what the post says of itself, and what jobs counted of it and
of its author. Joined and sent anew for each page, that took a third of the time of the largest statement
there is. So the statement that finds candidates only says which version of its row it saw of each post, and
which runs of the jobs had come; what is kept of that version and of those runs is what would have been read,
and anything else is read again. Nothing that is used is older than the statement that asks for it (law 3).
Of the posts of a few authors or guilds hardly any are kept, so there the facts are joined.

A version is told by ``xmin`` and ``ctid`` (PostgreSQL: "System Columns"): the transaction that wrote it, and
where it stands. Two versions of a row that one transaction wrote stand in two places until it ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from psycopg.rows import TupleRow, tuple_row
from sqlalchemy import Engine, text
from sqlmodel import Session

from audience.feeds import author_signals, post_signals
from audience.feeds.signals import Candidate
from audience.feeds.tables import AS_USUAL
from coop.database import as_array
from coop.driver import DriverStatement

MOST = 20_000
"""Posts that a process keeps facts of, about 15 MiB; where they would be more it begins anew."""

FIRST = 2_000
"""So many of the newest posts a process asks about when it begins anew: asked for as pages bring them, they
would be a statement more on most of these."""

RUNS = f"""(
  SELECT string_agg(job || ' ' || xmin::text || ' ' || ctid::text, ';' ORDER BY job) FROM signal_run
  WHERE job IN ('{author_signals.JOB}', '{post_signals.JOB}'))"""
"""Which runs of the jobs had come, in SQL."""

FACTS = f"""
       post.author_id, post.seats_max, post.embeds, post.features, post.norm,
       coalesce(author.posts, 0), coalesce(viewers, 0), coalesce(answered, 0), coalesce(author.bridge, 0),
       coalesce(finish, {AS_USUAL}), coalesce(said.bridge, 0), coalesce(heat, 0)
"""
"""The facts of a post, in SQL, with what is :data:`KNOWN` of it: the fields of a candidate behind the
first :data:`FOUND`."""
KNOWN = """
LEFT JOIN author_signals AS author ON member_id = post.author_id
LEFT JOIN post_signals AS said ON said.post_id = post.id
"""
"""What jobs counted of a post and of its author."""

_ASKED = "SELECT unnest(CAST(:posts AS bigint[]))"


def _ask(asked: str) -> DriverStatement[TupleRow]:
    facts = f"SELECT {RUNS}, post.xmin, post.ctid, post.id, {FACTS}"
    return DriverStatement(
        text(f"{facts} FROM ({asked}) AS asked(id) JOIN post USING (id) {KNOWN}"), tuple_row
    )


_ASK = _ask(_ASKED)
_BEGIN = _ask(f"{_ASKED} UNION (SELECT id FROM post ORDER BY id DESC LIMIT {FIRST})")

FOUND = Candidate._fields.index("author_id")
"""How many fields of a candidate come before its facts: its id, and what the reader or the moment decides."""


@dataclass(slots=True)
class _Shelf:
    """What a process keeps of the posts of one database."""

    runs: str | None = None
    posts: dict[tuple[Any, ...], TupleRow] = field(default_factory=dict)
    """By version and id."""


_SHELVES: WeakKeyDictionary[Engine, _Shelf] = WeakKeyDictionary()


def completed(session: Session, rows: Sequence[TupleRow], runs: str | None) -> list[Candidate]:
    """Return candidates, in order.

    Each row is the version of a post, ``xmin`` and ``ctid``, and then the first :data:`FOUND` fields of a
    candidate; what follows is not read. ``runs`` are those that the same statement saw.
    """
    shelf = _SHELVES.setdefault(session.connection().engine, _Shelf())
    kept = shelf.posts if shelf.runs == runs else {}
    facts: list[Any] = [kept.get(row[:3]) for row in rows]
    if None in facts:
        facts = _asked(session, shelf, rows, facts, runs)
    return [Candidate._make(row[2 : 2 + FOUND] + said) for row, said in zip(rows, facts, strict=True)]


def _asked(
    session: Session,
    shelf: _Shelf,
    rows: Sequence[TupleRow],
    facts: Sequence[Any],
    runs: str | None,
) -> list[TupleRow]:
    """Return the facts of all these posts, once more of all where a run has come meanwhile.

    Of authors a page knows the same in each of their posts, so nothing of two runs is joined.
    """
    missing = [row[2] for row, said in zip(rows, facts, strict=True) if said is None]
    anew = shelf.runs != runs or len(shelf.posts) + len(missing) > MOST
    found = (_BEGIN if anew else _ASK).rows(session, {"posts": as_array(missing)})
    if found[0][0] != runs and len(missing) < len(rows):
        anew, found = True, _BEGIN.rows(session, {"posts": as_array([row[2] for row in rows])})
    fresh = {row[1:4]: row[4:] for row in found}
    if anew or found[0][0] != runs:
        shelf.runs, shelf.posts = found[0][0], fresh
    else:
        shelf.posts |= fresh
    by_id = {row[3]: row[4:] for row in found}
    return [by_id.get(row[2], said) for row, said in zip(rows, facts, strict=True)]
