"""The API's own description: OpenAPI 3.1, made from the declarations that are enforced."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from coop.api import JSON_TYPE, UNSAFE, Operation
from coop.problems import PROBLEM_TYPE, STATUS, Problem
from coop.repeats import Reading, reading_of

_REFERENCE = "#/components/schemas/{model}"
_PATH_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def describe(operations: Iterable[Operation], *, public_url: str, version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these operations."""
    listed = list(operations)
    schemas = _Schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for index, operation in enumerate(listed):
        path = "/api/v1" + _PATH_PARAMETER.sub(r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(
            operation, index, schemas, reading_of(operation, listed)
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Allotment",
            "version": version,
            "summary": "A media-first social platform that its members own and steer.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": public_url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(item.tag for item in listed)],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {
                "member": {
                    "type": "oauth2",
                    "description": "Authorization code with PKCE (S256); refresh tokens rotate.",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": f"{public_url}/oauth/authorize",
                            "tokenUrl": f"{public_url}/oauth/token",
                            "refreshUrl": f"{public_url}/oauth/token",
                            "scopes": {
                                "read": "See what you see.",
                                "write": "Act as you: post, vote, join.",
                            },
                        }
                    },
                }
            },
        },
    }


class _Schemas:
    """Every schema once, under components, each named for its model."""

    def __init__(self, operations: list[Operation]) -> None:
        inputs: list[tuple[Any, JsonSchemaMode, Any]] = []
        for index, operation in enumerate(operations):
            if operation.body is not None:
                inputs.append(((index, "body"), "validation", operation.body.core_schema))
            if operation.returns is not None:
                inputs.append(((index, "returns"), "serialization", operation.returns.core_schema))
        inputs.append(((-1, "problem"), "serialization", Problem.__pydantic_core_schema__))
        made, self.definitions = GenerateJsonSchema(ref_template=_REFERENCE).generate_definitions(inputs)
        self._made = {key: schema for (key, _), schema in made.items()}

    def of(self, index: int, part: str) -> dict[str, Any]:
        """Return the schema of one part of one operation."""
        return dict(self._made[index, part])


def _operation(
    operation: Operation, index: int, schemas: _Schemas, reading: Reading | None
) -> dict[str, Any]:
    summary, _, description = inspect.cleandoc(operation.handler.__doc__ or "").partition("\n\n")
    told: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "tags": [operation.tag],
        "summary": summary.replace("\n", " "),
        "parameters": [*_path_parameters(operation), *_query_parameters(operation.query)],
        "responses": _responses(operation, index, schemas),
        "security": [{}, {"member": [operation.scope]}]
        if operation.public
        else [{"member": [operation.scope]}],
    }
    if description:
        told["description"] = description
    if operation.method in UNSAFE:
        told["parameters"].append(_IDEMPOTENCY_KEY)
        if reading is None and not operation.secret:
            told["responses"].setdefault("204", _DONE_BEFORE)
    if operation.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {JSON_TYPE: {"schema": schemas.of(index, "body")}},
        }
    elif operation.consumes is not None:
        told["requestBody"] = {
            "required": True,
            "content": {operation.consumes: {"schema": {"type": "string"}}},
        }
    return told


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Send the same key with the same request again, and it is done once. "
    "The answer to the second tells how things stand by then.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}

_DONE_BEFORE = {"description": "A request with this Idempotency-Key was done before. Its answer is not kept."}


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"}
            if kind is int
            else {"type": "string", "minLength": 1},
        }
        for name, kind in operation.parameters.items()
    ]


def _query_parameters(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=_REFERENCE)
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": part}
        for name, part in schema["properties"].items()
    ]


def _responses(operation: Operation, index: int, schemas: _Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.returns is not None:
        content = {"content": {JSON_TYPE: {"schema": schemas.of(index, "returns")}}}
    elif operation.produces:
        content = {"content": {kind: {"schema": {}} for kind in operation.produces}}
    told: dict[str, Any] = {str(operation.status): {"description": "Done.", **content}}
    if operation.may_wait:
        told["202"] = {"description": "Asked for: somebody else decides.", **content}
    for error in operation.raises:
        told[str(STATUS[error])] = {
            "description": (error.__doc__ or error.title).split("\n")[0],
            "content": {PROBLEM_TYPE: {"schema": schemas.of(-1, "problem")}},
        }
    return told
