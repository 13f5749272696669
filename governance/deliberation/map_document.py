"""What is told of an opinion map: groups, anonymous dots, statements; and where one stands oneself.

Pure. Nobody's answers are told to others, and what is told should not let them be worked out:

- no person is named, and dots come in the order of their places, snapped to a grid of a fortieth of the map;
- a group smaller than the clause is not shown, neither its dots nor what it says, and its people are in none
  of the figures, so that it is not what remains when the others are taken away;
- a statement's figures in a group are told only where as many of the group have answered it.

The *workings* stay on the server. With them a member's own place is found from their own answers, so that
nothing about persons has to be stored with a map.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from coop.opinions.answers import Answers
from coop.opinions.clusters import nearest
from coop.opinions.pca import Plane, Reals
from governance.deliberation.consensus import Finding
from governance.deliberation.opinion_map import OpinionMap, needed

GRID = 20
"""Steps from the centre of the map to its edge."""
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where one member stands."""

    x: float
    y: float
    """Both in units of the map, whose edge lies at −1 and 1; one's own place is not snapped to the grid."""
    group: str | None
    """None where the group is too small to be shown."""


def letter(place: int) -> str:
    """Return what the group shown at this place is called, from 0: A, B, C, …."""
    return chr(ord("A") + place)


def document(found: OpinionMap) -> dict[str, Any]:
    """Return what everybody may be told of a map, as JSON.

    Groups come by size and are called A, B, C, …; dots come by place. ``consensus`` is of the groups that
    are shown, ``too_small`` says that there are others.
    """
    shown = found.shown
    extent = _extent(found, shown)
    return {
        "people": len(found.answers.people),
        "statements": int(found.open_to.sum()),
        "silhouette": round(found.clustering.silhouette, _DIGITS),
        "explained": [round(share, _DIGITS) for share in found.plane.explained],
        "groups": [_group(found, group, shown, extent) for group in shown],
        "too_small": len(shown) < len(found.clustering.sizes),
        "dots": _dots(found, shown, extent),
        "consensus": [_named(found, one, shown) for one in found.consensus(shown)],
    }


def workings(found: OpinionMap) -> dict[str, Any]:
    """Return what finds a member's place and next statement again, as JSON; it is told to nobody."""
    return {
        "statements": [str(statement) for statement in found.answers.statements],
        "standing": found.open_to.tolist(),
        "means": found.plane.means.tolist(),
        "axes": found.plane.axes.tolist(),
        "centres": found.clustering.centres.tolist(),
        "shown": found.shown,
        "extent": _extent(found, found.shown),
        "needed": needed(found.rules, len(found.answers.statements)),
        "weights": {str(statement): weight for statement, weight in found.weights().items()},
    }


def own_place(kept: Mapping[str, Any], answered: Mapping[str, int]) -> Place | None:
    """Return the place of somebody who gave these answers, by statement; None where they gave too few."""
    known = [statement for statement in kept["statements"] if statement in answered]
    if len(known) < kept["needed"]:
        return None
    values = [[answered.get(statement, 0) for statement in kept["statements"]]]
    seen = [[statement in answered for statement in kept["statements"]]]
    answers = Answers(
        [""], kept["statements"], np.array(values, dtype=np.int8), np.array(seen, dtype=np.bool_)
    )
    struck = [one for one, stands in zip(kept["statements"], kept["standing"], strict=True) if not stands]
    plane = Plane(np.array(kept["means"]), np.array(kept["axes"]).reshape(-1, 2), (0.0, 0.0))
    place = plane.places(answers.without(struck))
    group = int(nearest(place, np.array(kept["centres"]))[0])
    x, y = (round(float(one) / kept["extent"], _DIGITS) for one in place[0])
    return Place(x, y, letter(kept["shown"].index(group)) if group in kept["shown"] else None)


def _extent(found: OpinionMap, shown: list[int]) -> float:
    """Return the furthest coordinate of anybody in a group that is shown, at which the map has its edge."""
    places = found.places[np.isin(found.clustering.labels, shown)]
    return float(np.abs(places).max(initial=0.0)) or 1.0


def _group(found: OpinionMap, group: int, shown: list[int], extent: float) -> dict[str, Any]:
    x, y = (found.clustering.centres[group] / extent).tolist()
    return {
        "name": letter(shown.index(group)),
        "people": found.clustering.sizes[group],
        "x": round(x, _DIGITS),
        "y": round(y, _DIGITS),
        "representative": [_named(found, one, shown) for one in found.representative(group, shown)],
    }


def _dots(found: OpinionMap, shown: list[int], extent: float) -> list[dict[str, Any]]:
    """Return how many of which group stand at each point of the grid."""
    counted: dict[tuple[int, int, str], int] = {}
    snapped: Reals = np.round(found.places / extent * GRID)
    for (x, y), label in zip(snapped.tolist(), found.clustering.labels.tolist(), strict=True):
        if label in shown:
            key = (int(x), int(y), letter(shown.index(label)))
            counted[key] = counted.get(key, 0) + 1
    return [
        {"x": x / GRID, "y": y / GRID, "group": name, "people": people}
        for (x, y, name), people in sorted(counted.items())
    ]


def _named(found: OpinionMap, finding: Finding, shown: list[int]) -> dict[str, Any]:
    """Return a finding with what each group that is shown said, where enough of it said anything."""
    tallies, at = found.tallies, finding.statement
    groups = [
        {
            "name": letter(place),
            "answered": int(tallies.seen[group, at]),
            "agreed": int(tallies.agreed[group, at]),
            "disagreed": int(tallies.disagreed[group, at]),
        }
        for place, group in enumerate(shown)
        if tallies.seen[group, at] >= found.rules.group
    ]
    return {"statement": str(found.answers.statements[at]), "side": finding.side, "groups": groups}
