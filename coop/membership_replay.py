"""The membership policy, replayed: who would have joined, invited, founded, entered and added, and who not.

Law 1: each of these is decided by a clause of ``membership``; here the recorded joins, invitations,
foundings, entries and added places of the window are decided again, by the rules in force and by the patch.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from coop.membership_rules import NAME, MembershipRules
from coop.place_tables import Place
from coop.rehearsal import Measure, Rehearsing, Report, Tallied, changes, merged
from coop.tables import Guild, GuildMembership, Invitation, Member

LIMITS = (
    "People who came to a closed door, or met with a limit, are not on record.",
    "Of one who left a guild and came back, only the last entry is on record.",
    "The length of a password is not on record, so a change of it is not replayed.",
    "By which rhythm each notice came when it did is not on record, so a change of it is not replayed.",
)


class Invited(NamedTuple):
    """One invitation."""

    inviter: int
    created_at: datetime
    used_at: datetime | None
    """When somebody joined by it."""
    ended_at: datetime
    """When it was used, or else ran out."""


def replay_membership(session: Session, asked: Rehearsing) -> Report:
    """Return what the joins, invitations, foundings, entries and places of the window would have met with."""
    invitations = _invitations(session, asked.until)
    rules = [book.rules(NAME, MembershipRules) for book in (asked.before, asked.after)]
    measures = (
        _joins(session, asked, rules, {one.used_at for one in invitations if one.used_at is not None}),
        _invited(asked, rules, invitations),
        _founded(session, asked, rules),
        _entered(session, asked, rules),
        _added(session, asked, rules),
    )
    replayed = {measure.name: measure.total.before for measure in measures}
    return Report(replayed, measures, limits=LIMITS)


def _invitations(session: Session, until: datetime) -> list[Invited]:
    rows = session.execute(
        select(
            col(Invitation.inviter_id),
            col(Invitation.created_at),
            col(Member.joined_at),
            col(Invitation.expires_at),
        )
        .outerjoin(Member, col(Member.id) == col(Invitation.used_by))
        .where(col(Invitation.created_at) < until)
        .order_by(col(Invitation.created_at), col(Invitation.code_sha256))
    )
    return [Invited(inviter, made, used, used or ends) for inviter, made, used, ends in rows]


def _joins(
    session: Session, asked: Rehearsing, rules: Sequence[MembershipRules], invited: set[datetime]
) -> Measure:
    """Whoever joined: by an invitation or not, under a name that may be taken or not."""
    rows = session.execute(
        select(col(Member.id), col(Member.handle), col(Member.joined_at)).where(
            col(Member.joined_at) >= asked.since, col(Member.joined_at) < asked.until
        )
    )
    tallied = Tallied(asked.hidden_below)
    for row in rows:
        before, after = (
            row.handle not in one.names.reserved
            and (one.joining.admission == "open" or row.joined_at in invited)
            for one in rules
        )
        tallied.add(row.id, before=before, after=after)
    return Measure("joined", "people who joined", "turned away", "let in", tallied.change)


def held_within(invitations: Iterable[Invited], most: int) -> list[bool]:
    """Say of each invitation of one member, the oldest first, whether it kept within ``most`` at one time.

    One that was not allowed is not held, so it takes no room from those after it.
    """
    ends: list[datetime] = []
    found = []
    for one in invitations:
        ends = [end for end in ends if end > one.created_at]
        found.append(len(ends) < most)
        if found[-1]:
            ends.append(one.ended_at)
    return found


def _invited(asked: Rehearsing, rules: Sequence[MembershipRules], invitations: Sequence[Invited]) -> Measure:
    """Whoever was invited: within the number that their inviter could hold out, and in time if they came."""
    by_inviter: dict[int, list[Invited]] = defaultdict(list)
    for one in invitations:
        by_inviter[one.inviter].append(one)
    tallied = Tallied(asked.hidden_below)
    for inviter, theirs in by_inviter.items():
        held = [held_within(theirs, one.joining.invitations_per_member) for one in rules]
        for index, one in enumerate(theirs):
            if one.created_at >= asked.since:
                before, after = (
                    fits[index] and _in_time(one, rule.joining.invitation_days)
                    for fits, rule in zip(held, rules, strict=True)
                )
                tallied.add(inviter, before=before, after=after)
    return Measure("invitations", "invitations", "refused or too late", "allowed", tallied.change)


def _in_time(invitation: Invited, days: int) -> bool:
    used = invitation.used_at
    return used is None or used < invitation.created_at + timedelta(days=days)


def _founded(session: Session, asked: Rehearsing, rules: Sequence[MembershipRules]) -> Measure:
    """Whichever guild was founded: as one of those that its founder may found, under a name to be had."""
    rows = session.execute(
        select(
            col(Guild.slug),
            col(Guild.founder_id),
            col(Guild.founded_at),
            func.row_number()
            .over(partition_by=col(Guild.founder_id), order_by=(col(Guild.founded_at), col(Guild.id)))
            .label("place"),
        ).where(col(Guild.founded_at) < asked.until)
    )
    tallied = Tallied(asked.hidden_below)
    for row in rows:
        if row.founded_at >= asked.since:
            before, after = (
                row.place <= one.guilds.founded_per_member and row.slug not in one.names.reserved
                for one in rules
            )
            tallied.add(row.founder_id, before=before, after=after)
    return Measure("founded", "guilds founded", "refused", "allowed", tallied.change)


def room_within(entries: Iterable[tuple[datetime, datetime | None]], most: int) -> list[bool]:
    """Say of each entry into one guild (from when, to when), in order, whether there was room for it."""
    stays: list[datetime | None] = []
    found = []
    for entered, left in entries:
        stays = [end for end in stays if end is None or end > entered]
        found.append(len(stays) < most)
        if found[-1]:
            stays.append(left)
    return found


def _entered(session: Session, asked: Rehearsing, rules: Sequence[MembershipRules]) -> Measure:
    """Whoever entered a guild: within the number of members that it may have."""
    by_guild: dict[str, list[tuple[int, datetime, datetime | None]]] = defaultdict(list)
    rows = session.execute(
        select(
            col(Guild.slug),
            col(GuildMembership.member_id),
            col(GuildMembership.joined_at),
            col(GuildMembership.left_at),
        )
        .join(Guild, col(Guild.id) == col(GuildMembership.guild_id))
        .where(col(GuildMembership.joined_at) < asked.until)
        .order_by(col(GuildMembership.joined_at), col(GuildMembership.member_id))
    )
    for slug, member_id, joined_at, left_at in rows:
        by_guild[slug].append((member_id, joined_at, left_at))
    tallied: dict[str, Tallied] = {}
    for slug, entries in by_guild.items():
        stays = [(joined_at, left_at) for _, joined_at, left_at in entries]
        fits = [room_within(stays, one.guilds.members_max) for one in rules]
        _tally_entries(tallied.setdefault(slug, Tallied(asked.hidden_below)), entries, fits, asked.since)
    by = {slug: one for slug, one in tallied.items() if one.before.value or one.gained.value}
    return Measure(
        "entered",
        "entries into guilds",
        "refused",
        "allowed",
        merged(by.values(), asked.hidden_below).change,
        {"guild": changes(by, asked.hidden_below)},
    )


def _tally_entries(
    tallied: Tallied,
    entries: Sequence[tuple[int, datetime, datetime | None]],
    fits: Sequence[Sequence[bool]],
    since: datetime,
) -> None:
    for index, (member_id, joined_at, _) in enumerate(entries):
        if joined_at >= since:
            tallied.add(member_id, before=fits[0][index], after=fits[1][index])


def _added(session: Session, asked: Rehearsing, rules: Sequence[MembershipRules]) -> Measure:
    """Whichever neighbourhood was added: by one who may, as one of those that they may add."""
    rows = session.execute(
        select(
            col(Place.added_by),
            col(Place.added_at),
            func.row_number()
            .over(partition_by=col(Place.added_by), order_by=(col(Place.added_at), col(Place.id)))
            .label("nth"),
        ).where(col(Place.added_at) < asked.until)
    )
    tallied = Tallied(asked.hidden_below)
    for row in rows:
        if row.added_at >= asked.since:
            before, after = (
                one.places.neighbourhoods == "members" and row.nth <= one.places.neighbourhoods_per_member
                for one in rules
            )
            tallied.add(row.added_by, before=before, after=after)
    return Measure("added", "neighbourhoods added", "refused", "allowed", tallied.change)
