"""The membership policy replayed: joins, invitations, foundings, entries and places decided again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from coop.book import Book
from coop.membership_replay import Invited, held_within, replay_membership, room_within
from coop.places import add_neighbourhood
from coop.rehearsal import Measure, Rehearsing
from coop.tables import Guild, GuildMembership, Invitation
from tests.coop.policy import with_clause
from tests.factories import LISBON, id_of, identity_of, make_guild, make_member

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=28)
DAY = timedelta(days=1)


def rehearse(session: Session, book: Book, clause: str, value: object) -> dict[str, Measure]:
    after = with_clause(book, "membership", clause, value)
    asked = Rehearsing("coop", "membership", book, after, SINCE, UNTIL, 9, 5, "seed")
    return {measure.name: measure for measure in replay_membership(session, asked).measures}


def numbers(measure: Measure) -> tuple[int, ...]:
    return tuple(cell.value for cell in measure.total.cells.values())


def invite(session: Session, inviter_id: int, at: datetime, code: str, used_by: int | None = None) -> None:
    session.add(
        Invitation(
            code_sha256=code,
            inviter_id=inviter_id,
            created_at=at,
            expires_at=at + 14 * DAY,
            used_by=used_by,
        )
    )
    session.flush()


def test_a_door_that_opens_by_invitation_turns_away_those_who_had_none(session: Session, book: Book) -> None:
    host = make_member(session)
    invited = make_member(session, joined_at=SINCE + DAY)
    make_member(session, joined_at=SINCE + 2 * DAY)
    make_member(session, joined_at=SINCE - DAY)
    invite(session, id_of(host), SINCE, "a", id_of(invited))
    found = rehearse(session, book, "/joining/admission", "invited")
    assert numbers(found["joined"]) == (2, 1, 0)


def test_a_name_that_becomes_reserved_is_counted(session: Session, book: Book) -> None:
    make_member(session, "gardener", joined_at=SINCE + DAY)
    reserved = ["me", "gardener"]
    assert numbers(rehearse(session, book, "/names/reserved", reserved)["joined"]) == (1, 1, 0)


def test_invitations_beyond_the_number_and_after_their_days_are_counted(session: Session, book: Book) -> None:
    host = make_member(session)
    late = make_member(session, joined_at=SINCE + 12 * DAY)
    for number in range(3):
        invite(session, id_of(host), SINCE + timedelta(hours=number), f"open {number}")
    invite(session, id_of(host), SINCE + timedelta(hours=9), "late", id_of(late))
    assert numbers(rehearse(session, book, "/joining/invitations_per_member", 2)["invitations"]) == (4, 2, 0)
    assert numbers(rehearse(session, book, "/joining/invitation_days", 7)["invitations"]) == (4, 1, 0)


def test_guilds_beyond_what_a_member_may_found_are_counted(session: Session, book: Book) -> None:
    founder = make_member(session)
    for number in range(3):
        make_guild(session, f"guild-of-{number}", founder, joined_at=SINCE + number * DAY)
    assert numbers(rehearse(session, book, "/guilds/founded_per_member", 2)["founded"]) == (3, 1, 0)


def test_entries_into_a_full_guild_are_counted_by_guild(session: Session, book: Book) -> None:
    guild: Guild = make_guild(session, "bakers")
    for number in range(4):
        member = make_member(session)
        session.add(
            GuildMembership(guild_id=id_of(guild), member_id=id_of(member), joined_at=SINCE + number * DAY)
        )
    session.flush()
    found = rehearse(session, book, "/guilds/members_max", 3)["entered"]
    assert numbers(found) == (4, 2, 0)
    assert list(found.by["guild"]) == ["bakers"]


def hours(*numbers_: int) -> list[datetime]:
    return [SINCE + timedelta(hours=number) for number in numbers_]


@pytest.mark.parametrize(("most", "expected"), [(0, [False] * 3), (1, [True, False, True]), (9, [True] * 3)])
def test_an_invitation_that_ended_makes_room_for_another(most: int, expected: list[bool]) -> None:
    made, ended = hours(0, 1, 5), hours(4, 9, 9)
    invitations = [Invited(1, begun, None, end) for begun, end in zip(made, ended, strict=True)]
    assert held_within(invitations, most) == expected


def test_whoever_leaves_a_guild_makes_room(session: Session) -> None:
    entered, left = hours(0, 1, 5), [*hours(4), None, None]
    assert room_within(zip(entered, left, strict=True), 1) == [True, False, True]
    assert room_within(zip(entered, left, strict=True), 2) == [True, True, True]


def test_neighbourhoods_beyond_what_a_member_may_add_are_counted(session: Session, book: Book) -> None:
    who = identity_of(make_member(session))
    for number in range(4):
        add_neighbourhood(session, who, book, LISBON, f"Quarter {number}", SINCE + (number - 1) * DAY)
    per_member = "/places/neighbourhoods_per_member"
    assert numbers(rehearse(session, book, per_member, 2)["added"]) == (3, 2, 0)
    assert numbers(rehearse(session, book, "/places/neighbourhoods", "nobody")["added"]) == (3, 3, 0)
