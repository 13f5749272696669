"""The platform's own processes, as production runs them, over a database of a benchmark.

Two web workers of granian and one worker for the jobs, each started by the same command of ``app.py``.
"""

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from coop.embedded_child import Child
from coop.embedded_folder import free_port, write_private
from coop.settings import ROOT
from coop.signing import VARIABLE, new_key

HOST = "127.0.0.1"
_START_S = 60
_STOP_S = 10.0


def environment(url: str, port: int = 8000) -> dict[str, str]:
    """Return the environment of an instance that asks its object store for nothing."""
    return {
        "DATABASE_URL": url,
        "S3_ENDPOINT": "127.0.0.1:1",
        "S3_ACCESS_KEY": secrets.token_urlsafe(16),
        "S3_SECRET_KEY": secrets.token_urlsafe(32),
        "ALLOTMENT_SECRET_KEY": secrets.token_urlsafe(32),
        "ALLOTMENT_HOST": HOST,
        "ALLOTMENT_PORT": str(port),
    }


@contextmanager
def running(url: str, log: Path) -> Iterator[int]:
    """Run server and worker with their logs and key in the folder ``log``; give the port once it answers.

    Raise StartFailed where it does not.
    """
    port = free_port(HOST)
    key = log / "signing-key.pem"
    write_private(key, new_key())
    env = {**os.environ, **environment(url, port), VARIABLE: str(key), "PYTHONUNBUFFERED": "1"}
    with ExitStack() as stack:
        for command in (["worker"], ["serve", "--host", HOST, "--port", str(port)]):
            child = Child.start(
                command[0],
                [sys.executable, ROOT / "app.py", *command],
                log=log / f"{command[0]}.log",
                env=env,
                cwd=ROOT,
            )
            stack.callback(child.stop, (signal.SIGTERM, _STOP_S))
        child.wait_until(lambda: _answers(port), _START_S)
        yield port


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/api/v1/policies")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
