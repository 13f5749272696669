"""Carrying out a declared operation: read, authenticate, act once, answer.

Sign-in, scopes and validation are enforced from the declaration that documents them (``coop/api.py``). The
answer is made after the transaction has committed; whatever is refused rolls it back.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json
from werkzeug.routing import BaseConverter
from werkzeug.routing import ValidationError as NoMatch

from coop import idempotency, json_text, problems, raw_body
from coop.api import JSON_TYPE, UNSAFE, Api, Operation
from coop.call import Accepted, Call, Later, made, platform
from coop.credential import Credential
from coop.errors import (
    AllotmentError,
    Conflict,
    Fault,
    Forbidden,
    Malformed,
    NotFound,
    RuleBroken,
    Unauthenticated,
    WrongMediaType,
)
from coop.idempotency import Done
from coop.oauth import bearer
from coop.repeats import Reading, reading_of

LARGEST_BODY = 256 * 1024
"""Most bytes of a JSON body."""


class IdConverter(BaseConverter):
    """A path part that is an id: decimal digits that fit a ``bigint``."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the id; anything larger than any id matches no route, as an unknown one would."""
        number = int(value)
        if number >= 2**63:
            raise NoMatch
        return number


def shown() -> Credential | None:
    """Return what a request's ``Authorization`` header shows of who acts (RFC 6750), where it has one."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise _no_good()
    return bearer(token.strip())


def _no_good() -> Unauthenticated:
    return Unauthenticated("The access token is unknown, expired or revoked: sign in again.")


def blueprint(apis: list[Api]) -> Blueprint:
    """Return the blueprint that serves every operation under ``/api/v1``."""
    served = Blueprint("api", __name__, url_prefix="/api/v1")
    operations = [operation for api in apis for operation in api.operations]
    for operation in operations:
        served.add_url_rule(
            operation.path,
            endpoint=operation.handler.__name__,
            view_func=_view(operation, reading_of(operation, operations)),
            methods=[operation.method],
        )
    return served


def _view(operation: Operation, reading: Reading | None) -> Callable[..., Response]:
    def view(**parameters: Any) -> Response:
        try:
            if not operation.public and "Authorization" not in request.headers:
                raise Unauthenticated
            _refuse_nul(parameters)
            arguments = parameters | _read(operation)
            credential = shown()
            with platform().call(credential) as call:
                if credential is not None and call.identity is None:
                    raise _no_good()
                _authorise(operation, call)
                answer = _once(operation, reading, call, arguments)
            return made(answer)
        except AllotmentError as error:
            return problems.answer(error)

    return view


def _authorise(operation: Operation, call: Call) -> None:
    if call.identity is None:
        if not operation.public:
            raise Unauthenticated
    elif operation.scope not in call.identity.scopes:
        raise Forbidden(f"This token was not given the scope {operation.scope!r}.")


def _refuse_nul(parameters: dict[str, Any]) -> None:
    if any("\0" in value for value in parameters.values() if isinstance(value, str)):
        raise NotFound


def _read(operation: Operation) -> dict[str, Any]:
    """Validate body and query before any transaction is opened."""
    arguments: dict[str, Any] = {}
    if operation.query is not None:
        arguments["query"] = _query(operation.query)
    if operation.body is not None:
        arguments["body"] = _body(operation.body)
    elif operation.consumes is not None:
        arguments["body"] = raw_body.read(operation.consumes)
    return arguments


def _query(model: type[BaseModel]) -> BaseModel:
    given = request.args.to_dict()
    twice = tuple(Fault(f"query/{name}", "Say this once.") for name, said in request.args.lists() if said[1:])
    if twice:
        raise RuleBroken("The query says something more than once.", faults=twice)
    unknown = sorted(given.keys() - model.model_fields.keys())
    if unknown:
        known = ", ".join(sorted(model.model_fields))
        raise RuleBroken(
            "The query has a parameter that is not known here.",
            faults=tuple(Fault(f"query/{name}", f"Known parameters: {known}.") for name in unknown),
        )
    try:
        return model.model_validate_strings(given)
    except ValidationError as error:
        raise problems.broken(error, "query", said=given) from error


def _body(adapter: TypeAdapter[Any]) -> Any:
    if request.mimetype != JSON_TYPE:
        raise WrongMediaType(f"Send JSON, as {JSON_TYPE}.")
    raw = request.get_data()
    try:
        value = adapter.validate_json(raw, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "json_invalid":
            raise Malformed(f"The body is not JSON: {first['msg']}.") from error
        raise problems.broken(error, said=from_json(raw)) from error
    json_text.check(raw)
    return value


def _once(
    operation: Operation, reading: Reading | None, call: Call, arguments: dict[str, Any]
) -> Response | Later:
    """Carry out the operation; with an Idempotency-Key, at most once for that key."""
    key = request.headers.get("Idempotency-Key")
    if key is None or operation.method not in UNSAFE:
        value = operation.handler(call, **arguments)
        return value if isinstance(value, Later) else _respond(operation, value)
    key, actor = idempotency.check_key(key), _actor(call)
    done = idempotency.claim(call.session, actor, key, _fingerprint(operation), call.now)
    if done is not None:
        return _again(operation, reading, call, arguments, done)
    value = operation.handler(call, **arguments)
    response = _respond(operation, value)
    if response.status_code >= 400:
        idempotency.free(call.session, actor, key)
    else:
        told = _told(value)
        name = reading.name_of(told) if reading is not None and isinstance(told, BaseModel) else None
        idempotency.keep(call.session, actor, key, Done(response.status_code, name))
    return response


def _again(
    operation: Operation, reading: Reading | None, call: Call, arguments: dict[str, Any], done: Done
) -> Response:
    """Answer a request that was carried out before (law 7: by what its caller may see now)."""
    if operation.secret:
        raise Conflict("This was done. Its answer held a secret, which is told once: make another.")
    found = None if reading is None else reading.arguments(arguments, done.made)
    if reading is None or found is None:
        response = Response(status=204)
    else:
        response = _respond(reading.operation, reading.operation.handler(call, **found))
        response.status_code = done.status
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(operation: Operation) -> str:
    # What is secret could be found again from its hash, by trying all that may have been sent.
    said = b"" if operation.secret else request.get_data()
    secret = platform().settings.secret_key.get_secret_value()
    return idempotency.fingerprint(secret, operation.method, request.path, request.query_string, said)


def _actor(call: Call) -> str:
    if call.identity is not None:
        return f"member:{call.identity.member_id}"
    return "address:" + hashlib.sha256((request.remote_addr or "").encode()).hexdigest()


def _told(value: Any) -> Any:
    return value.value if isinstance(value, Accepted) else value


def _respond(operation: Operation, value: Any) -> Response:
    if isinstance(value, Response):
        return value
    if operation.returns is None:
        return Response(status=operation.status)
    written = operation.returns.dump_json(_told(value), by_alias=True)
    status = 202 if isinstance(value, Accepted) else operation.status
    response = Response(written, status, content_type=JSON_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response
