"""Guilds: a guild that has members has a steward."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from coop import directory, guilds
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.identity import Identity
from coop.policies import Books
from coop.tables import GuildMembership, LedgerEvent
from tests.coop.policy import with_clause
from tests.factories import identity_of, make_guild, make_member

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def person(session: Session, handle: str) -> Identity:
    return identity_of(make_member(session, handle))


def trail(session: Session) -> list[str]:
    rows = select(col(LedgerEvent.type)).where(col(LedgerEvent.type).startswith("guild."))
    return list(session.scalars(rows.order_by(col(LedgerEvent.seq))))


def test_whoever_founds_a_guild_is_its_first_steward(session: Session, book: Book) -> None:
    guilds.found(session, book, person(session, "ada"), "Seeds", "Seed  savers", "To swap.\n", NOW)
    card = directory.guild(session, "seeds")
    assert (card.name, card.purpose, card.founder, card.founded_at) == ("Seed savers", "To swap.", "ada", NOW)
    assert (card.members, card.stewards) == (1, ("ada",))
    assert directory.member(session, "ada").guilds == ("seeds",)
    assert trail(session) == ["guild.founded"]


def test_a_taken_slug_is_a_conflict(session: Session, book: Book) -> None:
    guilds.found(session, book, person(session, "ada"), "seeds", "Seeds", "", NOW)
    with pytest.raises(Conflict) as refused:
        guilds.found(session, book, person(session, "ben"), "SEEDS", "Seeds", "", NOW)
    assert refused.value.faults[0].pointer == "/slug"


def test_a_reserved_slug_is_refused_by_its_clause(session: Session, book: Book) -> None:
    with pytest.raises(RuleBroken) as refused:
        guilds.found(session, book, person(session, "ada"), "new", "New", "", NOW)
    assert refused.value.faults[0].clause is not None


def test_law_01_a_member_founds_as_many_guilds_as_the_clause_allows(session: Session, book: Book) -> None:
    ada = person(session, "ada")
    one = with_clause(book, "membership", "/guilds/founded_per_member", 1)
    guilds.found(session, one, ada, "seeds", "Seeds", "", NOW)
    with pytest.raises(Forbidden) as refused:
        guilds.found(session, one, ada, "beans", "Beans", "", NOW)
    (fault,) = refused.value.faults
    assert fault.clause is not None
    assert fault.clause.value == 1


def test_law_01_a_guild_holds_as_many_members_as_the_clause_allows(session: Session, book: Book) -> None:
    two = with_clause(book, "membership", "/guilds/members_max", 2)
    make_guild(session, "seeds", make_member(session, "ada"))
    guilds.join(session, two, person(session, "ben"), "seeds", NOW)
    with pytest.raises(Forbidden) as refused:
        guilds.join(session, two, person(session, "cleo"), "seeds", NOW)
    assert refused.value.faults[0].clause is not None


def test_entering_twice_is_entering_once(session: Session, book: Book) -> None:
    make_guild(session, "seeds")
    ben = person(session, "ben")
    guilds.join(session, book, ben, "seeds", NOW)
    guilds.join(session, book, ben, "seeds", NOW + timedelta(days=1))
    assert directory.guild(session, "seeds").members == 2
    assert trail(session) == ["guild.joined"]


def test_whoever_comes_back_begins_anew(session: Session, book: Book) -> None:
    make_guild(session, "seeds")
    ben = person(session, "ben")
    guilds.join(session, book, ben, "seeds", NOW)
    guilds.leave(session, ben, "seeds", NOW + timedelta(days=1))
    assert directory.member(session, "ben").guilds == ()
    guilds.join(session, book, ben, "seeds", NOW + timedelta(days=2))
    mine = select(GuildMembership).where(col(GuildMembership.member_id) == ben.member_id)
    row = session.scalars(mine).one()
    assert (row.joined_at, row.left_at) == (NOW + timedelta(days=2), None)


def test_leaving_where_one_is_not_is_nothing(session: Session) -> None:
    make_guild(session, "seeds")
    guilds.leave(session, person(session, "ben"), "seeds", NOW)
    assert trail(session) == []


def test_a_steward_may_appoint_another_and_then_step_down(session: Session) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    make_guild(session, "seeds", ada, members=(ben,))
    with pytest.raises(Forbidden):
        guilds.appoint(session, identity_of(ben), "seeds", "ben", NOW)
    with pytest.raises(Conflict):
        guilds.step_down(session, identity_of(ada), "seeds", NOW)
    guilds.appoint(session, identity_of(ada), "seeds", "Ben", NOW)
    guilds.step_down(session, identity_of(ada), "seeds", NOW)
    assert directory.guild(session, "seeds").stewards == ("ben",)
    assert trail(session) == ["guild.steward", "guild.steward"]


def test_a_steward_is_one_of_the_guild_s_members(session: Session) -> None:
    ada = make_member(session, "ada")
    make_guild(session, "seeds", ada)
    make_member(session, "ben")
    for handle in ("ben", "nobody"):
        with pytest.raises(RuleBroken):
            guilds.appoint(session, identity_of(ada), "seeds", handle, NOW)


def test_the_only_steward_leaves_others_behind_in_nobody_s_hands_never(session: Session) -> None:
    ada, ben = make_member(session, "ada"), make_member(session, "ben")
    make_guild(session, "seeds", ada, members=(ben,))
    with pytest.raises(Conflict):
        guilds.leave(session, identity_of(ada), "seeds", NOW)
    guilds.leave(session, identity_of(ben), "seeds", NOW)
    guilds.leave(session, identity_of(ada), "seeds", NOW)
    assert directory.guild(session, "seeds").members == 0


def test_whoever_enters_an_empty_guild_tends_it(session: Session, book: Book) -> None:
    ada = make_member(session, "ada")
    make_guild(session, "seeds", ada)
    guilds.leave(session, identity_of(ada), "seeds", NOW)
    guilds.join(session, book, person(session, "ben"), "seeds", NOW)
    assert directory.guild(session, "seeds").stewards == ("ben",)


def test_a_guild_that_does_not_exist_is_not_found(session: Session, book: Book) -> None:
    ada = person(session, "ada")
    for attempt in (
        lambda: guilds.join(session, book, ada, "seeds", NOW),
        lambda: guilds.leave(session, ada, "seeds", NOW),
        lambda: guilds.appoint(session, ada, "seeds", "ada", NOW),
        lambda: guilds.step_down(session, ada, "seeds", NOW),
        lambda: directory.guild(session, "seeds"),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_guilds_are_listed_in_pages_by_slug(session: Session) -> None:
    for slug in ("cc", "aa", "bb"):
        make_guild(session, slug)
    assert [card.slug for card in directory.guilds(session, None, 2)] == ["aa", "bb"]
    assert [card.slug for card in directory.guilds(session, "bb", 2)] == ["cc"]


def test_when_all_stewards_go_at_once_one_stays(committed: Database, clock: Clock) -> None:
    with committed.begin() as session:
        stewards = [make_member(session, f"steward{number}") for number in range(8)]
        make_guild(session, "seeds", stewards[0], members=(*stewards[1:], make_member(session)))
        for other in stewards[1:]:
            guilds.appoint(session, identity_of(stewards[0]), "seeds", other.handle, NOW)

    def go(number: int) -> str:
        actor = identity_of(stewards[number])
        act = guilds.leave if number % 2 else guilds.step_down
        try:
            with committed.begin() as session:
                act(session, actor, "seeds", clock.now(session))
        except Conflict:
            return "stayed"
        return "went"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(go, range(8)))
    assert outcomes.count("stayed") == 1
    with committed.begin() as session:
        assert len(directory.guild(session, "seeds").stewards) == 1


def test_the_last_place_in_a_guild_is_taken_once(committed: Database, books: Books, clock: Clock) -> None:
    with committed.begin() as session:
        full = with_clause(books.current(session), "membership", "/guilds/members_max", 3)
        make_guild(session, "seeds")
        people = [person(session, f"guest{number}") for number in range(12)]

    def enter(actor: Identity) -> str:
        try:
            with committed.begin() as session:
                guilds.join(session, full, actor, "seeds", clock.now(session))
        except Forbidden:
            return "full"
        return "in"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(enter, people))
    assert outcomes.count("in") == 2
    with committed.begin() as session:
        assert directory.guild(session, "seeds").members == 3


def test_a_member_who_founds_many_at_once_founds_no_more_than_they_may(
    committed: Database, books: Books, clock: Clock
) -> None:
    with committed.begin() as session:
        two = with_clause(books.current(session), "membership", "/guilds/founded_per_member", 2)
        ada = person(session, "ada")

    def found(number: int) -> str:
        try:
            with committed.begin() as session:
                guilds.found(session, two, ada, f"guild-{number}", "Guild", "", clock.now(session))
        except Forbidden:
            return "refused"
        return "founded"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(found, range(8)))
    assert outcomes.count("founded") == 2
