"""Candidates, tastes and pools for the tests of feeds, plain or drawn by a seeded lot."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, get_args

from audience.feeds.reader import LANGUAGE, PLACE, TAG, HomeKind, Taste
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules, Profile, Range, Slots
from audience.feeds.signals import ONE, SIGNALS, Candidate
from audience.feeds.sliders import FURTHEST, STEPS
from coop.ids import first_id_at
from tests.audience.factories import NOW, founding_book

RULES = founding_book().rules(FEEDS, FeedRules)
BALANCED = Recipe.of(RULES, "balanced")


def candidate(age: timedelta = timedelta(), **facts: Any) -> Candidate:
    """Return a post of which nothing is known but what is said here."""
    plain = Candidate(
        id=first_id_at(NOW - age),
        author_id=1,
        own_limits=None,
        seats_max=None,
        more_asked=None,
        gated=False,
        layers=0,
        reached=0,
        embeds=False,
        follows=False,
        same_guild=False,
        named=False,
        posts=0,
        viewers=0,
        answered=0,
        author_bridge=0,
        finish=0,
        bridge=0,
        heat=0,
        features=[],
        norm=0.0,
    )
    return plain._replace(**facts)


def tag(number: int) -> int:
    """Return a tag as a feature."""
    return number << 4 | TAG


def pool(lot: Random, posts: int, authors: int = 6) -> list[Candidate]:
    """Draw posts; what is known of an author is the same in each of theirs, and values are often equal."""
    known = {author: _author(lot) for author in range(1, authors + 1)}
    return [_post(lot, number, *lot.choice(list(known.items()))) for number in range(posts)]


def _author(lot: Random) -> dict[str, Any]:
    return {
        "follows": lot.random() < 0.3,
        "posts": lot.choice((0, 3, 20)),
        "viewers": lot.choice((0, 10, 49, 50, 3000)),
        "answered": lot.choice((0, 5, 40)),
        "author_bridge": lot.choice((0, 0, ONE // 2 - 1, ONE // 2, ONE)),
    }


def _post(lot: Random, number: int, author: int, known: dict[str, Any]) -> Candidate:
    tags = {tag(lot.randrange(6)) for _ in range(lot.randrange(4))}
    others = {lot.randrange(2) << 4 | LANGUAGE, lot.randrange(3) << 4 | PLACE}
    features = tags | {one for one in others if lot.random() < 0.8}
    return candidate(
        timedelta(hours=lot.randrange(72)),
        author_id=author,
        same_guild=lot.random() < 0.3,
        finish=lot.choice((0, 250_000, 777_777, ONE)),
        bridge=lot.choice((0, 0, 600_000, ONE)),
        heat=lot.choice((0, 0, 333_333, ONE)),
        features=sorted(features),
        norm=lot.choice((1.0, 2.5)) if tags else 0.0,
        **known,
    )._replace(id=first_id_at(NOW - timedelta(hours=lot.randrange(72))) + number)


def taste(lot: Random) -> Taste:
    """Draw what is known of a reader."""
    features = [tag(number) for number in range(6)] + [1 << 4 | LANGUAGE, 1 << 4 | PLACE]
    return Taste(
        reposted={one: lot.random() for one in features[:6] if lot.random() < 0.5},
        seen={one: lot.random() for one in features if lot.random() < 0.7},
        home={
            kind: number << 4 | PLACE for number, kind in enumerate(get_args(HomeKind)) if lot.random() < 0.6
        },
        less_authors={author: lot.random() for author in range(1, 7) if lot.random() < 0.2},
        less_tags={one: lot.random() for one in features[:6] if lot.random() < 0.2},
    )


def recipe(lot: Random) -> Recipe:
    """Draw a recipe: any weights and ranges, caps, slots and sliders that a policy may hold."""
    weights = {signal: lot.choice((0.0, 0.001, 0.4, 1.0, 1.0, 3.0)) for signal in SIGNALS}
    ranges = {
        signal: Range(min=lot.choice((0.0, weight)), max=lot.choice((weight, 50.0, 50.0)))
        for signal, weight in weights.items()
    }
    page = lot.randint(1, 12)
    bridging = lot.randint(0, page)
    slots = Slots(bridging=bridging, discovery=lot.randint(0, page - bridging))
    more = {"page": page, "per_author": lot.randint(1, 3), "slots": slots}
    profile: Profile = BALANCED.profile.model_copy(update={"weights": weights, "range": ranges, **more})
    return replace(
        BALANCED,
        profile=profile,
        sliders={signal: position(lot) for signal in SIGNALS},
        topics=frozenset({tag(lot.randrange(6))}),
    )


def position(lot: Random, least: float = -FURTHEST) -> float:
    """Draw a position of a slider, at least this."""
    return lot.randint(round(least * STEPS), round(FURTHEST * STEPS)) / STEPS
