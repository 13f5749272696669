"""Two servers on one database: an enactment is obeyed by the very next request to either."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import urllib3

from coop import policies
from coop.clock import Clock
from coop.database import Database
from coop.embedded_folder import free_port
from coop.policy_text import apply
from tests.factories import bearer_for, make_member

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 15


def serve(stack: ExitStack, database_url: str, log: Path) -> str:
    port = free_port("127.0.0.1")
    command = [sys.executable, str(ROOT / "app.py"), "serve", "--port", str(port), "--workers", "1"]
    environment = os.environ | {"DATABASE_URL": database_url, "ALLOTMENT_PORT": str(port)}
    with log.open("ab") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    stack.callback(process.wait, 15)
    stack.callback(process.terminate)
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def servers(committed: Database, tmp_path: Path) -> Iterator[list[str]]:
    url = committed.bind.engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        found = [serve(stack, url, tmp_path / "log") for _ in range(2)]
        deadline = time.monotonic() + 60
        for address in found:
            while not _ready(address):
                assert time.monotonic() < deadline, "the servers did not come up"
                time.sleep(0.1)
        yield found


def _ready(address: str) -> bool:
    try:
        return urllib3.request("GET", f"{address}/readyz", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def test_law_03_the_very_next_request_to_any_process_obeys_an_enactment(
    committed: Database, servers: list[str], tmp_path: Path
) -> None:
    with committed.begin() as session:
        author = make_member(session, "author")
        by_author = bearer_for(session, author)
        readers = [bearer_for(session, make_member(session)) for _ in range(2 * ROUNDS + 2)]
    post = urllib3.request(
        "POST", f"{servers[0]}/api/v1/posts", headers=by_author, json={"body": "come in"}
    ).json()["id"]
    for cap in range(1, ROUNDS + 1):
        with committed.begin() as session:
            head = policies.head(session, "coop", "audience")
            assert head is not None
            patch = [{"op": "replace", "path": "/seats/default", "value": cap}]
            policies.new_version(
                session,
                "coop",
                "audience",
                apply(head.text, patch),
                cause="founding",
                proposal_id=None,
                tally=None,
                now=Clock().now(session),
            )
        # Alternate which of the two is asked first, so that each is once the very next.
        first, second = servers[cap % 2], servers[1 - cap % 2]
        for address, reader, expected in ((first, readers.pop(), 200), (second, readers.pop(), 404)):
            answer = urllib3.request("GET", f"{address}/api/v1/posts/{post}", headers=reader)
            assert answer.status == expected, (cap, (tmp_path / "log").read_text()[-4000:])
        for address in servers:
            read = urllib3.request("GET", f"{address}/api/v1/policies/coop/audience").json()
            assert read["version"] == cap + 1
