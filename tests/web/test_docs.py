"""The API's own pages, and the files of others that they are drawn with."""

import base64
import hashlib
import json
from pathlib import Path

from flask.testing import FlaskClient

from app import APIS
from coop import errors
from coop.problems import STATUS
from tests.web.browser import Browser

STATIC = Path(__file__).resolve().parent.parent.parent / "web" / "static"


def test_the_openapi_document_holds_every_operation(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.mimetype == "application/json"
    document = answer.json
    assert document is not None
    assert document["openapi"].startswith("3.1")
    told = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert told == {operation.handler.__name__ for api in APIS for operation in api.operations}


def test_the_docs_page_is_drawn_with_our_own_files_alone(visitor: Browser) -> None:
    page = visitor.get("/docs")
    scripts = [script["src"] for script in page.named("script")]
    assert [source.partition("?")[0] for source in scripts] == [
        "/static/vendor/swagger-ui/swagger-ui-bundle.js",
        "/static/docs.js",
    ]


def test_every_problem_is_explained_where_its_type_leads(visitor: Browser) -> None:
    page = visitor.get("/docs/problems")
    ids = {attributes.get("id") for attributes in page.named("div")}
    assert {error.slug for error in STATUS} <= ids
    assert errors.NotFound.title in page.text


def test_the_files_of_others_are_those_of_the_manifest_and_no_more() -> None:
    vendor = STATIC / "vendor"
    manifest = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))
    told = {name: digest for package in manifest.values() for name, digest in package["files"].items()}
    found = {
        str(path.relative_to(vendor)): "sha384-"
        + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert found == told
    assert "swagger-ui/LICENSE" in found
