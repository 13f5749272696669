"""The media server of live rooms (SFU): the one client that asks it for sessions, by WHIP and WHEP.

Media never passes through the application. It posts a member's offer to the media server that the operator
runs, and hands back what that answers; RFC 9725 says how to publish, draft-ietf-wish-whep how to play. Nobody
else has the token, and no member learns at which address or under which name a session is kept there.

The address is the operator's, not a member's, so it may be one of an inner network. All the same nothing
that comes back is trusted: an answer has so many bytes and so much time, no redirect is followed, and a
session that is not at the origin that was asked is none. A slow server takes no more than ``AT_ONCE`` of the
threads that serve requests: whoever comes while they all wait for it is told at once to try again.
"""

import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import BoundedSemaphore
from urllib.parse import urljoin

import structlog
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from audience.rooms.session_description import FRAGMENT, LARGEST, OFFER
from coop.errors import Fault, NotFound, NotYet, RuleBroken, Unavailable
from coop.exchange import Answer, NotSent, Request, exchange, look_up, port_of, system_addresses
from coop.settings import Settings

LOG = structlog.get_logger("sfu")

SECONDS = 4.0
"""How long one request to the media server may take, all in all."""
AT_ONCE = 3
"""Requests of one process that are with the media server at once, of the four that it serves at once."""
LONGEST_RESOURCE = 2000
"""Characters of the address of a session."""
STREAM = "{stream}"
"""What stands in a configured address for the name of a stream."""

_ENTITY_TAG = re.compile(r'[!-~]{1,200}|"[ -~]{0,198}"')
_NOT_THIS_OFFER = frozenset({400, 406, 415, 422})
_NO_TRICKLE = frozenset({405, 415, 422, 501})
_GONE = frozenset({404, 410})
_NOT_SENDING = frozenset({404, 409, 425})

GOES_ON = "Sound and picture are not there for now; chat and queue go on."
_TRY_AGAIN = f"{GOES_ON} Try again shortly; if it stays like this, tell whoever runs this coop."


class SfuUnavailable(Unavailable):
    """The media server does not answer, or not as it should, or there is none."""


@dataclass(frozen=True, slots=True)
class SfuSession:
    """A session that the media server has opened."""

    answer: str
    """Its description (SDP), for the browser that offered."""
    resource: str
    """The address by which it is closed; told to nobody."""
    etag: str | None
    """What names its ICE session, where the media server tells: a browser repeats it with candidates."""


