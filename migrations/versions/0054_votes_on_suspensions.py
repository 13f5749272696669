"""Votes on suspensions: one on each thing that a jury asks for, and proposed by no member."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

AUTHORED = "ck_proposal_authored"
ENACTED = "ck_proposal_enacted_as_version"
BEFORE = "'election', 'question', 'veto', 'renewal'"
TO_QUESTIONS = """
UPDATE proposal SET kind = 'question', author_id = suspension_asked.member_id
FROM suspension_vote JOIN suspension_asked ON suspension_asked.id = asked_id
WHERE proposal.id = suspension_vote.proposal_id
"""
"""A question changes no policy either; and some member has to be its author."""


def upgrade() -> None:
    """Bring the table, and let juries propose."""
    op.create_table(
        "suspension_vote",
        sa.Column("asked_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["asked_id"], ["suspension_asked.id"], name="fk_suspension_vote_asked_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_suspension_vote_proposal_id"),
        sa.PrimaryKeyConstraint("asked_id", name="pk_suspension_vote"),
        sa.UniqueConstraint("proposal_id", name="uq_suspension_vote_proposal_id"),
    )
    op.alter_column("proposal", "author_id", nullable=True)
    _check(AUTHORED, "(kind = 'suspension') = (author_id IS NULL)")
    _versions(f"{BEFORE}, 'suspension'")


def downgrade() -> None:
    """Take it away; what was voted on stays, as questions."""
    op.drop_constraint(op.f(AUTHORED), "proposal", type_="check")
    op.execute(sa.text(TO_QUESTIONS))
    op.alter_column("proposal", "author_id", nullable=False)
    _versions(BEFORE)
    op.drop_table("suspension_vote")


def _versions(kinds: str) -> None:
    op.drop_constraint(op.f(ENACTED), "proposal", type_="check")
    _check(
        ENACTED,
        f"CASE WHEN kind IN ({kinds}) THEN version_id IS NULL"
        " ELSE (enacted_at IS NULL) = (version_id IS NULL) END",
    )


def _check(name: str, condition: str) -> None:
    op.create_check_constraint(op.f(name), "proposal", condition, postgresql_not_valid=True)
    op.execute(sa.text(f"ALTER TABLE proposal VALIDATE CONSTRAINT {name}"))
