"""The API is what its description says: valid OpenAPI 3.1, and no request made from it breaks that."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.specs.openapi.schemas import OpenApiSchema
from sqlmodel import Session

from app import APIS
from tests.factories import bearer_for, make_guild, make_member
from tests.thorough import much

for alias in ("application/sdp", "application/trickle-ice-sdpfrag"):
    schemathesis.serializer.alias(alias, "text/plain")

ROUNDS = much(3, 30)
"""Requests made for each operation."""
BEYOND_A_SCHEMA = [schemathesis.checks.positive_data_acceptance]
"""Rules refuse what a schema allows: a reserved handle, a stale hash, a cursor nobody gave out."""
OPERATIONS = {operation.handler.__name__ for api in APIS for operation in api.operations}


@pytest.fixture
def headers(session: Session) -> dict[str, str]:
    member = make_member(session, "ana")
    make_guild(session, "bakers", member)
    return bearer_for(session, member)


@pytest.mark.long
def test_the_description_is_valid_openapi(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_is_described_with_what_it_may_answer(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    told = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(told) == sum(len(api.operations) for api in APIS)
    for operation in told:
        assert operation["summary"].endswith(".")
        assert any(status.startswith("2") for status in operation["responses"])
        assert operation["security"]


def test_every_body_refuses_members_that_it_does_not_know() -> None:
    lax = [
        operation.handler.__name__
        for api in APIS
        for operation in api.operations
        if operation.body is not None
        and operation.body.json_schema().get("additionalProperties") is not False
    ]
    assert lax == []


@pytest.fixture(scope="module")
def schema(wired: Flask) -> OpenApiSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", wired)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.usefixtures("app")
def test_no_request_made_from_the_description_breaks_it(
    schema: OpenApiSchema, headers: dict[str, str], name: str
) -> None:
    @settings(
        max_examples=ROUNDS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=schema.find_operation_by_id(name).as_strategy())
    def send(case: Any) -> None:
        case.call_and_validate(headers=headers, excluded_checks=BEYOND_A_SCHEMA)

    send()
