"""Tables of the Merkle tree over the ledger: nodes that never change, and the checkpoints signed over them.

The database keeps the invariants: one hash a node, one checkpoint a size, none over events that are not
there. Triggers refuse every update and delete (law 10).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, SmallInteger
from sqlmodel import BigInteger, Field

from coop.database import Row
from coop.tables import moment


class LedgerNode(Row, table=True):
    """The hash over a complete subtree of at least two events.

    A single event's leaf is made from its own row, so it is not kept again.
    """

    __tablename__ = "ledger_node"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 62", name="level_range"),
        CheckConstraint("index >= 0", name="index_range"),
        CheckConstraint("octet_length(hash) = 32", name="hash_length"),
    )

    level: int = Field(primary_key=True, sa_type=SmallInteger)
    """The subtree is over ``2**level`` events,"""
    index: int = Field(primary_key=True, sa_type=BigInteger)
    """of which the first is event ``index * 2**level + 1``."""
    hash: bytes = Field(sa_type=LargeBinary)


class Checkpoint(Row, table=True):
    """What the coop signed of its ledger at one size."""

    __tablename__ = "checkpoint"
    __table_args__ = (CheckConstraint("octet_length(root) = 32", name="root_length"),)

    size: int = Field(primary_key=True, foreign_key="ledger_event.seq", sa_type=BigInteger)
    """It covers the events from 1 to this one."""
    root: bytes = Field(sa_type=LargeBinary)
    note: str
    """The signed note (C2SP tlog-checkpoint): origin, size, root and signature."""
    key: str
    """The public key to check it with (C2SP verifier key): name, id and key."""
    at: datetime = Field(sa_column=moment())
