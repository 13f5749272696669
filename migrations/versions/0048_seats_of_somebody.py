"""Seats are known to be of a member and a post once a statement, not twice a row.

A foreign key asks for each row of each key, and holds the same member as often; a page seats its reader at
thirty posts. Instead one look over what a statement inserted says whether each is of a member and of a post,
and neither of these can be taken away: they are marked, and their ids never change.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

KNOWN = """
CREATE FUNCTION seats_are_of_somebody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM taken
        LEFT JOIN post ON post.id = taken.post_id
        LEFT JOIN member ON member.id = taken.member_id
        WHERE post.id IS NULL OR member.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a seat is of a member, at a post' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""
ASKED = """
CREATE TRIGGER seat_is_of_somebody AFTER INSERT ON seat REFERENCING NEW TABLE AS taken
FOR EACH STATEMENT EXECUTE FUNCTION seats_are_of_somebody()
"""
REFUSED = "CREATE TRIGGER {} BEFORE {} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
STAY = {
    "seat_keeps_its_place": "UPDATE OF member_id, post_id ON seat",
    "post_stays": "DELETE OR TRUNCATE OR UPDATE OF id ON post",
    "member_stays": "DELETE OR TRUNCATE OR UPDATE OF id ON member",
}


def upgrade() -> None:
    """Bring the triggers, then take the foreign keys away."""
    op.execute(sa.text(KNOWN))
    op.execute(sa.text(ASKED))
    for name, what in STAY.items():
        op.execute(sa.text(REFUSED.format(name, what)))
    op.drop_constraint("fk_seat_post_id", "seat", type_="foreignkey")
    op.drop_constraint("fk_seat_member_id", "seat", type_="foreignkey")


def downgrade() -> None:
    """Bring the foreign keys back."""
    op.create_foreign_key("fk_seat_member_id", "seat", "member", ["member_id"], ["id"])
    op.create_foreign_key("fk_seat_post_id", "seat", "post", ["post_id"], ["id"])
    for name, what in STAY.items():
        op.execute(sa.text(f"DROP TRIGGER {name} ON {what.rpartition(' ')[2]}"))
    op.execute(sa.text("DROP TRIGGER seat_is_of_somebody ON seat"))
    op.execute(sa.text("DROP FUNCTION seats_are_of_somebody"))
