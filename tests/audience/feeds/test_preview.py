"""Trying out: what sliders would do is told in sums, and nothing is delivered."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import Session, select

from audience.feeds import page, preview, profiles
from audience.feeds.own_draft import Draft
from audience.feeds.preview import Preview, compare
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signals import ONE, SIGNALS
from audience.feeds.sliders import FURTHEST
from audience.tables import Seat
from coop.book import COOP, Book
from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from coop.policy_text import apply
from tests.audience.factories import NOW, in_force, make_post
from tests.audience.feeds import pools
from tests.audience.feeds.outside import add
from tests.factories import identity_of, make_member
from tests.thorough import much


def totals(found: Preview) -> dict[str, tuple[int, int]]:
    return {one.weighing.signal: (one.before, one.after) for one in found.totals}


def test_it_tells_what_the_next_page_would_be_and_delivers_nothing(
    session: Session, book: Book, ben: Identity
) -> None:
    size = book.rules(FEEDS, FeedRules).profiles["balanced"].page
    for number in range(size + 5):
        author = identity_of(make_member(session))
        tagged = "#bread" if number >= size else "#rye"
        make_post(session, author, book, now=NOW - timedelta(minutes=number), body=tagged)
    found = preview.preview(session, ben, book, "balanced", {"topic": 1.0}, ["bread"], NOW)
    assert (found.places, found.replaced) == (size, 5)
    assert found.moved == size
    assert totals(found)["topic"] == (0, 5 * ONE)
    assert list(totals(found)) == list(SIGNALS)
    assert session.exec(select(Seat)).all() == []
    assert len(page.page(session, ben, book, "balanced", NOW)) == size


def test_sliders_as_they_are_change_nothing(session: Session, book: Book, ben: Identity) -> None:
    for number in range(40):
        author = identity_of(make_member(session))
        make_post(session, author, book, now=NOW - timedelta(minutes=number), body="#bread")
    draft = Draft("mornings", base="balanced", sliders={"fresh": -3.0}, topics=["bread"])
    profiles.create(session, ben, book, draft, NOW, loopback=False)
    for positions, topics in ((None, None), ({"fresh": -3.0}, ["bread"])):
        found = preview.preview(session, ben, book, "own:mornings", positions, topics, NOW)
        assert (found.moved, found.replaced) == (0, 0)
        assert all(before == after for before, after in totals(found).values())
    assert totals(found)["topic"][0] > 0


def test_law_11_raising_one_slider_never_lowers_that_signal_s_total() -> None:
    lot = Random(11)
    for _ in range(much(300, 10_000)):
        pool, before = pools.pool(lot, 30), pools.recipe(lot)
        signal = lot.choice(list(SIGNALS))
        after = replace(
            before,
            sliders={**before.sliders, signal: pools.position(lot, before.sliders.get(signal, -FURTHEST))},
        )
        found = totals(compare(pool, before, after, pools.taste(lot), NOW))
        assert found[signal][0] <= found[signal][1], signal


def test_what_cannot_be_turned_so_is_refused(session: Session, book: Book, ben: Identity) -> None:
    for positions, topics, pointer in (
        ({"small": 9.0}, None, "query/sliders/small"),
        ({"none": 1.0}, None, "query/sliders/none"),
        (None, ["a b"], "query/topics/0"),
    ):
        with pytest.raises(RuleBroken) as told:
            preview.preview(session, ben, book, "balanced", positions, topics, NOW)
        assert told.value.faults[0].pointer == pointer


def test_what_has_no_sliders_is_told_apart_from_what_is_not_there(
    session: Session, book: Book, ben: Identity
) -> None:
    add(session, ben, book, "https://example.org/feed")
    with pytest.raises(RuleBroken, match="nothing is weighed here"):
        preview.preview(session, ben, book, "own:outside", None, None, NOW)
    profiles.create(session, ben, book, Draft("old", base="calm"), NOW, loopback=False)
    gone = {"op": "remove", "path": "/profiles/calm"}
    without = in_force(COOP, FEEDS, apply(book.policies[COOP, FEEDS].text, [gone]), 2)
    later = replace(book, epoch=book.epoch + 1, policies={**book.policies, (COOP, FEEDS): without})
    with pytest.raises(RuleBroken, match="weighs nothing"):
        preview.preview(session, ben, later, "own:old", None, None, NOW)
    for name in ("own:none", "none"):
        with pytest.raises(NotFound):
            preview.preview(session, ben, book, name, None, None, NOW)
