"""A page that is refused nowhere is answered without comparing: hardly any reader is refused a seat."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

# GCRA (ITU-T I.371): arrival_at is the theoretical arrival time of the next stranger. A claim that waits for
# a gate is judged by the gate as it then is: PostgreSQL evaluates the guard again on the row it waited for.
# While its thread is hot (slowed_to) a gate lets strangers come one at a time.
SLOWED = "(strangers AND slowed_until > clock_timestamp()) IS TRUE"
PERIOD = f"greatest(period, CASE WHEN {SLOWED} THEN slowed_to END)"

# Volatile, so each statement in it sees what was committed before it (PostgreSQL: "Function Volatility
# Categories"): while its post is held no gate can appear, and one that came before that is counted at.
TAKE_SEATS = """
CREATE OR REPLACE FUNCTION take_seats(
    viewer bigint, origin text, in_force bigint, moment timestamptz,
    posts bigint[], layers_seen integer[], bare bigint[], caps integer[], gaps interval[],
    leads interval[], reaches_seen integer[], turns boolean[], strange boolean[]
) RETURNS bigint[] LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    seated bigint[];
    fresh bigint[];
    refused bigint[];
BEGIN
    IF cardinality(bare) > 0 THEN
        PERFORM make_gates(posts, bare);
    END IF;

    WITH held AS MATERIALIZED (
        SELECT id FROM post
        JOIN unnest(posts, layers_seen) AS seen(post_id, layers) ON post_id = id
        WHERE post.layers = seen.layers ORDER BY id FOR KEY SHARE OF post
    ), sat AS (
        INSERT INTO seat (member_id, post_id, at, via, epoch)
        SELECT viewer, id, moment, origin, in_force FROM held ORDER BY id
        ON CONFLICT DO NOTHING
        RETURNING post_id
    )
    SELECT array_agg(id), array_agg(post_id) FILTER (WHERE post_id IS NOT NULL) INTO seated, fresh
    FROM held LEFT JOIN sat ON post_id = id;
    IF fresh IS NULL THEN
        RETURN coalesce(seated, '{{}}');
    END IF;

    WITH locked AS MATERIALIZED (
        SELECT post_id FROM gate WHERE post_id = ANY(fresh) ORDER BY post_id FOR UPDATE
    ), counted AS (
        UPDATE gate SET
            taken = taken + 1,
            waiting = waiting - waited::integer,
            arrival_at = CASE WHEN {period} IS NULL THEN arrival_at
                              ELSE greatest(arrival_at, clock_timestamp()) + {period} END
        FROM locked
        JOIN unnest(posts, caps, gaps, leads, reaches_seen, turns, strange)
            AS wanted(post_id, seats, period, tolerance, reached, waited, strangers) USING (post_id)
        WHERE gate.post_id = locked.post_id
            AND (seats IS NULL OR taken < seats)
            AND (seats IS NULL OR waited OR waiting = 0 OR taken + waiting < seats)
            AND gate.reached = wanted.reached
            AND CASE WHEN {slowed} THEN coalesce(arrival_at <= clock_timestamp(), true)
                ELSE period IS NULL
                OR greatest(arrival_at, clock_timestamp()) + period - tolerance <= clock_timestamp() END
        RETURNING gate.post_id
    )
    SELECT array_agg(post_id) INTO refused
    FROM (SELECT post_id FROM locked EXCEPT SELECT post_id FROM counted) AS turned_away;
    IF refused IS NOT NULL THEN
        DELETE FROM seat WHERE member_id = viewer AND post_id = ANY(refused);
    END IF;

    IF 0 < ANY(layers_seen) THEN
        WITH come AS (
            UPDATE post_stage SET reached_at = moment
            FROM gate, unnest(posts, layers_seen, caps) AS wanted(post_id, layers, seats)
            WHERE layers > 0 AND gate.post_id = wanted.post_id AND post_stage.post_id = wanted.post_id
                AND wanted.post_id = ANY(fresh) AND (wanted.post_id = ANY(refused)) IS NOT TRUE
                AND reached_at IS NULL AND 100 * CAST(taken AS bigint) >= CAST(seats_pct AS bigint) * seats
            RETURNING post_stage.post_id
        )
        UPDATE gate SET reached = reached + number
        FROM (SELECT post_id, count(*) AS number FROM come GROUP BY post_id) AS grown
        WHERE gate.post_id = grown.post_id;
    END IF;

{end}END $$
"""

WITHOUT_THE_REFUSED = "    RETURN ARRAY(SELECT unnest(seated) EXCEPT SELECT unnest(refused));\n"
IF_ANY_IS_REFUSED = """
    IF refused IS NULL THEN
        RETURN seated;
    END IF;
"""


def upgrade() -> None:
    """Answer at once where nobody is refused."""
    _define(IF_ANY_IS_REFUSED + WITHOUT_THE_REFUSED)


def downgrade() -> None:
    """Compare with the refused each time."""
    _define(WITHOUT_THE_REFUSED)


def _define(end: str) -> None:
    op.execute(sa.text(TAKE_SEATS.format(period=PERIOD, slowed=SLOWED, end=end)))
