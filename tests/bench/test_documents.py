"""Random audience documents: the whole grammar is drawn from, and what is drawn decides something."""

import json
from random import Random
from typing import Any, get_args

import pytest
from sqlmodel import Session

from audience.document import AudienceDocument, Parts, Preset
from audience.predicate import Alternatives, Atom, Predicate
from audience.rules import AUDIENCE
from bench.access import disagreements
from bench.access_building import build
from bench.access_world import World
from bench.documents import Names, document
from coop.book import Book
from tests.audience.factories import wide_open, with_clauses

NAMES = Names(["bakers"], ["ben", "cleo"], ["Family"], ["1", "2"], ["bread"])


def drawn(number: int = 2000, seed: int = 3) -> list[AudienceDocument]:
    random = Random(seed)
    return [AudienceDocument.model_validate_json(json.dumps(document(random, NAMES))) for _ in range(number)]


def predicates(documents: list[AudienceDocument]) -> list[Predicate]:
    layers: list[Parts] = [layer for one in documents for _, layer in one.layers]
    return [one for layer in layers for one in (layer.see, layer.read) if one is not None]


def test_the_same_seed_draws_the_same_documents() -> None:
    assert drawn(100) == drawn(100)
    assert drawn(100) != drawn(100, seed=4)


def test_every_preset_and_every_cause_of_a_layer_is_drawn() -> None:
    found = drawn()
    assert {layer.preset for one in found for _, layer in one.layers} - {None} == set(get_args(Preset))
    causes = [one for each in found for one in each.after or ()]
    assert {one.seats_pct is None for one in causes} == {True, False}
    for one in found:
        waits = any(planned.seats_pct for planned in one.after or ())
        assert waits == (one.seats is not None)


def test_every_group_of_people_is_drawn_wherever_it_may_stand() -> None:
    found: dict[str, set[str | None]] = {"any": set(), "all": set(), "inside all": set(), "not": set()}
    for one in predicates(drawn()):
        found["any"].update(atom.kind for atom in one.any or ())
        found["not"].update(atom.kind for atom in one.not_ or ())
        for needed in one.all or ():
            if isinstance(needed, Alternatives):
                found["inside all"].update(atom.kind for atom in needed.any)
            else:
                found["all"].add(needed.kind)
    members = set(Atom.model_fields) - {"public"}
    assert found == {
        "any": {*members, "public"},
        "all": members,
        "inside all": members,
        "not": members - {"local"},
    }


@pytest.fixture
def world(session: Session, book: Book) -> tuple[World, Book]:
    allowing = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public", "/circles/number": 100})
    return build(session, allowing, 31, 16, 200), allowing


@pytest.mark.parametrize("forgotten", ["by hand", "by a share of the seats"])
def test_law_07_layers_that_come_later_leave_out_some_whom_a_post_was_for(
    session: Session, world: tuple[World, Book], forgotten: str
) -> None:
    everything, book = world
    different, _ = disagreements(session, book, everything)
    assert different == 0
    if forgotten == "by hand":
        for post in everything.posts:
            post.by_hand.clear()
    else:
        everything.seated.clear()
    different, _ = disagreements(session, book, everything)
    assert different > 0


def test_a_post_for_a_guild_that_it_was_made_in_is_drawn(world: tuple[World, Book]) -> None:
    everything, _ = world
    found: list[Any] = [one for one in everything.posts if one.document.preset == "guild"]
    assert found and all(one.guild in one.author.guilds for one in found)
