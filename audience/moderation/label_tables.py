"""Table of editions whose labels ask the rules again of what was made before they came."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class EditionAsked(Row, table=True):
    """An edition of a labeller that a policy named when it came, and how far it has been gone through."""

    __tablename__ = "edition_asked"
    __table_args__ = (
        ForeignKeyConstraint(
            ["labeller_id", "number"],
            ["labeller_edition.labeller_id", "labeller_edition.number"],
            name="fk_edition_asked_labeller_id",
        ),
        CheckConstraint("changed >= 0", name="counted"),
        Index(
            "ix_edition_asked_due",
            "due_at",
            "labeller_id",
            "number",
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    labeller_id: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    due_at: datetime = Field(sa_column=moment())
    """By then all is there that was made before the edition came."""
    read_to: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """The last post or reply that was asked about."""
    changed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Of how many something came."""
    done_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
