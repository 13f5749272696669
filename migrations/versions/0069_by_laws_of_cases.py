"""A jury judges by its ground as it read when the jury was called: the by-law is kept with the case."""

import tomllib
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

TABLE = "moderation_case"
LAWFUL = "ck_moderation_case_lawful"
# Of what was called before, the ground as the first who reported under it had read it.
CALLED = sa.text("""
SELECT DISTINCT ON (called.id) called.id, called.ground, report.scope, report.version, policy_version.text,
       policy_version.sha256, policy_version.proposal_id
FROM moderation_case AS called
LEFT JOIN report ON report.case_id = called.id AND report.ground = called.ground
LEFT JOIN policy_version ON policy_version.kind = 'moderation'
  AND policy_version.scope = report.scope AND policy_version.number = report.version
WHERE called.kind = 'report' AND called.called_at IS NOT NULL
ORDER BY called.id, report.id
""")
KEEP = sa.text(f"UPDATE {TABLE} SET by_law = :law WHERE id = :case").bindparams(
    sa.bindparam("law", type_=JSONB)
)


def upgrade() -> None:
    """Bring the column, with what is known of the cases there are."""
    op.add_column(TABLE, sa.Column("by_law", JSONB(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(CALLED).all():
        connection.execute(KEEP, {"case": row.id, "law": _law(row)})
    op.create_check_constraint(
        op.f(LAWFUL), TABLE, "(by_law IS NOT NULL) = (kind = 'report' AND called_at IS NOT NULL)"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_constraint(op.f(LAWFUL), TABLE, type_="check")
    op.drop_column(TABLE, "by_law")


def _law(row: Any) -> dict[str, Any]:
    said = {} if row.text is None else tomllib.loads(row.text).get("grounds", {}).get(row.ground, {})
    return {
        "name": row.ground,
        "about": said.get("about", row.ground),
        "outcomes": said.get("outcomes", []),
        "measures": said.get("measures", []),
        "label": said.get("label"),
        "scope": row.scope or "coop",
        "clause": f"/grounds/{row.ground}/about",
        "version": row.version or 1,
        "sha256": row.sha256 or "",
        "proposal": None if row.proposal_id is None else str(row.proposal_id),
    }
