"""Law 8 for the whole of a document: what holds is the strictest of author, guild and coop, part by part.

What each of the three says is kept apart here as plain values, and never asked of the code that joins them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from audience.bounds import check
from audience.clauses import Duration
from audience.document import AudienceDocument, Parts, Verb
from audience.limits import Asked, limits_of
from audience.permission import OPENED, VALUES, Heard, answer
from audience.predicate import Standing, one_of
from audience.reply_rules import reply_limits
from audience.rules import AT_TIMES, AUDIENCE, OPENINGS
from bench.documents import NOW, Names, atom, predicate
from coop.book import Book
from coop.errors import RuleBroken
from tests.audience.factories import founding_book, with_clauses, with_guild_policy

VERBS: tuple[Verb, ...] = get_args(Verb)
NAMES = Names(["bakers"], ["ben", "cleo"], ["Family"], ["1", "2"], ["bread"])
READERS = (
    Standing(NOW, "ben", guilds=frozenset({"bakers"}), places=frozenset({"1"})),
    Standing(NOW, "cleo", circles=frozenset({"Family"}), follower_since=NOW - timedelta(days=9)),
    Standing(NOW, "dora", mentioned=True),
)
DURATION = TypeAdapter[timedelta](Duration)
SEEDS = st.integers(0, 2**32)
Said = Mapping[str, Any]


@cache
def decided(number: int) -> tuple[Book, Said, Said]:
    """Return a random book, what the coop says in it and what the guild ``bakers`` does, by pointer."""
    random = Random(number)
    coop: dict[str, Any] = {
        "/seats/default": 20,
        "/seats/ceiling": random.choice((50, 100, 900, "open")),
        "/arrivals/per_minute": random.choice((1, 30, "open")),
        "/arrivals/burst": random.choice((1, 20, 100)),
        "/reach/widest": random.choice(("local", "public")),
        "/replies/per_post": random.choice((40, 500, "open")),
        "/replies/per_member": random.choice((5, 20, "open")),
        "/replies/gap_s": random.choice((0, 30)),
        "/replies/watched_min": random.choice((0, 20)),
        "/replies/until": random.choice(("P30D", "open")),
        "/replies/at_time": random.choice(AT_TIMES),
    }
    for verb in VERBS:
        most = random.randrange(len(OPENINGS))
        coop[f"/interact/{verb}/ceiling"] = OPENINGS[most]
        coop[f"/interact/{verb}/default"] = OPENINGS[random.randint(0, most)]
    guild: dict[str, Any] = {}
    if random.random() < 0.8:
        guild["/seats/default"] = random.choice((10, 50))
        guild["/arrivals/per_minute"] = random.choice((1, 7, 60))
        guild["/arrivals/burst"] = random.choice((1, 9))
        guild["/replies/per_post"] = random.choice((10, 60))
        guild["/replies/gap_s"] = random.choice((0, 90))
        guild["/replies/at_time"] = random.choice(AT_TIMES)
        for verb in random.sample(VERBS, 3):
            guild[f"/interact/{verb}/default"] = random.choice(OPENINGS)
    tables: dict[str, list[str]] = {}
    for pointer, value in guild.items():
        _, *path, name = pointer.split("/")
        tables.setdefault(".".join(path), []).append(f"{name} = {json.dumps(value)}")
    lines = [f"[{table}]\n" + "\n".join(said) for table, said in tables.items()]
    # Whatever the guild once chose stands when the coop decides otherwise afterwards.
    book = with_guild_policy(founding_book(), "bakers", "\n".join(lines)) if guild else founding_book()
    return with_clauses(book, AUDIENCE, coop), coop, guild


def layer(random: Random) -> dict[str, Any]:
    """Draw what one layer asks besides whom it is for."""
    drawn: dict[str, Any] = {}
    if random.random() < 0.6:
        drawn["seats"] = {"max": random.choice((1, 15, 60, 500, "open"))}
    if random.random() < 0.6:
        drawn["arrivals"] = {
            "per_minute": random.choice((1, 5, 40)),
            "burst": random.choice((1, 5, 40)),
            "strangers_only": False,
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
        except ValidationError:  # the same people were drawn for auto and for ask
            continue
    return found


def least(*limits: int | str | None) -> int | None:
    """Return the smallest number among some limits."""
    return min((limit for limit in limits if isinstance(limit, int)), default=None)


@given(SEEDS, st.integers(0, 40))
def test_law_08_seats_and_arrivals_are_the_strictest_of_all_layers_guild_and_coop(
    seed: int, number: int
) -> None:
    book, coop, guild = decided(number)
    layers = written(Random(seed))
    seats = [one.seats.max for one in layers if one.seats is not None]
    if layers[0].seats is None:
        seats.append(guild.get("/seats/default", coop["/seats/default"]))
    arrivals = [one.arrivals for one in layers if one.arrivals is not None]
    found = limits_of(book, "bakers", Asked.by_all(layers))
    assert found.seats == least(*seats, coop["/seats/ceiling"])
    assert found.per_minute == least(
        *(one.per_minute for one in arrivals), guild.get("/arrivals/per_minute"), coop["/arrivals/per_minute"]
    )
    assert found.burst == least(
        *(one.burst for one in arrivals), guild.get("/arrivals/burst"), coop["/arrivals/burst"]
    )
    assert found.all_wait == bool(arrivals)


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
    found = [one[pointer] for one in (coop, guild) if one.get(pointer, "open") != "open"]
    return [DURATION.validate_python(one) if name == "until" else one for one in found]


@given(SEEDS, st.integers(0, 40))
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


@given(SEEDS, st.integers(0, 40))
def test_law_08_a_later_layer_is_refused_where_and_only_where_it_would_not_hold_as_written(
    seed: int, number: int
) -> None:
    book, coop, _ = decided(number)
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
            below["seats", "max"] = coop["/seats/ceiling"]
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


@given(SEEDS, st.integers(0, 40))
def test_law_08_what_readers_may_do_is_the_strictest_of_all_layers_guild_and_coop(
    seed: int, number: int
) -> None:
    book, coop, guild = decided(number)
    layers = written(Random(seed))
    for reader in READERS:
        heard = [Heard(f"/{n}", one, reader) for n, one in enumerate(layers)]
        for verb in VERBS:
            found = VALUES.index(answer(verb, heard, book, "bakers", author=False).value)
            assert found <= VALUES.index(OPENED[coop[f"/interact/{verb}/ceiling"]])
            said = [one.interact[verb] for one in layers if one.interact and verb in one.interact]
            for one in said:
                if not (verb == "reply" and reader.mentioned):
                    opened = [one_of(one.auto, reader), one_of(one.ask, reader)]
                    most = (
                        "yes" if opened[0] else "ask" if opened[1] else "unknown" if None in opened else "no"
                    )
                    assert found <= VALUES.index(most)
            if verb not in (layers[0].interact or {}) and not (verb == "reply" and reader.mentioned):
                default = guild.get(f"/interact/{verb}/default", coop[f"/interact/{verb}/default"])
                assert found <= VALUES.index(OPENED[default])


@given(SEEDS, st.integers(0, 40))
def test_law_08_no_document_reaches_further_than_the_coop_lets_it(seed: int, number: int) -> None:
    book, coop, _ = decided(number)
    drawn = {"see": predicate(Random(seed), NAMES), "seats": {"max": "open"}}
    document = AudienceDocument.model_validate_json(json.dumps(drawn))
    try:
        check(document, book, "bakers", "")
        faults: set[str] = set()
    except RuleBroken as refused:
        faults = {fault.pointer for fault in refused.faults}
    public = drawn["see"] == {"any": [{"public": True}]}
    assert ("/see" in faults) == (
        public and (coop["/reach/widest"] == "local" or coop["/seats/ceiling"] != "open")
    )
    assert ("/seats/max" in faults) == (coop["/seats/ceiling"] != "open")
