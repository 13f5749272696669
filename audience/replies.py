# ruff: noqa: S608 - the statements are put together from constants
"""Replies: answering a post or an answer to it, deciding on those that wait, taking one's own back.

Law 8: a reply keeps the audience it was written for: it is shown where its post is, and a post is never
opened to anybody for whom it was not published. Law 6, for answers: their numbers are exact, because they
are counted while the post's row is held. Where the author of the post lets people ask, an answer waits: it is
counted for nobody, and shown to whoever wrote it and whoever decides (``reply_sight.py``).

The post is held before it is looked at, so that locks keep the order of ``gate.py``: posts, then gates; and
before both whatever picture the reply shows (``pictures.py``).
"""

from datetime import datetime
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import select, text
from sqlmodel import Session, col

from audience import (
    ask_notices,
    asks,
    calm,
    heat_facts,
    heating,
    pausing,
    pictures,
    reply_rules,
    topics,
    waited,
)
from audience.access import access_post
from audience.cases.pauses import check_not_paused
from audience.moderation import pace, screening
from audience.permissions import require
from audience.reply_rules import reply_limits
from audience.reply_sight import said
from audience.replying import REPLIER, asking
from audience.rules import AUDIENCE, AudienceRules
from audience.standing import layered
from audience.tables import Post, Reply
from coop.book import Book
from coop.driver import DriverStatement
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import prose
from coop.suspended import check as check_not_suspended

_REPLIER: DriverStatement[Any] = DriverStatement(text(REPLIER), namedtuple_row)

_ABOVE = text(f"""
SELECT reply.above || reply.id FROM reply
WHERE reply.id = :parent AND reply.post_id = :post AND reply.state = 'shown' AND {said("reply")}
""")

_MINE_TO_DECIDE = text(f"""
SELECT post.id, reply.author_id FROM reply JOIN post ON post.id = reply.post_id
WHERE reply.id = :reply AND post.author_id = :me AND post.deleted_at IS NULL AND {said("reply")}
""")

_DECIDE = text("""
UPDATE reply SET state = :state, decided_at = :now
WHERE id = :reply AND state = 'waiting' AND deleted_at IS NULL
RETURNING author_id, created_at
""")

_TAKE_BACK = text("""
UPDATE reply SET deleted_at = :now FROM post
WHERE reply.id = :reply AND reply.author_id = :me AND reply.deleted_at IS NULL AND post.id = reply.post_id
RETURNING reply.state, reply.created_at, post.features
""")


def write(
    session: Session,
    author: Identity,
    book: Book,
    post_id: int,
    body: str,
    now: datetime,
    *,
    parent_id: int | None = None,
    at_ms: int | None = None,
    pause: bool = False,
    asset_id: int | None = None,
) -> Reply:
    """Answer a post that the author of the reply may see, and return the reply: shown, or waiting for a yes.

    ``parent_id`` is the reply that it answers, where that is not the post, ``at_ms`` the moment of the post
    that it speaks of, ``pause`` that the post is to stop there, ``asset_id`` a picture of the author's own.

    Raise NotFound where they may not see the post, RuleBroken where a part of the reply does not fit,
    Forbidden where they may not answer, are paused or suspended, or there is no room, TooMany where it is too
    soon, NotYet where they are to pause before they answer a heated thread, and Conflict where the picture is
    shown elsewhere.
    """
    check_not_suspended(author, book, "answer", now)
    check_not_paused(session, author, book, now)
    longest = book.rules(AUDIENCE, AudienceRules).replies.characters
    body = prose(body, "/body", longest=longest)
    if not body and asset_id is None:
        raise _broken("/body", "A reply says something, or shows a picture.")
    if asset_id is not None:
        pictures.take(session, author, asset_id)
    features = _hold(session, post_id)
    post = access_post(session, author, book, post_id, now)
    pace.check(session, book, author.member_id, "reply", post.guild, now)
    asked = asking(session, author, book, post, now, parent_id=parent_id)
    waits = require(asked.answer).value == "ask"
    (row,) = _REPLIER.rows(session, {"post": post_id, "me": author.member_id})
    replier = asked.replier(row, now)
    reply_rules.check(asked.limits, replier, calm.obstacles(asked.heated, asked.thread.coming, replier))
    reply_rules.check_moment(asked.limits, replier, at_ms, pause=pause)
    above = _above(session, author, book, post_id, parent_id)
    pausing.spend(session, asked.heated, asked.thread.coming, replier, post_id, author.member_id)
    reply = Reply(
        id=new_id(now),
        post_id=post_id,
        author_id=author.member_id,
        body=body,
        above=above,
        at_ms=at_ms,
        pause=pause,
        asset_id=asset_id,
        state="waiting" if waits else "shown",
        created_at=now,
    )
    session.add(reply)
    session.flush()
    screening.screen_reply(session, book, author, reply, post.guild, now)
    if reply.state in ("shown", "held"):
        facts = heat_facts.after(asked.thread, author.member_id, now, held=reply.state == "held")
        heating.answered(session, book, post, reply, facts, now)
    if reply.state == "waiting":
        ask_notices.tell(session, book, post.author_id, author.member_id, now)
    elif reply.state == "shown":
        topics.give(session, author.member_id, topics.tags_of(features), "reply", now)
    return reply


