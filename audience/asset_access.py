# ruff: noqa: S608 - the statements are put together from constants
"""Asset access: how a picture may be handed to one viewer.

A picture is delivered under the access of the post that it is in, or that it answers: the same door, asked
each time; so a visitor is handed those of public posts. Law 9, the part that is decided here: only what is
open to every member and counted by nobody may leave by a signed address.
"""

from datetime import datetime
from enum import Enum

from sqlalchemy import text
from sqlmodel import Session

from audience.access import access_post
from audience.cowriting.scene import OFFERED
from audience.grants import ASKED_ABOUT
from audience.reply_sight import said
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

_WHERE = text(f"""
SELECT coalesce(post.id, reply.post_id) AS post_id, post.id IS NOT NULL OR reply.state = 'shown' AS shown,
       NOT EXISTS (SELECT FROM reply AS used WHERE used.asset_id = asset.id)
         AND (asset.owner_id = :me OR {OFFERED}) AS loose,
       {ASKED_ABOUT} AS asked_about
FROM asset
LEFT JOIN post ON post.asset_id = asset.id
LEFT JOIN reply ON reply.asset_id = asset.id AND {said("reply")}
WHERE asset.id = :asset
""")


class Delivery(Enum):
    """How a picture may be handed to one viewer (law 9)."""

    BY_ADDRESS = "address"
    """A signed address may carry it: it is open to every member and nobody is counted."""
    BY_STREAM = "stream"
    """Only the house itself, under the viewer's own session."""


def asset_delivery(
    session: Session, viewer: Identity | None, book: Book, asset_id: int, now: datetime
) -> Delivery:
    """Return how the viewer may be handed an asset, having seated a member at its post.

    An asset that belongs to no post yet, and to no reply, is its owner's alone, but for whoever writes in a
    draft with which its owner proposes to publish it. What waits for the leave of the author of what it was
    made from is shown to that author as well. Raise NotFound for any other.
    """
    bound = {"asset": asset_id, "me": None if viewer is None else viewer.member_id}
    row = session.connection().execute(_WHERE, bound).one_or_none()
    if row is None:
        raise NotFound
    if row.post_id is None:
        if not row.loose:
            raise NotFound
        return Delivery.BY_STREAM
    if row.asked_about:
        return Delivery.BY_STREAM
    found = access_post(session, viewer, book, row.post_id, now)
    return Delivery.BY_ADDRESS if found.open_to_all and row.shown else Delivery.BY_STREAM
