# ruff: noqa: S608 - the statement is put together from constants
"""Screening: the rules of moderation are asked of a list's words before others see them.

They are those on profiles, which are words that stand beside a name as these do. What a rule would hold back
is not taken, and whoever wrote it is told the rule: there is nothing of it that could be shown meanwhile, and
they may keep the list to themselves. Law 13: neither is what a rule cannot decide. What a rule labels is
shown with the label.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from audience.moderation import label_facts
from audience.moderation.facts import COLUMNS, looked_up
from audience.moderation.rules import MODERATION
from audience.moderation.ruleset import Cause, Ruleset, Source, action_of, ruleset
from audience.moderation.writing_facts import facts_of
from coop.book import Book
from coop.errors import Fault, RuleBroken
from coop.identity import Identity
from coop.ids import new_id

_SUBJECT = """(
  SELECT CAST(:id AS bigint) AS id, CAST(:author AS bigint) AS author_id,
         CAST(:at AS timestamptz) AS created_at
) AS subject JOIN member AS author ON author.id = subject.author_id"""
"""What the facts of a profile are looked up of, where there is none: who writes, and when."""


def screen(
    session: Session, book: Book, writer: Identity, title: str, description: str, now: datetime
) -> list[str]:
    """Return what rules label a list's words with; raise RuleBroken where one holds them back."""
    rules = ruleset(book, None, "profile")
    if not rules.rules:
        return []
    known = _facts(session, rules, writer, title, description, now)
    causes = [one for one in rules.causes(known, now.astimezone(UTC).date()) if not one.rule.dry_run]
    held = next((one for one in causes if action_of(one) == "hold"), None)
    if held is not None:
        raise RuleBroken("A rule holds these words back.", faults=(_fault(book, held),))
    return sorted({one.rule.label for one in causes if one.rule.label is not None})


def _fault(book: Book, cause: Cause) -> Fault:
    why = f"{cause.rule.about}. Say it otherwise, or keep the list to yourself."
    return Fault("/title", why, book.cite(MODERATION, cause.clause))


def _facts(
    session: Session, rules: Ruleset, writer: Identity, title: str, description: str, now: datetime
) -> dict[str, Any]:
    known = facts_of(f"{title}\n{description}", None, rules.facts)
    known |= {
        "author.account_age": now - writer.joined_at,
        "profile.name": title,
        "profile.about": description,
    }
    names = tuple(name for name in COLUMNS["profile"] if name in rules.facts and name not in known)
    if names or rules.sources:
        sources = tuple(rules.sources.values())
        said = label_facts.bound("profile", sources, ":at").parameters
        bound = {"id": new_id(now), "author": writer.member_id, "at": now, **said}
        row = session.connection().execute(_statement(names, sources), bound).one()
        known |= looked_up((*names, *rules.sources), row)
    return known


@lru_cache(maxsize=64)
def _statement(names: tuple[str, ...], sources: tuple[Source, ...]) -> TextClause:
    said = label_facts.bound("profile", sources, ":at").columns
    columns = ", ".join([*(COLUMNS["profile"][name] for name in names), *said])
    return text(" ".join(f"SELECT {columns} FROM {_SUBJECT}".split()))
