"""Derivatives: posts that are made from another post, and what the source's author may do about them.

Law 8: a derivative's audience lies inside its source's. Where the source's lock can be part of its own it is
(``locks.conjunction``); what cannot (layers that come later, and who follows the source's author) is asked of
the source itself whenever someone looks: by ``source_opens`` in the database, which every derivative with
``layers`` goes by. So nothing is copied that could differ from its source, and a source that is narrowed
narrows what was made from it in the same moment, however deep. What is detached stands on its own: it goes on
asking what its source, and the source of that, had come to ask until then, and nothing that comes later,
be it planned already, brought by a seat or added by hand.

Law 7: what was detached, and what is made from a post that the viewer may not see, look like what was made
from nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text, update
from sqlmodel import Session, col

from audience.access import BLOCKED
from audience.interaction_tables import Derivative
from audience.tables import Post
from coop.errors import Conflict, NotFound
from coop.identity import Identity

ACTIVE, WAITING, REFUSED, DETACHED = "active", "waiting", "refused", "detached"
"""States of a derivative."""

_TREE = text("""
WITH RECURSIVE made AS (
  SELECT post_id FROM derivative WHERE parent_id = :post AND state <> 'detached'
  UNION ALL
  SELECT derivative.post_id FROM derivative JOIN made ON derivative.parent_id = made.post_id
  WHERE derivative.state <> 'detached'
)
SELECT post_id FROM made
""")

_SOURCES = text("""
WITH RECURSIVE source AS (
  SELECT CAST(:post AS bigint) AS id
  UNION ALL
  SELECT parent_id FROM derivative JOIN source ON derivative.post_id = source.id
)
SELECT id FROM source
""")

_LAST_LAYER = text("""
SELECT greatest(:now, max(added_at), max(reached_at)) FROM post_stage
WHERE post_id = ANY(CAST(:posts AS bigint[]))
""")

_HOLD = text("SELECT id FROM post WHERE id = ANY(CAST(:posts AS bigint[])) ORDER BY id FOR UPDATE")

_OF = text(f"""
SELECT derivative.post_id, derivative.kind, derivative.state, author.handle, author.display_name,
       derived.body, derived.created_at
FROM derivative
JOIN post AS derived ON derived.id = derivative.post_id
JOIN member AS author ON author.id = derived.author_id
WHERE derivative.parent_id = :post AND derivative.post_id > :after AND derived.deleted_at IS NULL
  AND derived.author_id NOT IN {BLOCKED}
ORDER BY derivative.post_id LIMIT :limit
""")  # noqa: S608 - put together from constants


class Derived(NamedTuple):
    """What the author of a post is told of a post that was made from it."""

    id: int
    kind: str
    state: str
    author: str
    """Handle."""
    author_name: str
    body: str
    created_at: datetime


def page(
    session: Session, author: Identity, post_id: int, *, after: int, limit: int
) -> tuple[list[Derived], int | None]:
    """Return what was made from a post of one's own, the oldest first, and where the next page begins.

    Whoever makes something from a post is seen by its author, whatever audience they chose: it is theirs to
    decide, and to detach. Raise NotFound for any other post.
    """
    _own(session, author, post_id)
    bound = {"post": post_id, "me": author.member_id, "after": after, "limit": limit + 1}
    rows = session.connection().execute(_OF, bound).all()
    found = [Derived._make(row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def detach(session: Session, author: Identity, post_id: int, derived_id: int, now: datetime) -> None:
    """No longer let a derivative show a post of one's own; what its author wrote stays, as narrow as it is.

    It is for good. Raise NotFound where there is no such derivative of a post of one's own, and Conflict
    where it does not show the post, because nobody has said yes to it.
    """
    _own(session, author, post_id)
    sources = session.scalars(_SOURCES, {"post": post_id}).all()
    session.scalars(_HOLD, {"posts": sources}).all()
    found = session.scalars(
        select(Derivative)
        .where(col(Derivative.post_id) == derived_id, col(Derivative.parent_id) == post_id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    if found.state in (WAITING, REFUSED):
        raise Conflict("It does not show your post: there is nothing to detach.")
    if found.state == ACTIVE:
        # Of layers that came while this waited for the sources none may fall away again.
        last = session.scalar(_LAST_LAYER, {"posts": sources, "now": now})
        found.state, found.decided_at = DETACHED, last
        session.flush()


def hold_tree(session: Session, post_id: int) -> list[int]:
    """Return what was made from a post and not detached, and from that, each row held in order of its id.

    The caller holds the post itself. What is made from any of them meanwhile waits, or is among them.
    """
    held: Sequence[int] = []
    while True:
        found = session.scalars(_TREE, {"post": post_id}).all()
        if set(found) <= set(held):
            return sorted(found)
        held = session.scalars(_HOLD, {"posts": found}).all()


def narrow_tree(session: Session, post_id: int) -> None:
    """Have everything that was made from a post ask its source who may see it, as that grows narrower."""
    tree = hold_tree(session, post_id)
    if tree:
        session.execute(update(Post).where(col(Post.id).in_(tree)).values(layers=col(Post.layers) + 1))


def _own(session: Session, author: Identity, post_id: int) -> None:
    """Raise NotFound unless this is a post of one's own that is there."""
    mine = select(col(Post.id)).where(
        col(Post.id) == post_id, col(Post.author_id) == author.member_id, col(Post.deleted_at).is_(None)
    )
    if session.scalar(mine) is None:
        raise NotFound
