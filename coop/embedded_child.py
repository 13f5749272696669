"""One child process: its log is ours, its death is noticed, and it never outlives us."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

TAIL_LINES = 20
_POLL_SECONDS = 0.02
_LARGEST_LOG = 8 * 1024 * 1024
"""Bytes beyond which a log is put aside at the next start."""
_LARGEST_TAIL = 64 * 1024
"""Bytes looked at for the last lines."""
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class StartFailed(RuntimeError):
    """A part did not start; the message says which, why, and the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a child runs as where we are root."""

    uid: int
    gid: int


class Child:
    """A child process, leading a process group of its own.

    Start it from a thread that lives as long as it shall: on Linux the kernel ends a child together with
    the thread that started it.
    """

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path, offset: int) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._offset = offset

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        orphaned: signal.Signals = signal.SIGTERM,
        account: Account | None = None,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
    ) -> Self:
        """Start a command; ``orphaned`` is the signal it gets should we die without stopping it.

        Raise StartFailed where it cannot be started at all.
        """
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > _LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            offset = output.tell()
            try:
                process = subprocess.Popen(
                    [str(part) for part in command],
                    stdin=stdin,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=dict(env),
                    cwd=cwd,
                    start_new_session=True,
                    preexec_fn=_die_with_parent(orphaned),
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                )
            except OSError as error:
                raise StartFailed(f"{name} cannot be started: {error}") from error
        return cls(name, process, log, offset)

    @property
    def pid(self) -> int:
        """The process id, which is its group's too."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.poll()

    def tail(self, lines: int = TAIL_LINES) -> str:
        """Return the last lines that it wrote in this run."""
        with self.log.open("rb") as file:
            file.seek(max(self._offset, file.seek(0, os.SEEK_END) - _LARGEST_TAIL))
            text = file.read().decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def failure(self, what: str) -> StartFailed:
        """Return an error that says what went wrong and shows the end of the log."""
        return StartFailed(f"{self.name} {what}.\nThe end of {self.log}:\n{self.tail() or '(nothing)'}")

    def wait_until(self, ready: Callable[[], bool], limit: float) -> None:
        """Return once it is ready; raise StartFailed where it ends, or is not within ``limit`` seconds."""
        deadline = time.monotonic() + limit
        while not ready():
            if self.exit_code is not None:
                raise self.failure(f"ended with code {self.exit_code}")
            if time.monotonic() > deadline:
                raise self.failure(f"was not ready within {limit:g} s")
            time.sleep(_POLL_SECONDS)

    def complete(self, limit: float) -> None:
        """Wait for its good end; raise StartFailed on any other, or after ``limit`` seconds."""
        try:
            code = self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self.stop((signal.SIGTERM, 5.0))
            raise self.failure(f"did not finish within {limit:g} s") from None
        except BaseException:
            self.stop((signal.SIGTERM, 5.0))
            raise
        if code != 0:
            raise self.failure(f"failed with code {code}")

    def stop(self, *asks: tuple[signal.Signals, float], enough: Callable[[], bool] | None = None) -> None:
        """Send each signal in turn and wait its seconds, or until ``enough``; then kill the whole group."""
        for ask, limit in asks:
            if self.exit_code is not None:
                break
            self._process.send_signal(ask)
            deadline = time.monotonic() + limit
            while self.exit_code is None and time.monotonic() < deadline and not (enough and enough()):
                time.sleep(_POLL_SECONDS)
        with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says so by the second
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def _die_with_parent(ask: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(ask), 0, 0, 0)
        if os.getppid() != parent:  # died between fork and prctl: nobody will ever send the signal
            os._exit(1)

    return prepare


def end_leftover(pid_file: Path, mark: str, ask: signal.Signals, limit: float = 10) -> None:
    """End what a killed run left: the process named first in the file, if its command contains ``mark``.

    It is asked with the signal, and killed after ``limit`` seconds. An id that belongs to somebody else by
    now is left alone. The caller holds the folder's lock: whoever started the process is gone.
    """
    try:
        pid = int(pid_file.read_text(encoding="ascii").split(maxsplit=1)[0])
    except (FileNotFoundError, ValueError, IndexError):
        return
    deadline = time.monotonic() + limit
    with suppress(ProcessLookupError):
        while mark in _command(pid):
            os.kill(pid, ask if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(_POLL_SECONDS)


def _command(pid: int) -> str:
    """Return the command line of a process, or an empty text."""
    listed = Path(f"/proc/{pid}/cmdline")
    if listed.exists():
        return listed.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout
