"""Live rooms: when they are held, who is present and speaks, their minutes, and streams."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

TABLES = (
    "room_stream",
    "room_reminder",
    "room_turn",
    "room_hand",
    "room_seat",
    "room_claim",
    "room",
)


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "room",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        _moment("starts_at"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("video", sa.Boolean(), nullable=False),
        _moment("opened_at", nullable=True),
        _moment("ended_at", nullable=True),
        _moment("cancelled_at", nullable=True),
        sa.CheckConstraint("minutes >= 1", name=op.f("ck_room_minutes_positive")),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_room_seats_positive")),
        sa.CheckConstraint("ended_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_room_ended_once_open")),
        sa.CheckConstraint("ended_at >= opened_at", name=op.f("ck_room_ended_later")),
        sa.CheckConstraint(
            "cancelled_at IS NULL OR opened_at IS NULL", name=op.f("ck_room_opened_or_cancelled")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_room_post_id")),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name=op.f("fk_room_guild_id")),
        sa.ForeignKeyConstraint(["host_id"], ["member.id"], name=op.f("fk_room_host_id")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_room")),
    )
    op.create_index("ix_room_guild", "room", ["guild_id", "starts_at"])
    op.create_index(
        "ix_room_ahead",
        "room",
        ["starts_at", "post_id"],
        postgresql_where=sa.text("ended_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "room_claim",
        _room(),
        _moment("since"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 1", name=op.f("ck_room_claim_minutes_positive")),
        _of_room("room_claim"),
        sa.PrimaryKeyConstraint("room_id", "since", name=op.f("pk_room_claim")),
    )
    op.create_table(
        "room_seat",
        _room(),
        _member(),
        _moment("entered_at"),
        _moment("seen_at"),
        _moment("left_at", nullable=True),
        _moment("removed_at", nullable=True),
        sa.Column("removed_by", sa.BigInteger(), nullable=True),
        sa.Column("removed_why", sa.String(), nullable=True),
        sa.CheckConstraint("seen_at >= entered_at", name=op.f("ck_room_seat_seen_later")),
        sa.CheckConstraint("left_at >= entered_at", name=op.f("ck_room_seat_left_later")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_room_seat_removed_by_somebody")
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_why IS NULL)", name=op.f("ck_room_seat_removed_for_a_reason")
        ),
        _of_room("room_seat"),
        _of_member("room_seat"),
        _of_member("room_seat", "removed_by"),
        sa.PrimaryKeyConstraint("room_id", "member_id", name=op.f("pk_room_seat")),
    )
    op.create_table(
        "room_hand",
        _room(),
        _member(),
        _moment("raised_at"),
        _of_room("room_hand"),
        _of_member("room_hand"),
        sa.PrimaryKeyConstraint("room_id", "member_id", name=op.f("pk_room_hand")),
    )
    op.create_table(
        "room_turn",
        _number(),
        _room(),
        _member(),
        _moment("began_at"),
        _moment("ends_at", nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column("given_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("ended_at >= began_at", name=op.f("ck_room_turn_ended_later")),
        sa.CheckConstraint("ends_at > began_at", name=op.f("ck_room_turn_lasts")),
        _of_room("room_turn"),
        _of_member("room_turn"),
        _of_member("room_turn", "given_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_turn")),
    )
    op.create_index("ix_room_turn_member", "room_turn", ["room_id", "member_id"])
    op.create_index(
        "ix_room_turn_running",
        "room_turn",
        ["room_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "room_reminder",
        _room(),
        _member(),
        _moment("asked_at"),
        _of_room("room_reminder"),
        _of_member("room_reminder"),
        sa.PrimaryKeyConstraint("room_id", "member_id", name=op.f("pk_room_reminder")),
    )
    op.create_table(
        "room_stream",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _room(),
        _member(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("of_member_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        _moment("opened_at"),
        _moment("closed_at", nullable=True),
        sa.CheckConstraint("kind IN ('speak', 'listen')", name=op.f("ck_room_stream_kind_known")),
        sa.CheckConstraint(
            "(kind = 'listen') = (of_member_id IS NOT NULL)", name=op.f("ck_room_stream_listens_to_somebody")
        ),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_room_stream_closed_later")),
        _of_room("room_stream"),
        _of_member("room_stream"),
        _of_member("room_stream", "of_member_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_stream")),
        sa.UniqueConstraint("name", name=op.f("uq_room_stream_name")),
    )
    op.create_index(
        "ix_room_stream_open",
        "room_stream",
        ["room_id", "member_id"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_room_stream_speaking",
        "room_stream",
        ["room_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'speak' AND closed_at IS NULL"),
    )
    op.create_index(
        "uq_room_stream_listening",
        "room_stream",
        ["room_id", "member_id", "of_member_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'listen' AND closed_at IS NULL"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.drop_table(table)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _room() -> sa.Column[int]:
    return sa.Column("room_id", sa.BigInteger(), nullable=False)


def _member() -> sa.Column[int]:
    return sa.Column("member_id", sa.BigInteger(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_room(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["room_id"], ["room.post_id"], name=op.f(f"fk_{table}_room_id"))


def _of_member(table: str, column: str = "member_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["member.id"], name=op.f(f"fk_{table}_{column}"))
