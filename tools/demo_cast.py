"""The cast of the demo: its people, what they remember between steps, and how they look things up."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.client import Application, Unexpected


def must(condition: object, told: str) -> None:
    """Raise Unexpected with what was told unless the condition holds."""
    if not condition:
        raise Unexpected(told)


def proposal(kind: str, base: str, clause: str, value: Any, title: str) -> dict[str, Any]:
    """Return the body of a proposal that sets one clause."""
    return {**change(kind, base, clause, value), "title": title, "rationale": "So that all can be answered."}


def change(kind: str, base: str, clause: str, value: Any) -> dict[str, Any]:
    """Return the change of one clause as it is rehearsed and proposed."""
    patch = [{"op": "replace", "path": clause, "value": value}]
    return {"scope": "coop", "kind": kind, "patch": patch, "base_sha256": base}


class Cast:
    """The people of one walk; each step leaves behind what the next needs."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.people: dict[str, Application] = {}
        self.photos: list[str] = []
        self.posts: dict[str, str] = {}
        self.proposals: dict[str, Any] = {}
        """By a name of ours, as they were submitted."""
        self.receipts: list[tuple[str, str]] = []
        self.unknown = b""
        """What a post that never existed answers."""
        self.seated = self.left_out = ""
        self.ballot: Any = None
        """A receipt that one of them keeps."""

    def __getitem__(self, handle: str) -> Application:
        return self.people[handle]

    def policy(self, kind: str) -> Any:
        """Return a policy of the coop in force."""
        return self["hugo"].get(f"/policies/coop/{kind}").expect(200).json()

    def propose(self, name: str, author: str, sponsors: Iterable[str], body: dict[str, Any]) -> Any:
        """Submit a proposal and have it sponsored; it is then known by this name."""
        made = self[author].post("/proposals", body).expect(201).json()
        self.proposals[name] = made
        for sponsor in sponsors:
            if self.read(name)["state"] == "sponsoring":
                self[sponsor].post(f"/proposals/{made['id']}/sponsors").expect(200, 201)
        return made

    def read(self, name: str) -> Any:
        """Return a proposal as it stands."""
        return self["ana"].get(f"/proposals/{self.proposals[name]['id']}").expect(200).json()

    def rehearsal(self, name: str) -> Any:
        """Return the one rehearsal that the vote on a proposal waited for."""
        path = f"/proposals/{self.proposals[name]['id']}/rehearsals"
        (found,) = self["ana"].get(path).expect(200).json()["items"]
        return found

    def vote(self, name: str, choices: Mapping[str, str]) -> list[Any]:
        """Cast ballots bound to a proposal and its rehearsal; return their receipts."""
        made = self.read(name)
        bound = {key: made[key] for key in ("patch_sha256", "rehearsal_sha256")}
        path = f"/proposals/{made['id']}/ballot"
        return [
            self[handle].put(path, {"choice": choice, **bound}).expect(200).json()
            for handle, choice in choices.items()
        ]

    def counted(self, name: str) -> Any:
        """Return the tally of a proposal, once it is recorded."""
        return self.until(lambda: self.read(name)["tally"], f"the vote on {name} was not counted")

    def wait(self, name: str, *states: str) -> Any:
        """Return a proposal once it has come to one of these states; raise TimeoutError after 20 s."""

        def there() -> Any:
            made = self.read(name)
            return made if made["state"] in states else None

        return self.until(there, f"the proposal on {name} did not come to {states}")

    def until(self, look: Callable[[], Any], told: str) -> Any:
        """Return what ``look`` finds, once it finds something; raise TimeoutError after 20 s."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = look()
            if found is not None:
                return found
            time.sleep(0.1)
        raise TimeoutError(told)
