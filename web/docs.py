"""The API's own pages: its OpenAPI document, a way to try it, and what each problem means."""

import inspect
import json
from functools import cache

from flask import Blueprint, Response

from coop import errors, openapi
from coop.api import JSON_TYPE, Api
from coop.call import Call
from coop.errors import AllotmentError
from coop.problems import STATUS
from web.visits import page, render

API_VERSION = "1"


def blueprint(apis: list[Api], public_url: str) -> Blueprint:
    """Return the blueprint of the documentation of these operations."""
    made = Blueprint("docs", __name__)

    @cache
    def document() -> str:
        operations = [operation for api in apis for operation in api.operations]
        described = openapi.describe(operations, public_url=public_url, version=API_VERSION)
        return json.dumps(described, ensure_ascii=False)

    @made.get("/api/v1/openapi.json")
    def read_openapi() -> Response:
        """Give the OpenAPI 3.1 document."""
        return Response(document(), content_type=JSON_TYPE)

    made.add_url_rule("/docs", "show", page(show))
    made.add_url_rule("/docs/problems", "problems", page(explain))
    return made


def show(call: Call) -> Response:
    """Show every operation, to be read and tried."""
    return render(call, "docs.html")


def explain(call: Call) -> Response:
    """Tell what each problem means; the ``type`` of a problem leads here."""
    return render(call, "problems.html", problems=known_problems())


def known_problems() -> list[tuple[int, type[AllotmentError], str]]:
    """Return status, error and meaning of everything that is raised on purpose, by status."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind in STATUS]
    found = [(STATUS[kind], kind, inspect.getdoc(kind) or "") for kind in kinds]
    return sorted(found, key=lambda one: one[0])
