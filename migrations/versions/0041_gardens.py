"""Gardens: what members keep for themselves, and labellers whose judgement they may borrow."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

ACTIONS = "action IN ('label', 'collapse', 'hide')"
TABLES = ("mute", "own_filter", "always_shown", "labeller", "labeller_edition", "given_label")
CURRENT = sa.text("until IS NULL")

APPEND_ONLY = """
CREATE TRIGGER labeller_edition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON labeller_edition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Bring the tables."""
    _own()
    _labellers()
    op.execute(sa.text(APPEND_ONLY))
    op.create_table(
        "label_subscription",
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("labeller_id", sa.BigInteger, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        _moment("since"),
        sa.PrimaryKeyConstraint("member_id", "labeller_id", "label", name="pk_label_subscription"),
        _points("label_subscription", "member"),
        _points("label_subscription", "labeller"),
        sa.CheckConstraint(ACTIONS, name="ck_label_subscription_action_known"),
    )
    op.create_index("ix_label_subscription_labeller", "label_subscription", ["labeller_id"])
    op.create_table(
        "classifier_run",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("read_to", sa.BigInteger, nullable=False),
        _moment("due_at"),
        _moment("failing_since", nullable=True),
        sa.Column("failure", sa.String, nullable=False),
        sa.Column("strikes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_classifier_run"),
        sa.CheckConstraint("id = 1", name="ck_classifier_run_one_row"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("classifier_run")
    op.drop_table("label_subscription")
    for table in reversed(TABLES):
        op.drop_table(table)


def _own() -> None:
    op.create_table(
        "mute",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("other_id", sa.BigInteger),
        sa.Column("name", sa.String),
        _moment("until", nullable=True),
        _moment("made_at"),
        sa.PrimaryKeyConstraint("id", name="pk_mute"),
        _points("mute", "member"),
        sa.CheckConstraint("kind IN ('person', 'guild', 'tag', 'word', 'kind')", name="ck_mute_kind_known"),
        sa.CheckConstraint("num_nonnulls(other_id, name) = 1", name="ck_mute_one_subject"),
    )
    op.create_index(
        "uq_mute_subject",
        "mute",
        ["member_id", "kind", "other_id", "name"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "own_filter",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("condition", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        _moment("made_at"),
        sa.PrimaryKeyConstraint("id", name="pk_own_filter"),
        _points("own_filter", "member"),
        sa.CheckConstraint(ACTIONS, name="ck_own_filter_action_known"),
    )
    op.create_index("ix_own_filter_member", "own_filter", ["member_id"])
    op.create_table(
        "always_shown",
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("other_id", sa.BigInteger, nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("member_id", "kind", "other_id", name="pk_always_shown"),
        _points("always_shown", "member"),
        sa.CheckConstraint("kind IN ('post', 'author')", name="ck_always_shown_kind_known"),
    )


def _labellers() -> None:
    op.create_table(
        "labeller",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("labels", ARRAY(sa.String), nullable=False),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("machine", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("edition", sa.Integer, nullable=False),
        _moment("made_at"),
        _moment("published_at"),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_labeller"),
        _points("labeller", "member"),
        _points("labeller", "guild"),
        sa.CheckConstraint(
            "num_nonnulls(member_id, guild_id) = CASE WHEN machine THEN 0 ELSE 1 END", name="ck_labeller_held"
        ),
        sa.CheckConstraint("cardinality(labels) > 0", name="ck_labeller_labels_something"),
    )
    op.create_index("uq_labeller_slug", "labeller", ["slug"], unique=True)
    op.create_index(
        "uq_labeller_machine", "labeller", ["machine"], unique=True, postgresql_where=sa.text("machine")
    )
    for holder in ("member", "guild"):
        op.create_index(f"ix_labeller_{holder}", "labeller", [f"{holder}_id"])
    op.create_table(
        "labeller_edition",
        sa.Column("labeller_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("by_id", sa.BigInteger),
        _moment("made_at"),
        sa.PrimaryKeyConstraint("labeller_id", "number", name="pk_labeller_edition"),
        _points("labeller_edition", "labeller"),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name="fk_labeller_edition_by_id"),
    )
    op.create_table(
        "given_label",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("labeller_id", sa.BigInteger, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("post_id", sa.BigInteger),
        sa.Column("member_id", sa.BigInteger),
        sa.Column("score", sa.REAL),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("until", sa.Integer),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name="pk_given_label"),
        *(_points("given_label", one) for one in ("labeller", "post", "member")),
        sa.CheckConstraint("num_nonnulls(post_id, member_id) = 1", name="ck_given_label_one_subject"),
        sa.CheckConstraint("until > since", name="ck_given_label_taken_back_later"),
    )
    op.create_index(
        "uq_given_label_current",
        "given_label",
        ["labeller_id", "label", "post_id", "member_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=CURRENT,
    )
    for subject in ("post", "member"):
        columns = [f"{subject}_id"]
        op.create_index(f"ix_given_label_{subject}", "given_label", columns, postgresql_where=CURRENT)
    op.create_index("ix_given_label_at", "given_label", ["labeller_id", "at"])


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _points(table: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=f"fk_{table}_{other}_id")
