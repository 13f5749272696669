"""Statements and the opinion map."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "statement",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(removed_at IS NULL) = (words IS NOT NULL)", name="ck_statement_words_kept"),
        sa.CheckConstraint("(words IS NULL) = (salt IS NULL)", name="ck_statement_salt_kept"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_statement_author_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_statement_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
        sa.UniqueConstraint("proposal_id", "id", name="uq_statement_proposal_id_id"),
    )
    op.create_index("ix_statement_author", "statement", ["author_id", "proposal_id"], unique=False)
    op.create_index(
        "uq_statement_words",
        "statement",
        ["proposal_id", "words"],
        unique=True,
        postgresql_where=sa.text("words IS NOT NULL"),
    )
    op.create_table(
        "statement_vote",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value BETWEEN -1 AND 1", name="ck_statement_vote_value_known"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_statement_vote_member_id"),
        sa.ForeignKeyConstraint(
            ["proposal_id", "statement_id"],
            ["statement.proposal_id", "statement.id"],
            name="fk_statement_vote_statement",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", "statement_id", name="pk_statement_vote"),
    )
    op.create_index("ix_statement_vote_at", "statement_vote", ["proposal_id", "at"], unique=False)
    op.create_table(
        "opinion_map",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inputs_sha256", sa.String(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=True),
        sa.Column("workings", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_opinion_map_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_opinion_map"),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("opinion_map")
    op.drop_table("statement_vote")
    op.drop_table("statement")
