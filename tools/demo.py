"""The main job, walked over real HTTP: a vote changes what people see.

Starts a fresh instance of its own, whose founding voting policy has short periods, and does what members
would: join, found a guild, post photos to capped audiences, rehearse a change, propose, sponsor, vote; then
shows that the very next page and seat follow the new clause, and whence; that a change whose tripwire is
crossed undoes itself; and that a stranger can verify all of it. Any step that is not as it should be ends it.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from coop.policy_text import apply
from tools.client import Unexpected
from tools.demo_cast import must
from tools.demo_record import Record

ROOT = Path(__file__).resolve().parent.parent
SHORT = {"deliberate": "PT1S", "verify": "PT1S", "vote": "PT5S", "timelock": "PT1S"}
LIMIT_S = 60.0
"""The walk itself, once the instance runs, takes less than this."""


def demo(*, keep: bool) -> int:
    """Walk the path; return 0 where every step was as it should be."""
    console = Console(highlight=False)
    folder = Path(tempfile.mkdtemp(prefix="allotment-demo-"))
    try:
        with _instance(folder, console) as url:
            _walk(Record(url, folder), console)
    except (Unexpected, TimeoutError) as error:
        console.print(f"[bold red]Not as it should be:[/] {error}")
        return 1
    finally:
        if keep:
            console.print(f"Kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextlib.contextmanager
def _instance(folder: Path, console: Console) -> Iterator[str]:
    """Run an empty instance with short voting periods; yield its address."""
    policies = folder / "policies"
    shutil.copytree(ROOT / "policies", policies)
    voting = policies / "voting.toml"
    patch = [
        {"op": "replace", "path": f"/classes/{name}/{period}", "value": value}
        for name in "AB"
        for period, value in SHORT.items()
    ]
    patch.append(
        {"op": "replace", "path": "/extension/window", "value": "PT0S"}
    )  # no vote here is a day long
    voting.write_text(apply(voting.read_text(encoding="utf-8"), patch), encoding="utf-8")
    command = [sys.executable, str(ROOT / "app.py"), "run", "--no-seed", "--port", "0"]
    command += ["--var", str(folder / "var"), "--policies", str(policies)]
    console.print("Set-up: a fresh instance of its own")
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield _address(process, folder / "var" / "ready.json")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def _address(process: "subprocess.Popen[bytes]", ready: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unexpected("the instance did not start: see above")
        if ready.exists():
            url: str = json.loads(ready.read_text())["url"]
            return url
        time.sleep(0.1)
    raise TimeoutError("the instance was not ready within two minutes")


def _walk(walk: Record, console: Console) -> None:
    """Take every step, one line each; raise Unexpected at the first that is wrong."""
    steps: list[tuple[str, Callable[[], str]]] = [
        ("Twelve people join and sign in", walk.join),
        ("A guild is founded, and two join it", walk.found),
        ("Photos are sent straight to the store", walk.upload),
        ("Posts for the coop, a guild, and named people", walk.publish),
        ("Refusal looks like absence", walk.refuse),
        ("Two seats, three friends at once", walk.seats),
        ("Photos obey seats", walk.media),
        ("Feeds explain themselves", walk.feed),
        ("Everybody comes to see a post", walk.crowd),
        ("Patches that cannot stand are refused", walk.bad_patches),
        ("A change is tried on what happened", walk.rehearse),
        ("Two changes are proposed and sponsored", walk.submit),
        ("Both are rehearsed before the vote", walk.rehearsed),
        ("Ballots bind to what was seen, and are hidden", walk.ballots),
        ("The votes close and are counted", walk.close),
        ("A worker enacts them", walk.enact),
        ("The next seat follows the new clause", walk.next_seat),
        ("The next feed page follows the new clause", walk.next_page),
        ("Why? cites clause, version, vote", walk.why),
        ("A second change carries a tripwire", walk.agree),
        ("It is crossed, and undoes itself", walk.cross),
        ("The next seat follows the old clause", walk.next_seat_again),
        ("The record is verified by a stranger", walk.ledger),
    ]
    began = time.monotonic()
    for number, (title, step) in enumerate(steps, 1):
        start = time.monotonic()
        with console.status(f"{number:2}/{len(steps)} {title}"):
            told = step()
        spent = time.monotonic() - start
        console.print(
            f"[green]✓[/] {number:2}/{len(steps)} [bold]{title}[/] [dim]{spent:.1f} s[/]\n        {told}"
        )
    spent = time.monotonic() - began
    table = Table.grid(padding=(0, 2))
    for name, value in walk.receipts:
        table.add_row(f"[bold]{name}[/]", value)
    console.print(Panel(table, title="Receipts", border_style="green"))
    must(spent < LIMIT_S, f"the walk took {spent:.0f} s; it should take less than {LIMIT_S:.0f}")
    console.print(f"[bold green]Done[/] in {spent:.1f} s: a vote changed what people see.")
