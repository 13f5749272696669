"""What a labeller had said at a moment, for rules to be asked of it; labels are found by what they are of."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

SAID = """
CREATE FUNCTION labels_said(
    slug_of text, of_post bigint, of_member bigint, moment timestamptz,
    silent_after interval, else_none boolean
) RETURNS text[] LANGUAGE sql STABLE AS $$
WITH heard AS (
  SELECT labeller.id FROM labeller LEFT JOIN member ON member.id = labeller.member_id
  WHERE labeller.slug = slug_of AND labeller.made_at <= moment
    AND (labeller.ended_at IS NULL OR labeller.ended_at > moment)
    AND (member.left_at IS NULL OR member.left_at > moment)
    AND greatest(
      labeller.made_at, CASE WHEN labeller.machine THEN least(labeller.published_at, moment) END,
      (SELECT max(made_at) FROM labeller_edition
       WHERE labeller_id = labeller.id AND made_at <= moment)) > moment - silent_after
), said AS (
  SELECT label, labeller_id, until, at FROM given_label WHERE post_id = of_post
  UNION ALL SELECT label, labeller_id, until, at FROM given_label WHERE member_id = of_member
)
SELECT CASE WHEN EXISTS (SELECT FROM heard) THEN ARRAY(
    SELECT DISTINCT label FROM said
    WHERE labeller_id = (SELECT id FROM heard) AND at <= moment
      AND (until IS NULL OR moment < (SELECT made_at FROM labeller_edition AS edition
           WHERE edition.labeller_id = said.labeller_id AND edition.number = said.until)))
  WHEN else_none THEN '{}'::text[] END
$$
"""
CURRENT = "until IS NULL"


def upgrade() -> None:
    """Bring the function; labels that were taken back are found too."""
    op.drop_index("ix_given_label_post", table_name="given_label")
    op.drop_index("ix_given_label_member", table_name="given_label")
    op.create_index("ix_given_label_post", "given_label", ["post_id"])
    op.create_index("ix_given_label_member", "given_label", ["member_id"])
    op.create_index(
        "ix_given_label_until",
        "given_label",
        ["labeller_id", "until"],
        postgresql_where=sa.text("until IS NOT NULL"),
    )
    op.execute(sa.text(SAID))


def downgrade() -> None:
    """Take it away: those labels alone are found that stand."""
    op.execute(sa.text("DROP FUNCTION labels_said(text, bigint, bigint, timestamptz, interval, boolean)"))
    op.drop_index("ix_given_label_until", table_name="given_label")
    for name in ("post", "member"):
        op.drop_index(f"ix_given_label_{name}", table_name="given_label")
        op.create_index(
            f"ix_given_label_{name}", "given_label", [f"{name}_id"], postgresql_where=sa.text(CURRENT)
        )
