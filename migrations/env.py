"""Runs migrations: one at a time, never waiting long for a lock that running requests hold."""

import sqlalchemy as sa
from alembic import context
from sqlalchemy.engine import Connection

import audience.calm_tables
import audience.cases.tables
import audience.circle_tables
import audience.cowriting.tables
import audience.feeds.tables
import audience.finding_tables
import audience.gardens.tables
import audience.interaction_tables
import audience.limit_for_now_tables
import audience.metrics.tables
import audience.moderation.act_tables
import audience.moderation.label_tables
import audience.moderation.tables
import audience.playlists.tables
import audience.polls.tables
import audience.rooms.streams_tables
import audience.rooms.tables
import audience.scheduling.tables
import audience.stage_tables
import audience.tables
import audience.topic_tables
import audience.volunteer_tables
import coop.checkpoint_tables
import coop.feature_tables
import coop.notice_tables
import coop.place_tables
import coop.profile_tables
import coop.suspension_tables
import coop.tables
import coop.webhook_tables
import governance.deliberation.statement_tables
import governance.deliberation.tables
import governance.people.tables
import governance.rehearsal.tables
import governance.tables
import media.tables
from coop.database import Row

TABLES = (
    audience.calm_tables,
    audience.circle_tables,
    audience.cowriting.tables,
    audience.feeds.tables,
    audience.finding_tables,
    audience.gardens.tables,
    audience.interaction_tables,
    audience.metrics.tables,
    audience.limit_for_now_tables,
    audience.moderation.act_tables,
    audience.moderation.label_tables,
    audience.moderation.tables,
    audience.rooms.streams_tables,
    audience.rooms.tables,
    audience.playlists.tables,
    audience.polls.tables,
    audience.scheduling.tables,
    audience.tables,
    audience.topic_tables,
    audience.volunteer_tables,
    coop.checkpoint_tables,
    coop.feature_tables,
    coop.notice_tables,
    coop.place_tables,
    coop.profile_tables,
    coop.suspension_tables,
    coop.tables,
    coop.webhook_tables,
    governance.deliberation.statement_tables,
    governance.deliberation.tables,
    governance.people.tables,
    governance.rehearsal.tables,
    governance.tables,
    media.tables,
)
"""Each adds its tables to the metadata."""

ONE_AT_A_TIME = 7_201_937
"""Key of the advisory lock that two migrating processes contend for."""


def migrate(connection: Connection) -> None:
    """Run the migrations asked for, in one transaction a migration."""
    connection.execute(sa.text("SET lock_timeout = '4s'"))
    connection.execute(sa.text("SET statement_timeout = '60s'"))
    connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": ONE_AT_A_TIME})
    connection.commit()


url = context.config.attributes["url"]
engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
with engine.connect() as open_connection:
    migrate(open_connection)
