"""Law 8 for random audiences: whatever is added and however much time passes, only ever fewer are let in."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import Session

from audience import posts, stages
from audience.access import READER, VISIBLE
from audience.document import AudienceDocument, Parts
from audience.rules import AUDIENCE
from audience.standpoint import standpoint
from bench.access_building import FIRST_PLACE, build
from bench.access_world import Person, World
from bench.documents import NOW, Names, document, parts
from coop.book import Book
from coop.errors import NotFound, RuleBroken
from tests.audience.factories import wide_open, with_clauses
from tests.thorough import much

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)

_DECIDED = text(f"WITH {READER} SELECT id FROM post WHERE {VISIBLE}")


def admitted(session: Session, book: Book, world: World, now: datetime) -> set[tuple[str, int]]:
    """Return every pair of a reader and a post that their keys open, visitors included."""
    readers = [None, *(one.identity for one in world.people)]
    return {
        ("" if one is None else one.handle, post_id)
        for one in readers
        for post_id in session.scalars(_DECIDED, standpoint(session, one, book, now))
    }


CIRCLES = ("Family", "Work", "Choir")


@pytest.fixture
def world(session: Session, book: Book) -> tuple[World, Book]:
    """A dozen people who follow, block and keep each other in circles, and a book that allows everything."""
    allowing = with_clauses(wide_open(book), AUDIENCE, {"/reach/widest": "public", "/circles/number": 100})
    return build(session, allowing, 8, 12, much(60, 400)), allowing


def names_for(world: World, author: Person) -> Names:
    """Return what an author of this world may name."""
    handles = [one.identity.handle for one in world.people]
    return Names(sorted(author.guilds) or ["nobody"], handles, CIRCLES, [str(FIRST_PLACE)], ["bread"])


def test_law_08_tightening_by_hand_is_monotone_for_random_audiences_and_layers(
    session: Session, world: tuple[World, Book]
) -> None:
    everything, book = world
    random = Random(8)
    before = admitted(session, book, everything, NOW)
    counts = [len(before)]
    narrowed = 0
    for _ in range(much(6, 40)):
        for post in random.sample(everything.posts, 12):
            layer = parts(random, names_for(everything, post.author))
            with suppress(RuleBroken, NotFound), session.begin_nested():
                written = Parts.model_validate_json(json.dumps(layer))
                stages.tighten(session, post.author.identity, book, post.id, written, NOW)
                narrowed += 1
        after = admitted(session, book, everything, NOW)
        assert after <= before
        before = after
        counts.append(len(after))
    assert narrowed > 20
    assert counts[-1] < counts[0]
    assert {(post.author.identity.handle, post.id) for post in everything.posts if not post.deleted} <= before


def without_ageing(drawn: Any) -> Any:
    """Return a random part of a document without the groups that people grow into as time passes.

    Whom an audience means is another question than who belongs to a group by now.
    """
    if isinstance(drawn, list):
        return [without_ageing(one) for one in drawn]
    if not isinstance(drawn, dict):
        return drawn
    if "contributed" in drawn:
        return {"mentioned": True}
    return {name: 0 if name == "min_days" else without_ageing(value) for name, value in drawn.items()}


def test_law_08_the_passing_of_time_is_monotone_for_random_audiences(
    session: Session, world: tuple[World, Book]
) -> None:
    everything, book = world
    random = Random(20)
    made: set[int] = set()
    while len(made) < much(60, 400):
        author = random.choice(everything.people)
        drawn = without_ageing(document(random, names_for(everything, author)))
        # What is drawn may ask for what its author cannot name, or twice for the same people.
        with suppress(RuleBroken, ValidationError), session.begin_nested():
            written = AudienceDocument.model_validate_json(json.dumps(drawn))
            draft = posts.Draft(body="For @person1", audience=written)
            made.add(posts.publish(session, author.identity, book, draft, NOW).id)
    ages = (timedelta(), DAY - MOMENT, DAY, 5 * DAY, 20 * DAY, 99 * DAY)
    found = [
        {pair for pair in admitted(session, book, everything, NOW + age) if pair[1] in made} for age in ages
    ]
    assert all(later <= earlier for earlier, later in pairwise(found))
    assert len(found[0]) > len(found[2]) > len(found[-1]) >= len(made)
