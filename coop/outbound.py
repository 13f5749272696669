"""Speaking to addresses that members name, without lending them our place in the network.

The name is looked up once; if any address of it is not of the public network (``coop/addresses.py``) nothing
is sent; and the connection is made to the very address that was checked, so a name that resolves otherwise a
moment later changes nothing. TLS is verified against the name. No redirect is followed, no proxy asked, no
content decoded; all of it together, from the look-up to the last byte, has ``SECONDS``.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from coop.addresses import as_address, is_loopback, is_public
from coop.errors import Fault, RuleBroken
from coop.exchange import (
    PORTS,
    Answer,
    NotSent,
    Request,
    Resolver,
    exchange,
    host_of,
    look_up,
    system_addresses,
)

SECONDS = 5.0
"""How long one request may take, all in all."""
LARGEST = 64 * 1024
"""Most bytes of an answer that are read."""
LONGEST_URL = 2000
"""In characters."""

NOWHERE = "This name was not found on the public network."
"""Said of a name that there is not and of one of an inner network, so that nobody learns which those are."""


def check(url: str, pointer: str, *, loopback: bool) -> str:
    """Return an address that may be sent to, as it is kept; raise RuleBroken, naming ``pointer``, otherwise.

    A name is not looked up here: where it points is checked each time that something is sent.
    """
    try:
        return _parsed(url, loopback=loopback).url
    except ValueError as error:
        fault = Fault(pointer, str(error))
        raise RuleBroken("This address is not taken.", faults=(fault,)) from error


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
        addresses = self._checked(target, deadline)
        return exchange(Request(method, target, headers, body), addresses, self.tls, deadline, LARGEST)

    def _checked(self, target: Url, deadline: float) -> list[str]:
        """Look the host up, once, and return its addresses; raise NotSent unless all of them are allowed."""
        found = look_up(target, self.resolve, deadline)
        allowed = is_loopback if target.scheme == "http" else self._allowed
        if not found or not all(map(allowed, found)):
            raise NotSent(NOWHERE)
        return found

    def _allowed(self, address: str) -> bool:
        return is_public(address) or (self.loopback and is_loopback(address))


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
    host = host_of(found)
    if loopback and (host == "localhost" or is_loopback(host)) and found.scheme in PORTS:
        return found
    if found.scheme != "https":
        raise ValueError("An address begins with https://.")
    if as_address(host) is not None and not is_public(host):
        raise ValueError("This address is not one of the public network.")
    return found
