"""Serving a feed by its name; where that one cannot be, the member's default in the same answer.

A profile that comes from elsewhere can fail, and a vote can take away the profile that another was made
from. The page then says so, and why, and which one stood in. What an address named and the viewer may not
be delivered falls out without a word; where nothing is left, the answer is the same whether there are no
such posts, or they are not for the viewer, or were seen (law 7).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from audience.feeds import external, page
from audience.feeds.chosen import default_of
from audience.feeds.named import named
from audience.feeds.own_record import Own
from audience.feeds.page import Item
from audience.feeds.recipe import OWN, Recipe
from audience.feeds.rules import FEEDS, FeedRules
from coop.book import Book
from coop.identity import Identity

WAITING = "It has not answered yet; it is asked within seconds."
NOTHING = "It names nothing that you may see and have not seen."
GONE = "The profile that it was made from is one of ours no more."


@dataclass(frozen=True, slots=True)
class Instead:
    """Why another profile made the page than the one that was asked for."""

    asked: str
    reason: str
    since: datetime | None
    """Since when it has been failing; none where it is not its address that fails."""


@dataclass(frozen=True, slots=True)
class Served:
    """The next page of a feed."""

    name: str
    """Of the profile that made it."""
    recipe: Recipe | None
    """None where the page came from elsewhere."""
    source: str | None
    """The address that named its posts."""
    items: list[Item]
    instead: Instead | None = None


def serve(
    session: Session, viewer: Identity, book: Book, name: str, now: datetime, *, limit: int | None = None
) -> Served:
    """Return the next page of the feed of a name; ``limit`` can only make it shorter.

    Where that feed cannot be served, the viewer's default is, or else the coop's. Raise NotFound where there
    is nothing of that name.
    """
    made = _made(session, viewer, book, name, now, limit)
    if isinstance(made, Served):
        return made
    chosen = default_of(session, viewer, book)
    if chosen != made.asked:
        other = _made(session, viewer, book, chosen, now, limit)
        if isinstance(other, Served):
            return replace(other, instead=made)
    last = page.recipe_of(book, book.rules(FEEDS, FeedRules).default)
    return replace(_by_recipe(session, viewer, book, last, now, limit), instead=made)


def _made(
    session: Session, viewer: Identity, book: Book, name: str, now: datetime, limit: int | None
) -> Served | Instead:
    found = named(session, viewer, book, name)
    if isinstance(found, Recipe):
        return _by_recipe(session, viewer, book, found, now, limit)
    return _from_elsewhere(session, viewer, book, found, now, limit)


def _by_recipe(
    session: Session, viewer: Identity, book: Book, recipe: Recipe, now: datetime, limit: int | None
) -> Served:
    items = page.page_by(session, viewer, book, recipe, now, limit=limit)
    return Served(recipe.title, recipe, None, items)


def _from_elsewhere(
    session: Session, viewer: Identity, book: Book, own: Own, now: datetime, limit: int | None
) -> Served | Instead:
    """Return the page of what an address named last, unless it fails, is too old or nothing is left."""
    rules, name, asking = book.rules(FEEDS, FeedRules).external, f"{OWN}{own.name}", own.asking
    if asking is None:
        return Instead(name, GONE, None)
    external.want(session, viewer, own.id, now)
    if asking.failing_since is not None:
        return Instead(name, asking.failure, asking.failing_since)
    if asking.fetched_at is None or asking.fetched_at < now - rules.kept:
        return Instead(name, WAITING, None)
    size = rules.page if limit is None else min(limit, rules.page)
    items = page.page_of(session, viewer, book, asking.posts, now, size=size)
    return Served(name, None, own.external_url, items) if items else Instead(name, NOTHING, None)
