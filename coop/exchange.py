"""One exchange over HTTP, within a time and a size: one request, and its answer.

Whom one may speak to is decided elsewhere: by ``coop/outbound.py`` for addresses that members name. No
redirect is followed, no proxy asked, no content decoded; TLS is verified against the name. A deadline holds
for all of it, and whoever sends one byte now and then is cut off by it as well.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, RemoteDisconnected

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse
from urllib3.util import Url

from coop.errors import AllotmentError

AGENT = "Allotment"
PORTS = {"http": 80, "https": 443}

_BROKEN = (OSError, HTTPError, HTTPException)
"""What a connection that cannot be made, or breaks off, raises."""

Resolver = Callable[[str, int], list[str]]
"""Returns the addresses of a host, in the order in which to try them; raises OSError where it has none."""


class NotSent(AllotmentError):
    """A request went unanswered, or was not sent because of where it would have gone."""

    slug = "not-sent"
    title = "There was no answer"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of whom."""

    method: str
    target: Url
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By name, in lower case."""
    body: bytes
    """The first bytes of it, as they came: no more than were asked for."""


def system_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host that this machine has a way to, as the system's resolver orders them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def look_up(target: Url, resolve: Resolver, deadline: float) -> list[str]:
    """Return what ``resolve`` finds by ``deadline``: nothing where it knows no such name, or not in time.

    The system's resolver cannot be told a time-out, so a thread asks it.
    """
    found: list[str] = []

    def run() -> None:
        # A name that nobody knows, or that cannot be put in a question, is found nowhere.
        with suppress(OSError, UnicodeError):
            found.extend(resolve(host_of(target), port_of(target)))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0))
    return [] if thread.is_alive() else found


def exchange(
    request: Request, addresses: list[str], tls: ssl.SSLContext, deadline: float, largest: int
) -> Answer:
    """Send a request to the first of these addresses that takes a connection, and return what it answers.

    ``deadline`` is a moment of ``time.monotonic``; no more than ``largest`` bytes of the body are read. Raise
    NotSent, which says why in plain words, where there is no whole answer by then.
    """
    connection = _connected(request.target, addresses, tls, deadline)
    try:
        return _exchanged(connection, request, deadline, largest)
    except _BROKEN as error:
        raise NotSent(_no_answer(error, deadline)) from error
    finally:
        connection.close()


def host_of(target: Url) -> str:
    """Return the host of an address as the resolver takes it: IPv6 without its brackets."""
    return str(target.host).strip("[]")


def port_of(target: Url) -> int:
    """Return the port of an address, which follows from its scheme where it names none."""
    return target.port or PORTS[str(target.scheme)]


def _connected(target: Url, addresses: list[str], tls: ssl.SSLContext, deadline: float) -> HTTPConnection:
    """Return an open connection to the first of these addresses that takes one; raise NotSent for none.

    Each has an even share of the time that is left, so that a dead one leaves some to the next.
    """
    failure: Exception | None = None
    for index, address in enumerate(addresses):
        left = deadline - time.monotonic()
        try:
            return _opened(target, address, tls, max(left / (len(addresses) - index), 0.001))
        except _BROKEN as error:
            failure = error
    raise NotSent(_no_connection(failure, deadline)) from failure


def _opened(target: Url, address: str, tls: ssl.SSLContext, seconds: float) -> HTTPConnection:
    """Return an open connection; raise one of ``_BROKEN`` where none can be made in time."""
    connection = _connection(target, address, tls, seconds)
    try:
        with _cut_off_at(time.monotonic() + seconds, lambda: connection.sock):
            connection.connect()
    except _BROKEN:
        connection.close()
        raise
    return connection


def _connection(target: Url, address: str, tls: ssl.SSLContext, seconds: float) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, port_of(target), timeout=seconds)
    return HTTPSConnection(
        address, port_of(target), timeout=seconds, ssl_context=tls, server_hostname=host_of(target)
    )


def _no_connection(error: Exception | None, deadline: float) -> str:
    """Say in plain words why no connection was made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "No connection could be made: its certificate is none that we trust for this name."
    if time.monotonic() >= deadline:
        return "No connection could be made in time."
    if isinstance(error, ssl.SSLError):
        return "No connection could be made: it agrees on no TLS with us."
    return "No connection could be made."


def _no_answer(error: Exception, deadline: float) -> str:
    """Say in plain words why no answer came over a connection; one that was cut off breaks in many ways."""
    if time.monotonic() >= deadline:
        return "There was no whole answer in time."
    if isinstance(error, HTTPException) and not isinstance(error, RemoteDisconnected):
        return "What it answered is not HTTP."
    return "It closed the connection before its answer was whole."


def _exchanged(connection: HTTPConnection, request: Request, deadline: float, largest: int) -> Answer:
    target = request.target
    told = {
        "Host": str(target.netloc),
        "User-Agent": AGENT,
        "Accept-Encoding": "identity",
        **request.headers,
    }
    opened = connection.sock  # the connection lets go of it before the answer is read
    with _cut_off_at(deadline, lambda: opened):
        connection.request(
            request.method, target.request_uri, body=request.body, headers=told, preload_content=False
        )
        with connection.getresponse() as response:
            read = _read(response, largest)
            found = {name.lower(): value for name, value in response.headers.items()}
    if time.monotonic() >= deadline:
        # Without a length, an answer that was cut off looks like one that has ended.
        raise TimeoutError
    return Answer(response.status, found, read)


def _read(response: HTTPResponse, largest: int) -> bytes:
    """Return the body, up to ``largest`` bytes of it; only the read after the last tells that it is whole."""
    read = bytearray()
    while len(read) < largest and (more := response.read(largest - len(read), decode_content=False)):
        read += more
    return bytes(read)


@contextmanager
def _cut_off_at(deadline: float, opened: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Shut a socket at ``deadline``: its own time-out is kept off by one byte now and then."""

    def cut() -> None:
        # It may have been closed in the same moment.
        with suppress(OSError):
            if (found := opened()) is not None:
                # TLS has a shutdown of its own, which would leave the reader with the bytes as they came.
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
