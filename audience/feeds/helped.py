# ruff: noqa: S608 - the statements are put together from constants
"""Whether posts helped: what members answer, one answer each, and what follows from it for posts and authors.

The question is "did this help you understand?", and never whether one likes it. Who answered what is told to
nobody; :mod:`audience.feeds.bridging` says what helped every group of opinion.

Law 7: whoever may not read a post is told what one who asks about no post at all is told.
"""

from datetime import datetime

import numpy as np
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from audience.access import access_post
from audience.feeds import runs
from audience.feeds.bridging import Bridged, Ratings, bridged
from audience.feeds.runs import OPEN
from audience.feeds.signal_rules import Bridge
from audience.feeds.tables import AS_USUAL, Helped
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity

JOB = "helped"

_LIVE = "helped JOIN post ON post.id = helped.post_id WHERE post.deleted_at IS NULL"

# Whatever changes an answer, or whether it counts, changes the sum of the hashes.
_FINGERPRINT = text(f"""
SELECT CAST(coalesce(sum(hash_record_extended((post_id, member_id, helped, {OPEN}), 0)), 0) AS text)
FROM {_LIVE}
""")

_RATINGS = text(f"""
SELECT array_agg(member_id), array_agg(post_id), array_agg(helped), array_agg(author_id), array_agg({OPEN})
FROM {_LIVE}
""")

# Rows are taken in order, so that two jobs which write to the same table never deadlock.
_KEEP_POSTS = text("""
WITH found AS (
  SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS integer[])) AS found(post_id, bridge)
), changed AS (
  INSERT INTO post_signals AS known (post_id, finish, bridge, heat, computed_at)
  SELECT post_id, :as_usual, coalesce(found.bridge, 0), 0, :now
  FROM found FULL JOIN (SELECT post_id FROM post_signals WHERE bridge > 0) AS before USING (post_id)
  ORDER BY post_id
  ON CONFLICT (post_id) DO UPDATE SET bridge = excluded.bridge, computed_at = excluded.computed_at
  WHERE known.bridge <> excluded.bridge
  RETURNING post_id
)
SELECT count(*) FROM changed
""")

_KEEP_AUTHORS = text("""
WITH found AS (
  SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS integer[])) AS found(member_id, bridge)
)
INSERT INTO author_signals AS known (member_id, posts, viewers, answered, bridge, computed_at)
SELECT member_id, 0, 0, 0, coalesce(found.bridge, 0), :now
FROM found FULL JOIN (SELECT member_id FROM author_signals WHERE bridge > 0) AS before USING (member_id)
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET bridge = excluded.bridge, computed_at = excluded.computed_at
WHERE known.bridge <> excluded.bridge
""")


def answer(session: Session, reader: Identity, book: Book, post_id: int, says: bool, now: datetime) -> None:
    """Keep whether a post helped the reader to understand; the last answer counts.

    Raise NotFound where they may not read it, and RuleBroken where it is their own.
    """
    found = access_post(session, reader, book, post_id, now)
    if found.author_id == reader.member_id:
        raise RuleBroken("Whether your own post helped is for others to say.")
    said = insert(Helped).values(post_id=post_id, member_id=reader.member_id, helped=says, at=now)
    session.execute(
        said.on_conflict_do_update(index_elements=["post_id", "member_id"], set_={"helped": says, "at": now})
    )


def said(session: Session, reader: Identity, post_id: int) -> bool | None:
    """Return what the reader answered of a post that they were delivered; None where they did not."""
    kept = select(col(Helped.helped)).where(
        col(Helped.post_id) == post_id, col(Helped.member_id) == reader.member_id
    )
    return session.scalars(kept).one_or_none()


def withdraw(session: Session, reader: Identity, post_id: int) -> None:
    """Take back the reader's answer; raise NotFound where there is none."""
    gone = delete(Helped).where(col(Helped.post_id) == post_id, col(Helped.member_id) == reader.member_id)
    if session.execute(gone.returning(col(Helped.post_id))).one_or_none() is None:
        raise NotFound


def refresh(session: Session, rules: Bridge, now: datetime) -> int:
    """Recompute what helped, where any answer or clause has changed; return how many posts changed.

    The caller sees to it that nobody else does it at the same time.
    """
    basis = {"clauses": rules.model_dump(mode="json"), "answers": session.scalar(_FINGERPRINT)}
    if runs.since(session, JOB, basis) is not None:
        return 0
    found = bridged(_ratings(session), rules)
    changed = _keep(session, found, now)
    runs.ran(session, JOB, basis, now)
    return changed


def _ratings(session: Session) -> Ratings:
    members, posts, says, authors, is_open = session.execute(_RATINGS).one()
    return Ratings(
        members=np.array(members or [], dtype=np.int64),
        posts=np.array(posts or [], dtype=np.int64),
        helped=np.array(says or [], dtype=np.bool_),
        authors=np.array(authors or [], dtype=np.int64),
        open=np.array(is_open or [], dtype=np.bool_),
    )


def _keep(session: Session, found: Bridged, now: datetime) -> int:
    authors = {"ids": list(found.authors), "values": list(found.authors.values()), "now": now}
    session.connection().execute(_KEEP_AUTHORS, authors)
    posts = {"ids": list(found.posts), "values": list(found.posts.values()), "now": now}
    return int(session.execute(_KEEP_POSTS, {**posts, "as_usual": AS_USUAL}).scalar_one())
