"""Whether the process lives, whether it can serve, and how it fares: for operators and their tools.

Law 7: how often each route is used tells of posts that are hidden, so nobody but an operator is told.
"""

import os
import time
from collections.abc import Callable
from hmac import compare_digest

import structlog
from flask import Blueprint, Flask, Response, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from sqlalchemy.exc import SQLAlchemyError

from coop.addresses import is_loopback
from coop.call import platform
from coop.errors import NotFound
from coop.migrations import is_current
from coop.settings import Settings

LOG = structlog.get_logger("health")

REQUESTS = Counter("allotment_requests_total", "Answers given.", ["method", "route", "status"])
SECONDS = Histogram(
    "allotment_request_seconds",
    "Time to answer, in seconds.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)

Check = Callable[[], bool]


def blueprint(checks: dict[str, Check], told: dict[str, Check]) -> Blueprint:
    """Return the operators' endpoints; ``checks`` are the parts besides the database that must answer.

    ``told`` are those without which requests are served all the same.
    """
    made = Blueprint("health", __name__)

    @made.get("/healthz")
    def healthz() -> Response:
        """Say that the process lives."""
        return jsonify(status="alive")

    @made.get("/readyz")
    def readyz() -> Response:
        """Say whether every part that a request needs answers: 200, or 503 with the parts."""
        parts = {"database": _database_ready(), **{name: check() for name, check in checks.items()}}
        ready = all(parts.values())
        parts |= {name: check() for name, check in told.items()} if parts["database"] else {}
        response = jsonify(status="ready" if ready else "not ready", parts=parts)
        response.status_code = 200 if ready else 503
        return response

    @made.get("/metrics")
    def metrics() -> Response:
        """Give an operator the figures of every process of this server, in Prometheus' text format."""
        if not _is_operator(platform().settings):
            raise NotFound
        return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)

    return made


def _is_operator(settings: Settings) -> bool:
    """Say whether a request shows the operators' token, or comes from the machine that alone is served.

    Behind a proxy every request comes from this machine, or one next to it: there the token alone counts.
    """
    token = settings.metrics_token
    shown = request.headers.get("Authorization", "").encode()
    if token is not None and compare_digest(shown, f"Bearer {token.get_secret_value()}".encode()):
        return True
    return settings.local and is_loopback(request.remote_addr or "")


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    gathered = CollectorRegistry()
    multiprocess.MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
    return gathered


def _database_ready() -> bool:
    try:
        with platform().database.begin() as session:
            return is_current(session)
    except SQLAlchemyError:
        LOG.warning("database does not answer", exc_info=True)
        return False


def measure(app: Flask) -> None:
    """Count and time every answer, by route and never by path: a path may name what is hidden."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule is not None else "none"
        REQUESTS.labels(request.method, route, str(response.status_code)).inc()
        began = g.pop("began", None)
        if began is not None:
            SECONDS.labels(route).observe(time.perf_counter() - began)
        return response