class Sfu:
    """The media server that the operator named."""

    def __init__(
        self,
        publish_url: str,
        play_url: str,
        token: str | None,
        *,
        seconds: float = SECONDS,
        at_once: int = AT_ONCE,
    ) -> None:
        """Speak to it at two addresses, with ``{stream}`` for the name: to publish (WHIP), to play (WHEP).

        ``at_once`` is how many requests may be with it at the same time, each for so many ``seconds``.
        """
        self.at_once = at_once
        self._publish_url, self._play_url, self._token = publish_url, play_url, token
        self._seconds = seconds
        self._tls = ssl.create_default_context()
        self._slots = BoundedSemaphore(at_once)

    def publish(self, stream: str, offer: str) -> SfuSession:
        """Open a session that publishes ``stream``.

        Raise RuleBroken where the media server does not take the offer, SfuUnavailable where it opens none.
        """
        answer = self._offered(self._publish_url, stream, offer)
        return self._opened(self._publish_url, stream, answer)

    def play(self, stream: str, offer: str) -> SfuSession:
        """Open a session that plays ``stream``.

        Raise as :meth:`publish` does, and NotYet where nothing has arrived of that stream.
        """
        answer = self._offered(self._play_url, stream, offer)
        if answer.status in _NOT_SENDING:
            raise NotYet("Nothing has arrived of them yet: ask again in a moment.", retry_after_s=1)
        return self._opened(self._play_url, stream, answer)

    def trickle(self, resource: str, fragment: str, etag: str | None = None) -> str | None:
        """Hand on candidates of a session, and return the fragment that it answers with, where it does.

        Raise NotFound where the session is gone, RuleBroken where the media server takes candidates with the
        offer alone, and SfuUnavailable where it does not answer.
        """
        headers = {"Content-Type": FRAGMENT} | ({"If-Match": etag} if is_entity_tag(etag) and etag else {})
        answer = self._ask("PATCH", self._resource(resource), headers, fragment.encode())
        if answer.status == 204:
            return None
        if answer.status == 200 and _type_of(answer) == FRAGMENT:
            return _text(answer)
        if answer.status in _GONE:
            raise NotFound
        if answer.status in _NO_TRICKLE:
            raise RuleBroken(
                "The media server takes no candidates after the offer: gather them first, then send it."
            )
        raise _unexpected("PATCH", answer)

    def close(self, resource: str, seconds: float | None = None) -> None:
        """Close a session; one that is gone is closed. Raise SfuUnavailable where it may still be open.

        A session at a media server that the operator no longer names cannot be closed from here, and counts
        as gone: our token is for no other.
        """
        try:
            target = self._resource(resource)
        except NotFound:
            return
        answer = self._ask("DELETE", target, {}, None, seconds)
        if not (200 <= answer.status < 300 or answer.status in _GONE):
            raise _unexpected("DELETE", answer)

    def _offered(self, where: str, stream: str, offer: str) -> Answer:
        """Return what the media server answers to an offer; raise RuleBroken where it does not take it."""
        answer = self._ask(
            "POST", _address(where, stream), {"Content-Type": OFFER}, offer.encode(), self._seconds
        )
        if answer.status in _NOT_THIS_OFFER:
            LOG.warning("offer not taken", status=answer.status)
            fault = Fault("", "It may hold nothing that the media server can send on: try another browser.")
            raise RuleBroken("The media server does not take this offer.", faults=(fault,))
        return answer

    def _opened(self, where: str, stream: str, answer: Answer) -> SfuSession:
        """Return the session that was opened; one whose answer is of no use is closed again, if it can be."""
        if answer.status != 201:
            raise _unexpected("POST", answer)
        resource = _location(_address(where, stream), answer)
        try:
            # A media server may name the stream in what it answers, and nobody is to know that name.
            said = _description(answer).replace(stream, "stream")
        except SfuUnavailable:
            with suppress(SfuUnavailable):
                self.close(resource)
            raise
        return SfuSession(said, resource, _etag(answer))

    def _resource(self, resource: str) -> Url:
        """Return the address of a session; raise NotFound for one that is not at a configured origin."""
        target = parse_url(resource)
        ours = {_origin(_address(one, "x")) for one in (self._publish_url, self._play_url)}
        if _origin(target) not in ours:
            raise NotFound
        return target

    def _ask(
        self,
        method: str,
        target: Url,
        headers: dict[str, str],
        body: bytes | None,
        seconds: float | None = None,
    ) -> Answer:
        """Return what the media server answers, whatever its status; raise SfuUnavailable for nothing."""
        told = {**headers, **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        deadline = time.monotonic() + (seconds or self._seconds)
        with self._slot():
            addresses = look_up(target, system_addresses, deadline)
            try:
                request = Request(method, target, told, body)
                return exchange(request, addresses, self._tls, deadline, LARGEST + 1)
            except NotSent as error:
                LOG.warning("no answer", method=method, why=error.detail)
                raise SfuUnavailable(f"The media server does not answer. {_TRY_AGAIN}") from error

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(blocking=False):
            raise SfuUnavailable(f"The media server is asked too much at once. {_TRY_AGAIN}")
        try:
            yield
        finally:
            self._slots.release()


def sfu_of(settings: Settings, *, at_once: int = AT_ONCE) -> Sfu | None:
    """Return the media server that the environment names, or None where it names none."""
    if not settings.sfu_publish_url or not settings.sfu_play_url:
        return None
    token = settings.sfu_token
    secret = None if token is None else token.get_secret_value()
    return Sfu(settings.sfu_publish_url, settings.sfu_play_url, secret, at_once=at_once)


def is_entity_tag(said: str | None) -> bool:
    """Say whether something may be passed on as an entity tag; nothing said is none, and may."""
    return said is None or _ENTITY_TAG.fullmatch(said) is not None


def _address(where: str, stream: str) -> Url:
    return parse_url(where.replace(STREAM, stream))


def _description(answer: Answer) -> str:
    if _type_of(answer) != OFFER:
        LOG.warning("no description", type=_type_of(answer)[:80])
        raise _wrong()
    return _text(answer)


def _text(answer: Answer) -> str:
    if len(answer.body) > LARGEST:
        LOG.warning("answer too large", most=LARGEST)
        raise _wrong()
    try:
        return answer.body.decode()
    except UnicodeDecodeError as error:
        LOG.warning("answer not text")
        raise _wrong() from error


def _location(asked: Url, answer: Answer) -> str:
    """Return the address of a new session; raise SfuUnavailable unless it is at the origin that was asked."""
    said = answer.headers.get("location", "")
    try:
        found = parse_url(urljoin(asked.url, said))
    except (LocationParseError, ValueError) as error:
        LOG.warning("no location")
        raise _wrong() from error
    if not said or found.auth is not None or _origin(found) != _origin(asked):
        LOG.warning("no location at the origin that was asked")
        raise _wrong()
    if len(found.url) > LONGEST_RESOURCE:
        LOG.warning("location too long", most=LONGEST_RESOURCE)
        raise _wrong()
    return found.url


def _etag(answer: Answer) -> str | None:
    said = answer.headers.get("etag")
    return said if is_entity_tag(said) else None


def _origin(target: Url) -> tuple[str | None, str | None, int | None]:
    known = target.scheme in ("http", "https") and target.host is not None
    return target.scheme, target.host, port_of(target) if known else None


def _type_of(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _unexpected(method: str, answer: Answer) -> SfuUnavailable:
    """Return the error for a status that no media server should answer with: what it said stays with us."""
    LOG.warning("unexpected answer", method=method, status=answer.status)
    return _wrong()


def _wrong() -> SfuUnavailable:
    return SfuUnavailable(f"The media server does not answer as it should. {_TRY_AGAIN}")
