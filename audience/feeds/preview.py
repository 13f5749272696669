"""Trying sliders out: what they would do to the next page, told without delivering it.

Nothing is seated and no post is named: the answer is how many places of the page would hold another post, and
what each signal adds up to over the page, before and after. Law 11: raising a slider never lowers that
signal's total (the proof is in :mod:`audience.feeds.slots`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from audience.feeds import ranking, sliders, slots
from audience.feeds.candidates import candidates
from audience.feeds.named import recipe_of
from audience.feeds.own_draft import tags
from audience.feeds.reader import Taste
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.rules import SignalName
from audience.feeds.signals import SIGNALS, Candidate, Setting
from audience.feeds.sliders import Weighing
from audience.topics import tag_feature
from coop.book import Book
from coop.identity import Identity

_TAGS = text("SELECT id FROM tag WHERE name = ANY(CAST(:names AS text[]))")


@dataclass(frozen=True, slots=True)
class Total:
    """One signal, and what it adds up to over a page."""

    weighing: Weighing
    """As the sliders would have it."""
    before: int
    """In millionths: the sum of its values over the page as it would be now."""
    after: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What sliders would do to the next page."""

    recipe: Recipe
    """As the sliders would have it."""
    places: int
    """Posts on the page, before as after."""
    moved: int
    """Places that would hold another post."""
    replaced: int
    """Posts that would be on the page and are not now."""
    totals: list[Total]
    """In the order of the profile's weights."""


def preview(
    session: Session,
    viewer: Identity,
    book: Book,
    name: str,
    positions: Mapping[str, float] | None,
    topics: Sequence[str] | None,
    now: datetime,
) -> Preview:
    """Return what other positions and tags would do to the next page of a feed.

    None leaves them as they are. Raise NotFound where there is no such feed, and RuleBroken where it has no
    sliders or one cannot stand so.
    """
    before = recipe_of(session, viewer, book, name)
    after = before
    if positions is not None:
        sliders.check(before.profile, positions, "query/sliders")
        after = replace(
            after, sliders={signal: positions.get(signal, 0.0) for signal in before.profile.weights}
        )
    if topics is not None:
        found = session.scalars(_TAGS, {"names": tags(topics, "query/topics")})
        after = replace(after, topics=frozenset(map(tag_feature, found)))
    pool, taste = candidates(session, viewer, book, before, now)
    return compare(pool, before, after, taste, now)


def compare(pool: Sequence[Candidate], before: Recipe, after: Recipe, taste: Taste, now: datetime) -> Preview:
    """Return what becomes of a page where a recipe is turned into another of the same profile.

    Totals of both pages are measured as the second measures, so that they can be compared.
    """
    setting = after.setting(now, taste)
    old, new = _page(pool, before, before.setting(now, taste)), _page(pool, after, setting)
    weighings = sliders.weights(after.name, after.profile, after.sliders)
    return Preview(
        recipe=after,
        places=len(new),
        moved=sum(one.id != other.id for one, other in zip(old, new, strict=True)),
        replaced=len({one.id for one in new} - {one.id for one in old}),
        totals=[
            Total(weighing, sum(SIGNALS[signal](old, setting)), sum(SIGNALS[signal](new, setting)))
            for signal, weighing in weighings.items()
        ],
    )


def _page(pool: Sequence[Candidate], recipe: Recipe, setting: Setting) -> list[Candidate]:
    weights: dict[SignalName, int] = weights_of(recipe.weighings)
    order = ranking.ranked(pool, setting, weights)
    return [one.scored.post for one in slots.page(order, recipe.form())]
