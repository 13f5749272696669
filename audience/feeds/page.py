"""Feeds: the next page that a profile makes for a member.

Law 11: the score of every item is the exact sum of its terms, and each term names the clause that weighs
it. Law 7: candidates are what the viewer may see, decided inside the statement, so a page is never
filtered after the fact. Law 6: what is delivered is seated first; a post whose last seat goes to somebody
else meanwhile falls out and the next best comes in.

What was delivered was viewed, so the next page is simply the next unseen: there is no cursor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audience import gate
from audience.access import Card, cards
from audience.feeds import ranking, slots
from audience.feeds.candidates import candidates, listed
from audience.feeds.ranking import Scored, Term
from audience.feeds.recipe import OWN_VIA, Recipe, weights_of
from audience.feeds.rules import FEEDS, FeedRules, SlotName
from audience.feeds.signals import Candidate
from audience.feeds.slots import Form, Placed
from audience.limits import Asked, limits_of
from coop.book import Book
from coop.errors import NotFound
from coop.identity import Identity

ROUNDS = 3
"""How often a page is filled up after claims that others won."""


@dataclass(frozen=True, slots=True)
class Item:
    """A post on a page, and why it is there."""

    card: Card
    score: int
    """In billionths: exactly the sum of its terms' contributions."""
    terms: list[Term]
    slot: SlotName | None
    """The slot that brought it: without the places kept for such authors it would not be here."""


def recipe_of(book: Book, name: str) -> Recipe:
    """Return a profile of the policy as a recipe; raise NotFound where there is none of that name."""
    rules = book.rules(FEEDS, FeedRules)
    if name not in rules.profiles:
        raise NotFound
    return Recipe.of(rules, name)


def page(
    session: Session, viewer: Identity, book: Book, name: str, now: datetime, *, limit: int | None = None
) -> list[Item]:
    """Return the next page of a profile, the best first; ``limit`` can only make it shorter.

    Raise NotFound where there is no such profile.
    """
    return page_by(session, viewer, book, recipe_of(book, name), now, limit=limit)


def page_by(
    session: Session, viewer: Identity, book: Book, recipe: Recipe, now: datetime, *, limit: int | None = None
) -> list[Item]:
    """Return the next page that a recipe makes for the viewer."""
    weighings = recipe.weighings()
    pool, known = candidates(session, viewer, book, recipe, now)
    ranked = ranking.ranked(pool, recipe.setting(now, known), weights_of(weighings))
    shown = _seated(session, viewer, book, ranked, recipe.form(limit), recipe.via, now)
    found = cards(session, viewer, book, [one.scored.post_id for one in shown], now)
    return [Item(found[one.post_id], one.score, ranking.terms(one, weighings), slot) for one, slot in shown]


def page_of(
    session: Session, viewer: Identity, book: Book, posts: Sequence[int], now: datetime, *, size: int
) -> list[Item]:
    """Return the next page of posts that were named elsewhere, in the order in which they were named.

    What the viewer may not be delivered falls out as everywhere (law 7). Nothing is weighed here, so there
    are no terms, and the score is their empty sum.
    """
    pool = listed(session, viewer, book, posts, now)
    order = [Scored(-place, post.id, (), post) for place, post in enumerate(pool)]
    shown = _seated(session, viewer, book, order, Form.plain(size), OWN_VIA, now)
    found = cards(session, viewer, book, [one.scored.post_id for one in shown], now)
    return [Item(found[one.scored.post_id], 0, [], None) for one in shown]


def _seated(
    session: Session,
    viewer: Identity,
    book: Book,
    ranked: list[Scored],
    form: Form,
    via: str,
    now: datetime,
) -> list[Placed]:
    """Return the page whose every post the viewer holds a seat at."""
    shown: list[Placed] = []
    for _ in range(ROUNDS):
        wanted = slots.page(ranked, form, [one.scored for one in shown])
        claims = [_claim(book, one.scored.post) for one in wanted]
        admitted = gate.claim(session, viewer, claims, via=via, epoch=book.epoch, now=now)
        shown += [one for one in wanted if one.scored.post_id in admitted]
        if len(admitted) == len(wanted):
            break
        tried = {one.scored.post_id for one in wanted}
        ranked = [one for one in ranked if one.post_id not in tried]
    return sorted(shown, reverse=True)


def _claim(book: Book, post: Candidate) -> gate.Claim:
    limits = limits_of(book, post.own_limits, Asked.of(post.seats_max, post.more_asked))
    return gate.Claim(post.id, limits.for_viewer(friend=post.friend), post.gated, post.layers, post.reached)
