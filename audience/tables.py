"""Tables of who sees what: posts with their locks, replies, relations, gates and seats."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    Interval,
    SmallInteger,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from coop.database import Row
from coop.tables import document, moment


class Post(Row, table=True):
    """Something a member made, the audience they chose, and that choice compiled into locks."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("seats_max >= 1", name="seats_positive"),
        CheckConstraint("per_minute >= 1", name="per_minute_positive"),
        CheckConstraint("burst >= 1", name="burst_positive"),
        CheckConstraint("cardinality(lock_any) > 0", name="locked"),
        CheckConstraint("length_ms >= 0", name="length_counted"),
        Index("ix_post_author", "author_id", "id"),
        Index("ix_post_guild", "guild_id", "id"),
        Index("ix_post_asset", "asset_id", unique=True),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    guild_id: int | None = Field(default=None, foreign_key="guild.id", sa_type=BigInteger)
    """The guild it was made in, whose clauses bind it besides the coop's."""
    body: str
    teaser: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """What is shown to those who may see but not read it."""
    language: str | None = None
    """ISO 639 code of the language it is written in, as its author says or as it was recognised."""
    place_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInteger)
    """Where its author says it is from."""
    asset_id: int | None = Field(default=None, foreign_key="asset.id", sa_type=BigInteger)
    audience: dict[str, Any] = Field(sa_column=document())
    """The audience document as its author wrote it."""
    circles: dict[str, int] | None = Field(default=None, sa_column=document(nullable=True))
    """The keys of the circles that the document names, by name."""
    embeds: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it shows another post inside it, or would where that one can be seen."""
    polled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it asks something: see ``polls/tables.py``."""
    cowritten: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it names others who wrote in it, or did once: see ``cowriting/tables.py``."""
    mentions: list[int] = Field(
        default=[], sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}")
    )
    """Ids of the members whom the text names."""
    lock_any: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """The lock of ``read``; its parts are those of ``locks.Lock``. All of this never changes: a post is
    narrowed by stages."""
    lock_all: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger)))
    lock_none: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger)))
    lock_groups: list[list[int]] | None = Field(
        default=None, sa_column=Column(ARRAY(BigInteger, dimensions=2))
    )
    lock_follow: list[int | None] | None = Field(default=None, sa_column=Column(ARRAY(SmallInteger)))
    layers: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"})
    """How many layers narrow it besides the one that it was published with, now or later."""
    plain: bool | None = Field(
        default=None,
        sa_column=Column(
            Boolean,
            Computed(
                "layers = 0 AND lock_all IS NULL AND lock_none IS NULL AND lock_groups IS NULL"
                " AND lock_follow IS NULL",
                persisted=True,
            ),
            nullable=False,
        ),
    )
    """Whether ``lock_any`` alone decides who may read it."""
    seats_max: int | None = None
    """The author's own cap; the effective one is the strictest of author, guild and coop."""
    wide: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it was published beyond the ceiling of seats, as whoever holds wide reach may."""
    waitlist: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether members may wait for a seat once all are taken."""
    per_minute: int | None = None
    burst: int | None = None
    all_wait: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether friends of the post are delayed as strangers are."""
    names: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"})
    """How many groups of people its document names."""
    tags: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"})
    """How many topics its text names."""
    features: list[int] = Field(
        default=[], sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}")
    )
    """What it is about, for feeds: ``id << 4 | kind`` of its tags, its language and its place."""
    norm: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    """Length of the vector of its tags, each as heavy as its ``idf`` was when it was published."""
    length_ms: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How long its text takes to read and its picture to look at, by the clauses when it was published."""
    created_at: datetime = Field(sa_column=moment())
    held_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Since when only its author sees it: until the author of what it is made from says yes, or the decision
    ends that holds it."""
    flag: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What its readers are told of the decision in force: see ``Verdict.flag``."""
    unfed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether that decision keeps it out of feeds."""
    deleted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Reply(Row, table=True):
    """An answer to a post, or to another answer; its audience is its post's, which never widens (law 8)."""

    __tablename__ = "reply"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'shown', 'refused', 'held')", name="state_known"),
        CheckConstraint(
            "CASE state WHEN 'waiting' THEN decided_at IS NULL WHEN 'refused' THEN decided_at IS NOT NULL"
            " ELSE true END",
            name="decided",
        ),
        CheckConstraint("body <> '' OR asset_id IS NOT NULL", name="says_something"),
        CheckConstraint("at_ms >= 0", name="moment_counted"),
        CheckConstraint("at_ms IS NOT NULL OR NOT pause", name="pause_somewhere"),
        CheckConstraint("cardinality(above) <= 32", name="depth_bounded"),
        UniqueConstraint("post_id", "id"),
        ForeignKeyConstraint(["post_id", "parent_id"], ["reply.post_id", "reply.id"]),
        Index("ix_reply_author", "author_id", "id"),
        Index("ix_reply_root", "root_id"),
        Index("ix_reply_asset", "asset_id", unique=True, postgresql_where="asset_id IS NOT NULL"),
        Index("ix_reply_waiting", "post_id", "id", postgresql_where=text("state = 'waiting'")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    body: str
    above: list[int] = Field(
        default=[], sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}")
    )
    """The replies that it stands under, the outermost first. Followed by its own id this is its place in the
    reading order: under what it answers, and there by age."""
    parent_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, Computed("above[cardinality(above)]", persisted=True)),
    )
    """What it answers; none where that is the post."""
    root_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, Computed("COALESCE(above[1], id)", persisted=True), nullable=False),
    )
    """The reply to the post under which it stands, or which it is."""
    depth: int | None = Field(
        default=None,
        sa_column=Column(SmallInteger, Computed("cardinality(above)", persisted=True), nullable=False),
    )
    """How deep it stands: 0 answers the post."""
    at_ms: int | None = None
    """The moment of the post that it speaks of."""
    pause: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the post is to stop at that moment."""
    asset_id: int | None = Field(default=None, foreign_key="asset.id", sa_type=BigInteger)
    """A picture of its author's own, delivered under the post's access."""
    state: str = Field(default="shown", sa_column_kwargs={"server_default": "shown"})
    """``waiting`` until the author of the post decides, ``shown``, or ``refused``; ``held`` by a decision of
    the rules, which says what it is after that."""
    flag: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What its readers are told of the decision in force: see ``Verdict.flag``."""
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    created_at: datetime = Field(sa_column=moment())
    deleted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Relation(Row, table=True):
    """One member follows or blocks another, or waits to follow them."""

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("kind IN ('follow', 'block', 'wait')", name="kind_known"),
        CheckConstraint("member_id <> other_id", name="not_oneself"),
        Index("ix_relation_other", "other_id", "kind", "since"),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    kind: str = Field(primary_key=True)
    other_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    since: datetime = Field(sa_column=moment())


