"""The gazetteer: the countries, regions and cities that are shipped, and bringing them into the database.

The shipped table is made by ``tools/places_table.py`` from GeoNames (CC BY 4.0; see ``coop/data/README.md``).
A place that a later table leaves out stays, since people and posts may name it.
"""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from coop.driver import driver_of
from coop.place_names import folded

SHIPPED = Path(__file__).resolve().parent / "data" / "places.tsv.gz"
"""Tab-separated, gzip: id, kind, country, id of the parent, name, population; parents come first."""

CREDIT = "Places are those of GeoNames (https://www.geonames.org), CC BY 4.0."
"""What the licence asks to be said wherever they are shown."""

_IS_NEW = """
INSERT INTO place_source AS held (id, sha256) VALUES (1, :sha256)
ON CONFLICT (id) DO UPDATE SET sha256 = excluded.sha256 WHERE held.sha256 <> excluded.sha256
RETURNING id
"""
"""One of several loading processes gets a row; the others wait here until it is done, and get none."""

_SHELF = """
CREATE TEMPORARY TABLE shelf (id bigint, kind text, country text, parent_id bigint, path bigint[], name text,
search text, population int)
"""

_TAKE = """
INSERT INTO place AS held (id, kind, country, parent_id, path, name, search, population)
SELECT id, kind, country, parent_id, path, name, search, population FROM shelf
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, country = excluded.country,
parent_id = excluded.parent_id, path = excluded.path, name = excluded.name, search = excluded.search,
population = excluded.population
WHERE (held.kind, held.country, held.path, held.name, held.search, held.population) IS DISTINCT FROM
(excluded.kind, excluded.country, excluded.path, excluded.name, excluded.search, excluded.population)
"""

_FOLLOW = """
UPDATE place SET country = city.country, path = city.path || place.id FROM place city
WHERE place.kind = 'neighbourhood' AND city.id = place.parent_id AND place.path <> city.path || place.id
"""
"""A neighbourhood goes where its city goes."""


def load(session: Session, shipped: Path = SHIPPED) -> int:
    """Bring the shipped places into the database; return how many, 0 where they are there already."""
    packed = shipped.read_bytes()
    sha256 = hashlib.sha256(packed).hexdigest()
    if session.execute(text(_IS_NEW), {"sha256": sha256}).one_or_none() is None:
        return 0
    session.execute(text(_SHELF))
    shelved = 0
    # COPY is known to the driver alone.
    with driver_of(session.connection()).cursor() as cursor, cursor.copy("COPY shelf FROM STDIN") as copy:
        for row in rows(gzip.decompress(packed).decode()):
            copy.write_row(row)
            shelved += 1
    session.execute(text(_TAKE))
    session.execute(text(_FOLLOW))
    session.execute(text("DROP TABLE shelf"))
    return shelved


def rows(table: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a table in the order of the shelf's columns, each with its path."""
    paths: dict[str, str] = {}
    for line in table.splitlines():
        own, kind, country, parent, name, population = line.split("\t")
        paths[own] = f"{paths[parent]},{own}" if parent else own
        yield own, kind, country, parent or None, f"{{{paths[own]}}}", name, folded(name), population or None
