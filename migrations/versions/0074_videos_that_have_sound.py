"""Videos that have sound: whether one does is kept as it is prepared, and unknown of those before."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

KEPT = "ck_asset_sound_of_videos"


def upgrade() -> None:
    """Bring the column; nothing is said of the videos that are there."""
    op.add_column("asset", sa.Column("has_sound", sa.Boolean(), nullable=True))
    op.create_check_constraint(op.f(KEPT), "asset", "has_sound IS NULL OR duration_ms IS NOT NULL")


def downgrade() -> None:
    """Take it away."""
    op.drop_constraint(op.f(KEPT), "asset", type_="check")
    op.drop_column("asset", "has_sound")
