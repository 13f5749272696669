"""Moderation policies for tests."""

import json
import tomllib
from dataclasses import replace
from functools import cache
from typing import Any

import tomlkit

from audience.moderation.case_rules import CaseRules
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import COOP, Book, guild_scope
from tests.audience.factories import POLICIES, in_force

HOLDS = {"longest": "PT24H", "followed_decide": True}
FOUNDED = tomllib.loads((POLICIES / "moderation.toml").read_text("utf-8"))
PEOPLE = {name: FOUNDED[name] for name in ("gardens", "heat", "labelled", *CaseRules.model_fields)}
"""The founding clauses on reports, juries and appeals, on heat, on gardens and on later labels."""
SLOWING = {"longest": "PT12H"}
LIMITS = {"rules": 100, "cost": 50_000, "entries": 5000}


def rule(when: str, then: str = "hold", **more: Any) -> dict[str, Any]:
    """Return a rule on posts, as data."""
    said = {"about": "A rule", "on": ["post"], "when": when, "then": then, "appeal_days": 14}
    needed = {"label": {"label": "odd"}, "slow": {"gap": "PT10M"}}
    return said | needed.get(then, {}) | more


def policy(rules: dict[str, dict[str, Any]], **more: Any) -> ModerationRules:
    """Return a policy of some rules."""
    return ModerationRules.model_validate(
        {"limits": LIMITS, "holds": HOLDS, "slowing": SLOWING, "rules": rules, **PEOPLE, **more}
    )


def with_rules(book: Book, rules: dict[str, dict[str, Any]], **more: Any) -> Book:
    """Return the book as it would stand if the coop's moderation policy were of these rules alone."""
    bounds = book.policies[COOP, MODERATION].data["bounds"]
    kept = PEOPLE | {"limits": LIMITS, "holds": HOLDS, "slowing": SLOWING, "bounds": bounds}
    return _with(book, COOP, kept | {"rules": rules} | more)


def with_guild_rules(book: Book, slug: str, rules: dict[str, dict[str, Any]], **more: Any) -> Book:
    """Return the book as it would stand if a guild added these rules."""
    return _with(book, guild_scope(slug), {"rules": rules} | more)


def _with(book: Book, scope: str, data: dict[str, Any]) -> Book:
    before = book.policies.get((scope, MODERATION))
    # Tables come last: what follows one would be of it.
    told = sorted(data.items(), key=lambda one: isinstance(one[1], dict))
    text = "".join(_written(name, json.dumps(value)) for name, value in told)
    after = in_force(scope, MODERATION, text, 1 if before is None else before.number + 1)
    return replace(book, epoch=book.epoch + 1, policies={**book.policies, (scope, MODERATION): after})


@cache
def _written(name: str, value: str) -> str:
    """Return one entry of a policy as TOML, given as JSON: most are the same in every test."""
    return tomlkit.dumps({name: json.loads(value)})
