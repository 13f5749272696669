"""Proposals, sponsors, rolls and ballots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("rationale", sa.String(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("patch", postgresql.JSONB(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("base_sha256", sa.String(), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("patch_sha256", sa.String(), nullable=False),
        sa.Column("risk_class", sa.String(), nullable=False),
        sa.Column("voting_version_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sponsors_needed", sa.Integer(), nullable=True),
        sa.Column("sponsored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("roll_frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("roll_size", sa.Integer(), nullable=True),
        sa.Column("tallied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tally", postgresql.JSONB(), nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("enacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "ended_as IN ('withdrawn', 'lapsed', 'rejected', 'conflicted', 'cancelled', 'enactment_failed')",
            name="ck_proposal_end_known",
        ),
        sa.CheckConstraint("risk_class IN ('A', 'B', 'C', 'D')", name="ck_proposal_class_known"),
        sa.CheckConstraint(
            "(enacted_at IS NULL) = (version_id IS NULL)", name="ck_proposal_enacted_as_version"
        ),
        sa.CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="ck_proposal_end_dated"),
        sa.CheckConstraint("(roll_frozen_at IS NULL) = (roll_size IS NULL)", name="ck_proposal_roll_sized"),
        sa.CheckConstraint(
            "(submitted_at IS NULL) = (sponsors_needed IS NULL)", name="ck_proposal_sponsors_counted"
        ),
        sa.CheckConstraint("(tallied_at IS NULL) = (tally IS NULL)", name="ck_proposal_tally_dated"),
        sa.CheckConstraint("enacted_at IS NULL OR ended_as IS NULL", name="ck_proposal_one_outcome"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_proposal_author_id"),
        sa.ForeignKeyConstraint(["version_id"], ["policy_version.id"], name="fk_proposal_version_id"),
        sa.ForeignKeyConstraint(
            ["voting_version_id"], ["policy_version.id"], name="fk_proposal_voting_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.UniqueConstraint("patch_sha256", name="uq_proposal_patch_sha256"),
        sa.UniqueConstraint("version_id", name="uq_proposal_version_id"),
    )
    op.create_index("ix_proposal_author_id", "proposal", ["author_id"], unique=False)
    op.create_index(
        "ix_proposal_open",
        "proposal",
        ["id"],
        unique=False,
        postgresql_where=sa.text("submitted_at IS NOT NULL AND ended_at IS NULL AND enacted_at IS NULL"),
    )
    op.create_index("ix_proposal_policy", "proposal", ["scope", "kind"], unique=False)
    op.create_table(
        "roll_entry",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_roll_entry_member_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_roll_entry_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name="pk_roll_entry"),
    )
    op.create_table(
        "sponsor",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_sponsor_member_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_sponsor_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name="pk_sponsor"),
    )
    op.create_table(
        "ballot",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("patch_sha256", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "choice <> 'block' OR (length(reason) > 0 AND length(clause) > 0)",
            name="ck_ballot_block_reasoned",
        ),
        sa.CheckConstraint("choice IN ('for', 'against', 'abstain', 'block')", name="ck_ballot_choice_known"),
        sa.CheckConstraint("version >= 1", name="ck_ballot_version_counted"),
        sa.ForeignKeyConstraint(["ledger_seq"], ["ledger_event.seq"], name="fk_ballot_ledger_seq"),
        sa.ForeignKeyConstraint(
            ["proposal_id", "member_id"],
            ["roll_entry.proposal_id", "roll_entry.member_id"],
            name="fk_ballot_roll_entry",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", "version", name="pk_ballot"),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("ballot")
    op.drop_table("sponsor")
    op.drop_table("roll_entry")
    op.drop_table("proposal")
