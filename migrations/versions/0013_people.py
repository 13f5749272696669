"""Candidates, secret ballots, councils, delegates and juries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "candidate",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_candidate_member_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_candidate_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name="pk_candidate"),
    )
    op.create_table(
        "council_seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("election_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at >= since", name="ck_council_seat_ended_later"),
        sa.CheckConstraint("until > since", name="ck_council_seat_term_positive"),
        sa.ForeignKeyConstraint(["election_id"], ["proposal.id"], name="fk_council_seat_election_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_council_seat_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_council_seat"),
    )
    op.create_index("ix_council_seat_member_id", "council_seat", ["member_id"], unique=False)
    op.create_index(
        "uq_council_seat_held",
        "council_seat",
        ["scope", "member_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at >= since", name="ck_delegation_ended_later"),
        sa.CheckConstraint("member_id <> delegate_id", name="ck_delegation_not_oneself"),
        sa.CheckConstraint("until > since", name="ck_delegation_term_positive"),
        sa.ForeignKeyConstraint(["delegate_id"], ["member.id"], name="fk_delegation_delegate_id"),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_delegation_guild_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_delegation_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
    )
    op.create_index("ix_delegation_held", "delegation", ["guild_id", "delegate_id"], unique=False)
    op.create_index(
        "uq_delegation_given",
        "delegation",
        ["guild_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "jury",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pool", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("pool_sha256", sa.String(), nullable=False),
        sa.Column("checkpoint", sa.String(), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cardinality(pool) >= size", name="ck_jury_pool_enough"),
        sa.CheckConstraint("size >= 3", name="ck_jury_size_least"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_jury_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_jury"),
        sa.UniqueConstraint("proposal_id", name="uq_jury_proposal_id"),
    )
    op.create_table(
        "secret_ballot",
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_secret_ballot_proposal_id"),
        sa.PrimaryKeyConstraint("nonce", name="pk_secret_ballot"),
    )
    op.create_index("ix_secret_ballot_proposal", "secret_ballot", ["proposal_id"], unique=False)
    op.create_table(
        "juror",
        sa.Column("jury_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('for', 'against', 'unsure')", name="ck_juror_verdict_known"),
        sa.CheckConstraint("verdict IS NULL OR declined_at IS NULL", name="ck_juror_serves_or_declines"),
        sa.ForeignKeyConstraint(["jury_id"], ["jury.id"], name="fk_juror_jury_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_juror_member_id"),
        sa.PrimaryKeyConstraint("jury_id", "member_id", name="pk_juror"),
        sa.UniqueConstraint("jury_id", "position", name="uq_juror_jury_id_position"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("juror", "jury", "delegation", "council_seat", "secret_ballot", "candidate"):
        op.drop_table(table)
