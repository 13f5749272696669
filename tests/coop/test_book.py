"""The policy book: typed rules, guild clauses inside the coop's bounds, citations."""

from typing import Any, Self

import pytest
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, model_validator

from coop.book import Book, InForce, PolicyKind, Source
from coop.errors import Fault
from coop.policy_text import leaves


class Seats(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    default: int = Field(ge=1)
    ceiling: int = Field(ge=1)

    @model_validator(mode="after")
    def fits(self) -> Self:
        if self.default > self.ceiling:
            raise ValueError("the default is above the ceiling")
        return self


class RoomRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    seats: Seats
    rooms: dict[str, Seats] = Field(default_factory=dict)
    bounds: dict[str, dict[str, dict[str, int]]]


def charter(rules: RoomRules) -> list[Fault]:
    return [Fault("/seats/ceiling", "never above 1000")] if rules.seats.ceiling > 1000 else []


KIND = PolicyKind("room", RoomRules, charter=charter, guild=True)
COOP: dict[str, Any] = {
    "seats": {"default": 150, "ceiling": 500},
    "bounds": {"guild": {"/seats/default": {"min": 10, "max": 200}}},
}
SOURCES = {1: Source("aa", None, None), 2: Source("bb", "77", {"for": 3})}


def book(guild: dict[str, Any] | None = None, coop: dict[str, Any] = COOP) -> Book:
    policies = {("coop", "room"): in_force("coop", coop, {"/seats/default": 2})}
    if guild is not None:
        policies["guild:bakers", "room"] = in_force("guild:bakers", guild, {})
    return Book(epoch=1, kinds={"room": KIND}, policies=policies)


def in_force(scope: str, data: dict[str, Any], set_later: dict[str, int]) -> InForce:
    blame = dict.fromkeys(leaves(data), 1) | set_later
    return InForce(scope, "room", max(blame.values()), tomlkit.dumps(data), data, blame, SOURCES)


def test_a_guild_clause_inside_the_bounds_decides_in_that_guild_alone() -> None:
    found = book({"seats": {"default": 20}})
    assert found.rules("room", RoomRules, "guild:bakers").seats == Seats(default=20, ceiling=500)
    assert found.rules("room", RoomRules).seats.default == 150
    assert found.rules("room", RoomRules, "guild:others").seats.default == 150


def test_law_08_a_guild_clause_that_the_coop_no_longer_allows_stops_deciding() -> None:
    narrowed = COOP | {"bounds": {"guild": {"/seats/default": {"min": 30, "max": 40}}}}
    found = book({"seats": {"default": 20}}, narrowed)
    assert found.rules("room", RoomRules, "guild:bakers").seats.default == 150


def test_law_13_a_guild_clause_that_no_longer_fits_leaves_the_coops_rules_standing() -> None:
    lowered = COOP | {"seats": {"default": 5, "ceiling": 15}}
    found = book({"seats": {"default": 20}}, lowered)
    assert found.rules("room", RoomRules, "guild:bakers").seats == Seats(default=5, ceiling=15)


OPEN_TABLE = COOP | {
    "rooms": {"hall": {"default": 30, "ceiling": 90}},
    "bounds": {"guild": {"/rooms": {"own": True}}},
}


def test_a_guild_adds_entries_of_its_own_to_a_table_that_is_open_to_it() -> None:
    found = book({"rooms": {"oven": {"default": 3, "ceiling": 9}}}, OPEN_TABLE)
    assert set(found.rules("room", RoomRules, "guild:bakers").rooms) == {"hall", "oven"}
    assert set(found.rules("room", RoomRules).rooms) == {"hall"}
    assert found.check("room", "guild:bakers", {"rooms": {"oven": {"default": 3, "ceiling": 9}}}) == []
    assert found.cite("room", "/rooms/oven/default", "guild:bakers").scope == "guild:bakers"


def test_law_08_a_guild_never_changes_an_entry_of_the_coop() -> None:
    mine = {"rooms": {"hall": {"default": 1, "ceiling": 9}}}
    found = book(mine, OPEN_TABLE)
    faults = found.check("room", "guild:bakers", mine)
    assert [one.pointer for one in faults] == ["/rooms/hall/default", "/rooms/hall/ceiling"]
    assert found.rules("room", RoomRules, "guild:bakers").rooms["hall"] == Seats(default=30, ceiling=90)
    assert found.cite("room", "/rooms/hall/default", "guild:bakers").scope == "coop"


def test_a_citation_names_the_version_and_the_vote_that_last_set_the_clause() -> None:
    cited = book().cite("room", "/seats/default")
    assert (cited.value, cited.version, cited.sha256, cited.proposal, cited.tally) == (
        150,
        2,
        "bb",
        "77",
        {"for": 3},
    )
    assert book().cite("room", "/seats/ceiling").proposal is None


def test_a_citation_for_a_guild_is_the_guilds_own_clause_where_it_set_one() -> None:
    found = book({"seats": {"default": 20}})
    assert found.cite("room", "/seats/default", "guild:bakers").scope == "guild:bakers"
    assert found.cite("room", "/seats/ceiling", "guild:bakers").scope == "coop"


def test_an_unknown_clause_cannot_be_cited() -> None:
    with pytest.raises(KeyError):
        book().cite("room", "/seats/nothing")


@pytest.mark.parametrize(
    ("data", "pointer", "words"),
    [
        ({**COOP, "seats": {"default": "many", "ceiling": 5}}, "/seats/default", "integer"),
        ({**COOP, "seats": {"default": 0, "ceiling": 5}}, "/seats/default", "greater"),
        ({**COOP, "seats": {"ceiling": 5}}, "/seats/default", "needed"),
        ({**COOP, "seats": {"default": 1, "ceiling": 5, "color": 1}}, "/seats/color", "no such clause"),
        ({**COOP, "seats": {"default": 9, "ceiling": 5}}, "/seats", "above the ceiling"),
        ({**COOP, "seats": {"default": 9, "ceiling": 5000}}, "/seats/ceiling", "never above"),
    ],
)
def test_data_that_breaks_schema_or_charter_is_told_where(
    data: dict[str, Any], pointer: str, words: str
) -> None:
    faults = book().check("room", "coop", data)
    assert [fault.pointer for fault in faults] == [pointer]
    assert words in faults[0].detail


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"seats": {"default": 5}}, "/seats/default"),
        ({"seats": {"default": 201}}, "/seats/default"),
        ({"seats": {"default": "open"}}, "/seats/default"),
        ({"seats": {"default": True}}, "/seats/default"),
        ({"seats": {"ceiling": 100}}, "/seats/ceiling"),
        ({"bounds": {"guild": {}}, "seats": {"ceiling": 100}}, "/seats/ceiling"),
    ],
)
def test_a_guild_sets_only_what_the_coop_lets_it(data: dict[str, Any], pointer: str) -> None:
    faults = book().check("room", "guild:bakers", data)
    assert [fault.pointer for fault in faults] == [pointer]


def test_a_guild_clause_inside_the_bounds_is_sound() -> None:
    assert book().check("room", "guild:bakers", {"seats": {"default": 40}}) == []


def test_what_is_derived_from_a_book_is_made_once_and_belongs_to_it_alone() -> None:
    first, second = book(), book()
    made: list[str] = []

    def make() -> str:
        made.append("made")
        return f"value {len(made)}"

    assert first.derived(("a", 1), make) == first.derived(("a", 1), make) == "value 1"
    assert first.derived(("a", 2), make) == "value 2"
    assert second.derived(("a", 1), make) == "value 3"
