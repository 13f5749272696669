# ruff: noqa: S608 - the statements are put together from constants
"""Grants: what waits for an author's yes, and their answer.

Law 7: an ask is told to the author of the post alone, and those of whom either blocks the other are not
among them. Whoever asks to quote or to answer shows what they wrote to the author whom they ask, whatever its
audience.

A like or a repost is done in the name of whoever asks, so it is done only for a member who still asks, may
read the post and could ask now: who is neither paused nor suspended from it. Where they may not any more a
yes does nothing, and looks like any other (law 7: how somebody stands to the audience is theirs to know). A
quote and a reply were made already; whose author may publish nothing for now goes on waiting, and the reason
is not told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, select, text, update
from sqlmodel import Session, col

from audience import ask_notices, asks, likes, replies, reposts, topics, waited
from audience.access import BLOCKED
from audience.derivatives import ACTIVE, DETACHED, REFUSED
from audience.interaction_tables import Asked, Derivative, PostLike, Repost
from audience.moderation import decisions
from audience.permissions import ask_for
from audience.reply_sight import said
from audience.tables import Post
from coop.book import Book
from coop.errors import Conflict, NotFound
from coop.identity import Identity
from coop.membership_rules import Withheld

_ACTS: Mapping[str, Withheld] = {"like": "react", "repost": "publish"}
"""By verb that a yes does in the name of whoever asked: which of their acts that is."""

_MINE = "post.author_id = :me AND post.deleted_at IS NULL"

_ASKED = f"""
FROM asked JOIN post ON post.id = asked.post_id JOIN member AS asker ON asker.id = asked.member_id
WHERE {_MINE} AND asker.left_at IS NULL AND asker.id NOT IN {BLOCKED}
"""
_DERIVED = f"""
FROM derivative JOIN post ON post.id = derivative.parent_id
JOIN post AS derived ON derived.id = derivative.post_id JOIN member AS asker ON asker.id = derived.author_id
WHERE {_MINE} AND derived.deleted_at IS NULL AND asker.id NOT IN {BLOCKED}
"""
ASKED_ABOUT = f"EXISTS (SELECT {_DERIVED} AND derivative.state = 'waiting' AND derived.asset_id = asset.id)"
"""Whether an ``asset`` is in what somebody made of a post of the viewer's and asks their leave for."""
_ANSWERED = f"""
FROM reply JOIN post ON post.id = reply.post_id JOIN member AS asker ON asker.id = reply.author_id
WHERE {_MINE} AND {said("reply")}
"""

# An ask has the id of its row; that of what was made already is the id of that.
_WAITING = text(f"""
SELECT ask.*, asset.alt, asset.width, asset.height, asset.thumbhash, asset.duration_ms,
       asset.has_sound, files.renditions
FROM (
  SELECT asked.id, verb, handle, display_name, post.id AS post_id, at, NULL AS body,
         CAST(NULL AS bigint) AS asset_id
  {_ASKED} AND asked.state = 'waiting'
  UNION ALL
  SELECT derived.id, kind, handle, display_name, post.id, derived.created_at, derived.body, derived.asset_id
  {_DERIVED} AND state = 'waiting'
  UNION ALL
  SELECT reply.id, 'reply', handle, display_name, post.id, reply.created_at, reply.body, reply.asset_id
  {_ANSWERED} AND reply.state = 'waiting'
) AS ask
LEFT JOIN asset ON asset.id = ask.asset_id
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(name, width, height, bytes) ORDER BY width, name) AS renditions
  FROM rendition WHERE rendition.asset_id = asset.id
) AS files ON true
WHERE ask.id > :after ORDER BY ask.id LIMIT :limit
""")

_ONE_ASKED = text(f"""
SELECT verb, post.id AS post_id, asker.id AS asker_id,
       (SELECT slug FROM guild WHERE guild.id = post.guild_id) AS guild
{_ASKED} AND asked.id = :ask
""")
_ONE_DERIVED = text(f"""
SELECT kind AS verb, asker.id AS asker_id,
       (SELECT slug FROM guild WHERE guild.id = post.guild_id) AS guild
{_DERIVED} AND derived.id = :ask
""")


class Ask(NamedTuple):
    """What somebody wants to do with a post."""

    id: int
    verb: str
    asker: str
    """Handle."""
    asker_name: str
    post_id: int
    at: datetime
    body: str | None
    """What they wrote, where it is a quote or a reply."""
    asset_id: int | None
    """The picture of a reply."""
    alt: str | None
    width: int | None
    height: int | None
    thumbhash: str | None
    duration_ms: int | None
    """How long it lasts, where that is a video."""
    has_sound: bool | None
    """Whether that video has sound, where it is known."""
    renditions: list[tuple[str, int, int, int]] | None
    """Name, width, height and bytes of each file of the picture, the smallest first, and of the video."""


