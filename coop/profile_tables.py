"""The table of changes that members made to how others see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, false, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class ProfileChange(Row, table=True):
    """One change of a profile: made, or held back until it is made or replaced by a later one.

    What it says is kept here for as long as it waits, or members judge it, and never longer: what was said
    before is on record nowhere.
    """

    __tablename__ = "profile_change"
    __table_args__ = (
        CheckConstraint("num_nonnulls(display_name, about) IN (0, 2)", name="whole"),
        CheckConstraint("held_at IS NULL OR about IS NOT NULL", name="held_is_kept"),
        CheckConstraint("(judged_id IS NULL) = (took = '{}')", name="took"),
        Index("ix_profile_change_author", "author_id", "id"),
        # One change of a member is what others see.
        Index("uq_profile_change_stands", "author_id", unique=True, postgresql_where=text("stands")),
        Index("ix_profile_change_kept", "id", postgresql_where=text("about IS NOT NULL AND held_at IS NULL")),
        Index("ix_profile_change_judged", "judged_id", postgresql_where=text("judged_id IS NOT NULL")),
        # One change of a member waits, the last.
        Index(
            "uq_profile_change_held", "author_id", unique=True, postgresql_where=text("held_at IS NOT NULL")
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    display_name: str | None = None
    about: str | None = None
    """Both as the whole profile would be."""
    flag: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What rules say of it to whoever reads the profile."""
    created_at: datetime = Field(sa_column=moment())
    held_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    stands: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it is what others see."""
    screened: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether its member made it, and rules were asked of it; else it stands for what they had when they
    joined, or a jury made it."""
    judged_id: int | None = Field(default=None, foreign_key="profile_change.id", sa_type=BigInteger)
    """The change of which a jury took away what this one does not say any more."""
    took: list[str] = Field(default=[], sa_column=Column(ARRAY(String), nullable=False, server_default="{}"))
    """Which of ``display_name`` and ``about`` it took."""
