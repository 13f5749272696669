"""Law 8 for the whole of a document: what holds is the strictest of author, guild and coop, part by part.

What each of the three says is kept apart here as plain values, and never asked of the code that joins them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import cache, reduce
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from audience.bounds import check
from audience.document import AudienceDocument, Parts, Permission, Verb, preset
from audience.feature_clauses import HOSTS, KEEPERS, TURNS
from audience.inheriting import inherit
from audience.limits import Asked, deciding, limits_of, rules_of
from audience.permission import OPENED, VALUES, Heard, Value, answer
from audience.predicate import Standing, holds, is_met
from audience.reply_rules import reply_limits
from audience.rules import AT_TIMES, AUDIENCE, INHERITED, OPENINGS, ORDERS
from bench.documents import NOW, Names, atom, predicate
from coop.book import COOP, Book, InForce, guild_scope
from coop.clauses import Duration
from coop.errors import RuleBroken
from coop.policy_text import leaves
from tests.audience.factories import founding_book, in_force

FOUNDING = founding_book()
VERBS: tuple[Verb, ...] = get_args(Verb)
NAMES = Names(["bakers"], ["ben", "cleo"], ["Family"], ["1", "2"], ["bread"])
READERS = (
    Standing(NOW, "ben", guilds=frozenset({"bakers"}), places=frozenset({"1"})),
    Standing(NOW, "cleo", circles=frozenset({"Family"}), follower_since=NOW - timedelta(days=9)),
    Standing(NOW, "dora", mentioned=True),
    Standing(NOW, "emil", guilds=frozenset({"bakers"}), follower_since=NOW, following_since=NOW),
)
DURATION = TypeAdapter[timedelta](Duration)
SEEDS = st.integers(0, 2**32)
BOOKS = st.integers(0, 60)
Said = Mapping[str, Any]

OF_BOTH: Mapping[str, Sequence[Any]] = {
    "/posts/characters": (500, 3000, 20_000),
    "/posts/names": (100, 120, 150),
    "/posts/teaser": (0, 90, 300),
    "/posts/tags": (1, 4, 10),
    "/reach/default": INHERITED[1:],
    "/reach/widest": ("local", "public"),
    "/seats/default": (10, 50, 300),
    "/seats/ceiling": (40, 70, 500),
    "/seats/on_full": ("close", "waitlist"),
    "/arrivals/per_minute": (1, 7, 30),
    "/arrivals/burst": (1, 9, 20),
    "/arrivals/strangers_only": (False, True),
    "/replies/per_post": (10, 60, 500),
    "/replies/per_member": (1, 5, 20),
    "/replies/gap_s": (90, 30, 0),
    "/replies/watched_min": (60, 20, 0),
    "/replies/until": ("P7D", "P30D", "open"),
    "/replies/at_time": AT_TIMES,
    **{f"/interact/{verb}/{name}": OPENINGS for verb in VERBS for name in ("default", "ceiling")},
    "/polls/options": (2, 4, 6),
    "/polls/longest": ("P1D", "P3D", "P7D"),
    "/playlists/of_guild": (1, 5, 30),
    "/playlists/items": (5, 50, 200),
    "/playlists/title": (20, 50, 80),
    "/playlists/description": (0, 90, 500),
    "/playlists/keepers": KEEPERS,
    "/drafts/open": (1, 5, 20),
    "/drafts/writers": (2, 5, 12),
    "/rooms/seats": (2, 20, 60),
    "/rooms/speakers": (1, 3, 8),
    "/rooms/longest": ("PT30M", "PT1H", "PT2H"),
    "/rooms/ahead": ("P1D", "P7D", "P28D"),
    "/rooms/turn": ("PT1M", "PT2M", "PT5M"),
    "/rooms/scheduled": (1, 2, 3),
    "/rooms/hosts": HOSTS,
    "/rooms/queue": TURNS,
}
"""By clause: what guild and coop may both say, the strictest first."""
OF_THE_COOP: Mapping[str, Sequence[Any]] = {
    **OF_BOTH,
    "/posts/layers": (8, 30),
    "/seats/default": (20, 150, "open"),
    "/seats/ceiling": (50, 900, "open", "open"),
    "/arrivals/per_minute": (1, 30, "open"),
    "/replies/per_post": (40, 500, "open"),
    "/replies/per_member": (5, 20, "open"),
}
"""By clause: what the coop says, the strictest first."""


@cache
def decided(number: int) -> tuple[Book, Said, Said]:
    """Return a random book, what the coop says in it and what the guild ``bakers`` does, by pointer."""
    random = Random(number)
    coop = {pointer: random.choice(values) for pointer, values in OF_THE_COOP.items()}
    often = random.choice((0.0, 0.5, 1.0))
    guild = {pointer: random.choice(values) for pointer, values in OF_BOTH.items() if random.random() < often}
    whole = {(COOP, AUDIENCE): _saying(FOUNDING.policies[COOP, AUDIENCE], coop)}
    if guild:
        scope = guild_scope("bakers")
        whole[scope, AUDIENCE] = _saying(in_force(scope, AUDIENCE, ""), guild)
    return replace(FOUNDING, policies={**FOUNDING.policies, **whole}), coop, guild


def _saying(policy: InForce, said: Said) -> InForce:
    """Return a policy that says this besides what it said; its text stays, because nobody reads it here."""
    data = deepcopy(policy.data)
    for pointer, value in said.items():
        _, *path, name = pointer.split("/")
        reduce(lambda table, key: table.setdefault(key, {}), path, data)[name] = value
    return replace(policy, data=data, blame=dict.fromkeys(leaves(data), policy.number))


def of_both(pointer: str, coop: Said, guild: Said) -> list[Any]:
    """Return what is said in a clause, by whomever says something in it."""
    return [one[pointer] for one in (coop, guild) if pointer in one]


def strict(pointer: str, value: Any) -> float:
    """Return a number that is the smaller the stricter the value of a clause is."""
    for values in (OF_THE_COOP[pointer], OF_BOTH.get(pointer, ())):
        if isinstance(value, str | bool) and value in values:
            return float("inf") if value == "open" else float(list(values).index(value))
    return float(-value if pointer in ("/replies/gap_s", "/replies/watched_min") else value)


def test_every_clause_that_has_an_order_is_drawn() -> None:
    assert set(OF_THE_COOP) == set(ORDERS)


@pytest.mark.parametrize("pointer", OF_THE_COOP)
def test_law_08_each_clause_is_that_of_guild_or_coop_whichever_is_stricter_and_cited(pointer: str) -> None:
    for book, coop, guild in map(decided, range(60)):
        wanted = min(of_both(pointer, coop, guild), key=lambda value: strict(pointer, value))
        found = reduce(getattr, pointer.strip("/").split("/"), rules_of(book, "bakers"))
        assert found == (DURATION.validate_python(wanted) if isinstance(found, timedelta) else wanted)
        cited = deciding(book, "bakers", pointer)
        assert cited.value == wanted
        assert cited.scope == ("coop" if wanted == coop[pointer] else "guild:bakers")


def layer(random: Random) -> dict[str, Any]:
    """Draw what one layer asks besides whom it is for."""
    drawn: dict[str, Any] = {}
    if random.random() < 0.6:
        wanted = {
            "max": random.choice((1, 15, 60, 500, "open")),
            "on_full": random.choice(("close", "waitlist")),
        }
        drawn["seats"] = {name: wanted[name] for name in random.sample(sorted(wanted), random.randint(1, 2))}
    if random.random() < 0.6:
        drawn["arrivals"] = {
            "per_minute": random.choice((1, 5, 40)),
            "burst": random.choice((1, 5, 40)),
            "strangers_only": random.random() < 0.5,
        }
    if random.random() < 0.7:
        wanted = {
            "max": random.choice((1, 12, 45, 300)),
            "per_member": random.choice((1, 4, 18)),
            "gap_s": random.choice((10, 60, 600)),
            "watched_min": random.choice((10, 50)),
            "until": random.choice(("PT2H", "P10D", "P60D")),
            "at_time": random.choice(AT_TIMES),
        }
        drawn["replies"] = {name: wanted[name] for name in random.sample(sorted(wanted), 4)}
    if random.random() < 0.8:
        drawn["interact"] = {
            verb: {name: [atom(random, NAMES)] for name in ("auto", "ask") if random.random() < 0.7}
            for verb in random.sample(VERBS, 4)
        }
    return drawn


def written(random: Random) -> list[AudienceDocument]:
    """Draw the layers of a document whose time has come."""
    found: list[AudienceDocument] = []
    while len(found) < 3:
        try:
            found.append(AudienceDocument.model_validate_json(json.dumps(layer(random))))
        except ValidationError:  # such as the same people for auto and for ask
            continue
    return found


def least(*limits: int | str | None) -> int | None:
    """Return the smallest number among some limits."""
    return min((limit for limit in limits if isinstance(limit, int)), default=None)


@given(SEEDS, BOOKS)
def test_law_08_seats_and_arrivals_are_the_strictest_of_all_layers_guild_and_coop(
    seed: int, number: int
) -> None:
    book, *said = decided(number)
    layers = written(Random(seed))
    seats = [one.seats.max for one in layers if one.seats is not None]
    if layers[0].seats is None or layers[0].seats.max is None:
        seats += of_both("/seats/default", *said)
    arrivals = [one.arrivals for one in layers if one.arrivals is not None]
    found = limits_of(book, "bakers", Asked.by_all(layers))
    assert found.seats == least(*seats, *of_both("/seats/ceiling", *said))
    for name in ("per_minute", "burst"):
        asked = [getattr(one, name) for one in arrivals]
        assert getattr(found, name) == least(*asked, *of_both(f"/arrivals/{name}", *said))
    friends = [*(one.strangers_only for one in arrivals), *of_both("/arrivals/strangers_only", *said)]
    assert found.all_wait == (False in friends)


STRICTNESS: Mapping[str, Callable[[Any], float]] = {
    "max": lambda most: most,
    "per_member": lambda most: most,
    "gap_s": lambda seconds: -seconds,
    "watched_min": lambda percent: -percent,
    "until": lambda length: length.total_seconds(),
    "at_time": AT_TIMES.index,
}
"""By the name of a limit on replies: the number that is the smaller the stricter its value."""


def said_of_replies(name: str, coop: Said, guild: Said) -> list[Any]:
    """Return what the clauses of coop and guild say of one limit on replies."""
    pointer = "/replies/" + ("per_post" if name == "max" else name)
    found = [one for one in of_both(pointer, coop, guild) if one != "open"]
    return [DURATION.validate_python(one) if name == "until" else one for one in found]


@given(SEEDS, BOOKS)
def test_law_08_replies_are_limited_by_the_strictest_of_all_layers_guild_and_coop(
    seed: int, number: int
) -> None:
    book, coop, guild = decided(number)
    layers = written(Random(seed))
    found = reply_limits([(f"/{n}", one) for n, one in enumerate(layers)], book, "bakers")
    for name, strict in STRICTNESS.items():
        asked = [getattr(one.replies, name) for one in layers if one.replies is not None]
        said = [*said_of_replies(name, coop, guild), *(one for one in asked if one is not None)]
        assert getattr(found, name).value == min(said, key=strict, default=None)


NUMBERS = (
    ("seats", "max"),
    ("arrivals", "per_minute"),
    ("arrivals", "burst"),
    *(("replies", name) for name in STRICTNESS),
)


def held(layers: Sequence[Parts], book: Book) -> dict[tuple[str, str], Any]:
    """Return what holds of every number of a document once all of these layers have come."""
    limits = limits_of(book, "bakers", Asked.by_all(layers))
    replies = reply_limits([("", one) for one in layers], book, "bakers")
    values = {("replies", name): getattr(replies, name).value for name in STRICTNESS}
    arrivals = {("arrivals", "per_minute"): limits.per_minute, ("arrivals", "burst"): limits.burst}
    return {("seats", "max"): limits.seats, **arrivals, **values}


def loose(one: tuple[str, str], value: Any) -> float:
    """Return how loose the value of a number is; none is no limit."""
    if value is None or value == "open":
        return float("inf")
    part, name = one
    return STRICTNESS[name](value) if part == "replies" else float(value)


@given(SEEDS, BOOKS)
def test_law_08_a_later_layer_is_refused_where_and_only_where_it_would_not_hold_as_written(
    seed: int, number: int
) -> None:
    book, *said = decided(number)
    first, *later = [one.stored() for one in written(Random(seed))]
    planned = [{"age": f"P{n}D", "set": one} for n, one in enumerate(later, start=1) if one]
    document = AudienceDocument.model_validate_json(json.dumps({**first, "after": planned}))
    try:
        check(document, book, "bakers", "")
        refused: set[str] = set()
    except RuleBroken as error:
        refused = {fault.pointer for fault in error.faults}
    layers = document.layers
    for count, (at, parts) in enumerate(layers):
        below = held([one for _, one in layers[:count]], book)
        if not count:  # what it is published with may ask for more seats than the default
            below["seats", "max"] = least(*of_both("/seats/ceiling", *said))
        after = held([one for _, one in layers[: count + 1]], book)
        asked = {
            (part, name): getattr(getattr(parts, part), name)
            for part, name in NUMBERS
            if getattr(parts, part) is not None and getattr(getattr(parts, part), name) is not None
        }
        wide = {one for one, wanted in asked.items() if loose(one, wanted) > loose(one, below[one])}
        for part, name in asked:
            assert (f"{at}/{part}/{name}" in refused) == ((part, name) in wide)
        for one in NUMBERS:
            if one not in wide:
                assert loose(one, after[one]) <= loose(one, below[one])
                assert one not in asked or loose(one, after[one]) == loose(one, asked[one])


def opened(wanted: Permission, reader: Standing) -> Value:
    """Return what one layer answers; it names one group at most in each of its lists."""
    met = {name: [is_met(one, reader) for one in getattr(wanted, name)] for name in ("auto", "ask")}
    by_name = [one.kind in ("member", "mentioned") for one in (*wanted.ask, *wanted.auto)]
    if met["ask"] == met["auto"] == [True]:
        return "ask" if by_name == [True, False] else "yes"
    if True in met["auto"]:
        return "yes"
    if True in met["ask"]:
        return "ask"
    return "unknown" if None in met["auto"] + met["ask"] else "no"


@given(SEEDS, BOOKS)
def test_law_08_what_readers_may_do_is_the_strictest_of_all_layers_guild_and_coop(
    seed: int, number: int
) -> None:
    book, *said = decided(number)
    layers = written(Random(seed))
    for reader in READERS:
        heard = [Heard(f"/{n}", one, reader) for n, one in enumerate(layers)]
        for verb in VERBS:
            wanted = [one.interact[verb] if one.interact and verb in one.interact else None for one in layers]
            bounds = [OPENED[one] for one in of_both(f"/interact/{verb}/ceiling", *said)]
            if verb == "reply" and reader.mentioned:
                wanted[0] = None
            elif wanted[0] is None:
                bounds += [OPENED[one] for one in of_both(f"/interact/{verb}/default", *said)]
            bounds += [opened(one, reader) for one in wanted if one is not None]
            found = answer(verb, heard, book, "bakers", author=False).value
            assert found == min(bounds, key=VALUES.index)


def refused(document: AudienceDocument, book: Book) -> dict[str, str | None]:
    """Return where a document is refused for a post made in the guild, with the clause and whose it is."""
    try:
        check(document, book, "bakers", "")
    except RuleBroken as error:
        return {
            one.pointer: f"{one.clause.scope}{one.clause.clause}" if one.clause else None
            for one in error.faults
        }
    return {}


@given(SEEDS, BOOKS)
def test_law_08_nobody_opens_what_readers_may_do_further_than_guild_and_coop_let_them(
    seed: int, number: int
) -> None:
    book, coop, guild = decided(number)
    document = written(Random(seed))[0]
    found = refused(document, book)
    for verb, wanted in (document.interact or {}).items():
        pointer = f"/interact/{verb}/ceiling"
        most = min(of_both(pointer, coop, guild), key=OPENINGS.index)
        clause = f"coop{pointer}" if most == coop[pointer] else f"guild:bakers{pointer}"
        closed = most == "nobody" and bool(wanted.auto or wanted.ask)
        asked = most == "ask" and bool(wanted.auto)
        assert found.get(f"/interact/{verb}") == (clause if closed else None)
        assert found.get(f"/interact/{verb}/auto") == (clause if asked else None)


@given(SEEDS)
def test_law_08_no_document_reaches_further_than_guild_and_coop_let_it(seed: int) -> None:
    random = Random(seed)
    everybody = {"any": [{"public": True}]}
    see = everybody if random.random() < 0.5 else predicate(random, NAMES)
    drawn = {"see": see, "seats": {"max": "open"}}
    document = AudienceDocument.model_validate_json(json.dumps(drawn))
    for book, coop, guild in map(decided, range(60)):
        found = refused(document, book)
        counted = least(*of_both("/seats/ceiling", coop, guild)) is not None
        local = "local" in of_both("/reach/widest", coop, guild)
        assert ("/see" in found) == (see == everybody and (local or counted))
        if "/see" in found and local:
            by = "coop" if coop["/reach/widest"] == "local" else "guild:bakers"
            assert found["/see"] == f"{by}/reach/widest"
        assert ("/seats/max" in found) == counted


@given(BOOKS)
def test_law_08_an_author_who_does_not_say_reaches_whom_both_guild_and_coop_mean(number: int) -> None:
    book, *said = decided(number)
    meant = [preset(step, "bakers") for step in of_both("/reach/default", *said)]
    for asked in ({}, {"seats": {"max": 9}}, {"read": {"any": [{"member": "ben"}]}}):
        whom = inherit(AudienceDocument.model_validate(asked), book, "bakers").whom("bakers")
        assert whom is not None
        for reader in READERS:
            assert holds(whom, reader) == all(holds(one, reader) for one in meant)
