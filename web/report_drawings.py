"""The pictures of a rehearsal's report, each with its caption and what its colours mean. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from web.rehearsal_pictures import bars, overlap

_ALL = "all"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture."""

    caption: str
    legend: tuple[tuple[str, str], ...]
    """The class of each colour, and what it stands for."""
    picture: Markup


def drawings(report: Mapping[str, Any]) -> list[Drawing]:
    """Return what a report shows: each measure by each kind of group, and how much of a page stays.

    What was not counted once is told in words and not drawn.
    """
    counted = [measure for measure in report["measures"] if set(measure["total"].values()) != {0}]
    drawn = [drawing for measure in counted for drawing in _measured(measure)]
    gauges = [gauge for gauge in report["gauges"] if gauge["name"] == "overlap"]
    if gauges:
        legend = (("stays", "stays on a page"), ("ground", "gives way to another post"))
        drawn.append(Drawing("How much of a page stays, by recipe", legend, _told(overlap(gauges))))
    return drawn


def _measured(measure: Mapping[str, Any]) -> Iterator[Drawing]:
    """Yield a measure by each kind of group that it is divided into, or as a whole."""
    divided = [part["kind"] for part in measure["by"] if part["groups"]]
    if not divided:
        whole = {"kind": _ALL, "groups": [{"label": "in all", **measure["total"]}]}
        measure, divided = {**measure, "by": [whole]}, [_ALL]
    things, lost, gained = measure["things"], measure["lost"], measure["gained"]
    for kind in divided:
        caption = things.capitalize() if kind == _ALL else f"{things.capitalize()}, by {kind}"
        legend = [("stays", "as before"), ("lost", lost), ("gained", gained)]
        if _hides(measure, kind):
            legend.append(("hidden", "too few people to tell"))
        yield Drawing(caption, tuple(legend), _told(bars(measure, kind)))


def _hides(measure: Mapping[str, Any], kind: str) -> bool:
    """Say whether a number of these groups is not told."""
    groups = next(part["groups"] for part in measure["by"] if part["kind"] == kind)
    return any(group[name] is None for group in groups for name in ("before", "lost", "gained"))


def _told(picture: str) -> Markup:
    """Return a picture as markup: whatever it says was escaped when it was drawn."""
    return Markup(picture)  # noqa: S704
