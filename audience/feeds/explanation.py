"""Explanations: what a recipe makes of one post among all that its reader would be offered next.

Law 11: the terms add up to the score. Beside each stands the rank that the post would have without that
signal, made by the very code that makes pages, so "because you follow its author" is a statement that can be
checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audience.feeds import ranking, slots, taste
from audience.feeds.candidates import candidate, candidates
from audience.feeds.ranking import Term
from audience.feeds.reader import NOTHING_KNOWN
from audience.feeds.recipe import Recipe, weights_of
from audience.feeds.rules import SignalName, SlotName
from audience.feeds.sliders import Weighing
from coop.book import Book
from coop.identity import Identity


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a recipe makes of a post."""

    score: int
    """In billionths: exactly the sum of the terms' contributions."""
    terms: list[Term]
    """Without those of signals that add nothing."""
    weighings: Mapping[SignalName, Weighing]
    """What every signal weighs, and what that was made of."""
    rank: int | None
    """From 1, on the page that would be made now, were the post unseen; None where it is not on it."""
    slot: SlotName | None
    """The slot that brought it there: without the places kept for such authors it would not be on it."""
    rank_without: dict[str, int | None]
    """By signal: the rank that it would have if that signal counted nothing."""


def explain(
    session: Session, reader: Identity, book: Book, recipe: Recipe, post_id: int, now: datetime
) -> Explanation:
    """Return what a recipe makes of a post for a reader now, as if they had not seen it.

    Raise NotFound where the reader's keys do not open it.
    """
    post = candidate(session, reader, book, post_id, now)
    others, _ = candidates(session, reader, book, recipe, now)
    pool = [post, *(other for other in others if other.id != post_id)]
    weighings = recipe.weighings
    weights = weights_of(weighings)
    asked = recipe.asks_about_the_reader
    known = taste.of(session, reader, recipe.measures, now) if asked else NOTHING_KNOWN
    order = ranking.ranked(pool, recipe.setting(now, known), weights)
    (scored,) = (one for one in order if one.post_id == post_id)
    form = recipe.form()
    chosen = {
        one.scored.post_id: (rank, one.slot) for rank, one in enumerate(slots.page(order, form), start=1)
    }
    rank, slot = chosen.get(post_id, (None, None))
    return Explanation(
        score=scored.score,
        terms=ranking.terms(scored, weights),
        weighings=weighings,
        rank=rank,
        slot=slot,
        rank_without={
            signal: slots.rank_without(order, form, weights, signal, post_id) for signal in weights
        },
    )
