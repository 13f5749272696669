"""Arguments, marks, rounds, amendments, sense-checks and facilitation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables."""
    op.create_table(
        "argument",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("stance", sa.String(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stance IN ('for', 'against', 'question')", name="ck_argument_stance_known"),
        sa.CheckConstraint("(body IS NULL) = (salt IS NULL)", name="ck_argument_salt_kept"),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (stance IS NOT NULL)", name="ck_argument_stance_of_arguments"
        ),
        sa.CheckConstraint("(parent_id IS NULL) = (thread_id IS NULL)", name="ck_argument_reply_threaded"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (body IS NOT NULL)", name="ck_argument_words_kept"),
        sa.CheckConstraint(
            "depth >= 0 AND (parent_id IS NULL) = (depth = 0)", name="ck_argument_depth_counted"
        ),
        sa.CheckConstraint("parent_id IS NULL OR round IS NULL", name="ck_argument_rounds_of_arguments"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_argument_author_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["argument.id"], name="fk_argument_parent_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_argument_proposal_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["argument.id"], name="fk_argument_thread_id"),
        sa.PrimaryKeyConstraint("id", name="pk_argument"),
        sa.UniqueConstraint("id", "author_id", name="uq_argument_id_author_id"),
    )
    op.create_index("ix_argument_author", "argument", ["author_id", "proposal_id"], unique=False)
    op.create_index("ix_argument_parent", "argument", ["parent_id"], unique=False)
    op.create_index("ix_argument_proposal", "argument", ["proposal_id", "id"], unique=False)
    op.create_index("ix_argument_thread", "argument", ["thread_id", "id"], unique=False)
    op.create_index(
        "uq_argument_round",
        "argument",
        ["proposal_id", "author_id", "round"],
        unique=True,
        postgresql_where=sa.text("round IS NOT NULL"),
    )
    op.create_table(
        "argument_mark",
        sa.Column("argument_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("helper_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("member_id <> helper_id", name="ck_argument_mark_of_others"),
        sa.ForeignKeyConstraint(
            ["argument_id", "helper_id"],
            ["argument.id", "argument.author_id"],
            name="fk_argument_mark_helper",
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_argument_mark_member_id"),
        sa.PrimaryKeyConstraint("argument_id", "member_id", name="pk_argument_mark"),
    )
    op.create_index("ix_argument_mark_helper", "argument_mark", ["helper_id"], unique=False)
    op.create_index("ix_argument_mark_member", "argument_mark", ["member_id"], unique=False)
    op.create_table(
        "facilitation",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("facilitator_id", sa.BigInteger(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rounds", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("round_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(facilitator_id IS NULL) = (named_at IS NULL)", name="ck_facilitation_naming_dated"
        ),
        sa.CheckConstraint("(round = 0) = (round_opened_at IS NULL)", name="ck_facilitation_round_dated"),
        sa.CheckConstraint(
            "accepted_at IS NULL OR facilitator_id IS NOT NULL", name="ck_facilitation_somebody_accepted"
        ),
        sa.CheckConstraint("round >= 0", name="ck_facilitation_round_counted"),
        sa.CheckConstraint("rounds OR round = 0", name="ck_facilitation_rounds_asked_for"),
        sa.ForeignKeyConstraint(["facilitator_id"], ["member.id"], name="fk_facilitation_facilitator_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_facilitation_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_facilitation"),
    )
    op.create_table(
        "speaker",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.CheckConstraint("round >= 0", name="ck_speaker_round_counted"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_speaker_member_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["facilitation.proposal_id"], name="fk_speaker_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name="pk_speaker"),
    )
    op.create_table(
        "facilitator_summary",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_facilitator_summary_version_counted"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_facilitator_summary_author_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_facilitator_summary_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "version", name="pk_facilitator_summary"),
    )
    op.create_table(
        "outcome_statement",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_outcome_statement_version_counted"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_outcome_statement_author_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_outcome_statement_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "version", name="pk_outcome_statement"),
    )
    op.create_table(
        "amendment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("of_patch_sha256", sa.String(), nullable=False),
        sa.Column("patch", postgresql.JSONB(), nullable=False),
        sa.Column("patch_sha256", sa.String(), nullable=False),
        sa.Column("rationale", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("promoted_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(ended_as IS NOT DISTINCT FROM 'rejected') = (reason IS NOT NULL)",
            name="ck_amendment_rejection_reasoned",
        ),
        sa.CheckConstraint(
            "ended_as IN ('accepted', 'rejected', 'withdrawn')", name="ck_amendment_end_known"
        ),
        sa.CheckConstraint(
            "promoted_id IS NULL OR ended_as IS NOT DISTINCT FROM 'rejected'",
            name="ck_amendment_promoted_once_rejected",
        ),
        sa.CheckConstraint("(ended_as IS NULL) = (ended_at IS NULL)", name="ck_amendment_end_dated"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_amendment_author_id"),
        sa.ForeignKeyConstraint(["promoted_id"], ["proposal.id"], name="fk_amendment_promoted_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_amendment_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_amendment"),
        sa.UniqueConstraint("promoted_id", name="uq_amendment_promoted_id"),
    )
    op.create_index("ix_amendment_author", "amendment", ["author_id"], unique=False)
    op.create_index("ix_amendment_proposal", "amendment", ["proposal_id", "id"], unique=False)
    op.create_index(
        "uq_amendment_accepted",
        "amendment",
        ["of_patch_sha256"],
        unique=True,
        postgresql_where=sa.text("ended_as = 'accepted'"),
    )
    op.create_table(
        "amendment_supporter",
        sa.Column("amendment_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendment.id"], name="fk_amendment_supporter_amendment_id"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_amendment_supporter_member_id"),
        sa.PrimaryKeyConstraint("amendment_id", "member_id", name="pk_amendment_supporter"),
    )
    op.create_table(
        "amendment_opinion",
        sa.Column("amendment_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("degree", sa.Integer(), nullable=False),
        sa.Column("fulfilled", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("degree IN (-2, -1, 1, 2)", name="ck_amendment_opinion_degree_known"),
        sa.ForeignKeyConstraint(["amendment_id"], ["amendment.id"], name="fk_amendment_opinion_amendment_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_amendment_opinion_member_id"),
        sa.PrimaryKeyConstraint("amendment_id", "member_id", name="pk_amendment_opinion"),
    )
    op.create_table(
        "proposal_coauthor",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("amendment_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["amendment_id"], ["amendment.id"], name="fk_proposal_coauthor_amendment_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_proposal_coauthor_member_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_proposal_coauthor_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name="pk_proposal_coauthor"),
        sa.UniqueConstraint("amendment_id", name="uq_proposal_coauthor_amendment_id"),
    )
    op.create_table(
        "sense_check",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("form IN ('options', 'scale')", name="ck_sense_check_form_known"),
        sa.CheckConstraint("closes_at > opened_at", name="ck_sense_check_open_for_a_time"),
        sa.CheckConstraint("jsonb_array_length(options) >= 2", name="ck_sense_check_a_choice"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_sense_check_author_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_sense_check_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sense_check"),
    )
    op.create_index("ix_sense_check_proposal", "sense_check", ["proposal_id", "id"], unique=False)
    op.create_table(
        "sense_answer",
        sa.Column("check_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("option", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("option >= 0", name="ck_sense_answer_option_counted"),
        sa.ForeignKeyConstraint(["check_id"], ["sense_check.id"], name="fk_sense_answer_check_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_sense_answer_member_id"),
        sa.PrimaryKeyConstraint("check_id", "member_id", name="pk_sense_answer"),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("sense_answer")
    op.drop_table("sense_check")
    op.drop_table("proposal_coauthor")
    op.drop_table("amendment_opinion")
    op.drop_table("amendment_supporter")
    op.drop_table("amendment")
    op.drop_table("outcome_statement")
    op.drop_table("facilitator_summary")
    op.drop_table("speaker")
    op.drop_table("facilitation")
    op.drop_table("argument_mark")
    op.drop_table("argument")
