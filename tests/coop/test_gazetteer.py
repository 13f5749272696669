"""The shipped places: whole, loaded once, and brought up to date by another table."""

import gzip
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from coop import gazetteer, places
from coop.book import Book
from coop.errors import NotFound
from coop.place_tables import Place
from tests.factories import LONG_AGO, identity_of, make_member

LINES = gzip.decompress(gazetteer.SHIPPED.read_bytes()).decode().splitlines()
FAR = 900_000_000
"""Above every id of GeoNames."""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of one country, two regions and a city."""
    return write(
        tmp_path / "first.gz",
        f"{FAR}\tcountry\tQQ\t\tFarland\t900",
        f"{FAR + 1}\tregion\tQQ\t{FAR}\tEast\t",
        f"{FAR + 2}\tregion\tQQ\t{FAR}\tWest\t",
        f"{FAR + 3}\tcity\tQQ\t{FAR + 1}\tMiddling\t500",
    )


def write(path: Path, *lines: str) -> Path:
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return path


def test_the_shipped_table_is_a_tree_with_parents_first() -> None:
    kinds: dict[str, tuple[str, str]] = {}
    for line in LINES:
        own, kind, country, parent, name, population = line.split("\t")
        assert own not in kinds
        assert 0 < int(own) < FAR
        assert name == name.strip() != ""
        assert population == "" or int(population) > 0
        if kind == "country":
            assert parent == ""
        else:
            assert kinds[parent] in {(country, "country"), (country, "region")}
            assert kind == "city" or kinds[parent][1] == "country"
        kinds[own] = (country, kind)
    assert len(kinds) > 38_000


def test_nearly_every_shipped_city_has_its_region(session: Session) -> None:
    steps = func.cardinality(col(Place.path))
    counted = select(steps, func.count()).where(col(Place.kind) == "city").group_by(steps)
    found = dict(session.execute(counted).all())
    assert found[3] > 300 * found[2]
    assert set(found) == {2, 3}


def test_what_is_loaded_is_not_loaded_again(session: Session) -> None:
    held = session.execute(select(func.count()).select_from(Place)).scalar_one()
    assert held == len(LINES)
    assert gazetteer.load(session) == 0


def test_another_table_changes_what_it_names_and_keeps_what_it_leaves_out(
    session: Session, book: Book, table: Path, tmp_path: Path
) -> None:
    assert gazetteer.load(session, table) == 4
    member = identity_of(make_member(session))
    added = places.add_neighbourhood(session, member, book, FAR + 3, "Upper End", LONG_AGO)
    assert places.place(session, FAR + 3).said == "Middling, East, Farland"
    changed = write(
        tmp_path / "second.gz",
        f"{FAR}\tcountry\tQR\t\tFarland\t900",
        f"{FAR + 2}\tregion\tQR\t{FAR}\tWest\t",
        f"{FAR + 3}\tcity\tQR\t{FAR + 2}\tMiddlingham\t501",
    )
    assert gazetteer.load(session, changed) == 3
    assert places.place(session, added.id).said == "Upper End, Middlingham, West, Farland"
    assert places.place(session, added.id).path == (FAR, FAR + 2, FAR + 3, added.id)
    assert places.place(session, added.id).country == "QR"
    assert places.place(session, FAR + 1).said == "East, Farland"
    assert [card.id for card in places.search(session, "middlingham", 5)] == [FAR + 3]
    assert gazetteer.load(session, changed) == 0


def test_a_broken_table_leaves_the_places_as_they_were(session: Session, table: Path, tmp_path: Path) -> None:
    orphan = write(tmp_path / "orphan.gz", f"{FAR}\tregion\tQQ\t{FAR + 9}\tNowhere\t")
    with pytest.raises(KeyError), session.begin_nested():
        gazetteer.load(session, orphan)
    with pytest.raises(NotFound):
        places.place(session, FAR)
    assert gazetteer.load(session, table) == 4
    session.execute(update(Place).where(col(Place.id) == FAR).values(name="Elsewhere"))
    assert gazetteer.load(session, table) == 0
