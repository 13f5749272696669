"""The page on calm says what there is: its clauses, its operations and its pages."""

import re
from pathlib import Path

from flask import Flask

from app import APIS
from audience.moderation.heat_rules import Response
from audience.moderation.rules import MODERATION
from audience.rules import AUDIENCE
from coop.book import COOP
from coop.policy_text import leaves
from tests.audience.factories import founding_book

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "calm.md").read_text(encoding="utf-8")


def test_every_clause_that_it_names_is_one_and_every_clause_of_heat_is_named() -> None:
    policies = founding_book().policies
    known = {pointer for kind in (MODERATION, AUDIENCE) for pointer in leaves(policies[COOP, kind].data)}
    named = set(re.findall(r"`(/(?:heat|thanks|welcome|reach)/[a-z_/]+)`", TEXT))
    assert named <= known
    levels = {f"/heat/{level}/{name}" for level in ("warm", "hot") for name in Response.model_fields}
    assert {one for one in known if one.startswith("/heat/")} - levels <= named
    assert {name for name in Response.model_fields if f"| `{name}` |" in TEXT} == {*Response.model_fields} - {
        "at"
    }


def test_every_operation_and_page_that_it_names_is_there(app: Flask) -> None:
    operations = {
        (one.method, re.sub(r"<(?:id:)?\w+>", "{}", one.path)) for api in APIS for one in api.operations
    }
    named = re.findall(r"`(GET|PUT|DELETE|POST) (/[^`]+)`", TEXT)
    assert len(named) > 10
    for method, path in named:
        general = (
            re.sub(r"\{\w+\}", "{}", path).replace("/calm/{}", "/{}/{}").replace("/greet/coop", "/{}/{}")
        )
        assert (method, general) in operations, path
    pages = {re.sub(r"<(?:id:)?\w+>", "{id}", rule.rule) for rule in app.url_map.iter_rules()}
    assert {"/posts/{id}/heat", "/members/me/thanks", "/members/me/offers", "/newcomers"} <= pages
