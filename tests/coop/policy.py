"""A book with one clause changed, as a vote might have."""

from dataclasses import replace

from coop.book import COOP, Book
from coop.policy_text import apply, parse


def with_clause(book: Book, kind: str, clause: str, value: object) -> Book:
    """Return the book as it would stand if the coop's policy said this."""
    policy = book.policies[COOP, kind]
    text = apply(policy.text, [{"op": "replace", "path": clause, "value": value}])
    changed = replace(policy, text=text, data=parse(text))
    return Book(book.epoch, book.kinds, {**book.policies, (COOP, kind): changed})
