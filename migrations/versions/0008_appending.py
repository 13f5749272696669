"""Appending to the ledger in one statement."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The text that is hashed is the event in RFC 8785 form, its members in the order of their names. The caller
# gives the payload in that form; to_json escapes a string of text exactly as RFC 8785 does.
APPEND = """
CREATE FUNCTION ledger_append(at text, type text, payload text, OUT seq bigint, OUT hash text)
LANGUAGE plpgsql AS $$
DECLARE
    prev text;
BEGIN
    SELECT head.seq + 1, head.hash INTO STRICT ledger_append.seq, prev
        FROM ledger_head AS head FOR NO KEY UPDATE;
    ledger_append.hash := encode(sha256(convert_to(
        '{"at":' || to_json(ledger_append.at)
        || ',"payload":' || ledger_append.payload
        || ',"prev":"' || prev
        || '","seq":' || ledger_append.seq
        || ',"type":' || to_json(ledger_append.type) || '}', 'UTF8')), 'hex');
    INSERT INTO ledger_event (seq, at, type, payload, prev, hash) VALUES (
        ledger_append.seq, ledger_append.at::timestamptz, ledger_append.type, ledger_append.payload::jsonb,
        prev, ledger_append.hash);
    UPDATE ledger_head SET seq = ledger_append.seq, hash = ledger_append.hash;
END $$
"""


def upgrade() -> None:
    """Bring the function."""
    op.execute(sa.text(APPEND))


def downgrade() -> None:
    """Take it away."""
    op.execute(sa.text("DROP FUNCTION ledger_append(text, text, text)"))
