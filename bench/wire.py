"""A client that takes next to nothing of the processor, which it shares with the server that it measures.

One kept connection, HTTP/1.1; it reads the status and the body and nothing else of an answer.
"""

import socket
from types import TracebackType
from typing import Self


class Wire:
    """One connection to a server on this machine."""

    def __init__(self, host: str, port: int) -> None:
        self._host = f"{host}:{port}"
        self._socket = socket.create_connection((host, port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, method: str, path: str, token: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request and return the status and the body of its answer.

        Raise ConnectionError where the server ends the connection.
        """
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode("ascii") + body)
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, rest = received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines)
        length = int(fields["content-length"])
        while len(rest) < length:
            rest += self._more()
        return int(status.split(" ")[1]), rest

    def _more(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionError("the server has ended the connection")
        return part
