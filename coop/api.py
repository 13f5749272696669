"""The API layer: one declaration a route gives its validation, its sign-in, its errors and its OpenAPI.

A handler is a plain function. What it takes says what is read: ``call`` first, then path parameters by
name, ``body`` (a model, strict JSON) and ``query`` (a model). What it returns is what is answered. Its
docstring is its documentation. Sign-in is enforced from the same declaration that documents it.

Why not a library: ``docs/adr/0002-own-api-layer.md``.
"""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Any, get_args, get_type_hints

from flask import Blueprint, Response, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlmodel import Session
from werkzeug.routing import BaseConverter
from werkzeug.routing import ValidationError as NoMatch

from coop import idempotency, problems
from coop.call import Authenticator, Call, platform
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
from coop.identity import Identity
from coop.oauth import bearer_identity

JSON_TYPE = "application/json"
LARGEST_BODY = 256 * 1024
"""Most bytes of a JSON body."""
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One route of the API, as declared."""

    tag: str
    method: str
    path: str
    """Flask's form, below ``/api/v1``: ``/posts/<id:post_id>``."""
    handler: Handler
    public: bool
    """Whether it answers those who are not signed in."""
    status: int
    raises: tuple[type[AllotmentError], ...]
    body: TypeAdapter[Any] | None
    query: type[BaseModel] | None
    returns: TypeAdapter[Any] | None
    """None where the handler makes the response itself, or there is no content."""
    produces: str | None
    """The media type of a response that the handler makes itself."""
    parameters: dict[str, type]
    """Path parameter → int for an id, str for a name."""
    secret: bool
    """Whether its answer holds a secret, which is told once and kept nowhere."""

    @property
    def scope(self) -> str:
        """The scope that a token needs."""
        return "write" if self.method in UNSAFE else "read"


class Api:
    """The operations of one resource."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a handler for GET."""
        return self._declare("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a handler for POST; it answers 201 unless ``status`` says otherwise."""
        return self._declare("POST", path, **{"status": 201, **options})

    def put(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a handler for PUT."""
        return self._declare("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a handler for PATCH."""
        return self._declare("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a handler for DELETE; it answers 204 unless ``status`` says otherwise."""
        return self._declare("DELETE", path, **{"status": 204, **options})

    def _declare(
        self,
        method: str,
        path: str,
        *,
        public: bool = False,
        status: int = 200,
        raises: tuple[type[AllotmentError], ...] = (),
        produces: str | None = None,
        secret: bool = False,
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            hints = get_type_hints(handler, include_extras=True)
            names = [name for name in inspect.signature(handler).parameters if name != "call"]
            returned = _model(hints.get("return", type(None)))
            self.operations.append(
                Operation(
                    tag=self.tag,
                    method=method,
                    path=path,
                    handler=handler,
                    public=public,
                    status=status,
                    raises=_errors(raises, names, public, method),
                    body=TypeAdapter(hints["body"]) if "body" in names else None,
                    query=hints["query"] if "query" in names else None,
                    returns=None if returned is None else TypeAdapter(returned),
                    produces=produces,
                    parameters={name: hints[name] for name in names if name not in ("body", "query")},
                    secret=secret,
                )
            )
            return handler

        return register


def _model(returned: Any) -> Any:
    """Return what is answered as JSON, or None: a handler may also make a response of its own."""
    kinds = [kind for kind in get_args(returned) or (returned,) if kind not in (Response, type(None))]
    if isinstance(returned, UnionType):
        return kinds[0] if kinds else None
    return returned if kinds else None


def _errors(
    declared: tuple[type[AllotmentError], ...], names: list[str], public: bool, method: str
) -> tuple[type[AllotmentError], ...]:
    """Return the declared errors with those that follow from the declaration itself."""
    implied: list[type[AllotmentError]] = [] if public else [Unauthenticated, Forbidden]
    if "body" in names:
        implied += [Malformed, WrongMediaType, RuleBroken]
    if "query" in names or method in UNSAFE:
        implied += [RuleBroken]
    if public:
        implied += [Unauthenticated, Forbidden]
    if any(name not in ("body", "query") for name in names):
        implied += [NotFound]
    if method in UNSAFE:
        implied += [Conflict]
    return tuple(dict.fromkeys((*declared, *implied)))


class IdConverter(BaseConverter):
    """A path part that is an id: decimal digits that fit a ``bigint``."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the id; anything larger than any id matches no route, as an unknown one would."""
        number = int(value)
        if number >= 2**63:
            raise NoMatch
        return number


def bearer() -> Authenticator:
    """Return the authenticator of a request's ``Authorization`` header (RFC 6750)."""
    header = request.headers.get("Authorization")

    def authenticate(session: Session, now: datetime) -> Identity | None:
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        found = bearer_identity(session, token.strip(), now) if scheme.lower() == "bearer" else None
        if found is None:
            raise Unauthenticated("The access token is unknown, expired or revoked: sign in again.")
        return found

    return authenticate


def blueprint(apis: list[Api]) -> Blueprint:
    """Return the blueprint that serves every operation under ``/api/v1``."""
    made = Blueprint("api", __name__, url_prefix="/api/v1")
    for api in apis:
        for operation in api.operations:
            made.add_url_rule(
                operation.path,
                endpoint=operation.handler.__name__,
                view_func=_view(operation),
                methods=[operation.method],
            )
    return made


def _view(operation: Operation) -> Callable[..., Response]:
    def view(**parameters: Any) -> Response:
        try:
            if not operation.public and "Authorization" not in request.headers:
                raise Unauthenticated
            _refuse_nul(parameters)
            arguments = parameters | _read(operation)
            with platform().call(bearer()) as call:
                _authorise(operation, call)
                return _once(operation, call, arguments)
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


def _once(operation: Operation, call: Call, arguments: dict[str, Any]) -> Response:
    """Carry out the operation; with an Idempotency-Key, at most once for that key."""
    key = request.headers.get("Idempotency-Key")
    if key is None or operation.method not in UNSAFE:
        return _respond(operation, operation.handler(call, **arguments))
    key = idempotency.check_key(key)
    actor = _actor(call)
    digest = idempotency.fingerprint(operation.method, request.path, request.get_data())
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
    response = Response(
        operation.returns.dump_json(value, by_alias=True), operation.status, content_type=JSON_TYPE
    )
    response.headers["Cache-Control"] = "no-store"
    return response
