"""A number between its bounds as a picture: where it lies now, who named what, and the middle one. Pure.

One SVG drawing that scales to the width it is given, colours from the page's own variables, with a
description for whoever cannot see it.
"""

from collections.abc import Mapping
from decimal import Decimal
from html import escape
from typing import Any

from markupsafe import Markup

from governance.ranges import Range

WIDTH = 360
HEIGHT = 84
MARGIN = 14
"""All in the picture's own units, one of which is a pixel on a phone."""
LINE = 52
"""How far from the top the line lies."""
TALLEST = 30
"""Height of the column of what was named most often."""
LEAST_COLUMN = 4

_TEXT = 'font-size="13" fill="var(--ink)"'
_QUIET = 'font-size="13" fill="var(--quiet)"'


def number_line(
    options: Mapping[str, Any], named: Mapping[Decimal, int], middle: str | None = None
) -> Markup:
    """Return the range of a vote on a number, how often each number was named, and the middle one.

    ``named`` is empty and ``middle`` None until the ballots are counted.
    """
    asked = Range.of(options)
    drawn = [f'<path d="M{MARGIN} {LINE}h{WIDTH - 2 * MARGIN}" stroke="var(--edge)" stroke-width="2"/>']
    most = max(named.values(), default=0)
    for value, number in sorted(named.items()):
        height = max(LEAST_COLUMN, TALLEST * number / most)
        drawn.append(_column(_place(asked, value), height, "var(--leaf)"))
    present = Decimal(asked.present)
    drawn.append(_mark(_place(asked, present), "var(--ink)"))
    drawn.append(_text(MARGIN, "start", str(asked.told(asked.low)), HEIGHT - 14, _QUIET))
    drawn.append(_text(WIDTH - MARGIN, "end", str(asked.told(asked.high)), HEIGHT - 14, _QUIET))
    now = f"now {asked.told(asked.present)}"
    drawn.append(_text(_inside(_place(asked, present), now), "middle", now, HEIGHT - 14, _TEXT))
    if middle is not None:
        at = _place(asked, Decimal(middle))
        drawn.append(f'<circle cx="{at:g}" cy="{LINE}" r="6" fill="var(--marigold-bright)"/>')
        told = f"the middle one: {middle}"
        drawn.append(_text(_inside(at, told), "middle", told, 14, _TEXT))
    title = f"From {asked.told(asked.low)} to {asked.told(asked.high)}"
    said = _description(asked, named, middle)
    head = f'<svg class="line" role="img" viewBox="0 0 {WIDTH} {HEIGHT}">'
    body = f"<title>{escape(title)}</title><desc>{escape(said)}</desc>{''.join(drawn)}"
    return Markup(f"{head}{body}</svg>")  # noqa: S704


def _place(asked: Range, value: Decimal) -> float:
    share = (value - Decimal(asked.low)) / (Decimal(asked.high) - Decimal(asked.low))
    return round(MARGIN + float(share) * (WIDTH - 2 * MARGIN), 1)


def _inside(at: float, text: str) -> float:
    """Return where a text that is set around ``at`` has its middle, so that all of it is in the picture.

    Beside the bounds there is room for them.
    """
    half = len(text) * 3.6 + 2
    room = 40.0 if text.startswith("now") else 0.0
    return round(min(max(at, half + room), WIDTH - half - room), 1)


def _column(at: float, height: float, fill: str) -> str:
    return f'<rect x="{at - 3:g}" y="{LINE - height:g}" width="6" height="{height:g}" rx="2" fill="{fill}"/>'


def _mark(at: float, colour: str) -> str:
    return f'<path d="M{at:g} {LINE - 9}v18" stroke="{colour}" stroke-width="3"/>'


def _text(x: float, anchor: str, text: str, y: int, style: str) -> str:
    return f'<text {style} x="{x:g}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _description(asked: Range, named: Mapping[Decimal, int], middle: str | None) -> str:
    told = f"It is {asked.told(asked.present)} now."
    if named:
        counted = ", ".join(f"{value:f} by {number}" for value, number in sorted(named.items()))
        told += f" Named: {counted}."
    return told if middle is None else f"{told} The middle one is {middle}."
