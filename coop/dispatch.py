"""Carrying out a declared operation: read, authenticate, act once, answer.

Sign-in, scopes and validation are enforced from the declaration that documents them (``coop/api.py``). The
answer is made after the transaction has committed; whatever is refused rolls it back.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.routing import BaseConverter
from werkzeug.routing import ValidationError as NoMatch

from coop import idempotency, problems
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
from coop.oauth import bearer

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
    for api in apis:
        for operation in api.operations:
            served.add_url_rule(
                operation.path,
                endpoint=operation.handler.__name__,
                view_func=_view(operation),
                methods=[operation.method],
            )
    return served


def _view(operation: Operation) -> Callable[..., Response]:
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
                answer = _once(operation, call, arguments)
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
    return arguments


def _query(model: type[BaseModel]) -> BaseModel:
    given = request.args.to_dict()
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
        raise problems.broken(error, "query") from error


def _body(adapter: TypeAdapter[Any]) -> Any:
    if request.mimetype != JSON_TYPE:
        raise WrongMediaType
    raw = request.get_data()
    try:
        value = adapter.validate_json(raw, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "json_invalid":
            raise Malformed(f"The body is not JSON: {first['msg']}.") from error
        raise problems.broken(error) from error
    if b"\\u0000" in raw:
        raise RuleBroken("Text cannot hold the NUL character.")
    return value


def _once(operation: Operation, call: Call, arguments: dict[str, Any]) -> Response | Later:
    """Carry out the operation; with an Idempotency-Key, at most once for that key."""
    key = request.headers.get("Idempotency-Key")
    if key is None or operation.method not in UNSAFE:
        value = operation.handler(call, **arguments)
        return value if isinstance(value, Later) else _respond(operation, value)
    key = idempotency.check_key(key)
    actor = _actor(call)
    # What is secret could be found again from its hash, by trying all that may have been sent.
    said = b"" if operation.secret else request.get_data()
    digest = idempotency.fingerprint(operation.method, request.path, said)
    stored = idempotency.replay(call.session, actor, key, digest, call.now)
    if stored is not None:
        return stored
    response = _respond(operation, operation.handler(call, **arguments))
    kept = problems.answer(_TOLD_ONCE) if operation.secret else response
    idempotency.store(call.session, actor, key, kept)
    return response


_TOLD_ONCE = Conflict("This was done. Its answer held a secret, which is told once: make another.")


def _actor(call: Call) -> str:
    if call.identity is not None:
        return f"member:{call.identity.member_id}"
    return "address:" + hashlib.sha256((request.remote_addr or "").encode()).hexdigest()


def _respond(operation: Operation, value: Any) -> Response:
    if isinstance(value, Response):
        return value
    if operation.returns is None:
        return Response(status=operation.status)
    waits = isinstance(value, Accepted)
    told = operation.returns.dump_json(value.value if waits else value, by_alias=True)
    response = Response(told, 202 if waits else operation.status, content_type=JSON_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response
