"""The supervisor over real processes: a small application of four commands stands where ``app.py`` does."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from coop.embedded_folder import free_port
from coop.settings import ROOT, Settings
from coop.supervisor import BORROWED, borrowed

pytestmark = pytest.mark.long

STAND_IN = """
import json, os, signal, socket, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

var, command = Path(os.environ["ALLOTMENT_VAR"]), sys.argv[1]
(var / "environment.json").write_text(json.dumps(dict(os.environ)))

def up(name):
    url = urlsplit(os.environ[name])
    try:
        socket.create_connection((url.hostname, url.port), 1).close()
        return True
    except OSError:
        return False

def note(what):
    with (var / "events").open("a") as file:
        file.write(what + "\\n")

def end(number, frame):
    note(f"{command} stops, database {up('DATABASE_URL')}, store {up('S3_ENDPOINT')}")
    sys.exit(0)

class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *parts):
        pass

note(" ".join([command, *sys.argv[2:3]]))
if command == os.environ.get("BREAK"):
    print("the soil is frozen")
    sys.exit(3)
signal.signal(signal.SIGTERM, end)
if command == "seed":
    entry = {"role": "member", "handle": "rosa", "password": "correct-horse"}
    (var / "sign-ins.json").write_text(json.dumps([entry]))
elif command == "serve":
    HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Ready).serve_forever()
elif command == "worker":
    (var / "worker.new").write_text(str(os.getpid()))
    (var / "worker.new").rename(var / "worker.pid")
    time.sleep(60)
"""
RUN = """
import sys
from pathlib import Path
from coop.supervisor import run
seeded = sys.argv[4] == "seeded"
sys.exit(run(Path(sys.argv[1]), port=int(sys.argv[2]), app=Path(sys.argv[3]), seeded=seeded))
"""


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder of its own: another pytest that starts would close pytest's to PostgreSQL's account."""
    with TemporaryDirectory(prefix="allotment-test-") as made:
        yield Path(made) / "var"


@pytest.fixture
def elsewhere() -> Iterator[dict[str, str]]:
    """An environment that names a database and a store, so that neither is started."""
    with socket.socket() as anything:
        anything.bind(("127.0.0.1", 0))
        anything.listen()
        port = anything.getsockname()[1]
        yield {
            "DATABASE_URL": f"postgresql://ann:rosebud@127.0.0.1:{port}/allotment",
            "S3_ENDPOINT": f"http://127.0.0.1:{port}",
            "S3_ACCESS_KEY": "AKIAQ7ZPVXK2MDR4T9WB",
            "S3_SECRET_KEY": "wq3Zk7pV9sXr2LmT5nBc8YdF4hJg6QeA",
            "ALLOTMENT_SECRET_KEY": "Ae6Qg4Jh4FdY8cBn5TmL2rXs9Vp7kZ3qw",
        }


@contextmanager
def running(
    var: Path, environment: dict[str, str], port: int = 0, first: str = "seeded"
) -> Iterator[subprocess.Popen[str]]:
    """Run the supervisor over the stand-in; kill it if the test has not ended it."""
    app = var.parent / "stand_in.py"
    app.write_text(STAND_IN)
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    clean = {name: value for name, value in os.environ.items() if name not in known}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(var), str(port), str(app), first],
        cwd=ROOT,
        env=clean | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ready(var: Path, process: subprocess.Popen[str]) -> dict[str, str | int]:
    deadline = time.monotonic() + 30
    while not ((var / "ready.json").exists() and (var / "worker.pid").exists()):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(process.communicate()[0])
        time.sleep(0.02)
    found: dict[str, str | int] = json.loads((var / "ready.json").read_text())
    return found


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    process.send_signal(how)
    output, _ = process.communicate(timeout=20)
    return process.returncode, output


