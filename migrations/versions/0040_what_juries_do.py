"""What juries do: a thing may be removed, or a post narrowed by a layer that ends with the decision."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ACTIONS = "ck_decision_action_known"
BEFORE = "'slow', 'label', 'collapse', 'unfeed', 'hold'"
OPENS = """
CREATE OR REPLACE FUNCTION own_stages_open(
    post bigint, which text, keys bigint[], reader bigint, author bigint, moment timestamptz)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(bool_and(lock_any IS NULL OR lock_opens(
    lock_any, lock_all, lock_none, lock_groups, lock_follow, keys, reader, author, moment)), true)
FROM post_stage WHERE post_id = post AND part = which AND stage_has_come(at, seats_pct, reached_at, moment)
{more}$$
"""
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
                 AND stage.lock_any IS NOT NULL {more}
                 AND lock_opens(stage.lock_any, stage.lock_all, stage.lock_none, stage.lock_groups,
                                stage.lock_follow, keys, reader, source.author_id, moment) IS NOT TRUE)
           AND source_opens(source.id, keys, reader, moment, source.until)));
END $$
"""
NOT_LIFTED = "AND lifted_at IS NULL\n"


def upgrade() -> None:
    """Let decisions remove and narrow, and say what juries think of them."""
    _actions("'slow', 'label', 'collapse', 'unfeed', 'narrow', 'hold', 'remove'")
    op.add_column("decision", sa.Column("judged", sa.String()))
    op.add_column(
        "decision",
        sa.Column(
            "steward_id", sa.BigInteger(), sa.ForeignKey("member.id", name=op.f("fk_decision_steward_id"))
        ),
    )
    op.create_index(
        "ix_decision_steward", "decision", ["steward_id"], postgresql_where=sa.text("steward_id IS NOT NULL")
    )
    op.create_check_constraint(
        op.f("ck_decision_judged_known"),
        "decision",
        "judged IN ('upheld', 'overturned')",
        postgresql_not_valid=True,
    )
    op.execute(sa.text("ALTER TABLE decision VALIDATE CONSTRAINT ck_decision_judged_known"))
    op.add_column("post_stage", sa.Column("decision_id", sa.BigInteger()))
    op.add_column("post_stage", sa.Column("lifted_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_post_stage_lifted"),
        "post_stage",
        "lifted_at IS NULL OR decision_id IS NOT NULL",
        postgresql_not_valid=True,
    )
    op.execute(sa.text("ALTER TABLE post_stage VALIDATE CONSTRAINT ck_post_stage_lifted"))
    op.create_index(
        "ix_post_stage_decision",
        "post_stage",
        ["decision_id"],
        postgresql_where=sa.text("decision_id IS NOT NULL"),
    )
    for function in (OPENS, SOURCE_OPENS):
        op.execute(sa.text(function.format(more=NOT_LIFTED)))


def downgrade() -> None:
    """Take it away; what was removed stays with its author, as what is held does, and layers stay."""
    for function in (OPENS, SOURCE_OPENS):
        op.execute(sa.text(function.format(more="")))
    op.drop_index("ix_post_stage_decision", "post_stage")
    op.drop_constraint(op.f("ck_post_stage_lifted"), "post_stage", type_="check")
    op.drop_column("post_stage", "lifted_at")
    op.drop_column("post_stage", "decision_id")
    op.drop_constraint(op.f("ck_decision_judged_known"), "decision", type_="check")
    op.drop_column("decision", "judged")
    op.drop_index("ix_decision_steward", "decision")
    op.drop_column("decision", "steward_id")
    op.execute(sa.text("UPDATE decision SET action = 'unfeed' WHERE action IN ('narrow', 'remove')"))
    _actions(BEFORE)


def _actions(known: str) -> None:
    op.drop_constraint(op.f(ACTIONS), "decision", type_="check")
    op.create_check_constraint(op.f(ACTIONS), "decision", f"action IN ({known})", postgresql_not_valid=True)
    op.execute(sa.text(f"ALTER TABLE decision VALIDATE CONSTRAINT {ACTIONS}"))
