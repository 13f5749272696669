"""The members who come to a gate, and the posts that they come to."""

from datetime import UTC, datetime, timedelta

from sqlmodel import col, insert

from audience.tables import Post
from coop.database import Database
from coop.identity import Identity
from coop.ids import new_id
from coop.tables import Member

NOW = datetime(2026, 11, 1, tzinfo=UTC)
"""When everything happens."""


def add_members(database: Database, number: int) -> list[Identity]:
    """Add so many members and return them."""
    with database.begin() as session:
        rows = session.execute(
            insert(Member).returning(col(Member.id), col(Member.handle)),
            [
                {"handle": f"m{n}", "display_name": f"M{n}", "password_hash": "!", "joined_at": NOW}
                for n in range(number)
            ],
        ).all()
    return [Identity(member_id, handle, handle, NOW) for member_id, handle in rows]


def add_posts(database: Database, author: Identity, number: int) -> list[int]:
    """Add so many posts of one author that every member may see, and return their ids."""
    posts = [
        Post(
            id=new_id(NOW - n * timedelta(milliseconds=1)),  # the ids of one moment are too few for many
            author_id=author.member_id,
            body="",
            audience={},
            lock_any=[1],
            created_at=NOW,
        )
        for n in range(number)
    ]
    ids = [post.id for post in posts]
    with database.begin() as session:
        session.add_all(posts)
    return ids
