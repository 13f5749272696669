"""Makes members, guilds and identities for tests: rows as the actions would leave them."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlmodel import Session

from coop.identity import Identity
from coop.tables import Guild, GuildMembership, Member, OAuthClient, OAuthToken

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "a quiet garden gate"
PORTUGAL, LISBON_REGION, LISBON = 2264397, 2267056, 2267057
BERGEN = 3161732
"""Ids of shipped places: a country, a region and a city in it, each in the one before; and another city."""
_numbers = count(1)


def make_member(session: Session, handle: str | None = None, joined_at: datetime = LONG_AGO) -> Member:
    """Add a member who cannot sign in with a password (see ``coop.members.join`` for those)."""
    (member,) = make_members(session, [handle], joined_at)
    return member


def make_members(
    session: Session, handles: int | Iterable[str | None], joined_at: datetime = LONG_AGO
) -> list[Member]:
    """Add as many members, or one of each handle, in one statement."""
    names = [None] * handles if isinstance(handles, int) else handles
    members = [_member(name or f"member{next(_numbers)}", joined_at) for name in names]
    session.add_all(members)
    session.flush()
    return members


def _member(handle: str, joined_at: datetime) -> Member:
    return Member(handle=handle, display_name=handle.title(), password_hash="!", joined_at=joined_at)


def id_of(row: Member | Guild) -> int:
    """Return the id of a row that has been flushed."""
    assert row.id is not None
    return row.id


def make_guild(
    session: Session,
    slug: str | None = None,
    founder: Member | None = None,
    members: tuple[Member, ...] = (),
    joined_at: datetime = LONG_AGO,
) -> Guild:
    """Add a guild with its steward and its members."""
    slug = slug or f"guild-{next(_numbers)}"
    founder = founder or make_member(session)
    guild = Guild(
        slug=slug, name=slug.title(), purpose="to grow", founder_id=id_of(founder), founded_at=joined_at
    )
    session.add(guild)
    session.flush()
    for member in (founder, *members):
        session.add(
            GuildMembership(
                guild_id=id_of(guild),
                member_id=id_of(member),
                role="steward" if member is founder else "member",
                joined_at=joined_at,
            )
        )
    session.flush()
    return guild


def identity_of(
    member: Member, guilds: tuple[Guild, ...] = (), steward_of: tuple[Guild, ...] = ()
) -> Identity:
    """Return the identity that a sign-in of this member would give."""
    return Identity(
        member_id=id_of(member),
        handle=member.handle,
        display_name=member.display_name,
        joined_at=member.joined_at,
        guilds=frozenset(map(id_of, guilds)),
        steward_of=frozenset(map(id_of, steward_of)),
        scopes=frozenset({"read", "write"}),
    )


def bearer_for(session: Session, member: Member, scope: str = "read write") -> dict[str, str]:
    """Return the headers of a member who holds a token."""
    from coop.oauth import token_sha256

    now = datetime.now(UTC)
    if session.get(OAuthClient, "tests") is None:
        session.add(
            OAuthClient(
                client_id="tests",
                name="Tests",
                redirect_uris=["http://127.0.0.1/callback"],
                scope="read write",
                created_at=now,
            )
        )
        session.flush()
    token = secrets.token_urlsafe(32)
    session.add(
        OAuthToken(
            access_sha256=token_sha256(token),
            refresh_sha256=token_sha256(secrets.token_urlsafe(32)),
            family=secrets.token_hex(16),
            client_id="tests",
            member_id=id_of(member),
            scope=scope,
            issued_at=now,
            expires_at=now + timedelta(days=365),
            refresh_expires_at=now + timedelta(days=365),
        )
    )
    session.flush()
    return {"Authorization": f"Bearer {token}"}
