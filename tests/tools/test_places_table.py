"""The table of places, made from what GeoNames knows."""

from typing import Any

from tools.places_table import Line, table

COUNTRIES = [
    {"geonameid": 20, "iso": "QQ", "name": "Farland ", "population": 900},
    {"geonameid": 10, "iso": "QA", "name": "Nearland", "population": 0},
    {"geonameid": 30, "iso": "AN", "name": "Goneland", "population": 5},
]
NAMES = {"QQ.02": "West", "QQ.01": "East"}
IDS = {"QQ.01": 21, "QQ.02": 22}


def city(own: int, name: str, region: str, people: int, country: str = "QQ") -> dict[str, Any]:
    return {
        "geonameid": own,
        "name": name,
        "countrycode": country,
        "admin1code": region,
        "population": people,
    }


CITIES = [
    city(202, "Upper", "01", 40),
    city(201, "Lower", "01", 60),
    city(203, "Stray", "00", 0),
    city(301, "Gone", "01", 9, "AN"),
]


def test_every_place_comes_after_the_one_that_it_lies_in() -> None:
    assert list(table(COUNTRIES, NAMES, IDS, CITIES)) == [
        Line(10, "country", "QA", None, "Nearland", None),
        Line(20, "country", "QQ", None, "Farland", 900),
        Line(203, "city", "QQ", 20, "Stray", None),
        Line(21, "region", "QQ", 20, "East", 100),
        Line(201, "city", "QQ", 21, "Lower", 60),
        Line(202, "city", "QQ", 21, "Upper", 40),
        Line(22, "region", "QQ", 20, "West", None),
    ]


def test_the_order_in_which_the_facts_come_changes_nothing() -> None:
    turned = table(COUNTRIES[::-1], dict(reversed(NAMES.items())), IDS, CITIES[::-1])
    assert list(turned) == list(table(COUNTRIES, NAMES, IDS, CITIES))
