"""Gates are made in one call: the posts are held, and their seats counted after that."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

# Volatile, so each statement in it sees what was committed before it (PostgreSQL: "Function Volatility
# Categories"): the seats that were under way while it waited for the posts are counted.
MAKE_GATES = """
CREATE FUNCTION make_gates(posts bigint[], bare bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM id FROM post WHERE id = ANY(posts) ORDER BY id FOR UPDATE;
    INSERT INTO gate (post_id, taken)
    SELECT post_id, (SELECT count(*) FROM seat WHERE seat.post_id = wanted.post_id)
    FROM unnest(bare) AS wanted(post_id)
    ON CONFLICT DO NOTHING;
END $$
"""


def upgrade() -> None:
    """Bring the function."""
    op.execute(sa.text(MAKE_GATES))


def downgrade() -> None:
    """Take it away."""
    op.execute(sa.text("DROP FUNCTION make_gates(bigint[], bigint[])"))
