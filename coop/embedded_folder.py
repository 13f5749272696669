"""The folder an instance keeps its own files in: one holder at a time, generated secrets, kept ports."""

import fcntl
import json
import os
import random
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coop.embedded_child import StartFailed

_PORTS = range(20_000, 32_000)
"""Below the range from which Linux and macOS take the ports of outgoing connections."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for this process; the kernel lets go of it however the process ends.

    Raise StartFailed, naming the holder, where another process holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / "lock").open("a+", encoding="ascii")
    except PermissionError as error:
        raise StartFailed(f"{error}. Use the account that {folder} belongs to, or another folder.") from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise StartFailed(
                f"{folder} is in use by process {holder}. Stop that one first, or choose another folder."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def secret(var: Path, name: str, length: int = 48) -> str:
    """Return a secret of this instance, ``length`` letters and digits, generated at the first call.

    It lies in ``var/secrets``, readable by the owner alone.
    """
    path = var / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
        write_private(path, "".join(secrets.choice(letters) for _ in range(length)))
    return path.read_text(encoding="ascii")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp makes it 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(made).replace(path)


def ports(folder: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Return a free port of 127.0.0.1 for each name: those of the last start where they are still free."""
    kept = folder / "ports.json"
    last: dict[str, int] = json.loads(kept.read_text(encoding="ascii")) if kept.exists() else {}
    chosen: dict[str, int] = {}
    for name in names:
        port = last.get(name, 0)
        while not port or port in chosen.values() or not is_free(port):
            port = free_port()
        chosen[name] = port
    if chosen != last:
        write_private(kept, json.dumps(chosen))
    return chosen


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port on which nothing listens; raise StartFailed where none is found."""
    for port in random.sample(_PORTS, k=500):
        if is_free(port, host):
            return port
    raise StartFailed(f"No free port of {host} was found.")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether nothing listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do, so that connections of the last run that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