def grant(session: Session, author: Identity, book: Book, reply_id: int, now: datetime) -> None:
    """Show a reply that waits at a post of one's own, from now on.

    Raise NotFound where there is none, Conflict where it does not wait any more, or waits on because whoever
    wrote it may answer nobody for now, and Forbidden where the post takes no more replies, or the rules have
    closed replies since.
    """
    post_id, replier_id = _mine_to_decide(session, author, reply_id)
    waited.check_shown(session, book, replier_id, "answer", now)
    features = _hold(session, post_id)
    post = layered(session, post_id, now)
    asks.check_open(book, post.guild, "reply")
    limits = reply_limits([(layer.at, layer.parts) for layer in post.layers], book, post.guild)
    (row,) = _REPLIER.rows(session, {"post": post_id, "me": author.member_id})
    reply_rules.check_full(limits, row.total)
    asker, written_at = _decide(session, reply_id, "shown", now)
    line = "You asked to answer a post, and its author said yes."
    ask_notices.tell_yes(session, book, asker, reply_id, post_id, line, now)
    topics.give(session, asker, topics.tags_of(features), "reply", written_at)


def refuse(session: Session, author: Identity, reply_id: int, now: datetime) -> None:
    """Leave a reply that waits at a post of one's own unshown, for good.

    Raise NotFound where there is none, and Conflict where it does not wait any more.
    """
    _mine_to_decide(session, author, reply_id)
    _decide(session, reply_id, "refused", now)


def delete(session: Session, author: Identity, reply_id: int, now: datetime) -> None:
    """Take back a reply of one's own, for good; raise NotFound for any other.

    Where others have answered it, a place without author and text stays.
    """
    bound = {"reply": reply_id, "me": author.member_id, "now": now}
    gone = session.connection().execute(_TAKE_BACK, bound).one_or_none()
    if gone is None:
        raise NotFound
    if gone.state == "shown":
        tags = topics.tags_of(gone.features)
        topics.give(session, author.member_id, tags, "reply", gone.created_at, number=-1)


def _hold(session: Session, post_id: int) -> list[int]:
    """Lock a post's row, so that nobody else counts its replies, and return what it is about."""
    held = select(col(Post.features)).where(col(Post.id) == post_id).with_for_update(key_share=True)
    return session.scalar(held) or []


def _above(session: Session, author: Identity, book: Book, post_id: int, parent_id: int | None) -> list[int]:
    """Return the replies that an answer to ``parent_id`` stands under.

    One that is not shown to the author is told from none by nothing (law 7).
    """
    if parent_id is None:
        return []
    bound = {"parent": parent_id, "post": post_id, "me": author.member_id}
    above: list[int] | None = session.scalar(_ABOVE, bound)
    if above is None:
        raise _broken("/parent_id", "There is no reply under this id that you can answer.")
    reply_rules.check_depth(book, len(above))
    return above


def _mine_to_decide(session: Session, author: Identity, reply_id: int) -> tuple[int, int]:
    """Return the post, of one's own, that a reply answers, and who wrote that.

    Raise NotFound where one sees no such reply.
    """
    bound = {"reply": reply_id, "me": author.member_id}
    found = session.connection().execute(_MINE_TO_DECIDE, bound).one_or_none()
    if found is None:
        raise NotFound
    return found.id, found.author_id


def _decide(session: Session, reply_id: int, state: str, now: datetime) -> tuple[int, datetime]:
    """Set the state of a reply that waits; return who wrote it, and when."""
    bound = {"reply": reply_id, "state": state, "now": now}
    decided = session.connection().execute(_DECIDE, bound).one_or_none()
    if decided is None:
        raise Conflict("This does not wait any more: it was decided, or taken back.")
    return decided.author_id, decided.created_at


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This reply cannot be written.", faults=(Fault(pointer, detail),))
