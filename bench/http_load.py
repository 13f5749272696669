"""A closed loop of clients over HTTP/1.1: so many connections, each asking for the next page once it has one.

All of them are watched by one selector in one thread, because the client shares the processor with the
server that it measures: what it takes is told with each block (:attr:`Block.cpu_s`).
"""

import re
import selectors
import socket
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Page = Generator[bytes, tuple[int, bytes], None]
"""One page that somebody opens: it yields requests and is sent the status and body of each answer.

It raises WrongAnswer where one is not what was asked for. A page may take several requests.
"""

PATIENCE_S = 60.0
"""How long all of the connections may be silent before the server is given up."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PART = 1 << 18


class WrongAnswer(RuntimeError):
    """A server answered, but not with what was asked for."""


class NoAnswer(RuntimeError):
    """A server is silent on every connection, so there is nothing to measure."""


def request(method: str, path: str, token: str | None = None, body: bytes = b"") -> bytes:
    """Return the bytes of one request, which keeps its connection; a body is JSON."""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\n"
    if token is not None:
        head += f"Authorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode("ascii") + b"\r\n" + body


@dataclass
class Block:
    """What came of loading a server for some time."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    """Milliseconds of each page that was whole within the time, its own checks included."""
    faults: list[str] = field(default_factory=list)
    """What was wrong with each page that was not answered as it should have been, at whatever time."""
    cpu_s: float = 0.0
    """Seconds of the processor that the client itself took."""

    def __add__(self, other: "Block") -> "Block":
        return Block(
            self.seconds + other.seconds,
            self.times + other.times,
            self.faults + other.faults,
            self.cpu_s + other.cpu_s,
        )

    @property
    def rps(self) -> float:
        """Pages answered a second."""
        return len(self.times) / self.seconds


class Clients:
    """Connections that are kept from block to block."""

    def __init__(self, host: str, port: int, connections: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._connections = [_Connection(host, port) for _ in range(connections)]
        for connection in self._connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections:
            connection.socket.close()
        self._selector.close()

    def load(self, pages: Iterator[Page], seconds: float) -> Block:
        """Open pages on every connection until the time is over, then wait for those that are under way.

        A page whose connection the server ends is a fault, and the connection is made anew. Raise NoAnswer
        where nothing comes from any of them for ``PATIENCE_S`` seconds.
        """
        block = Block(seconds=seconds)
        cpu, ends = time.process_time(), time.perf_counter() + seconds
        for connection in self._connections:
            connection.open(next(pages))
        under_way = len(self._connections)
        while under_way:
            ready = self._selector.select(PATIENCE_S)
            if not ready:
                raise NoAnswer(f"nothing comes on {under_way} connections")
            for key, _ in ready:
                if not self._heard(key.data, block, ends):
                    continue
                if time.perf_counter() < ends:
                    key.data.open(next(pages))
                else:
                    under_way -= 1
        block.cpu_s = time.process_time() - cpu
        return block

    def _heard(self, connection: "_Connection", block: Block, ends: float) -> bool:
        """Read what has come on a connection; say whether its page is over."""
        try:
            if not connection.advance():
                return False
        except WrongAnswer as wrong:
            block.faults.append(str(wrong))
        except OSError as ended:
            block.faults.append(f"{type(ended).__name__}: {ended}")
            self._selector.unregister(connection.socket)
            connection.reconnect()
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        else:
            now = time.perf_counter()
            if now <= ends:
                block.times.append((now - connection.opened_at) * 1000)
        return True


class _Connection:
    """One connection, and the page that is open on it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self.socket = self._connected()
        self.opened_at = 0.0
        self._page: Page
        self._received = bytearray()
        self._head = self._whole = 0
        """Where the body of the answer begins and ends; 0 while that is not yet known."""

    def open(self, page: Page) -> None:
        """Send the first request of a page."""
        self._page = page
        self.opened_at = time.perf_counter()
        self._send(next(page))

    def advance(self) -> bool:
        """Read what has come, and send the page's next request if it has one; say whether it is over.

        Raise ConnectionError where the server has ended the connection, and what the page raises.
        """
        part = self.socket.recv(_PART)
        if not part:
            raise ConnectionError("the server has ended the connection")
        self._received += part
        if not self._whole:
            self._read_head()
        if not self._whole or len(self._received) < self._whole:
            return False
        status, body = int(self._received[9:12]), bytes(self._received[self._head : self._whole])
        self._forget()
        try:
            self._send(self._page.send((status, body)))
        except StopIteration:
            return True
        return False

    def reconnect(self) -> None:
        """Replace a connection that has ended."""
        self.socket.close()
        self.socket = self._connected()
        self._forget()

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self._address, timeout=PATIENCE_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _forget(self) -> None:
        self._received.clear()
        self._head = self._whole = 0

    def _read_head(self) -> None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        found = _LENGTH.search(self._received, 0, end)
        self._head = end + 4
        self._whole = self._head + (int(found[1]) if found else 0)

    def _send(self, asked: bytes) -> None:
        with suppress(ConnectionError):  # one that has ended says so when it is read
            self.socket.sendall(asked)
