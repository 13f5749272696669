"""Votes by other methods than for and against: what is put to them, and how it is examined."""

from dataclasses import replace
from typing import Any

from sqlmodel import Session

from coop.book import COOP, Book
from coop.policy_text import sha256
from governance import subjects
from governance.drafts import Draft
from governance.subject import Subject
from tests.governance.assembly import START
from tests.governance.founding import founding_book

BOOK = founding_book()


def photos(number: int) -> list[dict[str, Any]]:
    """A patch to how many photos one may upload in a day; 5 to 500 is class A."""
    return [{"op": "replace", "path": "/photos/per_day", "value": number}]


CHOICES = [
    {"label": "Eighty", "patch": photos(80)},
    {"label": "A hundred", "patch": photos(100)},
]
CLAUSE = {"clause": "/photos/per_day"}
PLACES = [{"label": "The barn"}, {"label": "The bakery"}, {"label": "The park"}]


def contest(book: Book, choices: Any = None, kind: str = "media", scope: str = COOP) -> Draft:
    """Competing patches to one policy."""
    options = {"choices": CHOICES if choices is None else choices}
    return replace(_wanted(book, kind, scope), method="schulze", options=options)


def number(book: Book, options: Any = None, kind: str = "media", scope: str = COOP) -> Draft:
    """One number of a policy."""
    options = CLAUSE if options is None else options
    return replace(_wanted(book, kind, scope), method="median", options=options)


def _wanted(book: Book, kind: str, scope: str) -> Draft:
    policy = book.policy(kind, scope)
    return Draft(scope, kind, "A change", "Because.", [], sha256("" if policy is None else policy.text))


def question(choices: Any = None, **more: Any) -> Draft:
    """A question, by approval unless ``method`` says otherwise."""
    options = {"choices": PLACES if choices is None else choices}
    return Draft(COOP, "question", "Where do we meet?", "", [], "", options=options, **more)


def examined(wanted: Draft, book: Book = BOOK) -> Subject:
    """The subject of a draft; what is asked of the book alone needs no database."""
    return subjects.examine(Session(), book, wanted, START)
