"""Of a request with an Idempotency-Key it is kept that it was done and what it made, and no answer."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forget the answers: they hold what others wrote, and may have closed since."""
    op.drop_column("idempotency_record", "content_type")
    op.drop_column("idempotency_record", "body")
    op.drop_column("idempotency_record", "location")
    op.add_column("idempotency_record", sa.Column("made", sa.String(), nullable=True))


def downgrade() -> None:
    """Bring the columns back; a key of the last day then answers with nothing."""
    op.drop_column("idempotency_record", "made")
    op.add_column("idempotency_record", sa.Column("content_type", sa.String(), nullable=True))
    op.add_column("idempotency_record", sa.Column("body", sa.String(), nullable=True))
    op.add_column("idempotency_record", sa.Column("location", sa.String(), nullable=True))
