"""Composing: an audience document from what was chosen in a form, and where its faults belong. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from audience.document import AudienceDocument, Verb
from audience.gradient import Step
from audience.predicate import Predicate
from coop.errors import Fault, RuleBroken

VERBS: tuple[Verb, ...] = get_args(Verb)
LATER = 3
"""Rows of a form for what is planned; the API takes more."""
OPENED: dict[str, dict[str, Any]] = {
    "readers": {"auto": [{"local": True}]},
    "ask": {"ask": [{"local": True}]},
    "nobody": {},
}
"""What a verb may be opened to in the form; the API takes any groups."""

Said = Mapping[str, str]
Steps = Mapping[str, Step]
"""By their keys."""


def document(said: Said, steps: Steps, guild: str | None) -> dict[str, Any]:
    """Return the audience document that a form asks for; raise RuleBroken where a field says no number."""
    found = _step(said, "reach", steps)
    if said.get("read"):
        found["read"] = _whom(said, "read", steps, guild)
    if said.get("seats", "").strip():
        found["seats"] = {"max": _number(said, "seats")}
    if said.get("on_full") == "waitlist":
        if not said.get("seats", "").strip():
            fault = Fault("/on_full", "Name a number of seats, so that there is something to wait for.")
            raise RuleBroken("Some of what was chosen does not fit together.", faults=(fault,))
        found["seats"]["on_full"] = "waitlist"
    for part, fields in (("arrivals", ARRIVALS), ("replies", REPLIES)):
        asked = {name: _number(said, field) for field, name in fields.items() if said.get(field, "").strip()}
        if asked:
            found[part] = asked
    if said.get("friends_wait"):
        found.setdefault("arrivals", {})["strangers_only"] = False
    if said.get("until_days", "").strip():
        found.setdefault("replies", {})["until"] = f"P{_number(said, 'until_days')}D"
    if said.get("at_time"):
        found.setdefault("replies", {})["at_time"] = said["at_time"]
    interact = {verb: OPENED[said[f"verb_{verb}"]] for verb in VERBS if said.get(f"verb_{verb}") in OPENED}
    if interact:
        found["interact"] = interact
    after = [_later(said, row, steps) for row in rows(said)]
    if after:
        found["after"] = after
    return found


def layer(said: Said, steps: Steps) -> dict[str, Any]:
    """Return the layer that a form adds by hand; raise RuleBroken where a field says no number."""
    found = _step(said, "reach", steps) if said.get("reach") else {}
    found.pop("seats", None)
    if said.get("seats", "").strip():
        found["seats"] = {"max": _number(said, "seats")}
    return found


ARRIVALS = {"per_minute": "per_minute", "burst": "burst"}
"""Fields of the form → parts of ``arrivals``."""
REPLIES = {
    "replies_max": "max",
    "replies_each": "per_member",
    "gap_s": "gap_s",
    "watched_min": "watched_min",
}
"""Fields of the form → parts of ``replies``."""


def rows(said: Said) -> list[int]:
    """Return which rows of what is planned say anything."""
    names = ("days", "pct", "step", "seats")
    return [row for row in range(LATER) if any(said.get(f"later{row}_{name}", "").strip() for name in names)]


def places(said: Said) -> dict[str, str]:
    """Return to which field of the form each pointer into the post belongs."""
    found = {"/audience/preset": "reach", "/audience/see": "reach", "/audience/read": "read"}
    found |= {
        "/audience/seats": "seats",
        "/audience/seats/max": "seats",
        "/audience/seats/on_full": "on_full",
    }
    found |= {f"/audience/arrivals/{name}": field for field, name in ARRIVALS.items()}
    found |= {f"/audience/replies/{name}": field for field, name in REPLIES.items()}
    found |= {"/audience/replies/until": "until_days", "/audience/replies/at_time": "at_time"}
    for verb in VERBS:
        for end in ("", "/auto", "/ask"):
            found[f"/audience/interact/{verb}{end}"] = f"verb_{verb}"
    for index, row in enumerate(rows(said)):
        at, field = f"/audience/after/{index}", f"later{row}"
        ends = ("", "/age", "/seats_pct", "/set", "/set/preset", "/set/see", "/set/seats/max")
        found |= {f"{at}{end}": field for end in ends}
    return found


def fields(verbs: Sequence[str] = VERBS) -> tuple[str, ...]:
    """Return the names of all fields at which something may be wrong."""
    later = tuple(f"later{row}" for row in range(LATER))
    return (
        *("body", "teaser", "guild", "asset_id", "alt", "place"),
        *("reach", "read", "seats", "on_full", "until_days"),
        *ARRIVALS,
        *REPLIES,
        *(f"verb_{verb}" for verb in verbs),
        *later,
    )


def _step(said: Said, field: str, steps: Steps) -> dict[str, Any]:
    return _chosen(said, field, steps).audience.stored()


def _whom(said: Said, field: str, steps: Steps, guild: str | None) -> dict[str, Any]:
    whom = _chosen(said, field, steps).audience.whom(guild) or Predicate(any=[])
    return whom.model_dump(mode="json", by_alias=True)


def _chosen(said: Said, field: str, steps: Steps) -> Step:
    found = steps.get(said.get(field, ""))
    if found is None:
        raise RuleBroken("Choose who may see it.", faults=(Fault(f"/{field}", "Choose one of these."),))
    return found


def _later(said: Said, row: int, steps: Steps) -> dict[str, Any]:
    own = f"later{row}"
    found: dict[str, Any] = {"set": {}}
    if said.get(f"{own}_days", "").strip():
        found["age"] = f"P{_number(said, f'{own}_days', own)}D"
    if said.get(f"{own}_pct", "").strip():
        found["seats_pct"] = _number(said, f"{own}_pct", own)
    if said.get(f"{own}_step"):
        found["set"] = AudienceDocument.stored(_chosen(said, f"{own}_step", steps).audience)
        found["set"].pop("seats", None)
    if said.get(f"{own}_seats", "").strip():
        found["set"]["seats"] = {"max": _number(said, f"{own}_seats", own)}
    return found


def _number(said: Said, field: str, shown: str | None = None) -> int:
    written = said[field].strip()
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        fault = Fault(f"/{shown or field}", "Write a whole number.")
        raise RuleBroken("Some of what was written does not fit.", faults=(fault,))
    return int(written)
