"""What the name of a feed stands for: a profile of the policy, ``own:`` one of one's own, or ``default``."""

from sqlmodel import Session

from audience.feeds import page
from audience.feeds.chosen import DEFAULT, default_of
from audience.feeds.own_record import Own, find
from audience.feeds.recipe import OWN, Recipe
from audience.feeds.rules import FEEDS, FeedRules
from coop.book import Book
from coop.errors import RuleBroken
from coop.identity import Identity

ELSEWHERE = "Its posts are named by an address elsewhere, in its order: nothing is weighed here."
GONE = "The profile that it was made from is one of ours no more, so it weighs nothing."


def named(session: Session, member: Identity, book: Book, name: str) -> Recipe | Own:
    """Return what a name stands for: a recipe, or a profile of the member's own that is none at present.

    Raise NotFound where there is nothing of that name.
    """
    if name == DEFAULT:
        name = default_of(session, member, book)
    if not name.startswith(OWN):
        return page.recipe_of(book, name)
    own = find(session, member, name.removeprefix(OWN))
    return own.recipe(book.rules(FEEDS, FeedRules)) or own


def recipe_of(session: Session, member: Identity, book: Book, name: str) -> Recipe:
    """Return the recipe that a name stands for.

    Raise NotFound where there is nothing of that name, and RuleBroken where it is a profile of the member's
    own by which nothing is weighed.
    """
    found = named(session, member, book, name)
    if isinstance(found, Own):
        raise RuleBroken(GONE if found.external_url is None else ELSEWHERE)
    return found
