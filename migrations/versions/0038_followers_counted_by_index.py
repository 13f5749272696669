"""How many followed somebody at a moment is counted in the index alone."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_relation_other", "relation"


def upgrade() -> None:
    """Let the index hold since when."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["other_id", "kind", "since"])


def downgrade() -> None:
    """Leave that to the table."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["other_id", "kind"])
