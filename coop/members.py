"""Members: joining, saying where one is, and leaving; and the identity that every credential resolves to.

A handle belongs to one person for good: it is not given out again after they leave, so that nobody can
speak in a name that others remember.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Select, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop import guilds, invitations, profiles, suspensions
from coop.book import Book
from coop.errors import Conflict, Fault, Forbidden, NotFound, RuleBroken, Unauthenticated
from coop.identity import Identity
from coop.ledger import append
from coop.membership_rules import NAME, MembershipRules
from coop.names import check_handle, line, normal
from coop.passwords import STANDARD, UNUSABLE, hash_password
from coop.places import check_place
from coop.profiles import LONGEST_DISPLAY_NAME
from coop.tables import GuildMembership, Invitation, Member, OAuthToken, WebSession

EVERYTHING = frozenset({"read", "write"})
"""The scopes of somebody who acts in person."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody says who wants to join."""

    handle: str
    password: str
    display_name: str
    place: int | None = None
    """Id of where they say they are."""
    invitation: str | None = None
    """The code of one, where the door needs it."""


def join(
    session: Session, book: Book, newcomer: Newcomer, now: datetime, *, hasher: PasswordHasher = STANDARD
) -> Identity:
    """Make a member and return who they are.

    Raise RuleBroken where something that they gave cannot be used, Forbidden where the door opens only
    with an invitation and there is none, and Conflict where the handle is taken.
    """
    rules = book.rules(NAME, MembershipRules)
    handle = _free_to_take(book, rules, newcomer.handle)
    _check_password(book, rules, newcomer.password, handle)
    if newcomer.invitation is None and rules.joining.admission == "invited":
        detail = "One joins by an invitation from a member."
        needed = Fault("/invitation", detail, book.cite(NAME, "/joining/admission"))
        raise Forbidden(detail, faults=(needed,))
    place_id = check_place(session, newcomer.place, "/place")
    display_name = line(newcomer.display_name, "/display_name", longest=LONGEST_DISPLAY_NAME)
    made = session.execute(
        insert(Member)
        .values(
            handle=handle,
            display_name=display_name,
            about="",
            password_hash=hash_password(newcomer.password, hasher),
            place_id=place_id,
            joined_at=now,
        )
        .on_conflict_do_nothing(index_elements=[col(Member.handle)])
        .returning(col(Member.id))
    ).scalar_one_or_none()
    if made is None:
        raise Conflict("This handle is taken.", faults=(Fault("/handle", "Another member has it."),))
    if newcomer.invitation is not None and not invitations.use(session, newcomer.invitation, made, now):
        unknown = Fault("/invitation", "This invitation is unknown, used or past its time.")
        raise RuleBroken("This invitation does not open the door.", faults=(unknown,))
    append(session, "member.joined", {"member": handle, "invited": newcomer.invitation is not None}, now)
    return Identity(made, handle, display_name, now, scopes=EVERYTHING)


def settle(session: Session, actor: Identity, place_id: int | None) -> None:
    """Say where the actor is, by the id of a place, None for nothing.

    Raise RuleBroken for another id, and Unauthenticated where they have left.
    """
    here = update(Member).where(col(Member.id) == actor.member_id, col(Member.left_at).is_(None))
    said = here.values(place_id=check_place(session, place_id, "/place"))
    if session.execute(said.returning(col(Member.id))).one_or_none() is None:
        raise Unauthenticated


def leave(session: Session, actor: Identity, now: datetime) -> None:
    """Leave the coop: out of every guild and every credential, and the profile is emptied.

    Leaving cannot be refused. The row and the handle stay, because votes and posts name them.
    """
    gone = session.execute(
        update(Member)
        .where(col(Member.id) == actor.member_id, col(Member.left_at).is_(None))
        .values(
            left_at=now,
            password_hash=UNUSABLE,
            display_name=actor.handle,
            about="",
            flag=None,
            place_id=None,
        )
        .returning(col(Member.id))
    ).one_or_none()
    if gone is None:
        return
    profiles.forget(session, actor.member_id)
    guilds.leave_all(session, actor, now)
    session.execute(delete(WebSession).where(col(WebSession.member_id) == actor.member_id))
    session.execute(
        update(OAuthToken)
        .where(col(OAuthToken.member_id) == actor.member_id, col(OAuthToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    session.execute(
        delete(Invitation).where(
            col(Invitation.inviter_id) == actor.member_id, col(Invitation.used_by).is_(None)
        )
    )
    append(session, "member.left", {"member": actor.handle}, now)


def identity_query() -> Select[Any]:
    """Return the statement from which identities are read; add what tells which member is meant.

    One statement, guilds and all: it is run for every request.
    """
    held = (
        select(
            func.array_agg(col(GuildMembership.guild_id)).label("guilds"),
            func.array_agg(col(GuildMembership.guild_id))
            .filter(col(GuildMembership.role) == guilds.STEWARD)
            .label("steward_of"),
        )
        .where(
            col(GuildMembership.member_id) == col(Member.id),
            col(GuildMembership.left_at).is_(None),
        )
        .correlate(Member)
        .lateral()
    )
    return (
        select(
            col(Member.id),
            col(Member.handle),
            col(Member.display_name),
            col(Member.joined_at),
            col(Member.keeps_garden),
            suspensions.last_end().label("suspended_until"),
            held.c.guilds,
            held.c.steward_of,
        )
        .select_from(Member)
        .join(held, true())
        .where(col(Member.left_at).is_(None))
    )


def as_identity(row: Any, scopes: frozenset[str]) -> Identity:
    """Return a row of :func:`identity_query` as the identity that rules receive."""
    return Identity(
        row.id,
        row.handle,
        row.display_name,
        row.joined_at,
        frozenset(row.guilds or ()),
        frozenset(row.steward_of or ()),
        scopes,
        row.keeps_garden,
        row.suspended_until,
    )


def identity_of(session: Session, handle: str) -> Identity:
    """Return a member as they are now, acting in person; raise NotFound where there is none."""
    row = session.execute(identity_query().where(col(Member.handle) == normal(handle))).one_or_none()
    if row is None:
        raise NotFound
    return as_identity(row, EVERYTHING)


def _free_to_take(book: Book, rules: MembershipRules, handle: str) -> str:
    found = check_handle(handle)
    if found in rules.names.reserved:
        reserved = Fault("/handle", "Nobody may take this name.", book.cite(NAME, "/names/reserved"))
        raise RuleBroken("This handle is reserved.", faults=(reserved,))
    return found


def _check_password(book: Book, rules: MembershipRules, password: str, handle: str) -> None:
    shortest = rules.credentials.password_min_length
    if len(password) < shortest:
        clause = book.cite(NAME, "/credentials/password_min_length")
        short = Fault("/password", f"A password has at least {shortest} characters.", clause)
        raise RuleBroken("This password is too short.", faults=(short,))
    if normal(password) == handle:
        same = Fault("/password", "Choose a password that is not your handle.")
        raise RuleBroken("This password is your handle.", faults=(same,))
