"""The clients of the benchmarks, both in process and without a socket.

:func:`getter` is the framework's test client, with which other servers' ratios were measured; it adds
about 0.1 ms to a page and to the floor alike. :func:`direct` calls the application and nothing around it,
which is the stricter measure of the two.
"""

import io
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

Get = Callable[[str | None], bytes]
"""Ask once more, with a bearer token or without; return the body."""


class NotAnswered(RuntimeError):
    """A request was not answered with 200."""


def getter(app: Flask, path: str) -> Get:
    """Return a function that asks for a path through Flask's test client.

    It raises NotAnswered on anything but 200.
    """
    client = app.test_client()

    def get(token: str | None) -> bytes:
        headers = None if token is None else {"Authorization": f"Bearer {token}"}
        answer = client.get(path, headers=headers)
        body = answer.get_data()
        if answer.status_code != 200:
            raise NotAnswered(f"{path}: {answer.status}: {body[:500]!r}")
        return body

    return get


def direct(app: Flask, path: str) -> Get:
    """Return a function that calls the application for a path; it raises NotAnswered on anything but 200."""
    asked = EnvironBuilder(path=path, base_url="http://127.0.0.1:8000").get_environ()

    def get(token: str | None) -> bytes:
        lines: list[str] = []

        def start_response(status: str, headers: Any, failure: Any = None) -> Callable[[bytes], None]:
            lines.append(status)
            return lambda data: None

        environ: dict[str, Any] = {**asked, "wsgi.input": io.BytesIO()}
        if token is not None:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        answer = app(environ, start_response)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        if lines != ["200 OK"]:
            raise NotAnswered(f"{path}: {lines[-1]}: {body[:500]!r}")
        return body

    return get
