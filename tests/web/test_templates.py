"""Templates as they are written: what one brings from another it uses."""

import pytest
from jinja2 import Environment, nodes

from coop.settings import ROOT

TEMPLATES = ROOT / "web" / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


def unused(source: str) -> set[str]:
    """Return the names that a template imports and says nowhere."""
    tree = Environment(autoescape=True).parse(source)
    brought = {
        name[1] if isinstance(name, tuple) else name
        for found in tree.find_all(nodes.FromImport)
        for name in found.names
    }
    return brought - {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"}


def test_there_are_templates_and_what_is_not_used_is_found() -> None:
    assert len(NAMES) > 100
    assert unused('{% from "parts.html" import when, since as ago, wrong %}{{ when(1) }}') == {"ago", "wrong"}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_template_imports_it_uses(name: str) -> None:
    assert unused((TEMPLATES / name).read_text(encoding="utf-8")) == set()
