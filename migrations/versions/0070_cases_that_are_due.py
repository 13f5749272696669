"""Cases that are due are found by what they wait for, however many are open beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

TABLE = "moderation_case"
OPEN = "closed_at IS NULL"
FOUND = {
    "ix_moderation_case_due": ("due_at", f"due_at IS NOT NULL AND {OPEN}"),
    "ix_moderation_case_called": ("called_at", f"called_at IS NOT NULL AND drawn_at IS NULL AND {OPEN}"),
    "ix_moderation_case_waiting": ("opened_at", f"called_at IS NULL AND {OPEN}"),
}


def upgrade() -> None:
    """Bring an index for each."""
    for name, (column, where) in FOUND.items():
        op.create_index(name, TABLE, [column, "id"], postgresql_where=sa.text(where))
    op.drop_index("ix_moderation_case_open", TABLE)


def downgrade() -> None:
    """Bring back the one that there was."""
    op.create_index("ix_moderation_case_open", TABLE, ["called_at"], postgresql_where=sa.text(OPEN))
    for name in FOUND:
        op.drop_index(name, TABLE)
