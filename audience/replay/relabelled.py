# ruff: noqa: S608 - the statements are put together from constants
"""Labels that came later, replayed: when they would have asked the rules again, and what labellers had said.

It is what ``audience/moderation/asking_editions.py`` does, told of each thing instead of each edition: the
same bounds on how old a thing may be, how many labels of a day ask, and how many things of a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from audience.moderation import label_facts
from audience.moderation.asking_editions import IN_BUDGET
from audience.moderation.label_facts import AUTHORS
from audience.moderation.label_rules import Labelled
from audience.moderation.rules import MODERATION, ModerationRules, Target
from audience.moderation.ruleset import Ruleset, Source
from coop.book import Book


@dataclass(frozen=True, slots=True)
class Again:
    """A moment at which a label asks the rules again of a thing."""

    slug: str
    """Of the labeller."""
    at: datetime
    said: Mapping[Source, frozenset[str] | None]
    """What every labeller had said of it by then."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where labels find what rules are asked of, in SQL."""

    thing: str
    """Id of the post or reply that is asked about again."""
    post: str
    """That, where it is a post."""
    at: str
    """When it was made."""


PLACED: Mapping[Target, Placed] = {
    "post": Placed("subject.id", "subject.id", "subject.created_at"),
    "reply": Placed("subject.id", "NULL::bigint", "subject.created_at"),
    "upload": Placed("shown.id", "shown.post_id", "shown.created_at"),
}
"""By target: those of which later labels ask at all."""


def sources(rules: Sequence[Ruleset]) -> list[Source]:
    """Return the labellers of whom any of some rules speaks, in order."""
    return sorted({source for one in rules for source in one.sources.values()})


def asking(rules: Sequence[Ruleset]) -> list[str]:
    """Return the slugs of the labellers whose later labels ask any of some rules again."""
    return sorted({slug for one in rules for slug, names in one.asked_again.items() if names})


def touched(target: Target, slugs: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the condition that a labeller ever spoke of a subject or its author, and what it binds."""
    if target not in PLACED or not slugs:
        return "false", {}
    post, author = PLACED[target].post, AUTHORS[target]
    trusted = "SELECT id FROM labeller WHERE slug = ANY(CAST(:asking AS text[]))"
    said = f"""(EXISTS (SELECT FROM given_label WHERE post_id = {post} AND labeller_id IN ({trusted}))
      OR EXISTS (SELECT FROM given_label WHERE member_id = {author} AND labeller_id IN ({trusted})))"""
    return said, {"asking": list(slugs)}


def again(
    session: Session,
    book: Book,
    target: Target,
    selected: str,
    ids: Sequence[int],
    rules: Sequence[Ruleset],
    until: datetime,
) -> dict[int, list[Again]]:
    """Return by subject when labels ask the rules of one side again, by the bounds of its book.

    ``selected`` is what subjects are selected from; what came at ``until`` or later is left out.
    """
    slugs = asking(rules)
    if target not in PLACED or not slugs or not ids:
        return {}
    asked = sources(rules)
    limits: Labelled = book.rules(MODERATION, ModerationRules).labelled
    said = label_facts.bound(target, asked, "edition.made_at")
    bound = {
        "ids": list(ids),
        "asking": slugs,
        "until": until,
        "within": limits.within,
        "labels_a_day": limits.labels_a_day,
        "of_member": limits.of_member,
        **said.parameters,
    }
    rows = session.connection().execute(text(_statement(target, selected, said.columns)), bound)
    found: dict[int, list[Again]] = {}
    for subject_id, slug, at, *labels in rows:
        told = {one: _set(value) for one, value in zip(asked, labels, strict=True)}
        found.setdefault(subject_id, []).append(Again(slug, at, told))
    return found


def first(asked: Sequence[Source], labels: Sequence[Any]) -> dict[Source, frozenset[str] | None]:
    """Return what labellers had said when a thing was made, from the columns that tell it."""
    return {one: _set(value) for one, value in zip(asked, labels, strict=True)}


def _set(value: list[str] | None) -> frozenset[str] | None:
    return None if value is None else frozenset(value)


def _statement(target: Target, selected: str, columns: Sequence[str]) -> str:
    placed, author = PLACED[target], AUTHORS[target]
    newer = " + ".join(
        f"""(SELECT count(*) FROM {table} AS newer WHERE newer.author_id = {author}
        AND newer.id > {placed.thing} AND newer.created_at <= edition.made_at)"""
        for table in ("post", "reply")
    )
    written = f"""
    SELECT DISTINCT subject.id, named.slug, edition.made_at, {", ".join(columns)}
    FROM {selected}
    CROSS JOIN LATERAL (
      SELECT id, labeller_id, member_id, since, until, at FROM given_label WHERE post_id = {placed.post}
      UNION ALL
      SELECT id, labeller_id, member_id, since, until, at FROM given_label WHERE member_id = {author}
    ) AS given
    JOIN labeller AS named ON named.id = given.labeller_id AND named.slug = ANY(CAST(:asking AS text[]))
    JOIN labeller_edition AS edition
      ON edition.labeller_id = named.id AND edition.number IN (given.since, given.until)
    WHERE subject.id = ANY(CAST(:ids AS bigint[])) AND edition.made_at > {placed.at}
      AND edition.made_at < :until AND {placed.at} >= edition.made_at - CAST(:within AS interval)
      AND (edition.number = given.until OR {IN_BUDGET})
      AND (given.member_id IS NULL OR {newer} < :of_member)
    """
    return " ".join(written.split())
