"""The opinion map as a picture."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.deliberation.map_document import document
from governance.deliberation.opinion_map import draw
from tests.governance.deliberation.conversations import RULES, camps
from tests.web.test_colours import DAY
from web.opinion_pictures import SIZE, hull, in_words, opinion_map

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    return document(draw(camps(30, 20, 12, statements=18, loyal=0.85), RULES))


def test_every_dot_and_every_group_is_drawn_inside_the_picture(drawn: dict[str, Any]) -> None:
    picture = ElementTree.fromstring(opinion_map(drawn))
    left, top, width, height = map(float, picture.attrib["viewBox"].split())
    assert (left, width) == (0, SIZE)
    assert height <= SIZE
    shapes = [*picture.iter(f"{SVG}circle"), *picture.iter(f"{SVG}polygon")]
    assert len(shapes) == len(drawn["dots"]) + 2 * len(drawn["groups"])
    for shape in shapes:
        if "points" in shape.attrib:
            numbers = [tuple(map(float, pair.split(","))) for pair in shape.attrib["points"].split()]
        else:
            numbers = [(float(shape.attrib["cx"]), float(shape.attrib["cy"]))]
        assert all(0 < x < SIZE and top < y < top + height for x, y in numbers)
    assert [label.text for label in picture.iter(f"{SVG}text")] == ["A", "B", "C"]


def test_groups_differ_in_colour_and_in_shape(drawn: dict[str, Any]) -> None:
    picture = opinion_map(drawn)
    used = set(re.findall(r"var\(--([\w-]+)\)", picture))
    assert {"leaf", "beet", "sky"} <= used <= DAY.keys()
    kinds = {
        (shape.attrib["fill"], shape.tag, len(shape.attrib.get("points", "").split()))
        for shape in ElementTree.fromstring(picture)
        if "stroke" not in shape.attrib and "fill" in shape.attrib and shape.tag != f"{SVG}text"
    }
    assert len(kinds) == len({colour for colour, *_ in kinds}) == len({kind[1:] for kind in kinds}) == 3


def test_law_07_only_the_reader_is_pointed_out(drawn: dict[str, Any]) -> None:
    assert "you" not in opinion_map(drawn)
    for x, side in ((0.9, "end"), (-0.9, "start")):
        picture = opinion_map(drawn, {"x": x, "y": 3.0, "group": "B"})
        assert f'text-anchor="{side}"' in picture
        assert "You are in group B." in picture
    assert "not shown" in in_words(drawn, {"x": 0, "y": 0, "group": None})


def test_the_title_says_what_is_drawn(drawn: dict[str, Any]) -> None:
    picture = ElementTree.fromstring(opinion_map(drawn))
    title = picture.find(f"{SVG}title")
    assert title is not None
    expected = "Opinion map of 62 people, in 3 groups: A with 30 people, B with 20 people, C with 12 people."
    assert (picture.attrib["role"], title.text) == ("img", expected)
    assert in_words(drawn | {"too_small": True}).endswith("Others are in groups too small to be shown.")
    assert in_words(drawn | {"groups": []}) == "Opinion map of 62 people, in groups too small to be shown."


def test_a_map_without_groups_is_a_picture_too(drawn: dict[str, Any]) -> None:
    picture = ElementTree.fromstring(opinion_map(drawn | {"groups": [], "dots": []}))
    assert picture.find(f"{SVG}polygon") is None


corners = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), max_size=30)


@given(corners)
def test_a_hull_turns_one_way_and_leaves_nobody_out(points: list[tuple[int, int]]) -> None:
    found = hull(points)
    assert set(found) <= set(points)
    if len(found) < 3:
        return
    for start, end in zip(found, [*found[1:], found[0]], strict=True):
        for x, y in points:
            assert (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0]) >= 0
