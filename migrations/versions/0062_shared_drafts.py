"""Drafts that members of a guild write together."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

CHECKS = {
    "revision_counted": "revision >= 1",
    "offered_by_somebody": "(offer IS NULL) = (offered_by IS NULL)",
    "published_or_offered": "post_id IS NULL OR offer IS NULL",
    "refused_as_offered": "refusal IS NULL OR offer IS NOT NULL",
}


def upgrade() -> None:
    """Bring the tables of drafts, who writes in them, their revisions and notes."""
    op.create_table(
        "shared_draft",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("joined", sa.Integer(), server_default="1", nullable=False),
        sa.Column("offers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offer", JSONB(), nullable=True),
        sa.Column("offered_by", sa.BigInteger(), nullable=True),
        sa.Column("refusal", JSONB(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        *(sa.CheckConstraint(said, name=op.f(f"ck_shared_draft_{name}")) for name, said in CHECKS.items()),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_shared_draft_guild_id"),
        sa.ForeignKeyConstraint(["begun_by"], ["member.id"], name="fk_shared_draft_begun_by"),
        sa.ForeignKeyConstraint(["offered_by"], ["member.id"], name="fk_shared_draft_offered_by"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_shared_draft_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shared_draft"),
        sa.UniqueConstraint("post_id", name="uq_shared_draft_post_id"),
    )
    under_way = sa.text("post_id IS NULL")
    op.create_index("ix_shared_draft_guild", "shared_draft", ["guild_id"], postgresql_where=under_way)
    op.create_index(
        "ix_shared_draft_offered",
        "shared_draft",
        ["offered_by"],
        postgresql_where=sa.text("offered_by IS NOT NULL"),
    )
    op.create_index(
        "ix_shared_draft_touched", "shared_draft", ["touched_at", "id"], postgresql_where=under_way
    )
    op.create_table(
        "draft_writer",
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("wrote", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('named', 'unnamed')", name=op.f("ck_draft_writer_answer_known")),
        sa.ForeignKeyConstraint(["draft_id"], ["shared_draft.id"], name="fk_draft_writer_draft_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_draft_writer_member_id"),
        sa.PrimaryKeyConstraint("draft_id", "member_id", name="pk_draft_writer"),
        sa.UniqueConstraint("draft_id", "number", name="uq_draft_writer_draft_id_number"),
    )
    op.create_index("ix_draft_writer_member", "draft_writer", ["member_id"])
    op.create_table(
        "draft_revision",
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_draft_revision_number_counted")),
        sa.ForeignKeyConstraint(["draft_id"], ["shared_draft.id"], name="fk_draft_revision_draft_id"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_draft_revision_author_id"),
        sa.PrimaryKeyConstraint("draft_id", "number", name="pk_draft_revision"),
    )
    op.create_table(
        "draft_note",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_draft_note_settled_by_somebody")
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["shared_draft.id"], name="fk_draft_note_draft_id"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_draft_note_author_id"),
        sa.ForeignKeyConstraint(["settled_by"], ["member.id"], name="fk_draft_note_settled_by"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_note"),
    )
    op.create_index("ix_draft_note_draft", "draft_note", ["draft_id", "id"])


def downgrade() -> None:
    """Take them away: what was under way is lost."""
    for table in ("draft_note", "draft_revision", "draft_writer", "shared_draft"):
        op.drop_table(table)
