"""Tables of rooms: when one is held, who is present, who waits to speak and who speaks, and its minutes.

All rows of a room but signs of life are written while its row is held.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment, serial


class Room(Row, table=True):
    """A live room: the live part of the post whose id it has. Its state is reckoned (``room_state.py``)."""

    __tablename__ = "room"
    __table_args__ = (
        CheckConstraint("minutes >= 1", name="minutes_positive"),
        CheckConstraint("seats >= 1", name="seats_positive"),
        CheckConstraint("ended_at IS NULL OR opened_at IS NOT NULL", name="ended_once_open"),
        CheckConstraint("ended_at >= opened_at", name="ended_later"),
        CheckConstraint("cancelled_at IS NULL OR opened_at IS NULL", name="opened_or_cancelled"),
        Index("ix_room_guild", "guild_id", "starts_at"),
        Index(
            "ix_room_ahead",
            "starts_at",
            "post_id",
            postgresql_where=text("ended_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    guild_id: int = Field(foreign_key="guild.id", sa_type=BigInteger)
    """The guild that holds it, in which the post was made, and whose minutes it takes."""
    host_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    """Who scheduled it."""
    starts_at: datetime = Field(sa_column=moment())
    minutes: int
    """How long it is booked for; once open, how many minutes were claimed."""
    seats: int
    """The most who are present at once, as its host asked; the clause may be stricter."""
    video: bool
    """Whether people show themselves besides being heard."""
    opened_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When its host ended it; where its minutes ran out, written when somebody comes by."""
    cancelled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class RoomClaim(Row, table=True):
    """Minutes that an open room took from its guild's budget, by the period in which it took them."""

    __tablename__ = "room_claim"
    __table_args__ = (CheckConstraint("minutes >= 1", name="minutes_positive"),)

    room_id: int = Field(foreign_key="room.post_id", primary_key=True, sa_type=BigInteger)
    since: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    """When the period began."""
    minutes: int


class RoomSeat(Row, table=True):
    """A member's place in a room: taken, kept by signs of life, and left, lapsed or taken away."""

    __tablename__ = "room_seat"
    __table_args__ = (
        CheckConstraint("seen_at >= entered_at", name="seen_later"),
        CheckConstraint("left_at >= entered_at", name="left_later"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
        CheckConstraint("(removed_at IS NULL) = (removed_why IS NULL)", name="removed_for_a_reason"),
    )

    room_id: int = Field(foreign_key="room.post_id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    entered_at: datetime = Field(sa_column=moment())
    seen_at: datetime = Field(sa_column=moment())
    """Their last sign of life: who has given none for the time of a clause is away, and the seat free."""
    left_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When they left, or were away for so long that the seat was given up."""
    removed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When they were put out of it, for as long as it lasts."""
    removed_by: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    removed_why: str | None = None
    """What they were told."""


class RoomHand(Row, table=True):
    """A hand that is up: somebody present waits to speak. It is gone once it is lowered or they speak."""

    __tablename__ = "room_hand"

    room_id: int = Field(foreign_key="room.post_id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    raised_at: datetime = Field(sa_column=moment())


class RoomTurn(Row, table=True):
    """Somebody has, or had, the floor."""

    __tablename__ = "room_turn"
    __table_args__ = (
        CheckConstraint("ended_at >= began_at", name="ended_later"),
        CheckConstraint("ends_at > began_at", name="lasts"),
        Index("ix_room_turn_member", "room_id", "member_id"),
        Index(
            "ix_room_turn_running",
            "room_id",
            "member_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=serial())
    room_id: int = Field(foreign_key="room.post_id", sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    began_at: datetime = Field(sa_column=moment())
    ends_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """From when on whoever waits may have its place; none for the host's own."""
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    given_by: int = Field(foreign_key="member.id", sa_type=BigInteger)
    """The host or steward who gave it; whoever took it, where it was their turn."""


class RoomReminder(Row, table=True):
    """A member asked to be told when a room opens."""

    __tablename__ = "room_reminder"

    room_id: int = Field(foreign_key="room.post_id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    asked_at: datetime = Field(sa_column=moment())
