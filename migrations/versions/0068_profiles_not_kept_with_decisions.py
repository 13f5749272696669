"""What a profile said is kept with no decision on it: a rule that spoke of name or text had left it there."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

LEFT_OUT = """
UPDATE decision SET causes = (
  SELECT jsonb_agg(cause || jsonb_build_object('matched', (
    SELECT coalesce(jsonb_agg(one || jsonb_build_object(
      'facts', (one -> 'facts') - 'profile.name' - 'profile.about') ORDER BY place), '[]')
    FROM jsonb_array_elements(cause -> 'matched') WITH ORDINALITY AS matched(one, place)
  )) ORDER BY number)
  FROM jsonb_array_elements(causes) WITH ORDINALITY AS kept(cause, number))
WHERE profile_id IS NOT NULL
"""


def upgrade() -> None:
    """Leave it out."""
    op.execute(sa.text(LEFT_OUT))


def downgrade() -> None:
    """Leave it out still: nobody has it any more."""
