"""The production server, over the application on the clock of a data set or over the floor.

``python -m bench.http_served NAME PORT`` serves either as ``app.py serve`` serves the application: what a
worker loads is the function ``served`` of ``http_application.py`` or ``http_floor.py``.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal

from granian.constants import Interfaces
from granian.server import Server

from bench.instance import HOST, environment
from coop.embedded_child import Child
from coop.embedded_folder import free_port
from coop.settings import ROOT

CLOCK = "BENCH_CLOCK_OFFSET_S"
"""The environment's variable for how far the application's clock is from the database's, in seconds."""

Name = Literal["application", "floor"]
"""What may be served."""

_START_S = 60
_STOP_S = 10.0


def serve(name: Name, port: int) -> None:
    """Serve either until told to stop, in everything but what it is as ``app.py serve`` does."""
    Server(
        f"bench.http_{name}:served",
        factory=True,
        address=HOST,
        port=port,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=3,
        backpressure=64,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


@contextmanager
def served(name: Name, url: str, offset: timedelta, log: Path) -> Iterator[int]:
    """Serve either over a database from a process of its own, and give the port once it answers.

    ``url`` is the database's address as libpq reads it, ``log`` a folder. Raise StartFailed where it does
    not answer.
    """
    port = free_port(HOST)
    child = Child.start(
        name,
        [sys.executable, "-m", "bench.http_served", name, str(port)],
        log=log / f"{name}.log",
        env={**os.environ, **environment(url, port), CLOCK: str(offset.total_seconds())},
        cwd=ROOT,
    )
    try:
        child.wait_until(lambda: _answers(port), _START_S)
        yield port
    finally:
        child.stop((signal.SIGTERM, _STOP_S))


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    serve("floor" if sys.argv[1] == "floor" else "application", int(sys.argv[2]))
