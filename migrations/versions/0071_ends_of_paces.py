"""A decision that slows somebody says until when: it ends then, whatever takes the decision's place."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

WITH_CAUSES = """
UPDATE decision SET causes = (
  SELECT jsonb_agg({} ORDER BY number)
  FROM jsonb_array_elements(causes) WITH ORDINALITY AS kept(cause, number))
"""
ENDS = """cause || jsonb_build_object('until', CASE WHEN cause ->> 'then' = 'slow' THEN to_jsonb(
    made_at + make_interval(secs => CAST(cause ->> 'gap_s' AS double precision))) END)"""


def upgrade() -> None:
    """Reckon it for the decisions there are, as it was reckoned until now."""
    op.execute(sa.text(WITH_CAUSES.format(ENDS)))


def downgrade() -> None:
    """Take it away: it is reckoned from the decision then."""
    op.execute(sa.text(WITH_CAUSES.format("cause - 'until'")))
