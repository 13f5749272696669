"""That somebody was called to calm a thread is kept, so that the roster counts it by month."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

# Until now it stood in the notices alone, which go after a while.
TOLD = """
INSERT INTO calmer_called (reply_id, member_id, post_id, at)
SELECT reply.id, notice.member_id, reply.post_id, announcement.at
FROM announcement JOIN notice ON notice.announcement_id = announcement.id
JOIN reply ON reply.id = announcement.turn
WHERE announcement.topic = 'calm' AND announcement.moment = 'called'
"""


def upgrade() -> None:
    """Bring the table, and into it who was told of such a call, as far as that is kept."""
    op.create_table(
        "calmer_called",
        sa.Column("reply_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name=op.f("fk_calmer_called_reply_id_reply")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_calmer_called_member_id_member")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_calmer_called_post_id_post")),
        sa.PrimaryKeyConstraint("reply_id", "member_id", name=op.f("pk_calmer_called")),
    )
    op.create_index("ix_calmer_called_at", "calmer_called", ["at"])
    op.execute(sa.text(TOLD))


def downgrade() -> None:
    """Take it away."""
    op.drop_table("calmer_called")
