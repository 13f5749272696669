"""Groups of people in a form, row by row."""

import json
from typing import Any

import pytest

from audience.document import AudienceDocument, Permission
from audience.predicate import Predicate
from coop.errors import Fault, RuleBroken
from web import group_rows


def filled(*rows: tuple[str, str, str, dict[str, str]]) -> dict[str, str]:
    """Return a form with these rows: list and number, part, kind, and what else it says."""
    found: dict[str, str] = {}
    for name, part, kind, said in rows:
        found |= {f"{name}_part": part, f"{name}_kind": kind}
        found |= {f"{name}_{field}": value for field, value in said.items()}
    return found


def added(said: dict[str, str], which: str, part: str, kind: str) -> dict[str, str]:
    more = {"act": f"add:{which}", f"add_{which}_part": part, f"add_{which}_kind": kind}
    found = group_rows.changed(said | more)
    assert found is not None
    return found


EVERY_KIND: list[tuple[str, dict[str, str], Any]] = [
    ("local", {}, True),
    ("mentioned", {}, True),
    ("guild", {"value": "bakers"}, "bakers"),
    ("circle", {"value": "Family"}, "Family"),
    ("member", {"value": " @Ben "}, "Ben"),
    ("place", {"place": "2267057"}, "2267057"),
    ("follow", {"dir": "mutual", "days": "30"}, {"dir": "mutual", "min_days": 30}),
    ("follow", {"dir": "follower", "days": " "}, {"dir": "follower"}),
    (
        "contributed",
        {"tag": "#Bread", "reply": "on", "min": "3", "days": "28"},
        {"tag": "Bread", "kinds": ["reply"], "min": 3, "days": 28},
    ),
    ("contributed", {"tag": "rye", "post": "on", "reply": "on"}, {"tag": "rye", "kinds": ["post", "reply"]}),
]


@pytest.mark.parametrize(("kind", "said", "asked"), EVERY_KIND)
def test_a_row_of_every_kind_says_what_a_document_does(kind: str, said: dict[str, str], asked: Any) -> None:
    found = group_rows.groups(filled(("see0", "any", kind, said)), "see")
    assert found == {"any": [{kind: asked}]}
    Predicate.model_validate_json(json.dumps(found))


def test_every_kind_of_group_but_the_public_has_a_row() -> None:
    assert {kind for kind, _, _ in EVERY_KIND} == group_rows.KINDS.keys()
    written = AudienceDocument.model_json_schema()["$defs"]["Atom"]["properties"]
    assert written.keys() - group_rows.KINDS.keys() == {"public"}


def test_rows_are_gathered_by_part_in_their_order() -> None:
    said = filled(
        ("read2", "not", "member", {"value": "ben"}),
        ("read0", "all", "guild", {"value": "bakers"}),
        ("read11", "all", "mentioned", {}),
        ("see0", "any", "local", {}),
    )
    assert group_rows.groups(said, "read") == {
        "all": [{"guild": "bakers"}, {"mentioned": True}],
        "not": [{"member": "ben"}],
    }
    found = group_rows.groups(filled(("like0", "ask", "local", {})), "like")
    assert Permission.model_validate_json(json.dumps(found)).ask[0].local


def test_a_row_is_added_with_what_it_starts_from_and_makes_its_list_count() -> None:
    said = added({"body": "Rye", "reach": "local"}, "see", "any", "contributed")
    assert (said["reach"], said["body"], said["see0_days"], said["see0_post"]) == (
        "chosen",
        "Rye",
        "90",
        "on",
    )
    said = added(said, "see", "not", "member")
    assert [(row.name, row.part, row.kind) for row in group_rows.rows(said, "see")] == [
        ("see0", "any", "contributed"),
        ("see1", "not", "member"),
    ]
    said = added(said | {"add_verb": "video_reply"}, "verb", "ask", "local")
    assert (said["verb_video_reply"], said["video_reply0_part"]) == ("chosen", "ask")


def test_a_row_that_is_taken_away_leaves_the_others_as_they_are() -> None:
    rows = [(f"see{n}", "any", "member", {"value": f"ben{n}"}) for n in (0, 1, 10)]
    found = group_rows.changed(filled(*rows) | {"act": "drop:see1", "reach": "chosen"})
    assert found is not None
    assert group_rows.groups(found, "see") == {"any": [{"member": "ben0"}, {"member": "ben10"}]}


@pytest.mark.parametrize("act", ["", "preview", "publish", "look", "drop:", "drop:later0", "drop:see100"])
def test_no_other_button_changes_rows(act: str) -> None:
    assert group_rows.changed({"act": act, "later0_days": "3"}) is None


@pytest.mark.parametrize(
    "said",
    [
        {"act": "add:see", "add_see_part": "auto", "add_see_kind": "local"},
        {"act": "add:see", "add_see_part": "any", "add_see_kind": "public"},
        {"act": "add:later", "add_later_part": "any", "add_later_kind": "local"},
        {"act": "add:verb", "add_verb": "see", "add_verb_part": "auto", "add_verb_kind": "local"},
        {"act": "add:verb", "add_verb": "adore", "add_verb_part": "auto", "add_verb_kind": "local"},
    ],
)
def test_a_row_that_no_list_can_hold_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(RuleBroken):
        group_rows.changed(said)


def test_a_list_holds_so_many_rows_and_no_more() -> None:
    said = filled(*((f"see{n}", "any", "local", {}) for n in range(group_rows.MOST)))
    with pytest.raises(RuleBroken) as refused:
        added(said, "see", "any", "local")
    assert [fault.pointer for fault in refused.value.faults] == ["/reach"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("guild", {}),
        ("member", {"value": " "}),
        ("place", {"sought": "lisb"}),
        ("follow", {"dir": "mutual", "days": "soon"}),
        ("contributed", {"min": "1"}),
        ("contributed", {"tag": "rye", "min": "-1"}),
    ],
)
def test_what_a_row_leaves_open_is_told_at_the_row(kind: str, said: dict[str, str]) -> None:
    form = filled(("read0", "any", "local", {}), ("read4", "any", kind, said))
    with pytest.raises(RuleBroken) as refused:
        group_rows.groups(form, "read")
    assert [fault.pointer for fault in refused.value.faults] == ["/read4"]


def test_a_part_that_the_list_does_not_have_is_told_at_the_row() -> None:
    with pytest.raises(RuleBroken) as refused:
        group_rows.groups(filled(("like0", "not", "local", {})), "like")
    assert refused.value.faults == (Fault("/like0", "Choose one of these."),)