def test_everything_is_started_in_order_stopped_in_the_opposite_one_and_warm_again_at_once(var: Path) -> None:
    with running(var, {}) as process:
        found = ready(var, process)
        assert found["pid"] == process.pid
        with urllib.request.urlopen(f"{found['url']}/readyz") as response:
            assert response.status == 200
        lent = borrowed(var)
        assert (var / BORROWED).stat().st_mode & 0o777 == 0o600
        code, output = end(process)
    assert code == 0, output
    assert lent["DATABASE_URL"].startswith("postgresql+psycopg://")
    assert borrowed(var) == {}
    events = (var / "events").read_text().splitlines()
    assert sorted(events[2:4]) == ["serve --host", "worker"]
    assert events[:2] + events[4:] == [
        "migrate",
        "seed --if-empty",
        "serve stops, database True, store True",
        "worker stops, database True, store True",
    ]
    for expected in ("PostgreSQL", "S3 store", "rosa", "correct-horse", str(found["url"]), "Stopped."):
        assert expected in output
    environment = json.loads((var / "environment.json").read_text())
    assert environment["ALLOTMENT_EMBEDDED"] == "1"
    assert str(found["url"]).endswith(environment["ALLOTMENT_PORT"])
    assert not (var / "ready.json").exists()
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()

    began = time.monotonic()
    with running(var, {}) as process:
        assert ready(var, process)["pid"] == process.pid
        assert time.monotonic() - began < 10
        assert end(process)[0] == 0
    assert (var / "events").read_text().count("seed") == 1


def test_ctrl_c_is_a_good_end_too(var: Path, elsewhere: dict[str, str]) -> None:
    with running(var, elsewhere) as process:
        ready(var, process)
        assert end(process, signal.SIGINT)[0] == 0
    assert "ALLOTMENT_EMBEDDED" not in json.loads((var / "environment.json").read_text())


def test_an_instance_may_be_founded_without_anybody_in_it(var: Path, elsewhere: dict[str, str]) -> None:
    with running(var, elsewhere, first="empty") as process:
        ready(var, process)
        end(process)
    assert (var / "events").read_text().splitlines()[:2] == ["migrate", "found"]


def test_a_taken_port_is_passed_over_aloud(var: Path, elsewhere: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        with running(var, elsewhere, port) as process:
            found = int(str(ready(var, process)["url"]).rsplit(":", 1)[1])
            output = end(process)[1]
    assert port < found <= port + 50
    assert f"Port {port} is taken; using {found}." in output


def test_a_part_that_dies_is_named_with_the_end_of_its_log(var: Path, elsewhere: dict[str, str]) -> None:
    with running(var, elsewhere) as process:
        ready(var, process)
        os.kill(int((var / "worker.pid").read_text()), signal.SIGKILL)
        output, _ = process.communicate(timeout=20)
        assert process.returncode == 1
    assert "worker ended unexpectedly, with code -9." in output
    assert str(var / "log" / "worker.log") in output
    assert "serve stops" in (var / "events").read_text()
    assert not (var / "ready.json").exists()


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_part_that_does_not_start_ends_the_run_and_says_why(
    var: Path, elsewhere: dict[str, str], command: str
) -> None:
    with running(var, elsewhere | {"BREAK": command}) as process:
        output, _ = process.communicate(timeout=20)
        assert process.returncode == 1
    assert "with code 3" in output
    assert "the soil is frozen" in output


def test_a_weak_secret_beside_a_real_database_is_refused_before_anything_starts(
    var: Path, elsewhere: dict[str, str]
) -> None:
    with running(var, elsewhere | {"ALLOTMENT_SECRET_KEY": "short"}) as process:
        output, _ = process.communicate(timeout=20)
        assert process.returncode == 1
    assert "ALLOTMENT_SECRET_KEY must have at least 32 characters" in output
    assert "Traceback" not in output
    assert not (var / "events").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends the children there")
def test_a_killed_supervisor_takes_its_children_with_it(var: Path, elsewhere: dict[str, str]) -> None:
    with running(var, elsewhere) as process:
        url = str(ready(var, process)["url"])
        process.kill()
        process.wait()
        deadline = time.monotonic() + 5
        while "worker stops" not in (var / "events").read_text() or _listens(url):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _listens(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=1).close()
    except OSError:
        return False
    return True
