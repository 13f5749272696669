"""Labels as facts: what labellers whom a policy names had said of a thing, or of its author, at one moment.

Law 14: which labels stood at a moment is told by editions, which never change, so whoever asks later finds
what was found then. Law 7: a rule is told of a label, and the thing's author of the rule; nobody is told what
else a labeller says.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import text
from sqlmodel import Session

from audience.moderation.label_rules import PREFIX, label_clause
from audience.moderation.rules import MODERATION, ModerationRules, Target
from audience.moderation.ruleset import Cause, Source
from audience.moderation.verdict import Cited, Said
from coop.book import COOP, Book

AUTHORS: Mapping[Target, str] = {
    "post": "subject.author_id",
    "reply": "subject.author_id",
    "upload": "subject.owner_id",
    "profile": "subject.author_id",
    "follow": "subject.author_id",
}
"""By target: whose labels count, in SQL. Of a post its own count too."""

_CITED = text("""
SELECT labeller.slug,
  (SELECT max(number) FROM labeller_edition WHERE labeller_id = labeller.id AND made_at <= :at) AS edition,
  given.label, given.since, given.post_id IS NOT NULL AS of_post
FROM labeller LEFT JOIN given_label AS given
  ON given.labeller_id = labeller.id AND given.at <= :at
  AND (given.post_id = :post OR given.member_id = :author)
  AND (given.until IS NULL OR (SELECT made_at FROM labeller_edition
       WHERE labeller_id = labeller.id AND number = given.until) > :at)
WHERE labeller.slug = ANY(CAST(:slugs AS text[])) ORDER BY labeller.slug, given.label, given.since
""")


class Bound(NamedTuple):
    """Columns of a statement, and what they bind."""

    columns: list[str]
    parameters: dict[str, Any]


def bound(target: Target, sources: Sequence[Source], at: str, prefix: str = "said") -> Bound:
    """Return what selects, of a ``subject``, the labels that each source had given it; null where not known.

    ``at`` is the moment, in SQL.
    """
    post = "subject.id" if target == "post" else "NULL"
    columns: list[str] = []
    parameters: dict[str, Any] = {}
    for number, one in enumerate(sources):
        name = f"{prefix}{number}"
        columns.append(
            f"labels_said(:{name}_slug, {post}, {AUTHORS[target]}, {at},"
            f" CAST(:{name}_silent AS interval), :{name}_none)"
        )
        parameters |= {
            f"{name}_slug": one.slug,
            f"{name}_silent": one.silent_after,
            f"{name}_none": one.missing == "none",
        }
    return Bound(columns, parameters)


def cited(
    session: Session,
    book: Book,
    scope: str,
    post_id: int | None,
    author_id: int,
    causes: Iterable[Cause],
    at: datetime,
) -> dict[str, list[Cited]]:
    """Return by rule whom it asked: each labeller with its edition, its clause, and the labels that counted.

    ``post_id`` is that of the thing, where it is a post. Rules that speak of no labels are not among them.
    """
    asked = {one.name: names for one in causes if (names := _named(one))}
    if not asked:
        return {}
    trusted = book.rules(MODERATION, ModerationRules, scope).labels
    slugs = sorted({trusted[name].labeller for names in asked.values() for name in names})
    values = {"slugs": slugs, "post": post_id, "author": author_id, "at": at}
    editions: dict[str, int | None] = {}
    said: dict[str, list[Said]] = {}
    for row in session.connection().execute(_CITED, values):
        editions[row.slug] = row.edition
        if row.label is not None:
            of = "post" if row.of_post else "author"
            said.setdefault(row.slug, []).append({"label": row.label, "edition": row.since, "of": of})
    return {
        rule: [
            _cite(book, scope, name, trusted[name].labeller, editions, said, counted)
            for name, counted in names.items()
        ]
        for rule, names in asked.items()
    }


def _named(cause: Cause) -> dict[str, frozenset[str]]:
    """Return the names of the labellers that a rule asked, each with the labels that it was told."""
    found: dict[str, frozenset[str]] = {}
    for fact in cause.asked:
        if fact.startswith(PREFIX):
            told = [cast(frozenset[str], one.facts[fact]) for one in cause.matched if fact in one.facts]
            found[fact.removeprefix(PREFIX)] = frozenset[str]().union(*told)
    return found


def _cite(
    book: Book,
    scope: str,
    name: str,
    slug: str,
    editions: Mapping[str, int | None],
    said: Mapping[str, list[Said]],
    counted: frozenset[str],
) -> Cited:
    receipt = book.cite(MODERATION, label_clause(name), scope)
    return {
        "name": name,
        "labeller": slug,
        "edition": editions.get(slug),
        "scope": receipt.scope,
        "clause": receipt.clause,
        "version": receipt.version,
        "proposal": receipt.proposal,
        "labels": [one for one in said.get(slug, []) if one["label"] in counted],
    }


def trusted_slugs(book: Book) -> frozenset[str]:
    """Return the slugs of every labeller that a policy in force names, the coop's or a guild's."""
    scopes = (COOP, *book.scopes(MODERATION))
    return book.derived(
        ("trusted labellers",),
        lambda: frozenset(
            one.labeller
            for scope in scopes
            for one in book.rules(MODERATION, ModerationRules, scope).labels.values()
        ),
    )
