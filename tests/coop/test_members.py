"""Joining, one's own profile, leaving."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from coop import directory, guilds, members, profiles, sign_in
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken, Unauthenticated
from coop.identity import Identity
from coop.invitations import invite
from coop.members import Newcomer, join
from coop.oauth import bearer
from coop.passwords import CHEAP, STANDARD, needs_rehash
from coop.policies import Books
from coop.tables import Invitation, LedgerEvent, Member, OAuthToken, WebSession
from tests.coop.policy import with_clause
from tests.factories import (
    BERGEN,
    LISBON,
    LISBON_REGION,
    PASSWORD,
    PORTUGAL,
    bearer_for,
    identity_of,
    make_guild,
    make_member,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def newcomer(handle: str = "ada", password: str = PASSWORD, **more: Any) -> Newcomer:
    return Newcomer(handle=handle, password=password, **{"display_name": "Ada", **more})


def welcome(session: Session, book: Book, handle: str = "ada", **more: Any) -> Identity:
    return join(session, book, newcomer(handle, **more), NOW, hasher=CHEAP)


def describe(session: Session, book: Book, who: Identity, said: dict[str, str | None]) -> None:
    """Change a profile where no rule speaks of it."""
    profiles.change(session, book, who, said, lambda *_: None, NOW)


def place_id(session: Session, who: Identity) -> int | None:
    card = directory.place_of(session, who)
    return None if card is None else card.id


def events(session: Session, kind: str) -> list[dict[str, object]]:
    return list(
        session.scalars(
            select(col(LedgerEvent.payload))
            .where(col(LedgerEvent.type) == kind)
            .order_by(col(LedgerEvent.seq))
        )
    )


def test_whoever_joins_is_a_member_and_the_ledger_says_so(session: Session, book: Book) -> None:
    made = welcome(session, book, "Ada")
    assert members.identity_of(session, "ada") == made
    assert directory.member(session, "ada").joined_at == NOW
    assert events(session, "member.joined") == [{"member": "ada", "invited": False}]


def test_a_password_is_kept_under_the_standard_hash(session: Session, book: Book) -> None:
    made = join(session, book, newcomer(), NOW)
    assert not needs_rehash(session.get_one(Member, made.member_id).password_hash, STANDARD)


def test_a_taken_handle_is_a_conflict_however_it_is_typed(session: Session, book: Book) -> None:
    welcome(session, book)
    for handle in ("ada", " ADA", "ａｄａ"):
        with pytest.raises(Conflict) as refused:
            welcome(session, book, handle)
        assert refused.value.faults[0].pointer == "/handle"


def test_a_reserved_handle_is_refused_by_its_clause(session: Session, book: Book) -> None:
    with pytest.raises(RuleBroken) as refused:
        welcome(session, book, "Moderator")
    (fault,) = refused.value.faults
    assert fault.pointer == "/handle"
    assert fault.clause is not None
    assert fault.clause.clause == "/names/reserved"


def test_a_password_is_long_and_not_the_handle(session: Session, book: Book) -> None:
    with pytest.raises(RuleBroken) as short:
        welcome(session, book, password="elevenchars")
    (fault,) = short.value.faults
    assert fault.pointer == "/password"
    assert fault.clause is not None
    assert fault.clause.clause == "/credentials/password_min_length"
    with pytest.raises(RuleBroken) as same:
        welcome(session, book, "ada_lovelace_1815", password="Ada_Lovelace_1815")
    assert same.value.faults[0].pointer == "/password"


def test_a_place_is_declared_as_coarsely_as_one_likes(session: Session, book: Book) -> None:
    nowhere = welcome(session, book, "ada")
    assert directory.place_of(session, nowhere) is None
    for number, place in enumerate((PORTUGAL, LISBON_REGION, LISBON)):
        card = directory.place_of(session, welcome(session, book, f"ben{number}", place=place))
        assert card is not None
        assert card.id == place


@pytest.mark.parametrize("place", [0, -1, 2**63 - 1])
def test_a_place_that_nobody_knows_is_refused(session: Session, book: Book, place: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        welcome(session, book, place=place)
    assert refused.value.faults[0].pointer == "/place"
    ada = welcome(session, book)
    with pytest.raises(RuleBroken) as unsettled:
        members.settle(session, ada, place)
    assert unsettled.value.faults[0].pointer == "/place"


def test_law_01_where_one_joins_by_invitation_the_door_needs_one(session: Session, book: Book) -> None:
    host = welcome(session, book, "ada")
    closed = with_clause(book, "membership", "/joining/admission", "invited")
    with pytest.raises(Forbidden) as refused:
        welcome(session, closed, "ben")
    (fault,) = refused.value.faults
    assert fault.clause is not None
    assert fault.clause.clause == "/joining/admission"
    opened = invite(session, closed, host, NOW)
    welcome(session, closed, "ben", invitation=opened.code)
    assert events(session, "member.joined")[-1] == {"member": "ben", "invited": True}


def test_an_invitation_opens_once_in_its_time(session: Session, book: Book) -> None:
    host = welcome(session, book, "ada")
    opened = invite(session, book, host, NOW)
    assert opened.expires_at == NOW + timedelta(days=14)
    welcome(session, book, "ben", invitation=opened.code)
    stale = invite(session, book, host, NOW - timedelta(days=14))
    for number, code in enumerate((opened.code, stale.code, "made up")):
        with pytest.raises(RuleBroken) as refused:
            welcome(session, book, f"guest{number}", invitation=code)
        assert refused.value.faults[0].pointer == "/invitation"


def test_a_member_holds_out_as_many_invitations_as_the_clause_allows(session: Session, book: Book) -> None:
    host = welcome(session, book, "ada")
    made = [invite(session, book, host, NOW) for _ in range(5)]
    with pytest.raises(Forbidden) as refused:
        invite(session, book, host, NOW)
    assert refused.value.faults[0].clause is not None
    welcome(session, book, "ben", invitation=made[0].code)
    invite(session, book, host, NOW)


def test_of_many_newcomers_with_one_handle_exactly_one_gets_it(
    committed: Database, books: Books, clock: Clock
) -> None:
    def attempt(number: int) -> str:
        try:
            with committed.begin() as session:
                join(session, books.current(session), newcomer(), clock.now(session), hasher=CHEAP)
        except Conflict:
            return "taken"
        return "joined"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(attempt, range(32)))
    assert outcomes.count("joined") == 1
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(Member)).scalar_one() == 1


def test_of_many_newcomers_with_one_invitation_exactly_one_gets_in(
    committed: Database, books: Books, clock: Clock
) -> None:
    with committed.begin() as session:
        book, now = books.current(session), clock.now(session)
        code = invite(session, book, join(session, book, newcomer(), now, hasher=CHEAP), now).code

    def attempt(number: int) -> str:
        try:
            with committed.begin() as session:
                guest = newcomer(f"guest{number}", invitation=code)
                join(session, books.current(session), guest, clock.now(session), hasher=CHEAP)
        except RuleBroken:
            return "refused"
        return "joined"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(attempt, range(16)))
    assert outcomes.count("joined") == 1
    with committed.begin() as session:
        assert session.execute(select(func.count()).select_from(Member)).scalar_one() == 2


def test_a_profile_changes_in_what_is_named_and_in_nothing_else(session: Session, book: Book) -> None:
    ada = welcome(session, book, place=BERGEN)
    describe(session, book, ada, {"about": "Grows beans.\n"})
    card = directory.member(session, "ada")
    assert (card.display_name, card.about) == ("Ada", "Grows beans.")
    assert place_id(session, ada) == BERGEN
    members.settle(session, ada, None)
    assert place_id(session, ada) is None
    assert directory.member(session, "ada").about == "Grows beans."
    describe(session, book, ada, {"display_name": " Ada  L. "})
    assert directory.member(session, "ada").display_name == "Ada L."


def test_a_profile_that_hides_something_is_refused(session: Session, book: Book) -> None:
    ada = welcome(session, book)
    for field, value in (("display_name", "\u202e"), ("about", "x" * 2001)):
        with pytest.raises(RuleBroken) as refused:
            describe(session, book, ada, {field: value})
        assert refused.value.faults[0].pointer == f"/{field}"


def test_whoever_leaves_is_out_of_every_door(session: Session, book: Book) -> None:
    ada = welcome(session, book, place=BERGEN)
    token = sign_in.sign_in(session, "ada", PASSWORD, "192.0.2.1", NOW, hasher=CHEAP)
    assert token is not None
    carried = bearer_for(session, session.get_one(Member, ada.member_id))["Authorization"].split()[1]
    now = datetime.now(UTC)
    assert bearer(carried).identity(session, now) is not None
    invite(session, book, ada, NOW)

    members.leave(session, ada, NOW)

    assert sign_in.cookie(token).identity(session, NOW) is None
    assert bearer(carried).identity(session, now) is None
    assert sign_in.sign_in(session, "ada", PASSWORD, "192.0.2.1", NOW, hasher=CHEAP) is None
    for look in (members.identity_of, directory.member):
        with pytest.raises(NotFound):
            look(session, "ada")
    assert session.scalars(select(Invitation)).all() == []
    assert session.scalars(select(WebSession)).all() == []
    assert session.scalars(select(col(OAuthToken.revoked_at))).all() == [NOW]
    assert events(session, "member.left") == [{"member": "ada"}]


def test_what_one_said_about_oneself_goes_and_the_handle_stays(session: Session, book: Book) -> None:
    ada = welcome(session, book, place=BERGEN)
    describe(session, book, ada, {"about": "Grows beans."})
    members.leave(session, ada, NOW)
    row = session.execute(select(Member).where(col(Member.handle) == "ada")).scalar_one()
    session.refresh(row)
    assert (row.display_name, row.about, row.place_id, row.left_at) == ("ada", "", None, NOW)
    with pytest.raises(Unauthenticated):
        members.settle(session, ada, BERGEN)
    with pytest.raises(Unauthenticated):
        describe(session, book, ada, {"about": "Still here."})
    with pytest.raises(Conflict):
        welcome(session, book, "ada")


def test_leaving_twice_is_leaving_once(session: Session, book: Book) -> None:
    ada = welcome(session, book)
    members.leave(session, ada, NOW)
    members.leave(session, ada, NOW)
    assert len(events(session, "member.left")) == 1


def test_a_guild_whose_last_steward_leaves_the_coop_is_tended_by_its_oldest_member(
    session: Session, book: Book
) -> None:
    ada, ben, cleo = (make_member(session, handle) for handle in ("ada", "ben", "cleo"))
    guild = make_guild(session, "seeds", ada, members=(ben,))
    guilds.join(session, book, identity_of(cleo), "seeds", NOW)
    members.leave(session, identity_of(ada, (guild,), (guild,)), NOW)
    assert directory.guild(session, "seeds").stewards == ("ben",)
    assert events(session, "guild.steward") == [
        {"guild": "seeds", "member": "ben", "steward": True, "by": "succession"}
    ]


def test_an_identity_holds_guilds_and_stewardships(session: Session) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    tended, visited = make_guild(session, "tended", ada), make_guild(session, "visited", ben, members=(ada,))
    make_guild(session, "other", ben)
    assert members.identity_of(session, "ada") == identity_of(ada, (tended, visited), (tended,))


def test_a_member_who_invites_many_at_once_holds_out_no_more_than_they_may(
    committed: Database, books: Books, clock: Clock
) -> None:
    with committed.begin() as session:
        host = identity_of(make_member(session, "ada"))

    def attempt(number: int) -> str:
        try:
            with committed.begin() as session:
                invite(session, books.current(session), host, clock.now(session))
        except Forbidden:
            return "refused"
        return "made"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(attempt, range(12)))
    assert outcomes.count("made") == 5
