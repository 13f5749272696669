"""Limit for now: authors who shut strangers out of what they made, for some days."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# The authors whose limit keeps a reader out at "moment": one row an author. "reader" is null for a visitor.
# Each OFFSET keeps the planner from reading the relations of everybody for a handful of authors. Inlined, so
# that whoever asks for one author alone looks up one row.
KEPT_OUT_BY = """
CREATE FUNCTION kept_out_by(reader bigint, moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT author_id FROM limit_for_now AS held
WHERE until > moment AND author_id IS DISTINCT FROM reader
  AND NOT EXISTS (
    SELECT FROM relation WHERE member_id = reader AND kind = 'follow' AND other_id = held.author_id
      AND since <= coalesce(held.followed_before, 'infinity') OFFSET 0)
  AND NOT EXISTS (
    SELECT FROM relation WHERE member_id = held.author_id AND kind = 'follow' AND other_id = reader OFFSET 0)
  AND NOT EXISTS (
    SELECT FROM guild_membership AS theirs
    WHERE theirs.member_id = held.author_id AND theirs.left_at IS NULL AND theirs.guild_id = ANY(ARRAY(
      SELECT guild_id FROM guild_membership WHERE member_id = reader AND left_at IS NULL)) OFFSET 0)
$$
"""

# Whether a post names a reader: its text does, or a list of its lock by a personal key of theirs (see
# "reader_keys"). A list that every member is in names nobody.
POST_NAMES_READER = """
CREATE FUNCTION post_names_reader(wanted bigint, reader bigint, personal bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    said record;
    alternatives bigint[];
BEGIN
    SELECT mentions, lock_any, lock_all, lock_groups INTO said FROM post WHERE id = wanted;
    IF reader = ANY(said.mentions) OR said.lock_all && personal
        OR (said.lock_any && personal AND NOT said.lock_any && ARRAY[0, 1]::bigint[])
    THEN
        RETURN true;
    END IF;
    FOR list IN 1 .. coalesce(array_length(said.lock_groups, 1), 0) LOOP
        alternatives := said.lock_groups[list:list];
        IF alternatives && personal AND NOT alternatives && ARRAY[0, 1]::bigint[] THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$
"""

# Whether a post stays open to a reader whom its author keeps out.
STAYS_OPEN = """
CREATE FUNCTION stays_open(wanted bigint, reader bigint, personal bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM seat WHERE member_id = reader AND post_id = wanted)
        OR post_names_reader(wanted, reader, personal);
END $$
"""


def upgrade() -> None:
    """Bring the table and the functions."""
    op.create_table(
        "limit_for_now",
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("followed_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("until >= since", name="ck_limit_for_now_ends_later"),
        sa.CheckConstraint("followed_before <= since", name="ck_limit_for_now_counted_back"),
        sa.ForeignKeyConstraint(["author_id"], ["member.id"], name="fk_limit_for_now_author_id"),
        sa.PrimaryKeyConstraint("author_id", name="pk_limit_for_now"),
    )
    op.create_index("ix_limit_for_now_until", "limit_for_now", ["until"])
    op.create_index(
        "ix_limit_for_now_untold", "limit_for_now", ["until"], postgresql_where=sa.text("NOT told")
    )
    for function in (KEPT_OUT_BY, POST_NAMES_READER, STAYS_OPEN):
        op.execute(sa.text(function))


def downgrade() -> None:
    """Take them away: nobody is kept out any more."""
    op.execute(sa.text("DROP FUNCTION stays_open(bigint, bigint, bigint[])"))
    op.execute(sa.text("DROP FUNCTION post_names_reader(bigint, bigint, bigint[])"))
    op.execute(sa.text("DROP FUNCTION kept_out_by(bigint, timestamptz)"))
    op.drop_table("limit_for_now")
