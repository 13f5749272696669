"""Downloads: keeping the picture or the video of a post, where its author lets one.

Law 9: media obeys seats: whoever downloads it has been delivered the post. Whoever sees a picture could keep
it by other means; this says what its author is asked for, and no more.
"""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience import asks
from audience.access import access_post
from audience.permissions import ask_for, require
from audience.tables import Post
from coop.book import Book
from coop.errors import Conflict, Forbidden, NotFound
from coop.identity import Identity
from media.tables import Rendition


def ask(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> asks.Done:
    """Ask whether one may download the picture of a post; ``done`` where one may.

    Raise NotFound where the reader may not see it, Conflict where it holds no picture, and Forbidden where
    they may not.
    """
    access_post(session, reader, book, post_id, now)
    if session.scalar(select(col(Post.asset_id)).where(col(Post.id) == post_id)) is None:
        raise Conflict("This post holds no picture that one could download.")
    return asks.ask(session, reader, book, post_id, "download", now)


def withdraw(session: Session, reader: Identity, post_id: int) -> None:
    """No longer ask for the picture of a post, though it was granted; a no stays answered."""
    asks.withdraw(session, reader, post_id, "download")


def file_of(session: Session, reader: Identity, book: Book, post_id: int, now: datetime) -> Rendition:
    """Return the largest file of a post's picture, or its video, for a reader who may download it.

    Raise NotFound where they may not see the post or it has none, and Forbidden where they may not.
    """
    _, answer = ask_for(session, reader, book, post_id, "download", now)
    may = require(answer).value == "yes"
    if not may and asks.state_of(session, reader, post_id, "download") != asks.GRANTED:
        raise Forbidden("Its author has to say yes first: ask them.")
    found = session.scalars(
        select(Rendition)
        .join(Post, col(Post.asset_id) == col(Rendition.asset_id))
        .where(col(Post.id) == post_id)
        .order_by(col(Rendition.type).desc(), col(Rendition.width).desc(), col(Rendition.name))
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
