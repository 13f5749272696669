"""A media server for tests, a process of its own: ``python -m tests.sfu_stand_in PORT [TOKEN]``.

It answers WHIP (RFC 9725) and WHEP as a media server does, with a session description that browsers take,
and carries no media. ``GET /-/seen`` tells what it was asked and which sessions are open; ``POST /-/behave``
with JSON has it misbehave, and ``POST /-/forget`` has it begin anew. With port 0 it takes a free one; the
one it has is the first line that it prints.
"""

import json
import secrets
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OPPOSITE = {"sendonly": "recvonly", "sendrecv": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
COPIED = ("mid", "rtpmap", "fmtp", "rtcp-fb", "rtcp-mux", "rtcp-rsize", "extmap")
HUGE = 70 * 1024


@dataclass
class Behaviour:
    """How it behaves; as a good media server does unless a test says otherwise."""

    post: str = ""
    """``slow``, ``drip``, ``huge``, ``redirect``, ``type``, ``bytes``, ``nowhere``, ``elsewhere``,
    ``absolute``, ``user``, ``named`` or a status."""
    patch: int = 204
    delete: int = 200
    dead: list[str] = field(default_factory=list)
    """Streams whose sessions answer nothing to DELETE for ``slow_s``."""
    slow_s: float = 3.0


@dataclass
class State:
    """What it knows."""

    token: str | None
    behaviour: Behaviour = field(default_factory=Behaviour)
    open: dict[str, str] = field(default_factory=dict)
    """Path of a session → the name of its stream."""
    publishing: dict[str, int] = field(default_factory=dict)
    """Name of a stream → how many sessions publish it."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def answer_to(offer: str) -> str:
    """Return the answer to an offer: all that it offers, the other way, with keys of our own."""
    lines = offer.replace("\r\n", "\n").splitlines()
    first = next((index for index, line in enumerate(lines) if line.startswith("m=")), len(lines))
    session = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    session += [line for line in lines[:first] if line.startswith("a=group:BUNDLE")]
    for line in lines[first:]:
        name, _, value = line.removeprefix("a=").partition(":")
        if line.startswith("m="):
            session += [line, "c=IN IP4 0.0.0.0", *_keys()]
        elif line.startswith("a=") and name in COPIED:
            session.append(line)
        elif line.startswith("a=") and name in OPPOSITE and not value:
            session.append(f"a={OPPOSITE[name]}")
    return "\r\n".join([*session, ""])


def _keys() -> list[str]:
    fingerprint = ":".join(f"{byte:02X}" for byte in secrets.token_bytes(32))
    return [
        f"a=ice-ufrag:{secrets.token_hex(4)}",
        f"a=ice-pwd:{secrets.token_hex(12)}",
        f"a=fingerprint:sha-256 {fingerprint}",
        "a=setup:active",
        "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host",
        "a=end-of-candidates",
    ]


class Handler(BaseHTTPRequestHandler):
    """One request; the server holds the state."""

    server: "Server"

    @property
    def state(self) -> State:
        return self.server.state

    def do_GET(self) -> None:
        if self.path == "/-/seen":
            state = self.state
            with state.lock:
                seen = {"open": state.open, "publishing": state.publishing, "asked": state.asked}
                self._send(200, json.dumps(seen).encode(), {"Content-Type": "application/json"})
        else:
            self._send(405)

    def do_POST(self) -> None:
        body = self._body()
        if self.path == "/-/forget":
            self.server.state = State(self.state.token)
            self._send(204)
        elif self.path == "/-/behave":
            self.state.behaviour = Behaviour(**json.loads(body))
            self._send(204)
        elif self._known(body):
            self._open(body.decode())

    def do_PATCH(self) -> None:
        body = self._body()
        if not self._known(body):
            return
        told = {"Content-Type": "application/trickle-ice-sdpfrag"}
        status = self.state.behaviour.patch if self.path in self.state.open else 404
        self._send(status, b"a=ice-ufrag:abcd\r\n" if status == 200 else b"", told)

    def do_DELETE(self) -> None:
        if not self._known(b""):
            return
        state = self.state
        stream = state.open.get(self.path)
        if stream in state.behaviour.dead:
            time.sleep(state.behaviour.slow_s)
            self.close_connection = True
            return
        if state.behaviour.delete != 200 or stream is None:
            self._send(404 if stream is None else state.behaviour.delete)
            return
        with state.lock:
            state.open.pop(self.path, None)
            if self.path.split("/")[-2] == "whip":
                state.publishing[stream] -= 1
                if not state.publishing[stream]:
                    del state.publishing[stream]
        self._send(200)

    def _known(self, body: bytes) -> bool:
        """Keep what was asked, and say whether whoever asks has the token."""
        state, headers = self.state, {name.lower(): value for name, value in self.headers.items()}
        with state.lock:
            state.asked.append(
                {"method": self.command, "path": self.path, "headers": headers, "body": body.decode()}
            )
        if state.token is None or headers.get("authorization") == f"Bearer {state.token}":
            return True
        self._send(401)
        return False

    def _open(self, offer: str) -> None:
        state, how = self.state, self.state.behaviour.post
        _, stream, kind = self.path.split("/")
        if how.isdigit():
            self._send(int(how))
            return
        if kind == "whep" and stream not in state.publishing:
            self._send(404)
            return
        if how == "slow":
            time.sleep(state.behaviour.slow_s)
        there = f"/{stream}/{kind}/{secrets.token_hex(8)}"
        with state.lock:
            state.open[there] = stream
            if kind == "whip":
                state.publishing[stream] = state.publishing.get(stream, 0) + 1
        host = self.headers["Host"]
        places = {
            "nowhere": None,
            "elsewhere": f"http://127.0.0.1:1{there}",
            "absolute": f"http://{host}{there}",
            "user": f"http://ann:rosebud@{host}{there}",
        }
        place = places.get(how, there)
        headers = {"Content-Type": "text/html" if how == "type" else "application/sdp", "ETag": '"abc"'}
        headers |= {} if place is None else {"Location": place}
        said = answer_to(offer).encode() + (f"a=msid:{stream} x\r\n".encode() if how == "named" else b"")
        said = b"\xff" + said if how == "bytes" else said + b"a=x\r\n" * HUGE if how == "huge" else said
        self._send(307 if how == "redirect" else 201, said, headers, drip=how == "drip")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _send(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, *, drip: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for part in [bytes([one]) for one in body] if drip else [body]:
                self.wfile.write(part)
                time.sleep(0.05 if drip else 0)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Answers many at once, and ends without waiting for them."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, token: str | None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.state = State(token)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever cuts a connection off is what is tested."""


def behaviour(**how: Any) -> bytes:
    """Return what is posted to ``/-/behave``."""
    return json.dumps(asdict(Behaviour(**how))).encode()


def main(port: str, token: str | None = None) -> None:
    """Serve until the process is ended."""
    server = Server(int(port), token)
    print(server.server_address[1], flush=True)
    server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
