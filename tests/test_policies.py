"""The founding policies: valid, inside their charter, with bounds that name real clauses."""

from pathlib import Path

import pytest

from app import POLICY_KINDS
from coop.book import check_rules
from coop.policy_text import leaves, parse

FOLDER = Path(__file__).resolve().parent.parent / "policies"


@pytest.mark.parametrize("kind", sorted(POLICY_KINDS))
def test_a_founding_policy_stands(kind: str) -> None:
    data = parse((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))
    assert check_rules(POLICY_KINDS[kind], data) == []


@pytest.mark.parametrize("kind", sorted(POLICY_KINDS))
def test_every_declared_bound_names_a_clause_and_holds_its_founding_value(kind: str) -> None:
    data = parse((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))
    clauses = leaves(data)
    for holder, bounds in data.get("bounds", {}).items():
        for pointer, bound in bounds.items():
            if bound.get("own"):
                assert (holder, type(data[pointer.removeprefix("/")])) == ("guild", dict), pointer
                continue
            assert pointer in clauses, (holder, pointer)
            value = clauses[pointer]
            if isinstance(value, int | float) and holder == "coop":
                assert bound.get("min", value) <= value <= bound.get("max", value), pointer


def test_every_policy_file_is_of_a_known_kind() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(POLICY_KINDS)


@pytest.mark.parametrize("kind", sorted(POLICY_KINDS))
def test_a_founding_policy_explains_itself(kind: str) -> None:
    text = (FOLDER / f"{kind}.toml").read_text(encoding="utf-8")
    assert text.startswith((f"# {kind}.toml: ", f"# policies/{kind}.toml: "))
