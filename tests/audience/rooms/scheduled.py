"""A room that stands in the table, for those who ask nothing but its id."""

from sqlmodel import Session

from app import POLICY_KINDS
from audience.rooms.tables import Room
from coop.policies import Books
from coop.tables import Member
from tests.audience.factories import NOW, make_post
from tests.factories import id_of, identity_of, make_guild


def room_of(session: Session, host: Member) -> int:
    """Make a room, with its post and a guild, and return its id."""
    post = make_post(session, identity_of(host), Books(POLICY_KINDS).current(session))
    guild = make_guild(session, "singers", host)
    room = Room(
        post_id=post.id,
        guild_id=id_of(guild),
        host_id=id_of(host),
        starts_at=NOW,
        minutes=60,
        seats=20,
        video=False,
    )
    session.add(room)
    session.flush()
    return post.id
