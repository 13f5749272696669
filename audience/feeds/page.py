"""Feeds: the next page that a profile makes for a member.

Law 11: the score of every item is the exact sum of its terms, and each term names the clause that weighs
it. Law 7: candidates are what the viewer may see, decided inside the statement, so a page is never
filtered after the fact. Law 6: what is delivered is seated first; a post whose last seat goes to somebody
else meanwhile falls out and the next best comes in.

What was delivered was viewed, so the next page is simply the next unseen: there is no cursor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audience import embeds, gate
from audience.cards import Card, cards
from audience.feeds import ranking, slots
from audience.feeds.candidates import candidates, listed
from audience.feeds.ranking import Scored, Term
from audience.feeds.recipe import OWN_VIA, Recipe, weights_of
from audience.feeds.rules import FEEDS, FeedRules, SlotName
from audience.feeds.signals import Candidate
from audience.feeds.slots import Form, Placed
from audience.gardens.garden import Garden
from audience.gardens.reading import garden_of
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
    """What the recipe's weights made of it; signals that add nothing are left out."""
    slot: SlotName | None
    """The slot that brought it: without the places kept for such authors it would not be here."""
    source: Card | None
    """What is shown inside it, where the viewer is admitted to that as well."""


def recipe_of(book: Book, name: str) -> Recipe:
    """Return a profile of the policy as a recipe; raise NotFound where there is none of that name."""
    rules = book.rules(FEEDS, FeedRules)
    if name not in rules.profiles:
        raise NotFound
    return book.derived(("recipe", name), lambda: Recipe.of(rules, name))


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
    weights = weights_of(recipe.weighings)
    garden = garden_of(session, viewer, book, now)
    pool, known = candidates(session, viewer, book, recipe, now, garden)
    ranked = ranking.ranked(pool, recipe.setting(now, known), weights)
    shown, inside = _seated(session, viewer, book, ranked, recipe.form(limit), recipe.via, now)
    found = _cards(session, viewer, book, garden, shown, inside, now)
    return [
        Item(found[one.post_id], one.score, ranking.terms(one, weights), slot, _source(found, inside, one))
        for one, slot in shown
    ]


def page_of(
    session: Session, viewer: Identity, book: Book, posts: Sequence[int], now: datetime, *, size: int
) -> list[Item]:
    """Return the next page of posts that were named elsewhere, in the order in which they were named.

    What the viewer may not be delivered falls out as everywhere (law 7). Nothing is weighed here, so there
    are no terms, and the score is their empty sum.
    """
    garden = garden_of(session, viewer, book, now)
    pool = listed(session, viewer, book, posts, now, garden)
    order = [Scored(-place, post.id, (), post) for place, post in enumerate(pool)]
    shown, inside = _seated(session, viewer, book, order, Form.plain(size), OWN_VIA, now)
    found = _cards(session, viewer, book, garden, shown, inside, now)
    return [Item(found[one.post_id], 0, [], None, _source(found, inside, one)) for one, _ in shown]


def _cards(
    session: Session,
    viewer: Identity,
    book: Book,
    garden: Garden,
    shown: Sequence[Placed],
    inside: Mapping[int, int],
    now: datetime,
) -> dict[int, Card]:
    """Return what is shown of a page's posts and of those inside them, by id."""
    posts = list(dict.fromkeys([*[one.scored.post_id for one in shown], *inside.values()]))
    # No feed brings its reader what is their own, but for what others show inside theirs.
    return cards(session, viewer, book, posts, now, garden, own=bool(inside))


def _source(found: Mapping[int, Card], inside: Mapping[int, int], one: Scored) -> Card | None:
    return found[inside[one.post_id]] if one.post_id in inside else None


def _seated(
    session: Session,
    viewer: Identity,
    book: Book,
    ranked: list[Scored],
    form: Form,
    via: str,
    now: datetime,
) -> tuple[list[Placed], dict[int, int]]:
    """Return the page whose every post the viewer holds a seat at, and what is shown inside its posts."""
    shown: list[Placed] = []
    inside: dict[int, int] = {}
    for _ in range(ROUNDS):
        wanted = slots.page(ranked, form, [one.scored for one in shown])
        quoting = [one.scored.post_id for one in wanted if one.scored.post.embeds]
        within = embeds.within(session, viewer, book, quoting, now)
        claims = {one.post_id: one for one in [_claim(book, one.scored.post) for one in wanted]}
        claims |= {one.post_id: one for one in within.claims if one.post_id not in claims}
        admitted = gate.claim(session, viewer, list(claims.values()), via=via, epoch=book.epoch, now=now)
        inside |= within.delivered(admitted)
        seated = [one for one in wanted if one.scored.post_id in admitted]
        shown += seated
        if len(seated) == len(wanted):
            break
        tried = {one.scored.post_id for one in wanted}
        ranked = [one for one in ranked if one.post_id not in tried]
    return sorted(shown, reverse=True), inside


def _claim(book: Book, post: Candidate) -> gate.Claim:
    limits = limits_of(book, post.own_limits, Asked.of(post.seats_max, post.more_asked))
    return gate.Claim(post.id, limits.for_viewer(friend=post.friend), post.gated, post.layers, post.reached)
