"""Pictures of a rehearsal's report: before and after by group, and how much of a page stays. Pure.

Each is one SVG drawing that scales to the width it is given and is legible on a phone: text above its bar
and never beside it, colours from the page's own variables, and a description for whoever cannot see it. A
number that is not told is drawn as a hatched bar of no particular length.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

WIDTH = 360
"""In the picture's own units, one of which is a pixel on a phone."""
ROW = 52
BAR = 14
"""Heights, in the same."""
MOST_ROWS = 12
"""Groups that are drawn; the report lists them all."""
HATCHED = 0.35
"""Share of the width that stands for a number not told."""

FILLS = {
    "stays": "var(--leaf)",
    "lost": "var(--beet)",
    "gained": "var(--marigold-bright)",
    "hidden": "var(--earth)",
    "ground": "var(--earth)",
}
"""Colours as attributes: a page's own rules let no style stand inside it."""
_LABEL = 'font-size="13" fill="var(--ink)"'
_FIGURE = f'font-size="13" fill="var(--quiet)" x="{WIDTH}" text-anchor="end"'


def bars(measure: Mapping[str, Any], kind: str) -> str:
    """Return what stays, what is lost and what is gained in each group of one kind, as an SVG drawing.

    Raise KeyError where the measure is not divided so.
    """
    divided = {part["kind"]: part["groups"] for part in measure["by"]}
    groups = divided[kind][:MOST_ROWS]
    longest = max((_length(group) for group in groups), default=0)
    rows = "".join(_row(measure, group, index, longest) for index, group in enumerate(groups))
    said = " ".join(_sentence(measure, group) for group in groups) or "Nothing was counted."
    title = f"{measure['things'].capitalize()}, by {kind}"
    return _drawing(title, said, rows, ROW * max(1, len(groups)))


def overlap(gauges: Sequence[Mapping[str, Any]]) -> str:
    """Return how much of a page would stay, profile by profile, as an SVG drawing."""
    shown = [gauge for gauge in gauges if gauge["name"] == "overlap"]
    rows = "".join(_share(gauge, index) for index, gauge in enumerate(shown))
    said = " ".join(
        f"{gauge['of']}: {_percent(gauge['after'], gauge['per'])} of a page stays." for gauge in shown
    )
    return _drawing("Posts that stay on a page", said or "No page changes.", rows, ROW * max(1, len(shown)))


def _length(group: Mapping[str, Any]) -> int:
    """Return the length of the longer of a group's two bars, as far as it is told."""
    before = group["before"] or 0
    return max(before, before - (group["lost"] or 0) + (group["gained"] or 0))


def _row(measure: Mapping[str, Any], group: Mapping[str, Any], index: int, longest: int) -> str:
    top = index * ROW
    label = f'<text {_LABEL} x="0" y="{top + 13}">{escape(group["label"])}</text>'
    told = f'<text {_FIGURE} y="{top + 13}">{_figures(group)}</text>'
    return f"<g>{label}{told}{''.join(_segments(group, top + 20, longest))}</g>"


def _segments(group: Mapping[str, Any], top: int, longest: int) -> Iterator[str]:
    """Yield the parts of a group's bar: what stays, then what is lost, and below what is gained."""
    if group["before"] is None:
        yield _rect("hidden", 0, top, round(WIDTH * HATCHED, 1))
        return
    lost = group["lost"] or 0
    stays = _scaled(group["before"] - lost, longest)
    yield _rect("stays", 0, top, stays)
    yield _rect("lost", stays, top, _scaled(lost, longest))
    if group["lost"] is None:
        yield _rect("hidden", max(0.0, round(stays - WIDTH * HATCHED / 2, 1)), top, WIDTH * HATCHED / 2)
    if group["gained"]:
        yield _rect("gained", 0, top + BAR + 2, _scaled(group["gained"], longest), BAR // 2)
    elif group["gained"] is None:
        yield _rect("hidden", 0, top + BAR + 2, WIDTH * HATCHED / 2, BAR // 2)


def _share(gauge: Mapping[str, Any], index: int) -> str:
    top = index * ROW
    label = f'<text {_LABEL} x="0" y="{top + 13}">{escape(gauge["of"])}</text>'
    told = _percent(gauge["after"], gauge["per"])
    figure = f'<text {_FIGURE} y="{top + 13}">{told}</text>'
    if gauge["after"] is None:
        return f"<g>{label}{figure}{_rect('hidden', 0, top + 20, round(WIDTH * HATCHED, 1))}</g>"
    stays = _scaled(gauge["after"], gauge["per"])
    ground, part = _rect("ground", 0, top + 20, float(WIDTH)), _rect("stays", 0, top + 20, stays)
    return f"<g>{label}{figure}{ground}{part}</g>"


def _figures(group: Mapping[str, Any]) -> str:
    before, lost, gained = (_told(group[name]) for name in ("before", "lost", "gained"))
    return f"{before} − {lost} + {gained}"


def _told(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _percent(value: int | None, per: int) -> str:
    return "too few to tell" if value is None else f"{100 * value // per} %"


def _sentence(measure: Mapping[str, Any], group: Mapping[str, Any]) -> str:
    before, lost, gained = (
        "a number not told" if group[name] is None else f"{group[name]:,}"
        for name in ("before", "lost", "gained")
    )
    lost_part = f"{lost} {measure['lost']}"
    return f"{group['label']}: {before} {measure['things']}, {lost_part}, {gained} {measure['gained']}."


def _scaled(value: int, longest: int) -> float:
    return round(WIDTH * value / longest, 1) if longest else 0.0


def _rect(name: str, x: float, y: float, width: float, height: int = BAR) -> str:
    size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height}"'
    drawn = f'<rect class="{name}" fill="{FILLS[name]}" {size}/>'
    return drawn + _hatching(x, y, width, height) if name == "hidden" else drawn


def _hatching(x: float, y: float, width: float, height: int) -> str:
    """Return stripes across a bar: a dashed line as thick as it, which needs no id as a pattern would."""
    stroke = f'stroke="var(--quiet)" stroke-width="{height}" stroke-dasharray="2 4"'
    return f'<path d="M{x:g} {y + height / 2:g}h{width:g}" fill="none" {stroke}/>'


def _drawing(title: str, said: str, rows: str, height: int) -> str:
    """Return a drawing that says what it shows (WAI-ARIA Graphics: an image with title and description)."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}">'
    described = f"<title>{escape(title)}</title><desc>{escape(said)}</desc>"
    return f"{head}{described}{rows}</svg>"
