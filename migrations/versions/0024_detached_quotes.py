"""What was detached is narrowed by nothing that comes to its source later, be it planned already."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Law 8: a layer of the source counts from its moment on, or from when its share of the seats was reached. For
# what was detached, at "until", it counts where that was no later. Whose keys and relations open the locks is
# asked of the reader as they are now, as for every lock.
SOURCE_OPENS = """
CREATE OR REPLACE FUNCTION source_opens(
    derived bigint, keys bigint[], reader bigint, moment timestamptz, known timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    source record;
BEGIN
    SELECT post.*,
        coalesce(least(known, CASE WHEN state = 'detached' THEN decided_at END), 'infinity') AS until
    INTO source FROM derivative JOIN post ON post.id = parent_id WHERE derivative.post_id = derived;
    IF NOT FOUND OR source.author_id = reader THEN
        RETURN true;
    END IF;
    RETURN lock_opens(source.lock_any, source.lock_all, source.lock_none, source.lock_groups,
                      source.lock_follow, keys, reader, source.author_id, moment)
       AND (source.layers = 0 OR (
           NOT EXISTS (
               SELECT FROM post_stage AS stage
               WHERE post_id = source.id AND part = 'read'
                 AND added_at <= source.until AND coalesce(reached_at <= source.until, true)
                 AND stage_has_come(at, seats_pct, reached_at, least(moment, source.until))
                 AND stage.lock_any IS NOT NULL
                 AND lock_opens(stage.lock_any, stage.lock_all, stage.lock_none, stage.lock_groups,
                                stage.lock_follow, keys, reader, source.author_id, moment) IS NOT TRUE)
           AND source_opens(source.id, keys, reader, moment, source.until)));
END $$
"""

SOURCE_OPENS_BEFORE = """
CREATE OR REPLACE FUNCTION source_opens(
    derived bigint, keys bigint[], reader bigint, moment timestamptz, known timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    source record;
BEGIN
    SELECT post.*,
        coalesce(least(known, CASE WHEN state = 'detached' THEN decided_at END), 'infinity') AS until
    INTO source FROM derivative JOIN post ON post.id = parent_id WHERE derivative.post_id = derived;
    IF NOT FOUND OR source.author_id = reader THEN
        RETURN true;
    END IF;
    RETURN lock_opens(source.lock_any, source.lock_all, source.lock_none, source.lock_groups,
                      source.lock_follow, keys, reader, source.author_id, moment)
       AND (source.layers = 0 OR (
           NOT EXISTS (
               SELECT FROM post_stage AS stage
               WHERE post_id = source.id AND part = 'read' AND added_at <= source.until
                 AND stage_has_come(at, seats_pct, reached_at, moment) AND stage.lock_any IS NOT NULL
                 AND lock_opens(stage.lock_any, stage.lock_all, stage.lock_none, stage.lock_groups,
                                stage.lock_follow, keys, reader, source.author_id, moment) IS NOT TRUE)
           AND source_opens(source.id, keys, reader, moment, source.until)));
END $$
"""


def upgrade() -> None:
    """Bring the function that asks what had come."""
    op.execute(sa.text(SOURCE_OPENS))


def downgrade() -> None:
    """Bring the function back that asks what was planned, too."""
    op.execute(sa.text(SOURCE_OPENS_BEFORE))
