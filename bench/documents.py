"""Random audience documents and readers, the same ones for the same seed: the whole grammar is drawn from.

A world is small, so that most groups of people overlap: some guilds, some members, circles, a few places that
lie in one another, tags, and everything that follows and contributes. Its moments lie around ``NOW``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
VERBS = ("like", "repost", "quote", "reply", "video_reply", "stitch", "duet", "sound", "download")
DIRECTIONS = ("follower", "following", "mutual")
KINDS = ("post", "reply")
DAYS = (0, 1, 7, 30)
PRESETS = ("self", "mutuals", "followers", "guild", "local", "public")
SEATS = (16, 25, 40)
"""More than ever look, so that no seat is refused."""
SHARES = (2, 5, 10, 20)
"""Percent of the seats at which a post grows narrower."""


@dataclass(frozen=True, slots=True)
class Names:
    """What documents of a world may name."""

    guilds: Sequence[str]
    members: Sequence[str]
    circles: Sequence[str]
    places: Sequence[str]
    tags: Sequence[str]


def atom(random: Random, names: Names) -> dict[str, Any]:
    """Draw one group of people; ``local`` and ``public`` are drawn where they may stand.

    Neither is ever left out: whoever is not a member, or not anybody, is nobody.
    """
    kind = random.choice(("guild", "circle", "member", "mentioned", "follow", "place", "contributed"))
    match kind:
        case "guild":
            return {"guild": random.choice(names.guilds)}
        case "circle":
            return {"circle": random.choice(names.circles)}
        case "member":
            return {"member": random.choice(names.members)}
        case "mentioned":
            return {"mentioned": True}
        case "follow":
            return {"follow": {"dir": random.choice(DIRECTIONS), "min_days": random.choice(DAYS)}}
        case "place":
            return {"place": random.choice(names.places)}
    asked = {
        "tag": random.choice(names.tags),
        "kinds": random.sample(KINDS, random.randint(1, 2)),
        "min": random.randint(1, 3),
        "days": random.choice((1, 7, 30, 90)),
    }
    return {"contributed": asked}


def predicate(random: Random, names: Names) -> dict[str, Any]:
    """Draw a predicate that means one thing."""
    if random.random() < 0.05:
        return {"any": [{"public": True}]}
    if random.random() < 0.04:
        return {"any": []}
    drawn: dict[str, Any] = {}
    if random.random() < 0.8:
        local = [{"local": True}] if random.random() < 0.2 else []
        drawn["any"] = local + [atom(random, names) for _ in range(random.randint(1 - len(local), 4))]
    if not drawn or random.random() < 0.4:
        drawn["all"] = [_needed(random, names) for _ in range(random.randint(1, 3))]
    if random.random() < 0.3:
        needed = [one.get("any", [one]) for one in drawn.get("all", ())]
        wanted = [one for atoms in (drawn.get("any", []), *needed) for one in atoms]
        drawn_out = [atom(random, names) for _ in range(random.randint(1, 3))]
        denied = [one for one in drawn_out if one not in wanted]
        if denied:
            drawn["not"] = denied
    return drawn


def _needed(random: Random, names: Names) -> dict[str, Any]:
    """Draw what may stand inside ``all``: one group, or several of which one is enough."""
    local = [{"local": True}] if random.random() < 0.15 else []
    if random.random() < 0.4:
        return {"any": local + [atom(random, names) for _ in range(random.randint(1 - len(local), 3))]}
    return local[0] if local else atom(random, names)


def parts(random: Random, names: Names) -> dict[str, Any]:
    """Draw what one layer asks of who may see and read.

    The preset ``guild`` needs a post that was made in one, and ``public`` the first layer.
    """
    drawn: dict[str, Any] = {}
    choice = random.random()
    if choice < 0.15:
        drawn["preset"] = random.choice(PRESETS)
    elif choice < 0.9:
        drawn["see"] = predicate(random, names)
    if random.random() < 0.3:
        drawn["read"] = predicate(random, names)
    return drawn


def document(random: Random, names: Names) -> dict[str, Any]:
    """Draw a document with up to four layers: of some the time has come at ``NOW``, some wait for seats."""
    drawn = parts(random, names)
    later: list[dict[str, Any]] = []
    for _ in range(random.choice((0, 0, 0, 1, 2, 3))):
        layer = parts(random, names)
        if layer:
            later.append({**_cause(random, seated=not _is_public(drawn)), "set": layer})
    if later:
        drawn["after"] = later
    if any("seats_pct" in one for one in later):
        drawn["seats"] = {"max": random.choice(SEATS)}
    return drawn


def _cause(random: Random, *, seated: bool) -> dict[str, Any]:
    """Draw when a layer comes; only where a post may be ``seated`` is there a share of its seats."""
    if seated and random.random() < 0.3:
        return {"seats_pct": random.choice(SHARES)}
    return {"age": random.choice(("P1D", "P5D", "P20D"))}


def _is_public(drawn: dict[str, Any]) -> bool:
    """Say whether what was drawn is for everybody; who may read it is no wider than who may see it."""
    return drawn.get("preset") == "public" or {"public": True} in drawn.get("see", {}).get("any", ())
