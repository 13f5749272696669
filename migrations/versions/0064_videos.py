"""Uploads may be videos, which the worker prepares; a rendition says what kind of file it is."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

NAMED_TWICE = "ck_asset_ck_asset_state_known"
"""What the check is called that 0004 brought."""
BEFORE = "state IN ('waiting', 'ready', 'refused')"
CHECKS = {
    "kind_known": "kind IN ('photo', 'video')",
    "videos_are_prepared": "state <> 'processing' OR kind = 'video'",
    "ready_timed": "(kind = 'video' AND state = 'ready') = (duration_ms IS NOT NULL)",
    "duration_positive": "duration_ms > 0",
    "tries_counted": "tries >= 0",
    "long_by_a_guild": "long OR guild_id IS NULL",
}


def upgrade() -> None:
    """Bring what videos need; what came before are photos."""
    op.add_column("asset", sa.Column("kind", sa.String(), server_default="photo", nullable=False))
    op.add_column("asset", sa.Column("long", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("asset", sa.Column("guild_id", sa.BigInteger(), nullable=True))
    op.add_column("asset", sa.Column("duration_ms", sa.Integer(), nullable=True))
    op.add_column("asset", sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("asset", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key("fk_asset_guild_id", "asset", "guild", ["guild_id"], ["id"])
    op.execute(sa.text(f"ALTER TABLE asset DROP CONSTRAINT {NAMED_TWICE}"))
    _check("state_known", "state IN ('waiting', 'processing', 'ready', 'refused')")
    for name, said in CHECKS.items():
        _check(name, said)
    op.create_index("ix_asset_processing", "asset", ["id"], postgresql_where=sa.text("state = 'processing'"))
    op.add_column("rendition", sa.Column("type", sa.String(), server_default="image/webp", nullable=False))
    op.create_check_constraint(
        op.f("ck_rendition_type_known"), "rendition", "type IN ('image/webp', 'video/mp4')"
    )


def downgrade() -> None:
    """Take it away; of a video its pictures are kept, and one that is being prepared is refused."""
    op.execute(sa.text("DELETE FROM rendition WHERE type = 'video/mp4'"))
    op.drop_constraint(op.f("ck_rendition_type_known"), "rendition", type_="check")
    op.drop_column("rendition", "type")
    op.drop_index("ix_asset_processing", "asset")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_asset_{name}"), "asset", type_="check")
    gone = "'Videos are not taken any more.'"
    op.execute(sa.text(f"UPDATE asset SET state = 'refused', refusal = {gone} WHERE state = 'processing'"))
    op.drop_constraint(op.f("ck_asset_state_known"), "asset", type_="check")
    _check("state_known", BEFORE)
    op.execute(sa.text(f"ALTER TABLE asset RENAME CONSTRAINT ck_asset_state_known TO {NAMED_TWICE}"))
    op.drop_constraint("fk_asset_guild_id", "asset", type_="foreignkey")
    for column in ("tried_at", "tries", "duration_ms", "guild_id", "long", "kind"):
        op.drop_column("asset", column)


def _check(name: str, said: str) -> None:
    """Bring a check without a long lock: what is there is looked through after it was brought."""
    full = f"ck_asset_{name}"
    op.create_check_constraint(op.f(full), "asset", said, postgresql_not_valid=True)
    op.execute(sa.text(f"ALTER TABLE asset VALIDATE CONSTRAINT {full}"))
