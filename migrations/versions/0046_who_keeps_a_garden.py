"""Who keeps a garden: known with who acts, so that nobody else's is looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

KEPT = ("mute", "own_filter", "always_shown", "label_subscription")
BEGINS = """
CREATE FUNCTION garden_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE member SET keeps_garden = true WHERE id = NEW.member_id AND NOT keeps_garden;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER {table}_begins_a_garden AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION garden_begins()
"""


def upgrade() -> None:
    """Bring the column, and keep it true of whoever has kept anything."""
    op.add_column(
        "member", sa.Column("keeps_garden", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(sa.text(BEGINS))
    for table in KEPT:
        op.execute(sa.text(TRIGGER.format(table=table)))
        op.execute(
            sa.text(f"UPDATE member SET keeps_garden = true WHERE id IN (SELECT member_id FROM {table})")
        )


def downgrade() -> None:
    """Take it away: everybody's garden is looked for."""
    for table in KEPT:
        op.execute(sa.text(f"DROP TRIGGER {table}_begins_a_garden ON {table}"))
    op.execute(sa.text("DROP FUNCTION garden_begins()"))
    op.drop_column("member", "keeps_garden")
