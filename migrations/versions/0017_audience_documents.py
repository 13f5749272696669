"""Audiences in full: locks of several parts, layers that come later, circles and tags; waiting to follow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# The one place that decides a lock of several parts. "reader" is null for a visitor. A threshold of days, or
# a relation, that is not there compares to null, which is not true. The columns of "lock_follow" are the
# days asked of a follower, of who is followed, and of both: for any, all and none, then for each group.
LOCK_OPENS = """
CREATE FUNCTION lock_opens(
    lock_any bigint[], lock_all bigint[], lock_none bigint[], lock_groups bigint[], lock_follow smallint[],
    keys bigint[], reader bigint, author bigint, moment timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    one smallint;
    other smallint;
    mutual smallint;
    met boolean[];
BEGIN
    IF NOT coalesce(lock_all <@ keys, true) OR coalesce(lock_none && keys, false) THEN
        RETURN false;
    END IF;
    IF lock_follow IS NOT NULL THEN
        one := (SELECT floor(extract(epoch FROM moment - since) / 86400) FROM relation
                WHERE member_id = reader AND kind = 'follow' AND other_id = author AND since <= moment);
        other := (SELECT floor(extract(epoch FROM moment - since) / 86400) FROM relation
                  WHERE member_id = author AND kind = 'follow' AND other_id = reader AND since <= moment);
        IF one IS NOT NULL AND other IS NOT NULL THEN
            mutual := least(one, other);
        END IF;
        FOR list IN 0 .. array_length(lock_follow, 1) / 3 - 1 LOOP
            met[list] := coalesce(one >= lock_follow[3 * list + 1], false)
                OR coalesce(other >= lock_follow[3 * list + 2], false)
                OR coalesce(mutual >= lock_follow[3 * list + 3], false);
        END LOOP;
        IF met[2]
            OR NOT coalesce(one >= lock_follow[4], lock_follow[4] IS NULL)
            OR NOT coalesce(other >= lock_follow[5], lock_follow[5] IS NULL)
            OR NOT coalesce(mutual >= lock_follow[6], lock_follow[6] IS NULL)
        THEN
            RETURN false;
        END IF;
    END IF;
    IF NOT (lock_any && keys OR coalesce(met[0], false)) THEN
        RETURN false;
    END IF;
    FOR list IN 1 .. coalesce(array_length(lock_groups, 1), 0) LOOP
        IF NOT (lock_groups[list:list] && keys OR coalesce(met[list + 2], false)) THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END $$
"""

# Everybody holds 0, every member 1; the others are id << 4 | kind: guilds 1, members 2, circles 3 (by
# edition), places 4 (4 alone is that there is one), contributions 5. A null member is a visitor.
READER_KEYS = """
CREATE FUNCTION reader_keys(member bigint, moment timestamptz, OUT keys bigint[], OUT personal bigint[])
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF member IS NULL THEN
        keys := ARRAY[0];
        personal := '{}';
        RETURN;
    END IF;
    personal := ARRAY(
        SELECT guild_id << 4 | 1 FROM guild_membership WHERE member_id = member AND left_at IS NULL
        UNION ALL
        SELECT member << 4 | 2
        UNION ALL
        SELECT (circle_id << 16 | edition_held) << 4 | 3
        FROM circle_member JOIN circle ON circle.id = circle_id,
             generate_series(since_edition, circle.edition) AS edition_held
        WHERE member_id = member
    );
    keys := ARRAY[1, 0] || personal || ARRAY(
        SELECT unnest(path || 0::bigint) << 4 | 4 FROM place
        WHERE place.id = (SELECT place_id FROM member AS living WHERE living.id = member)
        UNION ALL
        SELECT wanted.id << 4 | 5
        FROM contribution_condition AS wanted JOIN contribution AS given
          ON given.tag_id = wanted.tag_id AND given.kind = ANY(wanted.kinds)
          AND given.day > (moment AT TIME ZONE 'UTC')::date - wanted.days
        WHERE given.member_id = member
        GROUP BY wanted.id, wanted.least HAVING sum(given.number) >= wanted.least
    );
END $$
"""

# A stage holds from its moment on, or from when a share of the seats had been taken; one that waits for
# neither holds as soon as it is there, also for a request that began before it was.
STAGE_HAS_COME = """
CREATE FUNCTION stage_has_come(at timestamptz, seats_pct smallint, reached_at timestamptz, moment timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(at <= moment, seats_pct IS NULL OR reached_at IS NOT NULL)
$$
"""

STAGES_OPEN = """
CREATE FUNCTION stages_open(
    post bigint, which text, keys bigint[], reader bigint, author bigint, moment timestamptz)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(bool_and(lock_any IS NULL OR lock_opens(
    lock_any, lock_all, lock_none, lock_groups, lock_follow, keys, reader, author, moment)), true)
FROM post_stage WHERE post_id = post AND part = which AND stage_has_come(at, seats_pct, reached_at, moment)
$$
"""

STAGE_LIMITS = """
CREATE FUNCTION stage_limits(post bigint, moment timestamptz) RETURNS integer[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT ARRAY[min(seats_max), min(per_minute), min(burst), max(all_wait::integer)]
FROM post_stage WHERE post_id = post AND part = 'read' AND stage_has_come(at, seats_pct, reached_at, moment)
$$
"""

# Law 8, kept by the database: what a post was published for is never changed, only narrowed by stages.
ONLY_NARROWS = """
CREATE FUNCTION post_only_narrows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an audience is narrowed by another stage; it never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER post_keeps_its_audience BEFORE UPDATE ON post FOR EACH ROW WHEN (
    (OLD.author_id, OLD.guild_id, OLD.audience, OLD.circles, OLD.lock_any, OLD.lock_all, OLD.lock_none,
     OLD.lock_groups, OLD.lock_follow, OLD.seats_max, OLD.waitlist, OLD.per_minute, OLD.burst, OLD.all_wait,
     OLD.created_at)
    IS DISTINCT FROM
    (NEW.author_id, NEW.guild_id, NEW.audience, NEW.circles, NEW.lock_any, NEW.lock_all, NEW.lock_none,
     NEW.lock_groups, NEW.lock_follow, NEW.seats_max, NEW.waitlist, NEW.per_minute, NEW.burst, NEW.all_wait,
     NEW.created_at)
    OR NEW.layers < OLD.layers)
EXECUTE FUNCTION post_only_narrows();
CREATE TRIGGER post_stage_stays BEFORE DELETE ON post_stage FOR EACH ROW
EXECUTE FUNCTION post_only_narrows();
CREATE TRIGGER post_stage_is_reached_once BEFORE UPDATE ON post_stage FOR EACH ROW WHEN (
    OLD.reached_at IS NOT NULL
    OR (OLD.post_id, OLD.number, OLD.part, OLD.added_at, OLD.at, OLD.seats_pct, OLD.document, OLD.circles,
        OLD.lock_any, OLD.lock_all, OLD.lock_none, OLD.lock_groups, OLD.lock_follow, OLD.seats_max,
        OLD.per_minute, OLD.burst, OLD.all_wait)
    IS DISTINCT FROM
       (NEW.post_id, NEW.number, NEW.part, NEW.added_at, NEW.at, NEW.seats_pct, NEW.document, NEW.circles,
        NEW.lock_any, NEW.lock_all, NEW.lock_none, NEW.lock_groups, NEW.lock_follow, NEW.seats_max,
        NEW.per_minute, NEW.burst, NEW.all_wait))
EXECUTE FUNCTION post_only_narrows();
"""

PLAIN = """
ALTER TABLE post ADD COLUMN plain boolean NOT NULL GENERATED ALWAYS AS (
    layers = 0 AND lock_all IS NULL AND lock_none IS NULL AND lock_groups IS NULL AND lock_follow IS NULL
) STORED
"""


def upgrade() -> None:
    """Bring the columns, tables, functions and triggers."""
    for column in (*_lock(), *_numbers()):
        op.add_column("post", column)
    op.add_column("post", sa.Column("layers", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("post", sa.Column("waitlist", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("post", sa.Column("teaser", sa.String(), server_default="", nullable=False))
    op.add_column("post", sa.Column("language", sa.String(), nullable=True))
    op.add_column("post", sa.Column("embeds", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("post", sa.Column("circles", JSONB(), nullable=True))
    op.add_column("post", sa.Column("place_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_post_place_id", "post", "place", ["place_id"], ["id"])
    op.add_column("post", sa.Column("features", ARRAY(sa.BigInteger()), server_default="{}", nullable=False))
    for name in ("names", "tags"):
        op.add_column("post", sa.Column(name, sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("post", sa.Column("mentions", ARRAY(sa.BigInteger()), server_default="{}", nullable=False))
    op.add_column("post", sa.Column("norm", sa.Float(), server_default="0", nullable=False))
    for name in ("per_minute", "burst"):
        op.create_check_constraint(f"ck_post_{name}_positive", "post", f"{name} >= 1")
    op.execute(sa.text(PLAIN))
    op.add_column("gate", sa.Column("reached", sa.Integer(), server_default="0", nullable=False))
    op.drop_column("reply", "lock_any")
    _know_relations("follow", "block", "wait")
    _create_post_stage()
    _create_circles()
    _create_topics()
    for statement in (READER_KEYS, LOCK_OPENS, STAGE_HAS_COME, STAGES_OPEN, STAGE_LIMITS, ONLY_NARROWS):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take them away; replies are given the lock of their post again."""
    op.execute(sa.text("DELETE FROM relation WHERE kind = 'wait'"))
    _know_relations("follow", "block")
    op.execute(sa.text("DROP TRIGGER post_keeps_its_audience ON post"))
    op.drop_table("post_stage")
    for function in (
        "post_only_narrows()",
        "reader_keys(bigint, timestamptz)",
        "stage_limits(bigint, timestamptz)",
        "stages_open(bigint, text, bigint[], bigint, bigint, timestamptz)",
        "stage_has_come(timestamptz, smallint, timestamptz, timestamptz)",
        "lock_opens(bigint[], bigint[], bigint[], bigint[], smallint[], bigint[], bigint, bigint,"
        " timestamptz)",
    ):
        op.execute(sa.text(f"DROP FUNCTION {function}"))
    for table in ("contribution", "contribution_condition", "tag", "circle_member", "circle"):
        op.drop_table(table)
    op.add_column("reply", sa.Column("lock_any", ARRAY(sa.BigInteger()), nullable=True))
    op.execute(sa.text("UPDATE reply SET lock_any = post.lock_any FROM post WHERE post.id = post_id"))
    op.alter_column("reply", "lock_any", nullable=False)
    op.drop_column("gate", "reached")
    op.drop_column("post", "plain")
    for name in (
        "embeds",
        "mentions",
        "norm",
        "tags",
        "names",
        "features",
        "language",
        "place_id",
        "circles",
        "teaser",
        "waitlist",
        "layers",
    ):
        op.drop_column("post", name)
    for column in (*_lock(), *_numbers()):
        op.drop_column("post", column.name)


def _know_relations(*kinds: str) -> None:
    """Say of what kinds a relation may be."""
    name = "ck_relation_kind_known"
    op.drop_constraint(name, "relation", type_="check")
    op.create_check_constraint(name, "relation", f"kind IN ({', '.join(map(repr, kinds))})")


def _lock() -> tuple[sa.Column[list[int] | None], ...]:
    """Return the parts of a lock besides ``lock_any``."""
    return (
        sa.Column("lock_all", ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("lock_none", ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("lock_groups", ARRAY(sa.BigInteger(), dimensions=2), nullable=True),
        sa.Column("lock_follow", ARRAY(sa.SmallInteger()), nullable=True),
    )


def _numbers() -> tuple[sa.Column[int] | sa.Column[int | None] | sa.Column[bool], ...]:
    """Return what an author may ask for besides seats."""
    return (
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("burst", sa.Integer(), nullable=True),
        sa.Column("all_wait", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def _create_post_stage() -> None:
    op.create_table(
        "post_stage",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seats_pct", sa.SmallInteger(), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", JSONB(), nullable=True),
        sa.Column("circles", JSONB(), nullable=True),
        sa.Column("lock_any", ARRAY(sa.BigInteger()), nullable=True),
        *_lock(),
        sa.Column("seats_max", sa.Integer(), nullable=True),
        *_numbers(),
        sa.CheckConstraint("part IN ('see', 'read')", name="ck_post_stage_part_known"),
        sa.CheckConstraint("num_nonnulls(at, seats_pct) < 2", name="ck_post_stage_one_cause"),
        sa.CheckConstraint("seats_pct BETWEEN 1 AND 100", name="ck_post_stage_share"),
        sa.CheckConstraint("reached_at IS NULL OR seats_pct IS NOT NULL", name="ck_post_stage_reached"),
        sa.CheckConstraint("seats_max >= 1", name="ck_post_stage_seats_positive"),
        sa.CheckConstraint("per_minute >= 1", name="ck_post_stage_per_minute_positive"),
        sa.CheckConstraint("burst >= 1", name="ck_post_stage_burst_positive"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_stage_post_id"),
        sa.PrimaryKeyConstraint("post_id", "number", "part", name="pk_post_stage"),
    )


def _create_circles() -> None:
    op.create_table(
        "circle",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("edition BETWEEN 0 AND 65535", name="ck_circle_edition_fits"),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name="fk_circle_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_circle"),
        sa.UniqueConstraint("owner_id", "name", name="uq_circle_owner_id_name"),
    )
    op.create_table(
        "circle_member",
        sa.Column("circle_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("since_edition", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name="fk_circle_member_circle_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_circle_member_member_id"),
        sa.PrimaryKeyConstraint("circle_id", "member_id", name="pk_circle_member"),
    )
    op.create_index("ix_circle_member_member", "circle_member", ["member_id"])


def _create_topics() -> None:
    op.create_table(
        "tag",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("idf", sa.Float(), server_default="1", nullable=False),
        sa.CheckConstraint("idf > 0", name="ck_tag_idf_positive"),
        sa.PrimaryKeyConstraint("id", name="pk_tag"),
        sa.UniqueConstraint("name", name="uq_tag_name"),
    )
    op.create_table(
        "contribution",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('post', 'reply')", name="ck_contribution_kind_known"),
        sa.CheckConstraint("number >= 0", name="ck_contribution_number_counted"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_contribution_member_id"),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name="fk_contribution_tag_id"),
        sa.PrimaryKeyConstraint("member_id", "tag_id", "kind", "day", name="pk_contribution"),
    )
    op.create_index("ix_contribution_tag", "contribution", ["tag_id", "day"])
    op.create_table(
        "contribution_condition",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("kinds", ARRAY(sa.String()), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name="fk_contribution_condition_tag_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contribution_condition"),
        sa.UniqueConstraint(
            "tag_id", "kinds", "least", "days", name="uq_contribution_condition_tag_id_kinds_least_days"
        ),
    )
