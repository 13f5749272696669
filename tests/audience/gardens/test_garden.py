"""Gardens as a whole: what they can and cannot do whatever stands in them, and what they cost."""

from collections.abc import Callable
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from audience import threads
from audience.access import access_post
from audience.feeds import page as feeds
from audience.feeds import serving
from audience.feeds.candidates import search
from audience.feeds.rules import Among
from audience.gardens import garden as gardens
from audience.gardens.editions import Naming
from audience.gardens.filters import keep
from audience.gardens.garden import ALL_FED, NO_GARDEN, Followed, Garden, Ground, Sight
from audience.gardens.reading import garden_of
from audience.replies import write as reply
from audience.routes.replies import reply_view
from coop.book import Book
from coop.cel.form import Line
from coop.database import LONGEST
from coop.identity import Identity
from tests.audience.factories import NOW, make_post
from tests.audience.gardens.growing import brought, labeller, mute, publish, sight, subscribe, write
from tests.coop.statements import counted
from tests.factories import identity_of, make_member

ACTIONS: st.SearchStrategy[Sight] = st.sampled_from(gardens.SIGHTS)
PLACES = st.lists(st.integers(0, 4), max_size=5, unique=True)
GROUNDS = st.lists(ACTIONS, min_size=5, max_size=5)


def of(grounds: list[Sight], lists: list[Sight]) -> Garden:
    made = [
        Ground(gardens.Reason("filter", str(at), action), "true", {}) for at, action in enumerate(grounds)
    ]
    followed = [Followed(at, "calm", str(at), action) for at, action in enumerate(lists)]
    return Garden(tuple(made), tuple(followed))


@given(GROUNDS, GROUNDS, PLACES, PLACES)
def test_a_choice_beats_whatever_holds(
    grounds: list[Sight], lists: list[Sight], held: list[int], labelled: list[int]
) -> None:
    mark = of(grounds, lists).mark(held, labelled, chosen=True)
    assert mark is not None
    assert mark.action == "label" and mark.chosen


@given(GROUNDS, GROUNDS, PLACES, PLACES, st.integers(0, 4))
def test_what_holds_besides_never_unfolds_a_post(
    grounds: list[Sight], lists: list[Sight], held: list[int], labelled: list[int], further: int
) -> None:
    whole = of(grounds, lists)
    before = whole.mark(held, labelled, chosen=False)
    after = whole.mark([*held, further], labelled, chosen=False)
    assert after is not None
    folded = before is not None and before.action == "collapse"
    assert not folded or after.action == "collapse"


def _mutes(session: Session, reader: Identity, book: Book) -> None:
    mute(session, reader, book, "word", "rye")


def _tag(session: Session, reader: Identity, book: Book) -> None:
    mute(session, reader, book, "tag", "spelt")


def _person(session: Session, reader: Identity, book: Book) -> None:
    mute(session, reader, book, "person", "baker1")


def _kind(session: Session, reader: Identity, book: Book) -> None:
    mute(session, reader, book, "kind", "quote")


def _filter(session: Session, reader: Identity, book: Book) -> None:
    keep(session, reader, book, "Mine", [Line("text.words", "has", "barley")], "all", "hide", NOW)


def _label(session: Session, reader: Identity, book: Book) -> None:
    subscribe(session, reader, book, "hide")


GROWN: tuple[Callable[[Session, Identity, Book], None], ...] = (_mutes, _tag, _person, _kind, _filter, _label)


def test_whatever_is_added_to_a_garden_brings_nothing_more(
    session: Session, book: Book, ben: Identity
) -> None:
    bakers = [identity_of(make_member(session, f"baker{number}")) for number in range(4)]
    said = ("rye", "#spelt", "barley", "oats", "rye #spelt", "barley oats")
    made = [write(session, baker, book, body) for baker in bakers for body in said]
    labeller(session, bakers[0], book)
    publish(session, bakers[0], book, *(Naming("loud", post_id=one) for one in made[::5]))
    offered = [set(brought(session, ben, book))]
    for grow in GROWN:
        grow(session, ben, book)
        offered.append(set(brought(session, ben, book)))
    assert all(after <= before for before, after in pairwise(offered))
    assert 0 < len(offered[-1]) < len(offered[0])
    assert all(sight(session, ben, book, one) == "collapse" for one in offered[0] - offered[-1])
    assert all(sight(session, ben, book, one) == "plain" for one in offered[-1])


def grow_all(session: Session, reader: Identity, book: Book) -> None:
    labeller(session, identity_of(make_member(session, "baker1")), book)
    for grow in GROWN:
        grow(session, reader, book)


def test_law_11_a_page_is_as_long_as_there_are_posts_left_and_its_scores_add_up(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    for number in range(12):
        write(session, ada, book, f"Loaf {number}" + " of rye" * (number % 2))
    mute(session, ben, book, "word", "rye")
    found = serving.serve(session, ben, book, "chronological", NOW, limit=6)
    assert len(found.items) == 6, "nothing is taken out of a page that was cut already"
    assert all(one.score == sum(term.contribution for term in one.terms) for one in found.items)


@pytest.mark.parametrize("grown", [False, True])
def test_a_garden_costs_a_page_one_statement(
    session: Session, book: Book, ada: Identity, ben: Identity, grown: bool
) -> None:
    for number in range(20):
        write(session, ada, book, f"Loaf {number}")
    if grown:
        grow_all(session, ben, book)
    with counted(session) as sent:
        assert len(feeds.page(session, ben, book, "chronological", NOW)) == 20
    assert len(sent) == 5, sent  # the facts of posts that nobody has read yet among them


def test_whoever_keeps_nothing_is_asked_the_statement_that_they_always_were(
    session: Session, book: Book, ben: Identity
) -> None:
    assert garden_of(session, ben, book, NOW) is NO_GARDEN
    assert garden_of(session, None, book, NOW) is NO_GARDEN
    assert NO_GARDEN.fed() == (ALL_FED, {})
    assert all(search(among, ALL_FED).statement.text.count(ALL_FED) for among in get_args(Among))


def test_the_driver_keeps_what_it_knows_of_the_statement_that_reads_a_garden(
    session: Session, book: Book, ben: Identity
) -> None:
    with counted(session) as sent:
        garden_of(session, ben, book, NOW)
    (statement,) = sent
    assert len(statement) <= LONGEST


def test_names_and_numbers_of_a_garden_are_bound_and_never_written(
    session: Session, book: Book, ben: Identity
) -> None:
    grow_all(session, ben, book)
    mute(session, ben, book, "word", "o'clock")
    mute(session, ben, book, "tag", "dawn")
    said, bound = garden_of(session, ben, book, NOW).fed()
    assert not any(word in said for word in ("clock", "rye", "barley", "spelt", "calm", "baker1"))
    assert {name for name in bound if f":{name}" not in said} == set()


def test_replies_of_whom_one_mutes_are_folded(
    session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    post = make_post(session, ben, book)
    cleo = identity_of(make_member(session, "cleo"))
    for author in (ada, cleo):
        access_post(session, author, book, post.id, NOW)
        reply(session, author, book, post.id, "Rolls", NOW)
    mute(session, ben, book, "person", "ada")

    def folded(reader: Identity) -> set[str | None]:
        found = threads.read(session, reader, book, post.id, NOW, limit=10)
        garden = garden_of(session, reader, book, NOW)
        return {one.author for one in found.cards if reply_view(one, garden).folded}

    assert folded(ben) == {"ada"}
    assert folded(cleo) == set()
