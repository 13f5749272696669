"""The colours of the stylesheet can be told apart (WCAG 2.2 AA), by day and by night."""

import re
from itertools import product
from pathlib import Path

import pytest

SHEET = (Path(__file__).resolve().parent.parent.parent / "web/static/base.css").read_text(encoding="utf-8")
DAY, NIGHT = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in SHEET.split("@media")[:2])

TEXT = 4.5
SIGN = 3.0
PAIRS = [
    *product(("ink", "quiet", "leaf", "leaf-deep", "beet"), ("ground", "bed"), (TEXT,)),
    *((name, f"{name}-soft", TEXT) for name in ("beet", "marigold", "sky")),
    *product(("leaf-deep", "ink"), ("leaf-soft",), (TEXT,)),
    *product(("marigold", "sky", "soil"), ("bed",), (TEXT,)),
    ("on-leaf", "leaf", TEXT),
    ("quiet", "marigold-soft", TEXT),
    ("ink", "beet-soft", TEXT),
    *product(("edge",), ("ground", "bed"), (SIGN,)),
    *product(("seed", "leaf"), ("earth",), (SIGN,)),
]


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_what_is_written_can_be_read(colours: dict[str, str], front: str, back: str, least: float) -> None:
    assert contrast(colours[front], colours[back]) >= least


def test_night_has_every_colour_of_the_day() -> None:
    assert DAY.keys() == NIGHT.keys()