class Gate(Row, table=True):
    """The counters of a post for which a limit holds or has held. Gates are locked in order of post id."""

    __tablename__ = "gate"
    __table_args__ = (
        CheckConstraint("taken >= 0", name="taken_counted"),
        CheckConstraint("waiting >= 0", name="waiting_counted"),
        CheckConstraint("(slowed_until IS NULL) = (slowed_to IS NULL)", name="slowed"),
        Index("ix_gate_awaited", "post_id", postgresql_where=text("waiting > 0")),
    )

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    taken: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Distinct members seated: the number of ``seat`` rows of this post."""
    arrival_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Theoretical arrival time of the next stranger (GCRA)."""
    reached: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """How many stages of the post a share of its seats has brought."""
    waiting: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """How many wait for a seat: the number of ``waiting`` rows of this post."""
    slowed_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Until when strangers come one at a time, because its thread is hot."""
    slowed_to: timedelta | None = Field(default=None, sa_column=Column(Interval, nullable=True))
    """The least time between two of them meanwhile."""


class Waiting(Row, table=True):
    """A member's place among those who wait for a seat; it comes and goes while its gate is held."""

    __tablename__ = "waiting"
    __table_args__ = (UniqueConstraint("post_id", "number"), Index("ix_waiting_member", "member_id"))

    post_id: int = Field(foreign_key="gate.post_id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    number: int | None = Field(
        default=None, sa_column=Column("number", BigInteger, Identity(always=False), nullable=False)
    )
    """In the order in which they came: the clocks of two requests may differ from it."""
    since: datetime = Field(sa_column=moment())


class Seat(Row, table=True):
    """A member's place among a post's viewers, taken when the post was first delivered to them."""

    __tablename__ = "seat"
    __table_args__ = (
        Index("ix_seat_post", "post_id"),
        # Seats lie in the order of time, so the span of each run of pages tells all, and writes pay nothing.
        Index("ix_seat_at", "at", postgresql_using="brin"),
        CheckConstraint("watched_ms >= 0", name="watched_counted"),
    )

    # No foreign keys: that each is of a member and a post is asked once a statement, by a trigger.
    member_id: int = Field(primary_key=True, sa_type=BigInteger)
    post_id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())
    via: str
    """Where it was first delivered: ``post``, ``member``, ``tag``, ``guild``, ``place``, ``search``,
    ``greet``, ``called``, ``room``, ``playlist``, ``waiting`` or ``feed:<profile>``."""
    epoch: int = Field(sa_type=BigInteger)
    """The policy epoch that decided the delivery."""
    watched_ms: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How long the post was before the viewer, as they say: never longer than since ``at``."""
