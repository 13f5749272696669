"""The table of limits for now: which authors shut strangers out of what they made, and until when."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, false, text
from sqlmodel import Field

from coop.database import Row
from coop.tables import moment


class LimitForNow(Row, table=True):
    """The last limit that an author set; it is on until its time is over, and stays on record.

    Whom it keeps out is said by the database's functions ``kept_out_by`` and ``stays_open``.
    """

    __tablename__ = "limit_for_now"
    __table_args__ = (
        CheckConstraint("until >= since", name="ends_later"),
        CheckConstraint("followed_before <= since", name="counted_back"),
        Index("ix_limit_for_now_until", "until"),
        Index("ix_limit_for_now_untold", "until", postgresql_where=text("NOT told")),
    )

    author_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())
    """When it was set. It holds as soon as it is there, also for a request that began before."""
    until: datetime = Field(sa_column=moment())
    """When it ends, or was ended by hand; it no longer holds at that moment."""
    followed_before: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Whoever began to follow the author later counts as a stranger; None where no follower does."""
    told: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the author knows that it has ended: by a notice, or because they ended it."""
