"""What ``python app.py run`` does: bring every part up, watch them, take them down in order."""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from coop.embedded import embedded
from coop.embedded_child import Child, StartFailed
from coop.embedded_folder import free_port, is_free, write_private
from coop.settings import ROOT, Settings, SettingsRefused

_PORTS_TRIED = 50
_LOOK_SECONDS = 0.2
_ASKS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


BORROWED = "instance.json"
"""In an instance's folder while it runs: what its own commands need to know, readable by its owner alone."""


def borrowed(var: Path) -> dict[str, str]:
    """Return the environment of the instance that runs on ``var``; empty where none does."""
    try:
        found: dict[str, str] = json.loads((var / BORROWED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


class _Asked(BaseException):
    """We were asked to stop."""


def run(
    var: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    policies: Path | None = None,
    app: Path = ROOT / "app.py",
    seeded: bool = True,
) -> int:
    """Run the whole platform until SIGINT or SIGTERM; return the exit code, 0 where we were asked to stop.

    Everything is kept in ``var``; ``policies`` are the founding texts of a new instance, which is given its
    first members unless ``seeded`` is false. A taken port is passed over for the next free one, and 0 takes
    any. Once ``/readyz`` answers, ``var/ready.json`` holds the address and our process id. Call it from the
    main thread: it takes the signals of the process, and adds to its environment.
    """
    console = Console(highlight=False)
    try:
        with ExitStack() as stack, _until_asked():
            _Run(console, stack, var.resolve(), host, app).serve(port, policies, seeded)
    except _Asked:
        console.print("Stopped.")
        return 0
    except (StartFailed, SettingsRefused) as error:
        console.print(Text(str(error), style="red"), soft_wrap=True)
        return 1
    return 0


@contextmanager
def _until_asked() -> Iterator[None]:
    """Raise _Asked at the first signal; from the end of the block on ignore any other, to end in order."""

    def ask(number: int, frame: object) -> None:
        ignore()
        raise _Asked

    def ignore() -> None:
        for one in _ASKS:
            signal.signal(one, signal.SIG_IGN)

    for one in _ASKS:
        if one is not signal.SIGHUP or signal.getsignal(one) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(one, ask)
    try:
        yield
    finally:
        ignore()


class _Run:
    """One run: what is shared by its steps."""

    def __init__(self, console: Console, stack: ExitStack, var: Path, host: str, app: Path) -> None:
        self.console = console
        self.stack = stack
        self.var = var
        self.host = host
        self.app = app

    def serve(self, port: int, policies: Path | None, seeded: bool) -> None:
        """Start every part in order, then watch them; raise StartFailed where one dies."""
        began = time.monotonic()
        self.console.print("[bold green]Allotment[/] is starting.")
        parts = self.stack.enter_context(embedded(self.var, report=self._report))
        port = self._port(port)
        environment = parts.environment() | _own(self.host, port, policies)
        os.environ.update(environment)
        self._tell(environment)
        settings = Settings.load()
        self._finish("Tables and policies", "migrate")
        self._people(seeded, parts.postgres is not None)
        worker = self._start("worker", "worker")
        web = self._start("web", "serve", "--host", self.host, "--port", str(port))
        address = f"http://{_dialled(self.host)}:{port}"
        web.wait_until(lambda: _answers(f"{address}/readyz"), limit=60)
        self._announce(address, settings.public_url, time.monotonic() - began)
        _watch([*parts.children, worker, web])

    def _people(self, seeded: bool, own_database: bool) -> None:
        """Bring in the first members, or the policies alone; what is known to be done is not looked at."""
        done = self.var / "postgres" / "seeded"
        if not seeded:
            self._finish("Founding policies", "found")
        elif not (own_database and done.exists()):
            self._finish("First members", "seed", "--if-empty")
            if own_database:
                done.touch()

    def _tell(self, environment: dict[str, str]) -> None:
        """Let commands beside this run reach its parts; see :func:`borrowed`."""
        told = self.var / BORROWED
        self.stack.callback(told.unlink, missing_ok=True)
        write_private(told, json.dumps(environment))

    def _port(self, wanted: int) -> int:
        if wanted == 0:
            return free_port(self.host)
        tried = range(wanted, min(wanted + _PORTS_TRIED, 65_536))
        for port in tried:
            if is_free(port, self.host):
                if port != wanted:
                    self.console.print(f"  Port {wanted} is taken; using {port}.", style="yellow")
                return port
        raise StartFailed(f"No port of {self.host} from {wanted} to {tried[-1]} is free: give another.")

    def _child(self, name: str, *command: str) -> Child:
        return Child.start(
            name,
            [sys.executable, self.app, *command],
            log=self.var / "log" / f"{name}.log",
            env=os.environ,
            cwd=self.app.parent,
        )

    def _finish(self, title: str, *command: str) -> None:
        """Run a command of the application to its end."""
        began = time.monotonic()
        self._child(command[0], *command).complete(limit=300)
        self._report(title, time.monotonic() - began)

    def _start(self, name: str, *command: str) -> Child:
        """Start a part that stays; it is stopped before whatever was started earlier."""
        child = self._child(name, *command)
        self.stack.callback(child.stop, (signal.SIGTERM, 10.0))
        return child

    def _report(self, name: str, seconds: float) -> None:
        self.console.print(f"  [green]✓[/] {name:<20} ready in {seconds:.1f} s")

    def _announce(self, address: str, public_url: str, seconds: float) -> None:
        """Show where to go and who may sign in; then write ``ready.json``: who waits for it may end us."""
        table = Table.grid(padding=(0, 3))
        table.add_row("[bold]Open[/]", f"[bold underline]{public_url}[/]")
        if public_url != address:
            table.add_row("", f"served at {address}")
        for entry in _sign_ins(self.var / "sign-ins.json"):
            table.add_row(entry["role"], Text.assemble(entry["handle"], "  ", (entry["password"], "dim")))
        table.add_row("[dim]Logs[/]", f"[dim]{self.var / 'log'}[/]")
        title = f"Allotment, ready in {seconds:.1f} s"
        self.console.print(
            Panel(table, title=title, subtitle="Ctrl-C stops it", border_style="green", expand=False)
        )
        ready = self.var / "ready.json"
        self.stack.callback(ready.unlink, missing_ok=True)
        write_private(ready, json.dumps({"url": address, "pid": os.getpid()}))


def _own(host: str, port: int, policies: Path | None) -> dict[str, str]:
    own = {"ALLOTMENT_HOST": host, "ALLOTMENT_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    return own if policies is None else own | {"ALLOTMENT_POLICIES": str(policies.resolve())}


def _dialled(host: str) -> str:
    """Return how this machine reaches a server that listens on ``host``."""
    if host in ("0.0.0.0", ""):  # noqa: S104  compared, not bound
        return "127.0.0.1"
    return f"[{'::1' if host == '::' else host}]" if ":" in host else host


def _answers(url: str) -> bool:
    # Without a proxy: an environment that names one does not mean our own loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _sign_ins(path: Path) -> list[dict[str, str]]:
    """Return what the seed left: role, handle and password of each."""
    if not path.exists():
        return []
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _watch(children: list[Child]) -> None:
    """Look at the children for ever; raise StartFailed where one has ended."""
    while True:
        for child in children:
            if child.exit_code is not None:
                raise child.failure(f"ended unexpectedly, with code {child.exit_code}")
        time.sleep(_LOOK_SECONDS)
