"""The stand-in of a media server, run as a process of its own while tests last."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from audience.rooms.sfu import Sfu
from coop.settings import ROOT
from tests.sfu_stand_in import behaviour

TOKEN = "allotment:a-token-of-the-operator"


@dataclass(frozen=True)
class MediaServer:
    """Where it is, and what it tells of itself."""

    port: int

    @property
    def publish_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{{stream}}/whip"

    @property
    def play_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{{stream}}/whep"

    def sfu(self, **options: Any) -> Sfu:
        """A client of it, with its token unless another is given."""
        token = options.pop("token", TOKEN)
        return Sfu(self.publish_url, self.play_url, token, **options)

    def behave(self, **how: Any) -> None:
        """Have it misbehave; without anything said, be good again."""
        self._ask("POST", "/-/behave", behaviour(**how))

    def forget(self) -> None:
        """Have it begin anew: good, with nothing open."""
        self._ask("POST", "/-/forget")

    @property
    def seen(self) -> dict[str, Any]:
        """What it was asked, and what is open at it."""
        found: dict[str, Any] = json.loads(self._ask("GET", "/-/seen"))
        return found

    @property
    def open(self) -> list[str]:
        """The streams of the sessions that are open, one of each."""
        return sorted(self.seen["open"].values())

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Method and path of each request so far."""
        return [(one["method"], one["path"]) for one in self.seen["asked"]]

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read()
        finally:
            connection.close()


@contextmanager
def media_server(token: str = TOKEN) -> Iterator[MediaServer]:
    """Run one while the block lasts."""
    command = [sys.executable, "-m", "tests.sfu_stand_in", "0", token]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        try:
            yield MediaServer(int(process.stdout.readline()))
        finally:
            process.kill()
