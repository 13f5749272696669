"""Cases: what was reported, is held or is appealed, who judges it, and what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = (
    "case_remark",
    "report",
    "jury_pause",
    "case_juror",
    "case_ballot",
    "moderation_case",
    "jury_service",
)


def upgrade() -> None:
    """Bring the tables."""
    _create_cases()
    _create_reports()
    _create_juries()
    _create_pauses()


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.drop_table(table)


def _create_cases() -> None:
    op.create_table(
        "moderation_case",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("reply_id", sa.BigInteger(), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("appellant_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("pool", ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("commitment", sa.String(), nullable=True),
        sa.Column("seed", sa.String(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_why", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("tally", JSONB(), nullable=True),
        sa.Column("made_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(closed_why = 'jury') = (outcome IS NOT NULL)", name=op.f("ck_moderation_case_decided")
        ),
        sa.CheckConstraint(
            "(kind = 'report') = (decision_id IS NULL)", name=op.f("ck_moderation_case_judges")
        ),
        sa.CheckConstraint(
            "(kind = 'report') = (ground IS NOT NULL)", name=op.f("ck_moderation_case_grounded")
        ),
        sa.CheckConstraint(
            "closed_why IN ('jury', 'no_quorum', 'no_jury', 'gone', 'few', 'ended')",
            name=op.f("ck_moderation_case_why_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('report', 'hold', 'appeal')", name=op.f("ck_moderation_case_kind_known")
        ),
        sa.CheckConstraint(
            "measure IN ('nothing', 'warn', 'pause')", name=op.f("ck_moderation_case_measure_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('none', 'label', 'collapse', 'narrow', 'remove')",
            name=op.f("ck_moderation_case_outcome_known"),
        ),
        sa.CheckConstraint(
            "drawn_at IS NULL OR called_at IS NOT NULL", name=op.f("ck_moderation_case_called_first")
        ),
        sa.CheckConstraint(
            "num_nonnulls(closed_at, closed_why) IN (0, 2)", name=op.f("ck_moderation_case_closed")
        ),
        sa.CheckConstraint(
            "num_nonnulls(drawn_at, due_at, seed, pool) IN (0, 4)",
            name=op.f("ck_moderation_case_drawn_whole"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(outcome, measure, tally) IN (0, 3)", name=op.f("ck_moderation_case_outcome_whole")
        ),
        sa.CheckConstraint(
            "num_nonnulls(post_id, reply_id) = 1", name=op.f("ck_moderation_case_one_subject")
        ),
        sa.ForeignKeyConstraint(["appellant_id"], ["member.id"], name="fk_moderation_case_appellant_id"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_moderation_case_author_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_moderation_case_decision_id"),
        sa.ForeignKeyConstraint(["guild_id"], ["guild.id"], name="fk_moderation_case_guild_id"),
        sa.ForeignKeyConstraint(["made_id"], ["decision.id"], name="fk_moderation_case_made_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_moderation_case_post_id"),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name="fk_moderation_case_reply_id"),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_case"),
    )
    op.create_index("ix_moderation_case_closed", "moderation_case", ["closed_at"])
    op.create_index(
        "ix_moderation_case_open",
        "moderation_case",
        ["called_at"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_moderation_case_decision",
        "moderation_case",
        ["decision_id", "kind"],
        unique=True,
        postgresql_where=sa.text("decision_id IS NOT NULL"),
    )
    op.create_index(
        "uq_moderation_case_post",
        "moderation_case",
        ["post_id"],
        unique=True,
        postgresql_where=sa.text("post_id IS NOT NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "uq_moderation_case_reply",
        "moderation_case",
        ["reply_id"],
        unique=True,
        postgresql_where=sa.text("reply_id IS NOT NULL AND closed_at IS NULL"),
    )


def _create_reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bad_faith", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name="fk_report_case_id"),
        sa.ForeignKeyConstraint(["reporter_id"], ["member.id"], name="fk_report_reporter_id"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("case_id", "reporter_id", name="uq_report_case_id_reporter_id"),
    )
    op.create_index("ix_report_reporter", "report", ["reporter_id", "id"])


def _create_juries() -> None:
    op.create_table(
        "jury_service",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_jury_service_member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_jury_service"),
    )
    op.create_table(
        "case_juror",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_why", sa.String(), nullable=True),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("left_why IN ('stepped_down', 'conflict')", name=op.f("ck_case_juror_why_known")),
        sa.CheckConstraint("num_nonnulls(left_at, left_why) IN (0, 2)", name=op.f("ck_case_juror_left")),
        sa.CheckConstraint("voted_at IS NULL OR left_at IS NULL", name=op.f("ck_case_juror_votes_or_leaves")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name="fk_case_juror_case_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_case_juror_member_id"),
        sa.PrimaryKeyConstraint("case_id", "member_id", name="pk_case_juror"),
        sa.UniqueConstraint("case_id", "position", name="uq_case_juror_case_id_position"),
    )
    op.create_index("ix_case_juror_member", "case_juror", ["member_id", "case_id"])
    op.create_table(
        "case_remark",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "member_id"],
            ["case_juror.case_id", "case_juror.member_id"],
            name="fk_case_remark_case_id_member_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_remark"),
    )
    op.create_index("ix_case_remark_case", "case_remark", ["case_id", "id"])
    op.create_table(
        "case_ballot",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("bad_faith", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "measure IN ('nothing', 'warn', 'pause')", name=op.f("ck_case_ballot_measure_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('none', 'label', 'collapse', 'narrow', 'remove')",
            name=op.f("ck_case_ballot_outcome_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name="fk_case_ballot_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_ballot"),
    )
    op.create_index("ix_case_ballot_case", "case_ballot", ["case_id"])


def _create_pauses() -> None:
    op.create_table(
        "jury_pause",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_jury_pause_ends_later")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name="fk_jury_pause_case_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_jury_pause_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_jury_pause"),
        sa.UniqueConstraint("case_id", name="uq_jury_pause_case_id"),
    )
    op.create_index("ix_jury_pause_member", "jury_pause", ["member_id", "until"])
