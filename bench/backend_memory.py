"""How much memory the server's process behind a connection holds, looked at while it works."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

EVERY_S = 0.005
"""Seconds between two looks."""
_KINDS = ("RssAnon", "RssFile", "RssShmem")


class MemoryUnknown(RuntimeError):
    """The server runs on another machine, or on one that does not tell."""


@dataclass
class Held:
    """The most that a process was seen to hold, in MiB."""

    most: float = 0.0
    """Of its own: without the pages of the server's cache that it looked at, which all processes share."""
    with_cache: float = 0.0
    """With those pages, as the system counts a process's resident memory."""

    def look(self, pid: int) -> None:
        """Look once; raise MemoryUnknown where there is nothing to see."""
        anon, file, shared = _resident(pid)
        self.most = max(self.most, round(anon + file, 1))
        self.with_cache = max(self.with_cache, round(anon + file + shared, 1))


@contextmanager
def watched(pid: int) -> Iterator[Held]:
    """Look at a process again and again for as long as the context lasts; raise MemoryUnknown at once."""
    held, ended = Held(), Event()
    held.look(pid)

    def look_on() -> None:
        while not ended.wait(EVERY_S):
            held.look(pid)

    thread = Thread(target=look_on, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        ended.set()
        thread.join()


def _resident(pid: int) -> list[float]:
    status = Path(f"/proc/{pid}/status")
    told = status.read_text(encoding="ascii") if status.exists() else ""
    found = dict(re.findall(r"(\w+):\s+(\d+) kB", told))
    if not found.keys() >= set(_KINDS):
        raise MemoryUnknown(f"nothing is known here of the memory of the server's process {pid}")
    return [int(found[kind]) / 1024 for kind in _KINDS]
