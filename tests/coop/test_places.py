"""Finding places, and adding the neighbourhoods that no table knows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from coop import members, places
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError, Conflict, Forbidden, NotFound, RuleBroken, Unauthenticated
from coop.identity import Identity
from coop.place_tables import Place
from coop.places import add_neighbourhood, place, search
from coop.policies import Books
from coop.tables import LedgerEvent
from tests.coop.policy import with_clause
from tests.factories import (
    BERGEN,
    LISBON,
    LISBON_REGION,
    LONG_AGO,
    PORTUGAL,
    identity_of,
    make_member,
    make_members,
)


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


def add(session: Session, who: Identity, book: Book, name: str, city: int = LISBON) -> int:
    return add_neighbourhood(session, who, book, city, name, LONG_AGO).id


def test_places_that_begin_so_are_found_the_most_populous_first(session: Session) -> None:
    found = search(session, "lis", 50)
    assert {PORTUGAL, LISBON} & {card.id for card in found} == {LISBON}
    people = [card.population or 0 for card in found]
    assert people == sorted(people, reverse=True)
    assert search(session, "lis", 2) == found[:2]


def test_a_place_whose_people_nobody_counted_is_found_last(
    session: Session, book: Book, ada: Identity
) -> None:
    lagos = add(session, ada, book, "Lagos")
    assert [card.id for card in search(session, "lagos", 50)][-1] == lagos


@pytest.mark.parametrize("typed", ["malmo", "MALMÖ", " Malmö ", "malm"])
def test_a_place_is_found_as_people_type_it(session: Session, typed: str) -> None:
    assert search(session, typed, 1)[0].said == "Malmö, Skåne, Sweden"


@pytest.mark.parametrize("typed", ["", "%", "_", "--", "\\", "\0", "no place begins like this"])
def test_what_names_nothing_finds_nothing(session: Session, typed: str) -> None:
    assert search(session, typed, 10) == []


def test_a_search_may_stay_within_a_place(session: Session) -> None:
    in_portugal = search(session, "lisbon", 50, PORTUGAL)
    assert {LISBON, LISBON_REGION} <= {card.id for card in in_portugal}
    assert all(PORTUGAL in card.path for card in in_portugal)
    assert LISBON_REGION not in {card.id for card in search(session, "lisbon", 50, LISBON_REGION)}
    assert search(session, "bergen", 50, PORTUGAL) == []
    assert search(session, "lisbon", 50, 7) == []


def test_a_place_knows_what_it_lies_in(session: Session) -> None:
    card = place(session, LISBON)
    assert (card.kind, card.country, card.path) == ("city", "PT", (PORTUGAL, LISBON_REGION, LISBON))
    assert card.said == "Lisbon, Lisbon, Portugal"
    assert place(session, PORTUGAL).said == "Portugal"
    with pytest.raises(NotFound):
        place(session, 7)


def test_a_neighbourhood_that_a_member_adds_is_there_for_everybody(
    session: Session, book: Book, ada: Identity
) -> None:
    made = add_neighbourhood(session, ada, book, LISBON, " Alfama ", LONG_AGO)
    assert made.said == "Alfama, Lisbon, Lisbon, Portugal"
    assert (made.kind, made.country, made.population) == ("neighbourhood", "PT", None)
    assert made.id >= 10**12
    assert made in search(session, "alfama", 10, LISBON)
    members.settle(session, identity_of(make_member(session)), made.id)


def test_who_added_a_neighbourhood_is_told_nowhere(session: Session, book: Book, ada: Identity) -> None:
    before = session.execute(select(func.count()).select_from(LedgerEvent)).scalar_one()
    card = place(session, add(session, ada, book, "Alfama"))
    assert not hasattr(card, "added_by")
    assert session.execute(select(func.count()).select_from(LedgerEvent)).scalar_one() == before


@pytest.mark.parametrize("again", ["Alfama", "ALFÂMA", "al'fama"])
def test_a_neighbourhood_is_added_once_however_it_is_typed(
    session: Session, book: Book, ada: Identity, again: str
) -> None:
    add(session, ada, book, "Alfama")
    with pytest.raises(Conflict) as refused:
        add(session, ada, book, again)
    assert refused.value.faults[0].pointer == "/name"
    add(session, ada, book, again, BERGEN)


@pytest.mark.parametrize("city", [PORTUGAL, LISBON_REGION, 7])
def test_a_neighbourhood_lies_in_a_city(session: Session, book: Book, ada: Identity, city: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        add(session, ada, book, "Alfama", city)
    assert refused.value.faults[0].pointer == "/city"
    inner = add(session, ada, book, "Alfama")
    with pytest.raises(RuleBroken):
        add(session, ada, book, "Miradouro", inner)


@pytest.mark.parametrize("name", ["", "—", "x" * 81, "Al\u202efama"])
def test_a_neighbourhood_has_a_name_that_can_be_read(
    session: Session, book: Book, ada: Identity, name: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        add(session, ada, book, name)
    assert refused.value.faults[0].pointer == "/name"


def test_law_01_who_adds_neighbourhoods_and_how_many_are_clauses(
    session: Session, book: Book, ada: Identity
) -> None:
    one = with_clause(book, "membership", "/places/neighbourhoods_per_member", 1)
    add(session, ada, one, "Alfama")
    nobody = with_clause(book, "membership", "/places/neighbourhoods", "nobody")
    for ruled, clause in ((one, "/neighbourhoods_per_member"), (nobody, "/neighbourhoods")):
        with pytest.raises(Forbidden) as refused:
            add(session, ada, ruled, "Graça")
        (fault,) = refused.value.faults
        assert fault.clause is not None
        assert fault.clause.clause == f"/places{clause}"
    add(session, identity_of(make_member(session)), one, "Graça")
    add(session, ada, book, "Estrela")


def test_whoever_has_left_adds_nothing(session: Session, book: Book, ada: Identity) -> None:
    members.leave(session, ada, LONG_AGO)
    with pytest.raises(Unauthenticated):
        add(session, ada, book, "Alfama")


def racing(
    committed: Database, books: Books, clock: Clock, name_of: Callable[[int], str], *, alone: bool
) -> list[str]:
    """Add twelve neighbourhoods at once, by one member or by twelve; return what came of each."""
    with committed.begin() as session:
        people = [identity_of(row) for row in make_members(session, 1 if alone else 12)]

    def attempt(number: int) -> str:
        try:
            with committed.begin() as session:
                who = people[number % len(people)]
                book, now = books.current(session), clock.now(session)
                places.add_neighbourhood(session, who, book, LISBON, name_of(number), now)
        except AllotmentError as error:
            return error.slug
        return "added"

    with ThreadPoolExecutor(12) as pool:
        return list(pool.map(attempt, range(12)))


def test_of_many_who_add_one_neighbourhood_at_once_exactly_one_does(
    committed: Database, books: Books, clock: Clock
) -> None:
    outcomes = racing(committed, books, clock, lambda number: "Alfama", alone=False)
    assert sorted(outcomes) == ["added"] + ["conflict"] * 11
    with committed.begin() as session:
        assert (
            len(session.scalars(select(col(Place.id)).where(col(Place.kind) == "neighbourhood")).all()) == 1
        )


def test_a_member_who_adds_many_at_once_adds_no_more_than_they_may(
    committed: Database, books: Books, clock: Clock
) -> None:
    outcomes = racing(committed, books, clock, lambda number: f"Quarter {number}", alone=True)
    assert sorted(outcomes) == ["added"] * 5 + ["not-allowed"] * 7
