"""The rules and events that ``decide`` asks: a hundred rules, and facts as they come.

Every engine is given the same conditions in its own language and the same events as plain Python values, and
makes of them what it needs. The rules of the whole decision speak of words, patterns and capitals besides.
"""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from audience.moderation.case_rules import CaseRules
from audience.moderation.rules import ModerationRules

FOUNDING = Path(__file__).resolve().parent.parent / "policies" / "moderation.toml"

FOUNDED = tomllib.loads((Path(__file__).parents[1] / "policies" / "moderation.toml").read_text("utf-8"))
"""The founding policy: what it says of people who look costs a decision of rules nothing."""
RULES = 100
EVENTS = 200
HOSTS = 300
WORDS = 250
"""Words of each list."""
SENTENCE = "Fresh rye from the oven this morning, and a word about the water: it took more than I thought. "


class Bounds(NamedTuple):
    """One rule: an author younger than so many hours, more links than so many, none to one host."""

    hours: int
    links: int
    host: str


class Event(NamedTuple):
    """What is known of a post."""

    age_h: int
    links: int
    hosts: list[str]

    def as_data(self) -> dict[str, Any]:
        """Return it as engines take it that read JSON."""
        return {"age_h": self.age_h, "links": self.links, "hosts": self.hosts}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every engine."""

    rules: list[Bounds]
    events: list[Event]

    def right(self, event: Event) -> list[int]:
        """Return the rules that hold for an event, by the words above."""
        return [
            place
            for place, one in enumerate(self.rules)
            if event.age_h < one.hours and event.links > one.links and one.host not in event.hosts
        ]


def drawn(rules: int = RULES, events: int = EVENTS) -> Asked:
    """Return rules and events, drawn with a fixed seed: for most events few rules hold."""
    lot = Random(5)
    bounds = [Bounds(place % 7 * 24 + 1, place % 5, f"h{place}.example") for place in range(rules)]
    come = [
        Event(
            lot.choice([1, 30, 80, 500, 5000]),
            lot.randrange(6),
            [f"h{lot.randrange(HOSTS)}.example" for _ in range(4)],
        )
        for _ in range(events)
    ]
    return Asked(bounds, come)


def policy() -> ModerationRules:
    """Return a policy of a hundred rules of every sort that people write."""
    return ModerationRules.model_validate(policy_data(RULES))


def policy_data(rules: int) -> dict[str, Any]:
    """Return a policy of so many of those rules, a hundred at most, as data."""
    conditions = [
        f'author.account_age < duration("{place + 1}h") && text.links > {place % 5}'
        f' && !("h{place}.example" in text.hosts)'
        for place in range(RULES - 20)
    ]
    conditions += [f"size(words.list{place % 4}) > {place % 3}" for place in range(10)]
    conditions += [f"patterns.pattern{place % 3} && post.picture" for place in range(5)]
    conditions += [f"text.capitals > 0.{place + 5} && size(text) > 40" for place in range(5)]
    return {
        "limits": {"rules": 1000, "cost": 100_000, "entries": 5000},
        **{
            name: FOUNDED[name]
            for name in ("holds", "slowing", "gardens", "heat", "labelled", *CaseRules.model_fields)
        },
        "words": {f"list{one}": [f"word{one}n{n}" for n in range(WORDS)] for one in range(4)},
        "patterns": {f"pattern{one}": rf"(?i)\bx{one}[\d ]{{8,}}\b" for one in range(3)},
        "rules": {
            f"rule-{place}": {
                "about": "A rule",
                "on": ["post"],
                "when": condition,
                "then": "hold",
                "appeal_days": 14,
            }
            for place, condition in enumerate(conditions[:rules])
        },
    }


TEXT = SENTENCE * 4
"""Of 384 characters; no rule holds for it."""
LOOKED_UP: dict[str, Any] = {"author.account_age": timedelta(days=300), "post.picture": True}
"""What the database says of it."""
