"""What docs/juries.md says is what there is."""

from pathlib import Path

from sqlalchemy import CheckConstraint

from audience.cases.pool import TIES
from audience.moderation.case_rules import OUTCOMES, CaseRules
from coop.database import Row

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "juries.md").read_text(encoding="utf-8")
LISTED = {line.split("|")[1].strip(" `") for line in TEXT.splitlines() if line.startswith("| `")}


def test_every_outcome_kind_and_tie_is_told_and_no_other() -> None:
    checks = [
        one for one in Row.metadata.tables["moderation_case"].constraints if isinstance(one, CheckConstraint)
    ]
    (kinds,) = [str(one.sqltext) for one in checks if str(one.name).endswith("kind_known")]
    assert {*OUTCOMES, *TIES, *kinds.split("'")[1::2]} == LISTED


def test_every_clause_that_it_names_exists() -> None:
    named = {word.strip("`,.:;") for word in TEXT.split() if word.startswith("`/") and "/api/" not in word}
    clauses = {
        f"/{table}/{name}"
        for table, field in CaseRules.model_fields.items()
        for name in getattr(field.annotation, "model_fields", ())
    }
    assert named - {"/moderation"} <= clauses
    assert len(named) > 10
