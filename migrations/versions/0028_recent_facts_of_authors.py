"""The names of what is counted of authors say no number: how far back that goes is for clauses to say."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NAMES = {"posts_7d": "posts", "viewers_28d": "viewers", "answered_28d": "answered"}


def upgrade() -> None:
    """Bring the names that say no number."""
    for old, new in NAMES.items():
        op.alter_column("author_signals", old, new_column_name=new)


def downgrade() -> None:
    """Bring the numbers back into the names."""
    for old, new in NAMES.items():
        op.alter_column("author_signals", new, new_column_name=old)
