"""A page of the past is the one that the feed would have made then, of what is known now."""

from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from audience.feeds import candidates as feeds
from audience.feeds import page as live
from audience.feeds import ranking
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.rules import FEEDS, FeedRules
from audience.feeds.signal_rules import Windows
from audience.feeds.signals import Candidate
from audience.feeds.tables import AS_USUAL
from audience.replay import candidates, limits_for_now, pages, present, recorded
from audience.replay.audience import caps_of, slugs_of
from audience.replay.candidates import Locks, Reader, Relations, Search
from audience.replay.moments import Past, past
from audience.tables import Post
from coop.book import Book
from coop.identity import Identity
from coop.ids import first_id_at
from tests.audience.factories import founding_book, with_clauses
from tests.audience.replay.worlds import SINCE, UNTIL, World, keys_of


def windows_of(book: Book) -> Windows:
    return book.rules(FEEDS, FeedRules).signals.windows


@dataclass(frozen=True)
class Then:
    """What is known of a moment of the past."""

    past: Past
    locks: Locks
    relations: Relations
    book: Book

    def reader(self, viewer: Identity) -> Reader:
        return candidates.reader(self.past, self.locks, self.relations, viewer.member_id, 0)

    def pool(self, session: Session, viewer: Identity, recipe: Recipe) -> list[Candidate]:
        caps = caps_of(self.book, self.past.posts, slugs_of(session)).seats
        found = candidates.pool(self.past, caps, self.reader(viewer), Search.of(recipe.profile))
        ids, authors = self.past.posts.id[found.post], self.past.posts.author[found.post]
        known = present.known(session, ids.tolist(), authors.tolist())
        return candidates.candidates(self.past, known, found, 0, recipe.measures.windows)


def known_at(session: Session, made: World, book: Book, moment: datetime) -> Then:
    first, last = first_id_at(SINCE - timedelta(days=90)), first_id_at(UNTIL)
    posts = recorded.posts(session, first, last)
    blocks = recorded.relations(session, "block", UNTIL)
    relations = Relations(
        recorded.relations(session, "follow", UNTIL),
        blocks,
        blocks.turned,
        recorded.memberships(session, UNTIL),
        limits_for_now.recorded(session, first, last, UNTIL),
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
    return Then(known, Locks(keys, np.searchsorted(posts.id, post_id)), relations, book)


def comparable(found: list[Candidate]) -> list[dict[str, Any]]:
    """What decides scores and pages: all but how a seat would be claimed."""
    claim = {"own_limits", "seats_max", "more_asked", "gated", "layers", "reached"}
    return [
        {name: value for name, value in one._asdict().items() if name not in claim}
        | {"features": list(one.features)}
        for one in found
    ]


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
    then = known_at(session, made, book, moment)
    (counted,) = then.past.signals[windows_of(book)]
    assert all(numbers.any() for numbers in astuple(counted)), "each number is there to be compared"
    made.turn_back(moment)
    made.know(moment)
    rules = book.rules(FEEDS, FeedRules)
    recipes = [Recipe.of(rules, name) for name in ("balanced", "following", "guilds")]
    small = recipes[0].profile.model_copy(update={"depth": 9, "pool": 4, "page": 4})
    found = []
    for viewer in made.members:
        for tried in (*recipes, replace(recipes[0], profile=small)):
            mine = then.pool(session, viewer, tried)
            pool, _ = feeds.candidates(session, viewer, book, tried, moment)
            assert comparable(mine) == comparable(pool)
            found += mine
    assert len(found) > 20
    for name in ("author_bridge", "bridge", "heat", "features", "norm"):
        assert any(getattr(one, name) for one in found), f"{name} is there to be compared"
    assert {one.finish for one in found} > {AS_USUAL}


@pytest.mark.parametrize("name", founding_book().rules(FEEDS, FeedRules).profiles)
def test_law_11_where_nothing_happened_since_a_page_of_the_past_is_the_live_one_score_by_score(
    session: Session, book: Book, name: str
) -> None:
    book = with_clauses(book, "audience", {"/arrivals/per_minute": "open", "/seats/default": 20})
    slots = {f"/profiles/{name}/slots/{slot}": 2 for slot in ("discovery", "bridging")}
    book = with_clauses(book, FEEDS, {**slots, f"/profiles/{name}/page": 8, "/discovery/viewers": 4})
    made = World.drawn(session, book, 5, posts=80)
    then = known_at(session, made, book, UNTIL)
    made.turn_back(UNTIL)
    made.know(UNTIL)
    recipe = Recipe.of(book.rules(FEEDS, FeedRules), name)
    weights = weights_of(recipe.weighings)
    readers = [one.member_id for one in made.members]
    tastes = present.tastes(session, readers, [recipe], UNTIL)
    said: set[str] = set()
    for viewer in made.members:
        pool, taste = then.pool(session, viewer, recipe), tastes.of(viewer.member_id, recipe)
        mine = [
            (one.post_id, one.score, ranking.terms(one, weights), slot)
            for one, slot in pages.page(recipe, pool, taste, UNTIL)
        ]
        with session.begin_nested() as undone:
            items = live.page(session, viewer, book, name, UNTIL)
            undone.rollback()
        assert mine == [(one.card.id, one.score, one.terms, one.slot) for one in items]
        said |= {term.signal for one in items for term in one.terms}
    assert said == set(weights) - {"topic"}, "every signal is there to be compared"


def test_law_07_nobody_is_offered_in_the_past_what_they_could_not_see(session: Session, book: Book) -> None:
    made = World.drawn(session, book, 7)
    then = known_at(session, made, book, UNTIL)
    held = then.past.posts.id[then.reader(made.members[0]).open].tolist()[-1]
    session.execute(update(Post).where(col(Post.id) == held).values(held_at=UNTIL - timedelta(days=1)))
    then = known_at(session, made, book, UNTIL)
    locked = {post.id: set(post.lock_any) for post in made.posts}
    for viewer in made.members:
        offered = then.past.posts.id[then.reader(viewer).open].tolist()
        assert held not in offered
        assert all(locked[post_id] & keys_of(viewer) for post_id in offered)
