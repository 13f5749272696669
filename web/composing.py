"""Composing: an audience document from what was chosen in a form, and where its faults belong. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from audience.gradient import Step
from audience.polls.question import Question
from audience.predicate import Predicate
from coop.errors import Fault, RuleBroken
from web import group_rows
from web.group_rows import CHOSEN, LISTS, VERBS, Said, number

POLL = 20
"""Rows of a form for the options of a poll, at most."""
LATER = 3
"""Rows of a form for what is planned; the API takes more."""
OPENED: dict[str, dict[str, Any]] = {
    "readers": {"auto": [{"local": True}]},
    "ask": {"ask": [{"local": True}]},
    "nobody": {},
}
"""What a verb may be opened to as one choice; rows of groups say anything else."""
ARRIVALS = {"per_minute": "per_minute", "burst": "burst"}
"""Fields of the form → parts of ``arrivals``."""
REPLIES = {
    "replies_max": "max",
    "replies_each": "per_member",
    "gap_s": "gap_s",
    "watched_min": "watched_min",
}
"""Fields of the form → parts of ``replies``."""

Steps = Mapping[str, Step]
"""By their keys."""


def document(said: Said, steps: Steps, guild: str | None) -> dict[str, Any]:
    """Return the audience document that a form asks for; raise RuleBroken where a field says no number."""
    found = _reach(said, steps) | _narrowing(said, steps, guild)
    if said.get("on_full"):
        found.setdefault("seats", {})["on_full"] = said["on_full"]
    after = [_later(said, row, steps) for row in later(said)]
    if after:
        found["after"] = after
    return found


def layer(said: Said, steps: Steps, guild: str | None) -> dict[str, Any]:
    """Return the layer that a form adds by hand; raise RuleBroken where a field says no number."""
    found = _reach(said, steps) if said.get("reach") else {}
    found.pop("seats", None)
    return found | _narrowing(said, steps, guild)


def later(said: Said) -> list[int]:
    """Return which rows of what is planned say anything."""
    names = ("days", "pct", "step", "seats")
    return [row for row in range(LATER) if any(said.get(f"later{row}_{name}", "").strip() for name in names)]


def poll(said: Said) -> Question | None:
    """Return what a form asks in a poll; None where it asks nothing. Raise RuleBroken where it has no end."""
    rows = poll_rows(said)
    if not rows:
        return None
    if not said.get("poll_days", "").strip():
        fault = Fault("/poll_days", "Say for how many days it is open.")
        raise RuleBroken("This poll has no end.", faults=(fault,))
    days = number(said, "poll_days")
    if not 1 <= days <= timedelta.max.days:
        raise RuleBroken(
            "This poll has no end.", faults=(Fault("/poll_days", "Name fewer, and one at least."),)
        )
    return Question(tuple(said[f"poll{row}"] for row in rows), timedelta(days=days))


def poll_rows(said: Said) -> list[int]:
    """Return which rows of the options of a poll say anything."""
    return [row for row in range(POLL) if said.get(f"poll{row}", "").strip()]


def fields(said: Said) -> tuple[str, ...]:
    """Return the names of all fields and rows at which something may be wrong."""
    return (
        *("body", "teaser", "guild", "asset_id", "alt", "place", "publish_at", "from_s"),
        *("poll", "poll_days", *(f"poll{row}" for row in range(POLL))),
        *("reach", "read", "seats", "on_full", "until_days", "at_time"),
        *ARRIVALS,
        *REPLIES,
        *(f"verb_{verb}" for verb in VERBS),
        *(f"later{row}" for row in range(LATER)),
        *(row.name for name in LISTS for row in group_rows.rows(said, name)),
    )


def places(said: Said, faults: Iterable[Fault], at: str = "/audience") -> dict[str, str]:
    """Return to which field or row of the form each of these faults belongs, by its pointer.

    ``at`` is where the document stands in what is sent. A fault belongs to whatever says the part in which
    its pointer lies.
    """
    owned = {f"/{field}": field for field in fields(said)} | _owned(said, at)
    found = {fault.pointer: _owner(fault.pointer, owned) for fault in faults}
    return {pointer: owner for pointer, owner in found.items() if owner is not None}


def _owned(said: Said, at: str) -> dict[str, str]:
    found = {at: "reach", f"{at}/preset": "reach", f"{at}/seats": "seats", f"{at}/seats/on_full": "on_full"}
    found |= {f"{at}/arrivals/{name}": field for field, name in ARRIVALS.items()}
    found |= {f"{at}/replies/{name}": field for field, name in REPLIES.items()}
    found |= {f"{at}/replies/until": "until_days", f"{at}/replies/at_time": "at_time"}
    for name in LISTS:
        found |= group_rows.owners(said, name, f"{at}/interact/{name}" if name in VERBS else f"{at}/{name}")
    found |= {"/poll/options": "poll", "/poll/lasts": "poll_days", "/quote/from_ms": "from_s"}
    found |= {f"/poll/options/{index}": f"poll{row}" for index, row in enumerate(poll_rows(said))}
    return found | {f"{at}/after/{index}": f"later{row}" for index, row in enumerate(later(said))}


def _owner(pointer: str, owned: Mapping[str, str]) -> str | None:
    while pointer and pointer not in owned:
        pointer = pointer.rpartition("/")[0]
    return owned.get(pointer)


def _reach(said: Said, steps: Steps) -> dict[str, Any]:
    """Return who may see it: a step of the gradient, or the groups that were chosen one by one."""
    if said.get("reach") == CHOSEN:
        return {"see": group_rows.groups(said, "see")}
    return _chosen(said, "reach", steps).audience.stored()


def _narrowing(said: Said, steps: Steps, guild: str | None) -> dict[str, Any]:
    """Return the parts that a form says of besides who may see it."""
    found: dict[str, Any] = {}
    if said.get("read"):
        found["read"] = _read(said, steps, guild)
    if said.get("seats", "").strip():
        found["seats"] = {"max": number(said, "seats")}
    for part, asked_by in (("arrivals", ARRIVALS), ("replies", REPLIES)):
        asked = {name: number(said, field) for field, name in asked_by.items() if said.get(field, "").strip()}
        if asked:
            found[part] = asked
    if said.get("friends_wait"):
        found.setdefault("arrivals", {})["strangers_only"] = False
    if said.get("until_days", "").strip():
        found.setdefault("replies", {})["until"] = f"P{number(said, 'until_days')}D"
    if said.get("at_time"):
        found.setdefault("replies", {})["at_time"] = said["at_time"]
    interact = {verb: _opened(said, verb) for verb in VERBS if said.get(f"verb_{verb}") in (*OPENED, CHOSEN)}
    return found | ({"interact": interact} if interact else {})


def _read(said: Said, steps: Steps, guild: str | None) -> dict[str, Any]:
    if said["read"] == CHOSEN:
        return group_rows.groups(said, "read")
    whom = _chosen(said, "read", steps).audience.whom(guild) or Predicate(any=[])
    return whom.model_dump(mode="json", by_alias=True)


def _opened(said: Said, verb: str) -> dict[str, Any]:
    opened = said[f"verb_{verb}"]
    return group_rows.groups(said, verb) if opened == CHOSEN else OPENED[opened]


def _chosen(said: Said, field: str, steps: Steps) -> Step:
    found = steps.get(said.get(field, ""))
    if found is None:
        raise RuleBroken("Choose who may see it.", faults=(Fault(f"/{field}", "Choose one of these."),))
    return found


def _later(said: Said, row: int, steps: Steps) -> dict[str, Any]:
    own = f"later{row}"
    found: dict[str, Any] = {"set": {}}
    if said.get(f"{own}_days", "").strip():
        found["age"] = f"P{number(said, f'{own}_days', own)}D"
    if said.get(f"{own}_pct", "").strip():
        found["seats_pct"] = number(said, f"{own}_pct", own)
    if said.get(f"{own}_step"):
        found["set"] = _chosen(said, f"{own}_step", steps).audience.stored()
        found["set"].pop("seats", None)
    if said.get(f"{own}_seats", "").strip():
        found["set"]["seats"] = {"max": number(said, f"{own}_seats", own)}
    return found
