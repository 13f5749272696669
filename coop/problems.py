"""The one place where errors become HTTP: problem details for machines (RFC 9457).

A problem never repeats what was asked for and carries no ``instance``, so that what you may not see and
what does not exist answer byte for byte the same (law 7).
"""

import json
from typing import Any

from flask import Response
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from coop import errors, validation
from coop.receipts import Citation

PROBLEM_TYPE = "application/problem+json"

STATUS: dict[type[errors.AllotmentError], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NotYet: 409,
    errors.WrongMediaType: 415,
    errors.RuleBroken: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}


class ProblemFault(BaseModel):
    """One thing wrong, and where."""

    pointer: str
    """JSON Pointer into the body, or into the policy where a clause is wrong."""
    detail: str
    clause: Citation | None = None


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemFault] = []


def status_of(error: errors.AllotmentError) -> int:
    """Return the HTTP status of an error, by the nearest class that has one."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def answer(error: errors.AllotmentError) -> Response:
    """Return the response that tells of an error."""
    status = status_of(error)
    problem: dict[str, Any] = {
        "type": f"/docs/problems#{error.slug}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
    }
    if error.faults:
        problem["errors"] = [_fault(fault) for fault in error.faults]
    response = Response(json.dumps(problem), status, content_type=PROBLEM_TYPE)
    # A cache may keep a 404 that it is told nothing of, and hand one visitor's to a member.
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="allotment"'
    if isinstance(error, errors.TooMany | errors.NotYet):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _fault(fault: errors.Fault) -> dict[str, Any]:
    told: dict[str, Any] = {"pointer": fault.pointer, "detail": fault.detail}
    if fault.clause is not None:
        told["clause"] = fault.clause.model_dump(mode="json")
    return told


def answer_http(error: HTTPException) -> Response:
    """Return the problem for what the web framework itself refused: unknown path, wrong method."""
    status = error.code or 500
    if status == 404:
        return answer(errors.NotFound())
    problem = {
        "type": "about:blank",
        "title": error.name,
        "status": status,
        "detail": error.description or error.name,
    }
    response = Response(json.dumps(problem), status, content_type=PROBLEM_TYPE)
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def broken(error: ValidationError, prefix: str = "", *, said: Any) -> errors.RuleBroken:
    """Return a validation failure in our words: a pointer and a sentence each, never the input itself.

    ``said`` is what was validated; pointers lead into it, below ``prefix``.
    """
    faults = tuple(validation.faults(error, said, prefix))
    return errors.RuleBroken("Some of what was sent does not fit.", faults=faults)
