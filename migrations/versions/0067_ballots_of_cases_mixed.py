"""Ballots of cases are mixed, so that no transaction tells whose they are; those of closed cases go."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

COLUMNS = "id, case_id, outcome, measure, bad_faith"
CLOSED = """
DELETE FROM case_ballot USING moderation_case AS closed
WHERE closed.id = case_id AND closed.closed_at IS NOT NULL
"""
MIXED = f"""
WITH taken AS (DELETE FROM case_ballot RETURNING {COLUMNS})
INSERT INTO case_ballot ({COLUMNS}) SELECT {COLUMNS} FROM taken ORDER BY random()
"""
VOTED = "UPDATE case_juror SET voted_at = voted_at WHERE voted_at IS NOT NULL"


def upgrade() -> None:
    """Write anew what is kept still of open cases, and delete what a tally has replaced."""
    for statement in (CLOSED, MIXED, VOTED):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Leave it mixed: what was deleted had been counted, and no column has changed."""