def page(session: Session, author: Identity, *, after: int, limit: int) -> tuple[list[Ask], int | None]:
    """Return what waits for a member's yes, the oldest first, and where the next page begins."""
    bound = {"me": author.member_id, "after": after, "limit": limit + 1}
    rows = session.connection().execute(_WAITING, bound).all()
    found = [Ask._make(row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def grant(session: Session, author: Identity, book: Book, ask_id: int, now: datetime) -> None:
    """Say yes: what waits happens now. A no can become a yes: whoever was refused may then do it.

    Raise NotFound where nobody asks this of the author, Conflict where it was detached or decided for good,
    or waits on because whoever made it may publish nothing for now, and Forbidden where the rules have closed
    it since, or the post takes no more replies.
    """
    asked = _one(session, author, _ONE_ASKED, ask_id)
    if asked is not None:
        asks.check_open(book, asked.guild, asked.verb)
        _grant_asked(session, book, ask_id, asked, now)
        return
    derived = _one(session, author, _ONE_DERIVED, ask_id)
    if derived is None:
        replies.grant(session, author, book, ask_id, now)
        return
    asks.check_open(book, derived.guild, derived.verb)
    waited.check_shown(session, book, derived.asker_id, "publish", now)
    if _grant_derived(session, ask_id, now):
        line = "You asked to show a post inside yours, and its author said yes."
        ask_notices.tell_yes(session, book, derived.asker_id, ask_id, ask_id, line, now)


def refuse(session: Session, author: Identity, ask_id: int, now: datetime) -> None:
    """Say no, or take back a yes to a like, a repost or a download.

    Raise NotFound where nobody asks this of the author, and Conflict for what shows the post already, which
    is detached, and for a reply that was decided.
    """
    if _one(session, author, _ONE_ASKED, ask_id) is not None:
        asked = _held_asked(session, ask_id)
        if asked.state != asks.REFUSED:
            asked.state, asked.decided_at = asks.REFUSED, now
            session.flush()
            _undo(session, asked)
    elif _one(session, author, _ONE_DERIVED, ask_id) is None:
        replies.refuse(session, author, ask_id, now)
    else:
        derived = _held_derivative(session, ask_id)
        if derived.state in (ACTIVE, DETACHED):
            raise Conflict("You said yes to this: detach it instead.")
        derived.state, derived.decided_at = REFUSED, now
        session.flush()


def _one(session: Session, author: Identity, which: Any, ask_id: int) -> Row[Any] | None:
    """Return an ask of one kind that is the author's to decide; None for any other."""
    bound = {"ask": ask_id, "me": author.member_id}
    return session.connection().execute(which, bound).one_or_none()


def _grant_asked(session: Session, book: Book, ask_id: int, known: Row[Any], now: datetime) -> None:
    # Looking for a post may hold its gate, which comes before the rows of asks.
    may = _still_may(session, book, known, now)
    asked = _held_asked(session, ask_id)
    waited = asked.state == asks.WAITING
    if asked.state != asks.GRANTED:
        asked.state, asked.decided_at = asks.GRANTED, now
        session.flush()
    if waited and may:
        _do(session, asked, now)


def _still_may(session: Session, book: Book, known: Row[Any], now: datetime) -> bool:
    """Say whether whoever asked may read the post, and may still ask this of its author."""
    asker = waited.asker(session, known.asker_id)
    act = _ACTS.get(known.verb)
    if asker is None or (act is not None and not waited.may(session, asker, book, act, now)):
        return False
    try:
        _, answer = ask_for(session, asker, book, known.post_id, known.verb, now)
    except NotFound:
        return False
    return answer.value in ("yes", "ask")


def _do(session: Session, asked: Asked, now: datetime) -> None:
    if asked.verb == "like":
        likes.add(session, asked.post_id, asked.member_id, now)
    elif asked.verb == "repost":
        reposts.add(session, asked.post_id, asked.member_id, now)


def _undo(session: Session, asked: Asked) -> None:
    for verb, table in (("like", PostLike), ("repost", Repost)):
        if asked.verb == verb:
            session.execute(
                delete(table).where(
                    col(table.post_id) == asked.post_id, col(table.member_id) == asked.member_id
                )
            )


def _grant_derived(session: Session, post_id: int, now: datetime) -> bool:
    """Have a derivative show its source; say whether it did not before."""
    derived = _held_derivative(session, post_id)
    if derived.state == DETACHED:
        raise Conflict("You detached this, which is for good.")
    if derived.state == ACTIVE:
        return False
    derived.state, derived.decided_at = ACTIVE, now
    session.flush()
    _let_go(session, post_id)
    return True


def _let_go(session: Session, post_id: int) -> None:
    """Let a post be seen that waited, unless a decision holds it; then it counts as given to its topics."""
    decisions.hold_row(session, post_id)
    gone = update(Post).where(col(Post.id) == post_id, ~decisions.held(post_id)).values(held_at=None)
    post = session.execute(
        gone.returning(col(Post.author_id), col(Post.features), col(Post.created_at))
    ).one_or_none()
    if post is not None:
        topics.give(session, post.author_id, topics.tags_of(post.features), "post", post.created_at)


def _held_asked(session: Session, ask_id: int) -> Asked:
    """Return an ask, its row held; raise NotFound where it was taken back meanwhile."""
    held = select(Asked).where(col(Asked.id) == ask_id).with_for_update()
    found = session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _held_derivative(session: Session, post_id: int) -> Derivative:
    """Return what was made from a post, its row held."""
    held = select(Derivative).where(col(Derivative.post_id) == post_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one()
