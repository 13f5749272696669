"""Declaring the API: one declaration a route gives its validation, sign-in, errors and OpenAPI.

A handler is a plain function. What it takes says what is read: ``call`` first, then path parameters by name,
``body`` (a model, strict JSON; text, where ``consumes`` names another media type) and ``query`` (a model).
What it returns is what is answered. Its docstring is its documentation. ``coop/dispatch.py`` carries out
what is declared here and ``coop/openapi.py`` describes it.

Why not a library: ``docs/adr/0002-own-api-layer.md``.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from flask import Response
from pydantic import BaseModel, TypeAdapter

from coop.call import Accepted, Later
from coop.errors import (
    AllotmentError,
    Conflict,
    Forbidden,
    Malformed,
    NotFound,
    RuleBroken,
    Unauthenticated,
    WrongMediaType,
)

JSON_TYPE = "application/json"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Handler = Callable[..., Any]
Declared = TypeVar("Declared", bound=Handler)


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
    """None where there is none, or it is not JSON."""
    consumes: str | None
    """The media type of a body that the handler takes as text; None where it is JSON."""
    query: type[BaseModel] | None
    returns: TypeAdapter[Any] | None
    """None where the handler makes the response itself, or there is no content."""
    answers: tuple[Any, ...]
    """The types of what ``returns`` writes; none where that is None."""
    produces: tuple[str, ...]
    """The media type of a response that the handler makes itself."""
    parameters: dict[str, type]
    """Path parameter → int for an id, str for a name."""
    secret: bool
    """Whether its answer holds a secret, which is told once and kept nowhere."""
    may_wait: bool
    """Whether it may also answer 202, because somebody else decides."""

    @property
    def scope(self) -> str:
        """The scope that a token needs."""
        return "write" if self.method in UNSAFE else "read"


class Api:
    """The operations of one resource."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def get(self, path: str, **options: Any) -> Callable[[Declared], Declared]:
        """Declare a handler for GET."""
        return self._declare("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Declared], Declared]:
        """Declare a handler for POST; it answers 201 unless ``status`` says otherwise."""
        return self._declare("POST", path, **{"status": 201, **options})

    def put(self, path: str, **options: Any) -> Callable[[Declared], Declared]:
        """Declare a handler for PUT."""
        return self._declare("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Declared], Declared]:
        """Declare a handler for PATCH."""
        return self._declare("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Declared], Declared]:
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
        consumes: str | None = None,
        produces: str | tuple[str, ...] = (),
        secret: bool = False,
    ) -> Callable[[Declared], Declared]:
        def register(handler: Declared) -> Declared:
            hints = get_type_hints(handler, include_extras=True)
            names = [name for name in inspect.signature(handler).parameters if name != "call"]
            answers = _answers(hints.get("return", type(None)))
            self.operations.append(
                Operation(
                    tag=self.tag,
                    method=method,
                    path=path,
                    handler=handler,
                    public=public,
                    status=status,
                    raises=_errors(raises, names, public, method),
                    body=TypeAdapter(hints["body"]) if "body" in names and consumes is None else None,
                    consumes=consumes,
                    query=hints["query"] if "query" in names else None,
                    returns=TypeAdapter(reduce(or_, answers)) if answers else None,
                    answers=answers,
                    produces=(produces,) if isinstance(produces, str) else produces,
                    parameters={name: hints[name] for name in names if name not in ("body", "query")},
                    secret=secret,
                    may_wait=Accepted in get_args(hints.get("return")),
                )
            )
            return handler

        return register


def _answers(returned: Any) -> tuple[Any, ...]:
    """Return the types of what is answered as JSON: a handler may also make a response of its own."""
    made = (Accepted, Later, Response, type(None))
    kinds = get_args(returned) if isinstance(returned, UnionType) else (returned,)
    return tuple(kind for kind in kinds if kind not in made)


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
