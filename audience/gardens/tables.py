"""Tables of gardens: what each member keeps for themselves, labellers, and the labels that these give.

Law 7: no other member is ever shown a row of a garden. An edition of a labeller is immutable; which labels
stood in edition n is told by the rows themselves: those with ``since <= n`` and no ``until``, or one above n.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, false, text
from sqlalchemy.dialects.postgresql import ARRAY, REAL
from sqlmodel import Field, String

from coop.database import Row
from coop.tables import moment


class Mute(Row, table=True):
    """Something that a member would not have brought to them."""

    __tablename__ = "mute"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'guild', 'tag', 'word', 'kind')", name="kind_known"),
        CheckConstraint("num_nonnulls(other_id, name) = 1", name="one_subject"),
        Index(
            "uq_mute_subject", "member_id", "kind", "other_id", "name",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    kind: str
    other_id: int | None = Field(default=None, sa_type=BigInteger)
    """Of a person or a guild."""
    name: str | None = None
    """Of a tag, in its compared form; the words; or which kind of posts."""
    until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """None where it is for good."""
    made_at: datetime = Field(sa_column=moment())


class OwnFilter(Row, table=True):
    """A condition of a member's own, and what is done for them with the posts for which it holds."""

    __tablename__ = "own_filter"
    __table_args__ = (
        CheckConstraint("action IN ('label', 'collapse', 'hide')", name="action_known"),
        Index("ix_own_filter_member", "member_id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    name: str
    condition: str
    """In CEL, over the facts of ``vocabulary.py``."""
    action: str
    made_at: datetime = Field(sa_column=moment())


class AlwaysShown(Row, table=True):
    """A member chose to be shown a post, or all that somebody makes, whatever lists say."""

    __tablename__ = "always_shown"
    __table_args__ = (CheckConstraint("kind IN ('post', 'author')", name="kind_known"),)

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    other_id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())


class Labeller(Row, table=True):
    """Somebody's published judgement of posts and members: a list with one label, or with several."""

    __tablename__ = "labeller"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(member_id, guild_id) = CASE WHEN machine THEN 0 ELSE 1 END", name="held"
        ),
        CheckConstraint("cardinality(labels) > 0", name="labels_something"),
        Index("uq_labeller_slug", "slug", unique=True),
        Index("uq_labeller_machine", "machine", unique=True, postgresql_where=text("machine")),
        Index("ix_labeller_member", "member_id"),
        Index("ix_labeller_guild", "guild_id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    slug: str
    name: str
    about: str
    labels: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    """What it may say of anything."""
    member_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    guild_id: int | None = Field(default=None, foreign_key="guild.id", sa_type=BigInteger)
    machine: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the coop's own classifier gives its labels."""
    edition: int = 0
    made_at: datetime = Field(sa_column=moment())
    published_at: datetime = Field(sa_column=moment())
    """When its latest edition came; before the first, when it was founded."""
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """When whoever publishes it ended it."""


class Edition(Row, table=True):
    """One edition of a labeller: what it added and took away is told by the labels. Rows never change."""

    __tablename__ = "labeller_edition"

    labeller_id: int = Field(foreign_key="labeller.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    note: str = ""
    by_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    """Who published it; None for a machine."""
    made_at: datetime = Field(sa_column=moment())


class GivenLabel(Row, table=True):
    """A label that a labeller gave to a post or to a member, from one edition on until another."""

    __tablename__ = "given_label"
    __table_args__ = (
        CheckConstraint("num_nonnulls(post_id, member_id) = 1", name="one_subject"),
        CheckConstraint("until > since", name="taken_back_later"),
        Index(
            "uq_given_label_current", "labeller_id", "label", "post_id", "member_id",
            unique=True, postgresql_nulls_not_distinct=True, postgresql_where=text("until IS NULL"),
        ),
        Index("ix_given_label_post", "post_id"),
        Index("ix_given_label_member", "member_id"),
        Index("ix_given_label_until", "labeller_id", "until", postgresql_where=text("until IS NOT NULL")),
        Index("ix_given_label_at", "labeller_id", "at"),
        Index(
            "ix_given_label_disputed", "labeller_id",
            postgresql_where=text("disputed_at IS NOT NULL AND until IS NULL"),
        ),
    )  # fmt: skip

    id: int = Field(primary_key=True, sa_type=BigInteger)
    labeller_id: int = Field(foreign_key="labeller.id", sa_type=BigInteger)
    label: str
    post_id: int | None = Field(default=None, foreign_key="post.id", sa_type=BigInteger)
    member_id: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)
    score: float | None = Field(default=None, sa_type=REAL)
    """How sure a machine is, 0 to 1."""
    since: int
    """The first edition in which it stands."""
    until: int | None = None
    """The first one after it in which it does not."""
    disputed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Since when whoever is labelled, or made the post, says that it is not so."""
    at: datetime = Field(sa_column=moment())


class LabelSubscription(Row, table=True):
    """What a member has done for themselves with what a labeller labels so."""

    __tablename__ = "label_subscription"
    __table_args__ = (
        CheckConstraint("action IN ('label', 'collapse', 'hide')", name="action_known"),
        Index("ix_label_subscription_labeller", "labeller_id"),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    labeller_id: int = Field(foreign_key="labeller.id", primary_key=True, sa_type=BigInteger)
    label: str = Field(primary_key=True)
    action: str
    since: datetime = Field(sa_column=moment())


class ClassifierRun(Row, table=True):
    """How far the classifier has read, and how it fares: one row."""

    __tablename__ = "classifier_run"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True)
    read_to: int = Field(sa_type=BigInteger)
    """The last post that it was asked about."""
    due_at: datetime = Field(sa_column=moment())
    """Not before then is it asked again."""
    failing_since: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    failure: str = ""
    strikes: int = 0
    """Failures in a row."""
