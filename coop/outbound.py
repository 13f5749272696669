"""Speaking to addresses that members name, without lending them our place in the network.

The name is looked up once; if any address of it is not of the public network (``coop/addresses.py``) nothing
is sent; and the connection is made to the very address that was checked, so a name that resolves otherwise a
moment later changes nothing. TLS is verified against the name. No redirect is followed, no proxy asked, no
content decoded; all of it together, from the look-up to the last byte, has ``SECONDS``.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, RemoteDisconnected

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url

from coop.addresses import as_address, is_loopback, is_public
from coop.errors import AllotmentError, Fault, RuleBroken

SECONDS = 5.0
"""How long one request may take, all in all."""
LARGEST = 64 * 1024
"""Most bytes of an answer that are read."""
LONGEST_URL = 2000
"""In characters."""
AGENT = "Allotment"
PORTS = {"http": 80, "https": 443}

NOWHERE = "This name was not found on the public network."
"""Said of a name that there is not and of one of an inner network, so that nobody learns which those are."""

_BROKEN = (OSError, HTTPError, HTTPException)
"""What a connection that cannot be made, or breaks off, raises."""

Resolver = Callable[[str, int], list[str]]
"""Returns the addresses of a host, in the order in which to try them; raises OSError where it has none."""


class NotSent(AllotmentError):
    """A request went unanswered, or was not sent because of where it would have gone."""

    slug = "not-sent"
    title = "There was no answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By name, in lower case."""
    body: bytes
    """The first ``LARGEST`` bytes of it, as they came."""


def check(url: str, pointer: str, *, loopback: bool) -> str:
    """Return an address that may be sent to, as it is kept; raise RuleBroken, naming ``pointer``, otherwise.

    A name is not looked up here: where it points is checked each time that something is sent.
    """
    try:
        return _parsed(url, loopback=loopback).url
    except ValueError as error:
        fault = Fault(pointer, str(error))
        raise RuleBroken("Nothing can be sent to this address.", faults=(fault,)) from error


def system_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host that this machine has a way to, as the system's resolver orders them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Outbound:
    """The one way out to addresses that members name."""

    loopback: bool = False
    """Whether this machine may be spoken to, over plain HTTP too: for development and tests alone."""
    seconds: float = SECONDS
    resolve: Resolver = system_addresses
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send ``body`` and return the answer, whatever its status; raise NotSent where there was none."""
        return self._send("POST", url, body, headers)

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Return what is at an address, whatever its status; raise NotSent where there was no answer."""
        return self._send("GET", url, None, headers)

    def _send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        deadline = time.monotonic() + self.seconds
        try:
            target = _parsed(url, loopback=self.loopback)
        except ValueError as error:
            raise NotSent(str(error)) from error
        connection = self._connected(target, self._checked(target, deadline), deadline)
        try:
            return _exchange(connection, method, target, body, headers, deadline)
        except _BROKEN as error:
            raise NotSent(_no_answer(error, deadline)) from error
        finally:
            connection.close()

    def _checked(self, target: Url, deadline: float) -> list[str]:
        """Look the host up, once, and return its addresses; raise NotSent unless all of them are allowed."""
        found = _within(deadline, lambda: self.resolve(_host(target), _port(target)))
        allowed = is_loopback if target.scheme == "http" else self._allowed
        if not all(map(allowed, found)):
            raise NotSent(NOWHERE)
        return found

    def _allowed(self, address: str) -> bool:
        return is_public(address) or (self.loopback and is_loopback(address))

    def _connected(self, target: Url, addresses: list[str], deadline: float) -> HTTPConnection:
        """Return an open connection to the first of these addresses that takes one; raise NotSent for none.

        Each has an even share of the time that is left, so that a dead one leaves some to the next.
        """
        failure: Exception | None = None
        for index, address in enumerate(addresses):
            left = deadline - time.monotonic()
            try:
                return self._opened(target, address, max(left / (len(addresses) - index), 0.001))
            except _BROKEN as error:
                failure = error
        raise NotSent(_no_connection(failure, deadline)) from failure

    def _opened(self, target: Url, address: str, seconds: float) -> HTTPConnection:
        """Return an open connection; raise one of ``_BROKEN`` where none can be made in time."""
        connection = self._connection(target, address, seconds)
        try:
            with _cut_off_at(time.monotonic() + seconds, lambda: connection.sock):
                connection.connect()
        except _BROKEN:
            connection.close()
            raise
        return connection

    def _connection(self, target: Url, address: str, seconds: float) -> HTTPConnection:
        if target.scheme == "http":
            return HTTPConnection(address, _port(target), timeout=seconds)
        return HTTPSConnection(
            address, _port(target), timeout=seconds, ssl_context=self.tls, server_hostname=_host(target)
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


def _parsed(url: str, *, loopback: bool) -> Url:
    """Return the parts of an address that may be sent to; raise ValueError with what is wrong."""
    if len(url) > LONGEST_URL:
        raise ValueError(f"An address is at most {LONGEST_URL} characters.")
    try:
        found = parse_url(url)
    except LocationParseError as error:
        raise ValueError("This is not an address such as https://example.org/decisions.") from error
    if not found.host or found.auth is not None or found.fragment is not None or found.port == 0:
        raise ValueError("An address has a host, and no user, password or fragment.")
    host = _host(found)
    if loopback and (host == "localhost" or is_loopback(host)) and found.scheme in PORTS:
        return found
    if found.scheme != "https":
        raise ValueError("An address begins with https://.")
    if as_address(host) is not None and not is_public(host):
        raise ValueError("This address is not one of the public network.")
    return found


def _exchange(
    connection: HTTPConnection,
    method: str,
    target: Url,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
) -> Answer:
    told = {"Host": str(target.netloc), "User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
    opened = connection.sock  # the connection lets go of it before the answer is read
    with _cut_off_at(deadline, lambda: opened):
        connection.request(method, target.request_uri, body=body, headers=told, preload_content=False)
        with connection.getresponse() as response:
            read = _read(response)
            found = {name.lower(): value for name, value in response.headers.items()}
    if time.monotonic() >= deadline:
        # Without a length, an answer that was cut off looks like one that has ended.
        raise TimeoutError
    return Answer(response.status, found, read)


def _read(response: HTTPResponse) -> bytes:
    """Return the body, up to ``LARGEST`` bytes of it; only the read after the last tells that it is whole."""
    read = bytearray()
    while len(read) < LARGEST and (more := response.read(LARGEST - len(read), decode_content=False)):
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


def _within(deadline: float, look_up: Callable[[], list[str]]) -> list[str]:
    """Return what ``look_up`` finds by ``deadline``: the system's resolver cannot be told a time-out.

    Raise NotSent where there is no such name, or no answer about it in time.
    """
    found: list[str] = []

    def run() -> None:
        # A name that nobody knows, or that cannot be put in a question, is found nowhere.
        with suppress(OSError, UnicodeError):
            found.extend(look_up())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0))
    if thread.is_alive() or not found:
        raise NotSent(NOWHERE)
    return found


def _host(target: Url) -> str:
    return str(target.host).strip("[]")


def _port(target: Url) -> int:
    return target.port or PORTS[str(target.scheme)]
