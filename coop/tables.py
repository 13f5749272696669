"""Tables of who we are: members, guilds, credentials, policy versions and the ledger.

The database keeps the invariants: one handle a member, one membership a guild, one number a version,
one version a policy and epoch, one hash chain.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Text
from sqlmodel import Field

from coop.database import Row


def serial() -> Column[int]:
    """Return a ``bigint`` primary key that the database numbers."""
    return Column("id", BigInteger, Identity(always=False), primary_key=True)


def moment(*, nullable: bool = False) -> Column[datetime]:
    """Return a column holding an instant with its time zone."""
    return Column(DateTime(timezone=True), nullable=nullable)


def document(*, nullable: bool = False) -> Column[Any]:
    """Return a JSONB column."""
    return Column(JSONB(none_as_null=True), nullable=nullable)


class Member(Row, table=True):
    """A person. One person, one row, one vote."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("handle"),
        CheckConstraint("handle ~ '^[a-z][a-z0-9_]{1,29}$'", name="handle_form"),
        Index("ix_member_joined", "joined_at"),
        Index("ix_member_words", text("member_words(handle, display_name, about)"), postgresql_using="gin"),
    )

    id: int | None = Field(default=None, sa_column=serial())
    handle: str
    display_name: str
    about: str = ""
    flag: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    """What rules of moderation say of name and text to whoever reads them."""
    keeps_garden: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether they ever muted, filtered, chose or subscribed to anything; a trigger keeps it."""
    password_hash: str
    place_id: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger,
            # Places name who added them: of the two keys that need each other, this one is added last.
            ForeignKey("place.id", name="fk_member_place_id", use_alter=True),
            index=True,
        ),
    )
    """Where they say they are; told to nobody but themself."""
    joined_at: datetime = Field(sa_column=moment())
    left_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Invitation(Row, table=True):
    """A single-use door opener, kept only as the hash of its code."""

    __tablename__ = "invitation"

    code_sha256: str = Field(primary_key=True)
    inviter_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    created_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    used_by: int | None = Field(default=None, foreign_key="member.id", sa_type=BigInteger)


class Guild(Row, table=True):
    """A group of members that holds features, budgets and clauses of its own."""

    __tablename__ = "guild"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,39}$'", name="slug_form"),
        Index("ix_guild_words", text("guild_words(slug, name, purpose)"), postgresql_using="gin"),
    )

    id: int | None = Field(default=None, sa_column=serial())
    slug: str
    name: str
    purpose: str
    founder_id: int = Field(foreign_key="member.id", sa_type=BigInteger)
    founded_at: datetime = Field(sa_column=moment())


class GuildMembership(Row, table=True):
    """Who belongs to which guild, as what, from when to when; rows stay, so a past roll can be drawn."""

    __tablename__ = "guild_membership"
    __table_args__ = (
        CheckConstraint("role IN ('member', 'steward')", name="role_known"),
        Index("ix_guild_membership_member", "member_id"),
    )

    guild_id: int = Field(foreign_key="guild.id", primary_key=True, sa_type=BigInteger)
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigInteger)
    role: str = "member"
    joined_at: datetime = Field(sa_column=moment())
    left_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class WebSession(Row, table=True):
    """A browser that is signed in, kept only as the hash of its cookie."""

    __tablename__ = "web_session"

    token_sha256: str = Field(primary_key=True)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    created_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())


class SignInFailure(Row, table=True):
    """A failed sign-in, counted against its handle and address so that guessing is slow (fails closed)."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_subject_at", "subject", "at"),)

    id: int | None = Field(default=None, sa_column=serial())
    subject: str
    at: datetime = Field(sa_column=moment())


class OAuthClient(Row, table=True):
    """An application that may ask members for a token. All are public clients: PKCE, no secret."""

    __tablename__ = "oauth_client"

    client_id: str = Field(primary_key=True)
    name: str
    redirect_uris: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    scope: str
    created_at: datetime = Field(sa_column=moment())


class OAuthCode(Row, table=True):
    """An authorization code between consent and redemption, kept only as its hash."""

    __tablename__ = "oauth_code"

    code_sha256: str = Field(primary_key=True)
    client_id: str = Field(foreign_key="oauth_client.client_id", index=True)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    redirect_uri: str
    scope: str
    code_challenge: str
    expires_at: datetime = Field(sa_column=moment())
    redeemed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    family: str
    """The token family that redemption starts: a second redemption revokes it whole."""


class OAuthToken(Row, table=True):
    """An access token and its refresh token, kept only as hashes; a family is one chain of rotations."""

    __tablename__ = "oauth_token"
    __table_args__ = (UniqueConstraint("refresh_sha256"), Index("ix_oauth_token_family", "family"))

    access_sha256: str = Field(primary_key=True)
    refresh_sha256: str
    family: str
    client_id: str = Field(foreign_key="oauth_client.client_id", index=True)
    member_id: int = Field(foreign_key="member.id", sa_type=BigInteger, index=True)
    scope: str
    issued_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    refresh_expires_at: datetime = Field(sa_column=moment())
    rotated_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PolicyEpoch(Row, table=True):
    """The single row that every request reads first: it grows by one with each enactment (law 3)."""

    __tablename__ = "policy_epoch"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True)
    epoch: int = Field(sa_type=BigInteger)
    holdings: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """Grows by one with each change in who holds which feature."""


class PolicyVersion(Row, table=True):
    """One immutable text of one policy. A trigger refuses every update and delete."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("scope", "kind", "number"),
        UniqueConstraint("epoch"),
        CheckConstraint(
            "cause IN ('founding', 'enactment', 'sunset', 'tripwire', 'emergency')", name="cause_known"
        ),
        CheckConstraint("cause = 'founding' OR proposal_id IS NOT NULL", name="cause_voted"),
    )

    id: int | None = Field(default=None, sa_column=serial())
    scope: str
    kind: str
    number: int
    epoch: int = Field(sa_type=BigInteger)
    text: str
    sha256: str
    blame: dict[str, int] = Field(sa_column=document())
    """Clause pointer → number of the version that last set it."""
    cause: str = "founding"
    """What wrote it (law 2): the founding, an enactment, or the end that a vote had agreed to beforehand."""
    proposal_id: int | None = Field(default=None, sa_type=BigInteger)
    tally: dict[str, Any] | None = Field(default=None, sa_column=document(nullable=True))
    enacted_at: datetime = Field(sa_column=moment())


class LedgerEvent(Row, table=True):
    """One link of the hash chain (law 10). A trigger refuses every update and delete."""

    __tablename__ = "ledger_event"
    __table_args__ = (UniqueConstraint("hash"), UniqueConstraint("prev"))

    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_column=moment())
    type: str
    payload: dict[str, Any] = Field(sa_column=document())
    prev: str
    hash: str


class LedgerHead(Row, table=True):
    """The single row that whoever appends to the ledger locks, last of all locks."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: str


class IdempotencyRecord(Row, table=True):
    """That an unsafe request was carried out, so that it is not again when it is repeated."""

    __tablename__ = "idempotency_record"

    actor: str = Field(primary_key=True)
    """``member:<id>``, or the address hash of a caller who is not signed in."""
    key: str = Field(primary_key=True)
    request_sha256: str
    status: int | None = None
    """Of its answer; none until there is one, in the transaction that claims the key."""
    made: str | None = None
    """What it made, by the name that its path ends with."""
    created_at: datetime = Field(sa_column=moment())
