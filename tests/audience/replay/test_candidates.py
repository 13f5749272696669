"""A page of the past has on it what the feed would have put there then."""

from dataclasses import astuple, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlmodel import Session

from audience.feeds import author_signals
from audience.feeds import candidates as feeds
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signal_rules import Windows
from audience.feeds.signals import Candidate
from audience.replay import candidates, recorded
from audience.replay.audience import caps_of, slugs_of
from audience.replay.candidates import Locks, Relations
from audience.replay.moments import Past, past
from coop.book import Book
from coop.ids import first_id_at
from tests.audience.factories import founding_book, with_clauses
from tests.audience.replay.worlds import SINCE, UNTIL, World, keys_of


def windows_of(book: Book) -> Windows:
    return book.rules(FEEDS, FeedRules).signals.windows


def known_at(session: Session, made: World, book: Book, moment: datetime) -> tuple[Past, Locks, Relations]:
    first, last = first_id_at(SINCE - timedelta(days=90)), first_id_at(UNTIL)
    posts = recorded.posts(session, first, last)
    blocks = recorded.relations(session, "block", UNTIL)
    relations = Relations(
        recorded.relations(session, "follow", UNTIL),
        blocks,
        blocks.turned,
        recorded.memberships(session, UNTIL),
    )
    keys, post_id = recorded.locks(session, first, last)
    known = past(
        posts,
        recorded.seats(session, posts, UNTIL),
        recorded.replies(session, first, last),
        (moment,),
        [one.member_id for one in made.members],
        {windows_of(book), windows_of(founding_book())},
    )
    return known, Locks(keys, np.searchsorted(posts.id, post_id)), relations


def comparable(found: list[Candidate]) -> list[dict[str, Any]]:
    """What decides scores and pages, and is known of the past: all but how a seat would be claimed."""
    claim = {"own_limits", "seats_max", "more_asked", "gated", "layers", "reached"}
    aside = claim | {"author_bridge", "finish", "bridge", "heat", "features", "norm"}
    return [{name: value for name, value in one._asdict().items() if name not in aside} for one in found]


OTHER_WINDOWS = {
    "/signals/small/posts_window": "P14D",
    "/signals/small/viewers_window": "P7D",
    "/signals/conversation/window": "P14D",
}


@pytest.mark.parametrize(
    ("moment", "windows"),
    [(UNTIL, {}), (UNTIL - timedelta(days=12), {}), (UNTIL - timedelta(days=3), OTHER_WINDOWS)],
)
@pytest.mark.parametrize("seed", range(2, 5))
def test_law_07_the_candidates_of_the_past_are_those_that_the_feed_had_then(
    session: Session, book: Book, seed: int, moment: datetime, windows: dict[str, object]
) -> None:
    book = with_clauses(book, "audience", {"/arrivals/per_minute": "open", "/seats/default": 20})
    book = with_clauses(book, FEEDS, windows)
    made = World.drawn(session, book, seed, posts=60)
    known, locks, relations = known_at(session, made, book, moment)
    (counted,) = known.signals[windows_of(book)]
    assert all(numbers.any() for numbers in astuple(counted)), "each number is there to be compared"
    made.turn_back(moment)
    author_signals.refresh(session, book, moment)
    caps = caps_of(book, known.posts, slugs_of(session)).seats
    rules = book.rules(FEEDS, FeedRules)
    recipes = [Recipe.of(rules, name) for name in ("balanced", "following", "guilds")]
    small = recipes[0].profile.model_copy(update={"depth": 9, "pool": 4, "page": 4})
    found = 0
    for viewer in made.members:
        for tried in (*recipes, replace(recipes[0], profile=small)):
            who = candidates.reader(known, locks, relations, viewer.member_id, 0)
            mine = comparable(candidates.candidates(known, caps, who, tried))
            pool, _ = feeds.candidates(session, viewer, book, tried, moment)
            assert mine == comparable(pool)
            found += len(mine)
    assert found > 20


def test_law_07_nobody_is_offered_in_the_past_what_they_could_not_see(session: Session, book: Book) -> None:
    made = World.drawn(session, book, 7)
    known, locks, relations = known_at(session, made, book, UNTIL)
    for viewer in made.members:
        who = candidates.reader(known, locks, relations, viewer.member_id, 0)
        locked = {post.id: set(post.lock_any) for post in made.posts}
        for post_id in known.posts.id[who.open].tolist():
            assert locked[post_id] & keys_of(viewer)
