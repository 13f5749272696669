"""Holding a vote for one voter in one statement."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Each statement in it sees what was committed before it began, as it would from outside. No row is returned
# where the roll has not been drawn yet.
HOLD = """
CREATE FUNCTION vote_hold(
    asked bigint, voter bigint, OUT open boolean, OUT on_roll boolean, OUT version integer)
RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(tallied_at, ended_at, undone_at) IS NULL INTO open
        FROM proposal WHERE id = asked AND roll_frozen_at IS NOT NULL FOR SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM FROM roll_entry WHERE proposal_id = asked AND member_id = voter FOR NO KEY UPDATE;
    on_roll := FOUND;
    SELECT coalesce(max(ballot.version), 0) INTO vote_hold.version
        FROM ballot WHERE ballot.proposal_id = asked AND ballot.member_id = voter;
    RETURN NEXT;
END $$
"""


def upgrade() -> None:
    """Bring the function."""
    op.execute(sa.text(HOLD))


def downgrade() -> None:
    """Take it away."""
    op.execute(sa.text("DROP FUNCTION vote_hold(bigint, bigint)"))
