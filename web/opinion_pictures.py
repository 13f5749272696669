"""The opinion map as a picture: dots in the colour and shape of their group, a line around each. Pure.

Colours are variables of the stylesheet, in attributes, so that the picture follows day and night and no
inline style is needed. Groups differ in shape too, so that colour is never all there is to tell them apart
by (WCAG 2.2, 1.4.1), and the title says in words what is drawn.
"""

from collections.abc import Mapping, Sequence
from math import ceil, cos, floor, pi, sin, sqrt
from typing import Any

from markupsafe import Markup

SIZE = 320
"""Width of the picture and its greatest height, in its own units: about the pixels of a small phone."""
MARGIN = 22
"""Between the outermost dots and the edge, where labels and outlines find room."""
SMALLEST, LARGEST = 2.6, 5.2
"""Radius of a dot that stands for one person, and of the largest one."""
AROUND = 9.0
"""How far an outline stays off the dots it encloses."""
COLOURS = ("leaf", "beet", "sky", "marigold", "soil")
CORNERS = (0, 4, 3, 6, 5)
"""Corners of the shapes, in the order of groups; 0 is a circle."""

Point = tuple[float, float]


def opinion_map(document: Mapping[str, Any], you: Mapping[str, Any] | None = None) -> Markup:
    """Return the drawn map of ``governance.deliberation.map_document`` as an SVG element.

    ``you`` is the reader's own place, ringed and labelled.
    """
    names = [group["name"] for group in document["groups"]]
    top, height = _frame([*document["dots"], *document["groups"], *([you] if you else [])])
    parts = [_axes(top, height)]
    parts += [_outline(document, group["name"], names) for group in document["groups"]]
    parts += [_dot(dot, names.index(dot["group"])) for dot in document["dots"]]
    parts += [_label(group, names.index(group["name"])) for group in document["groups"]]
    if you is not None:
        parts.append(_you(you))
    return Markup(
        '<svg class="opinion-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 {} {} {}" role="img">'
        "<title>{}</title>{}</svg>"
    ).format(top, SIZE, height, in_words(document, you), Markup("").join(parts))


def in_words(document: Mapping[str, Any], you: Mapping[str, Any] | None = None) -> str:
    """Return what the picture shows, for whoever does not see it."""
    groups = document["groups"]
    listed = ", ".join(f"{group['name']} with {group['people']} people" for group in groups)
    count = "one group" if len(groups) == 1 else f"{len(groups)} groups"
    told = f"Opinion map of {document['people']} people, in {count}: {listed}." if groups else ""
    told = told or f"Opinion map of {document['people']} people, in groups too small to be shown."
    if groups and document["too_small"]:
        told += " Others are in groups too small to be shown."
    if you is not None:
        told += " You are " + (f"in group {you['group']}." if you["group"] else "in a group not shown.")
    return told


def hull(points: Sequence[Point]) -> list[Point]:
    """Return the corners of the smallest convex shape around points, in order (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _chain(ordered)[:-1] + _chain(ordered[::-1])[:-1]


def _chain(ordered: Sequence[Point]) -> list[Point]:
    """Return one side of the hull: whoever would turn it inwards is left out."""
    kept: list[Point] = []
    for point in ordered:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
            kept.pop()
        kept.append(point)
    return kept


def _turn(start: Point, middle: Point, end: Point) -> float:
    """Return above 0 where the way over three points turns left, 0 where it is straight."""
    first = (middle[0] - start[0], middle[1] - start[1])
    second = (end[0] - start[0], end[1] - start[1])
    return first[0] * second[1] - first[1] * second[0]


def _at(place: Mapping[str, Any]) -> Point:
    """Return where a place of the map lies in the picture; what lies further out is drawn at its edge."""
    scale = SIZE / 2 - MARGIN
    x, y = (max(-1.1, min(1.1, float(place[axis]))) for axis in "xy")
    return SIZE / 2 + x * scale, SIZE / 2 - y * scale


def _frame(places: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Return where the picture begins and how high it is: no higher than what is drawn, with the centre."""
    heights = [SIZE / 2, *(_at(place)[1] for place in places)]
    top = max(0, floor(min(heights) - MARGIN))
    return top, min(SIZE, ceil(max(heights) + MARGIN)) - top


def _axes(top: int, height: int) -> Markup:
    across = Markup('<path d="M6 {0}H{1}M{0} {2}V{3}" fill="none" stroke="var(--line)"/>')
    return across.format(SIZE // 2, SIZE - 6, top + 6, top + height - 6)


def _outline(document: Mapping[str, Any], name: str, names: Sequence[str]) -> Markup:
    """Return the line around a group: the hull of its dots, each widened by a small ring."""
    ring = [(AROUND * cos(turn * pi / 4), AROUND * sin(turn * pi / 4)) for turn in range(8)]
    dots = [_at(dot) for dot in document["dots"] if dot["group"] == name]
    around = hull([(round(x + dx, 1), round(y + dy, 1)) for x, y in dots for dx, dy in ring])
    colour = _colour(names.index(name))
    return Markup(
        '<polygon points="{}" fill="{}" fill-opacity="0.1" stroke="{}" stroke-linejoin="round"/>'
    ).format(_listed(around), colour, colour)


def _dot(dot: Mapping[str, Any], place: int) -> Markup:
    x, y = _at(dot)
    radius = min(LARGEST, SMALLEST * sqrt(dot["people"]))
    corners, colour = CORNERS[place % len(CORNERS)], _colour(place)
    if not corners:
        circle = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" fill="{}"/>')
        return circle.format(x, y, radius, colour)
    turns = [2 * pi * corner / corners - pi / 2 for corner in range(corners)]
    shape = [(x + 1.2 * radius * cos(turn), y + 1.2 * radius * sin(turn)) for turn in turns]
    return Markup('<polygon points="{}" fill="{}"/>').format(_listed(shape), colour)


def _label(group: Mapping[str, Any], place: int) -> Markup:
    """Return a group's name on a plate at its centre."""
    x, y = _at(group)
    return Markup(
        '<circle cx="{0:.1f}" cy="{1:.1f}" r="11" fill="var(--bed)" stroke="{2}"/>'
        '<text x="{0:.1f}" y="{1:.1f}" dy="0.35em" text-anchor="middle" font-size="15" font-weight="bold" '
        'fill="var(--ink)">{3}</text>'
    ).format(x, y, _colour(place), group["name"])


def _you(place: Mapping[str, Any]) -> Markup:
    """Return a ring at the reader's place, its label on the side that has room."""
    x, y = _at(place)
    left = x > SIZE / 2
    return Markup(
        '<circle cx="{0:.1f}" cy="{1:.1f}" r="7" fill="none" stroke="var(--ink)" stroke-width="2.5"/>'
        '<text x="{2:.1f}" y="{1:.1f}" dy="0.35em" text-anchor="{3}" font-size="14" fill="var(--ink)" '
        'stroke="var(--bed)" stroke-width="3" paint-order="stroke">you</text>'
    ).format(x, y, x - 11 if left else x + 11, "end" if left else "start")


def _colour(place: int) -> str:
    return f"var(--{COLOURS[place % len(COLOURS)]})"


def _listed(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
