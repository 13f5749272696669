"""Tables of streams: what somebody present sends to the media server, or receives from it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class RoomStream(Row, table=True):
    """A session at the media server: a member of a room speaks, or listens to one who does.

    Whatever is open there is open here; rows stay once they are closed. Neither its name nor its address is
    told to anybody: whoever knew them could listen without a seat.
    """

    __tablename__ = "room_stream"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("kind IN ('speak', 'listen')", name="kind_known"),
        CheckConstraint("(kind = 'listen') = (of_member_id IS NOT NULL)", name="listens_to_somebody"),
        CheckConstraint("closed_at >= opened_at", name="closed_later"),
        Index("ix_room_stream_open", "room_id", "member_id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "uq_room_stream_speaking",
            "room_id",
            "member_id",
            unique=True,
            postgresql_where=text("kind = 'speak' AND closed_at IS NULL"),
        ),
        Index(
            "uq_room_stream_listening",
            "room_id",
            "member_id",
            "of_member_id",
            unique=True,
            postgresql_where=text("kind = 'listen' AND closed_at IS NULL"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    room_id: int = Field(foreign_key="room.post_id", sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    kind: str
    """``speak`` or ``listen``."""
    of_member_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    """Whose stream is listened to."""
    name: str
    """By which the media server knows the stream, not to be guessed; of one who listens, that and more."""
    resource: str
    """Address of the session at the media server; empty until it has answered."""
    opened_at: datetime = Field(sa_column=moment())
    closed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
