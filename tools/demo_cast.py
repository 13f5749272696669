"""The cast of the demo: its people, what they remember between steps, and how they look things up."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.client import Application, Unexpected


def must(condition: object, told: str) -> None:
    """Raise Unexpected with what was told unless the condition holds."""
    if not condition:
        raise Unexpected(told)


class Cast:
    """The people of one walk; each step leaves behind what the next needs."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.people: dict[str, Application] = {}
        self.photos: list[str] = []
        self.posts: dict[str, str] = {}
        self.proposals: dict[str, Any] = {}
        self.receipts: list[tuple[str, str]] = []
        self.unknown = b""
        """What a post that never existed answers."""
        self.seated = self.left_out = ""

    def __getitem__(self, handle: str) -> Application:
        return self.people[handle]

    def policy(self, kind: str) -> Any:
        """Return a policy of the coop in force."""
        return self["hugo"].get(f"/policies/coop/{kind}").expect(200).json()

    def read(self, kind: str) -> Any:
        """Return a proposal as it stands."""
        return self["ana"].get(f"/proposals/{self.proposals[kind]['id']}").expect(200).json()

    def counted(self, kind: str) -> Any:
        """Return the tally of a proposal, once it is recorded."""
        return self.until(lambda: self.read(kind)["tally"], f"{kind} was not counted")

    def wait(self, kind: str, *states: str) -> Any:
        """Return a proposal once it has come to one of these states; raise TimeoutError after 20 s."""

        def there() -> Any:
            made = self.read(kind)
            return made if made["state"] in states else None

        return self.until(there, f"the proposal on {kind} did not come to {states}")

    def until(self, look: Callable[[], Any], told: str) -> Any:
        """Return what ``look`` finds, once it finds something; raise TimeoutError after 20 s."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = look()
            if found is not None:
                return found
            time.sleep(0.1)
        raise TimeoutError(told)
