"""Policies drawn as beds."""

from coop.book import COOP, Book
from tests.web.conftest import Village
from web.beds import beds


def test_every_clause_is_drawn_once_inside_its_bed_and_none_on_another(book: Book) -> None:
    for bed in beds(book):
        places = {(plant.x, plant.y) for plant in bed.plants}
        assert len(places) == len(bed.plants) > 0
        assert all(0 < x < bed.width and 0 < y < bed.height for x, y in places)
        clauses = book.policies[bed.scope, bed.kind].blame
        assert {plant.clause for plant in bed.plants} == {
            clause for clause in clauses if not clause.startswith("/bounds/")
        }


def test_a_founding_text_is_all_seeds(book: Book) -> None:
    assert [bed.grown for bed in beds(book)] == [0] * len(book.policies)


def test_a_vote_grows_the_clause_it_set(village: Village) -> None:
    village.enacted()
    with village.database.begin() as session:
        book = village.books.current(session)
    bed = next(one for one in beds(book) if (one.scope, one.kind) == (COOP, "audience"))
    assert [plant.clause for plant in bed.plants if plant.grown] == ["/seats/default"]
    assert (bed.title, bed.number) == ("Audience", 2)
