"""Places as rows of a table, and where a member says they are as one of them.

What members had said in words is dropped: the places themselves are loaded after the migrations, so here
there is nothing yet to match words with, and no release ever kept them. Taken back, they come back empty.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WORDS = ("country", "region", "city")
FIRST_OWN = 1_000_000_000_000


def upgrade() -> None:
    """Bring the tables, and the member's place in the stead of the words."""
    op.create_table(
        "place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=FIRST_OWN), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("country", sa.CHAR(2), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('country', 'region', 'city', 'neighbourhood')", name="ck_place_kind_known"
        ),
        sa.CheckConstraint("(kind = 'country') = (parent_id IS NULL)", name="ck_place_parent_needed"),
        sa.CheckConstraint("path[cardinality(path)] = id", name="ck_place_path_ends_here"),
        sa.CheckConstraint(
            "(kind = 'neighbourhood') = (added_by IS NOT NULL AND added_at IS NOT NULL)",
            name="ck_place_neighbourhood_added",
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["place.id"], name="fk_place_parent_id"),
        sa.ForeignKeyConstraint(["added_by"], ["member.id"], name="fk_place_added_by"),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
    )
    op.create_index(
        "ix_place_search", "place", ["search"], unique=False, postgresql_ops={"search": "text_pattern_ops"}
    )
    op.create_index("ix_place_parent_id", "place", ["parent_id"], unique=False)
    op.create_index(
        "ix_place_neighbourhood",
        "place",
        ["parent_id", "search"],
        unique=True,
        postgresql_where=sa.text("kind = 'neighbourhood'"),
    )
    op.create_index(
        "ix_place_added_by",
        "place",
        ["added_by"],
        unique=False,
        postgresql_where=sa.text("added_by IS NOT NULL"),
    )
    op.create_table(
        "place_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_place_source_single"),
        sa.PrimaryKeyConstraint("id", name="pk_place_source"),
    )
    op.add_column("member", sa.Column("place_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_member_place_id", "member", "place", ["place_id"], ["id"])
    op.create_index("ix_member_place_id", "member", ["place_id"], unique=False)
    for word in WORDS:
        op.drop_column("member", word)


def downgrade() -> None:
    """Bring the words back, empty, and take the tables away."""
    for word in WORDS:
        op.add_column("member", sa.Column(word, sa.String(), nullable=True))
    op.drop_column("member", "place_id")
    op.drop_table("place_source")
    op.drop_table("place")
