"""Stages: the layers of a post's audience that narrow it later, planned ones and those added by hand.

Law 8: nothing is widened after the fact. A layer is a row that is added and never changed; who reads a post
has to satisfy every layer whose time has come, so adding one can only leave people out.
Law 14: whether its time has come is a function of facts and time: a moment, or that the seat was taken which
made up a share (kept by ``gate.py`` in that seat's transaction), or that it was added by hand. No job is
needed and none can be late. What is a fact holds for every request that finds it, also one that began before:
only what waits for a moment asks what time the request has.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from audience import derivatives
from audience.bounds import check_layer
from audience.document import AudienceDocument, Parts
from audience.limits import NOTHING, Asked, deciding, rules_of
from audience.locks import Lock, compile_lock
from audience.naming import author_of, circles_in, keys_of
from audience.predicate import Atom
from audience.stage_tables import PostStage
from audience.standing import layered
from audience.tables import Post
from coop.book import Book
from coop.errors import Fault, NotFound, RuleBroken
from coop.identity import Identity

SEE, READ = "see", "read"


class When(NamedTuple):
    """When a stage was added, and what it waits for; at most one of two."""

    added_at: datetime
    at: datetime | None = None
    seats_pct: int | None = None


def door(post: Post, lock: Lock) -> PostStage:
    """Return the stage that says who may see a post of which fewer may read."""
    return _stage(post.id, 0, SEE, lock, NOTHING, When(post.created_at))


def planned(
    post: Post, document: AudienceDocument, guild: str | None, keys: Mapping[Atom, Sequence[int]]
) -> list[PostStage]:
    """Return the stages of what a document plans for later."""
    rows = []
    for number, one in enumerate(document.after or (), start=1):
        at = None if one.age is None else post.created_at + one.age
        when = When(post.created_at, at, one.seats_pct)
        rows += layer(post.id, post.author_id, number, one.set, guild, keys, when)
    return rows


def tighten(
    session: Session, author: Identity, book: Book, post_id: int, parts: Parts, now: datetime
) -> None:
    """Narrow a post of one's own from now on, and all that was made from it; raise NotFound for any other.

    Raise RuleBroken where a part would not narrow it, names what its author cannot name, or changes nothing,
    and where it was narrowed as often as it may be.
    """
    if not parts.model_fields_set:
        raise RuleBroken("This changes nothing.", faults=(Fault("", "Say what to tighten."),))
    mentions = _own(session, author, post_id)
    audience = layered(session, post_id, now)
    below = [(layer.at, layer.parts) for layer in audience.layers]
    check_layer(parts, below, book, audience.guild, "", wide=audience.wide)
    keys = keys_of(session, author_of(session, author), parts, mentions, "")
    number = (
        session.scalar(select(func.max(col(PostStage.number))).where(col(PostStage.post_id) == post_id)) or 0
    ) + 1
    most = rules_of(book, audience.guild).posts.layers
    if number > most:
        clause = deciding(book, audience.guild, "/posts/layers")
        raise RuleBroken("This has been narrowed too often.", faults=(Fault("", f"At most {most}.", clause),))
    rows = layer(post_id, author.member_id, number, parts, audience.guild, keys, When(now))
    rows[0].document, rows[0].circles = parts.stored(), circles_in(keys)
    session.add_all(rows)
    session.execute(update(Post).where(col(Post.id) == post_id).values(layers=col(Post.layers) + 1))
    derivatives.narrow_tree(session, post_id)
    session.flush()


def _own(session: Session, author: Identity, post_id: int) -> list[int]:
    """Hold a post of one's own and return the ids of whom its text names; raise NotFound for any other."""
    found: list[int] | None = session.scalar(
        select(col(Post.mentions))
        .where(col(Post.id) == post_id, col(Post.author_id) == author.member_id)
        .where(col(Post.deleted_at).is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def layer(
    post_id: int,
    author_id: int,
    number: int,
    parts: Parts,
    guild: str | None,
    keys: Mapping[Atom, Sequence[int]],
    when: When,
) -> list[PostStage]:
    """Return the rows of one layer: of reading, and of seeing where it says who may."""
    whom = parts.whom(guild)
    both = [one for one in (whom, parts.read) if one is not None]
    lock = compile_lock(both, author_id, keys) if both else None
    rows = [_stage(post_id, number, READ, lock, Asked.by(parts), when)]
    if whom is not None:
        seen = compile_lock([whom], author_id, keys)
        rows.append(_stage(post_id, number, SEE, seen, NOTHING, when))
    return rows


def _stage(post_id: int, number: int, part: str, lock: Lock | None, asked: Asked, when: When) -> PostStage:
    return PostStage(
        post_id=post_id,
        number=number,
        part=part,
        added_at=when.added_at,
        at=when.at,
        seats_pct=when.seats_pct,
        lock_any=None if lock is None else lock.any,
        lock_all=None if lock is None else lock.all,
        lock_none=None if lock is None else lock.none,
        lock_groups=None if lock is None else lock.groups,
        lock_follow=None if lock is None else lock.follow,
        seats_max=asked.seats,
        per_minute=asked.per_minute,
        burst=asked.burst,
        all_wait=asked.all_wait,
    )
