"""docs/features.md says what there is."""

import re
import tomllib
from pathlib import Path

from coop.feature_rules import Terms
from coop.features import FEATURES_KNOWN

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table whose first column has this heading."""
    found = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    assert found is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found[1].splitlines()]


def test_every_feature_is_told_with_who_holds_it_and_who_asks() -> None:
    assert [[cell.strip("`| ") for cell in row] for row in table("feature")] == [
        [one.name, one.opens, ", ".join(one.holders), one.asked_in] for one in FEATURES_KNOWN.values()
    ]


def test_every_clause_of_terms_is_told() -> None:
    assert {row[0].strip("`| ") for row in table("clause")} == set(Terms.model_fields)


def test_the_example_is_of_the_founding_text() -> None:
    example = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    told = tomllib.loads(example[1])["features"]["wide_reach"]
    founding = tomllib.loads((ROOT / "policies" / "features.toml").read_text(encoding="utf-8"))
    kept = founding["features"]["wide_reach"]
    assert told == {"about": kept["about"], "member": kept["member"]}
