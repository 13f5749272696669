"""The real PostgreSQL and the real store: private, warm when started again, and never left behind."""

import io
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import urllib3
from minio import Minio

from coop.embedded import Embedded, ObjectServer, StartFailed, embedded, start_postgres, start_s3
from coop.embedded_child import Child, end_leftover
from coop.embedded_folder import free_port, held, is_free, secret
from coop.settings import ROOT, Settings

pytestmark = pytest.mark.long

HOLD = """
import sys, time
from pathlib import Path
from coop.embedded import embedded
with embedded(Path(sys.argv[1]), durable=False) as servers:
    print(*(child.pid for child in servers.children), flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module", autouse=True)
def nothing_given() -> Iterator[None]:
    """An environment that names neither database nor store."""
    with pytest.MonkeyPatch.context() as patch:
        for field in Settings.model_fields.values():
            patch.delenv(str(field.validation_alias), raising=False)
        yield


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of its own: another pytest that starts would close pytest's to PostgreSQL's account."""
    with TemporaryDirectory(prefix="allotment-test-") as made:
        yield Path(made)


@pytest.fixture(scope="module")
def servers() -> Iterator[Embedded]:
    with TemporaryDirectory(prefix="allotment-test-") as made, embedded(Path(made), durable=False) as running:
        yield running


def dsn(url: str) -> str:
    return url.replace("+psycopg", "")


def client(server: ObjectServer) -> Minio:
    host = server.endpoint.removeprefix("http://")
    pool = urllib3.PoolManager(retries=False, timeout=5)
    return Minio(
        host, server.access_key, server.secret_key, secure=False, region="us-east-1", http_client=pool
    )


def read(server: ObjectServer, name: str) -> bytes:
    response = client(server).get_object("allotment", name)
    try:
        return response.read()
    finally:
        response.close()
        response.release_conn()


def put(server: ObjectServer, name: str, body: bytes) -> None:
    client(server).put_object("allotment", name, io.BytesIO(body), len(body))


def gone(pid: int) -> bool:
    """Tell whether a process has ended, collected or not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True


def soon(true: Callable[[], bool], limit: float = 10) -> bool:
    deadline = time.monotonic() + limit
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_both_parts_work_with_what_the_environment_says(
    servers: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in servers.environment().items():
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    assert settings.embedded
    assert settings.var == servers.var
    assert not settings.s3_secure
    with psycopg.connect(dsn(settings.database_url.get_secret_value())) as connection:
        row = connection.execute("SELECT current_user, current_setting('server_version_num')::int").fetchone()
    assert row is not None
    assert row[0] == "allotment"
    assert row[1] >= 180_000
    assert servers.s3 is not None
    put(servers.s3, "a/b", b"carrots")
    assert read(servers.s3, "a/b") == b"carrots"


def test_the_role_of_the_application_is_no_superuser_and_nobody_else_may_log_in(servers: Embedded) -> None:
    assert servers.postgres is not None
    url = dsn(servers.postgres.url)
    with psycopg.connect(url) as connection:
        role = connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert role.fetchone() == (False, True)
    for user, password in (("postgres", ""), ("postgres", "postgres"), ("allotment", "guess")):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, user=user, password=password)


def test_the_unix_socket_asks_for_the_password_too(servers: Embedded) -> None:
    assert servers.postgres is not None
    host, port = str(servers.postgres.socket_dir), servers.postgres.port
    assert len(f"{host}/.s.PGSQL.{port}") <= 103
    password = secret(servers.var, "postgres-password")
    with psycopg.connect(host=host, port=port, user="allotment", password=password, dbname="allotment"):
        pass
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=host, port=port, user="allotment", password="guess", dbname="allotment")


@pytest.mark.parametrize("path", ["/allotment", "/allotment/secret-plan", "/allotment/?list-type=2", "/new"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_whoever_has_no_key_is_refused_by_the_store(servers: Embedded, method: str, path: str) -> None:
    assert servers.s3 is not None
    put(servers.s3, "secret-plan", b"beans")
    answer = urllib3.request(method, servers.s3.endpoint + path, retries=False)
    assert answer.status == 403
    assert read(servers.s3, "secret-plan") == b"beans"


def test_a_wrong_key_is_refused_by_the_store(servers: Embedded) -> None:
    assert servers.s3 is not None
    other = ObjectServer(servers.s3.child, servers.s3.endpoint, servers.s3.access_key, "x" * 48)
    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        put(other, "a/b", b"weeds")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_everything_listens_on_the_loopback_alone(servers: Embedded) -> None:
    sockets = {
        str(entry.readlink())
        for child in servers.children
        for entry in Path(f"/proc/{child.pid}/fd").iterdir()
        if entry.is_symlink()
    }
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                listening.append(fields[1].split(":")[0])
    assert len(listening) == 9  # PostgreSQL, and master, volume, filer and S3 of the store, each with gRPC
    assert set(listening) == {"0100007F"}


def test_secrets_are_for_their_owner_alone(servers: Embedded) -> None:
    private = [*(servers.var / "secrets").iterdir(), *(servers.var / "s3").glob("*.toml")]
    private += [servers.var / "s3" / "identities.json"]
    assert len(private) > 8
    for path in private:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for name in ("secrets", "s3", "log", "postgres/data"):
        assert stat.S_IMODE((servers.var / name).stat().st_mode) == 0o700, name
    shown = repr(servers)
    for name in ("secret-key", "postgres-password", "s3-access-key", "s3-secret-key"):
        assert secret(servers.var, name) not in shown


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_runs_postgresql_as_somebody_without_rights(servers: Embedded) -> None:
    assert servers.postgres is not None
    assert Path(f"/proc/{servers.postgres.child.pid}").stat().st_uid != 0


def test_a_second_start_on_the_same_var_is_refused_while_one_runs(servers: Embedded) -> None:
    for start in (
        lambda: embedded(servers.var),
        lambda: start_postgres(servers.var),
        lambda: start_s3(servers.var),
    ):
        with pytest.raises(StartFailed, match=f"in use by process {os.getpid()}"), start():
            pass


def test_a_part_that_the_environment_names_is_not_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_ENDPOINT", "https://objects.internal")
    with embedded(folder, durable=False) as servers:
        assert servers.s3 is None
        environment = servers.environment()
    assert "DATABASE_URL" in environment
    assert not environment.keys() & {"S3_ENDPOINT", "ALLOTMENT_SECRET_KEY", "ALLOTMENT_EMBEDDED"}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends the children there")
def test_a_killed_run_leaves_nothing_behind_and_the_next_finds_what_was_kept(folder: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        children = [int(pid) for pid in holder.stdout.readline().split()]
        assert len(children) == 2
        url = f"postgresql://allotment:{secret(folder, 'postgres-password')}@127.0.0.1:%d/allotment"
        port = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[3])
        with psycopg.connect(url % port) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        holder.kill()
    assert soon(lambda: all(gone(pid) for pid in children))

    (folder / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getppid()}\n")  # now a stranger's
    began = time.monotonic()
    with start_postgres(folder, durable=False) as postgres:
        assert time.monotonic() - began < 3
        with psycopg.connect(dsn(postgres.url)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_stopped_store_keeps_its_objects_and_moves_away_from_a_taken_port(folder: Path) -> None:
    with start_s3(folder) as server:
        put(server, "kept", b"leeks" * 100_000)
        first = server.endpoint
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(first.rsplit(":", 1)[1])))
        taken.listen()
        began = time.monotonic()
        with start_s3(folder) as server:
            assert time.monotonic() - began < 6
            assert server.endpoint != first
            for number in range(20):
                put(server, f"later/{number}", b"chard" * number)
            assert read(server, "kept") == b"leeks" * 100_000
            assert read(server, "later/19") == b"chard" * 19
    assert not list(Path("/tmp").glob(f"seaweedfs-s3-{server.endpoint.rsplit(':', 1)[1]}.sock"))


def test_a_folder_far_down_still_gets_a_short_socket(folder: Path) -> None:
    var = folder / "/".join(["a-rather-long-name"] * 6)
    with start_postgres(var, durable=False) as postgres:
        assert len(str(postgres.socket_dir)) < 90
        assert (postgres.socket_dir / f".s.PGSQL.{postgres.port}").is_socket()
    assert not postgres.socket_dir.exists()


def test_a_failed_start_shows_the_end_of_the_log(folder: Path) -> None:
    with start_postgres(folder, durable=False):
        pass
    (folder / "postgres" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(StartFailed, match=r"(?s)PostgreSQL ended with code 1.*not compatible"):
        start_postgres(folder, durable=False).__enter__()
    with held(folder / "postgres"):
        pass  # the failed start let go of the folder


def test_an_interrupted_first_start_is_begun_anew(folder: Path) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with start_postgres(folder, durable=False) as postgres, psycopg.connect(dsn(postgres.url)):
        pass


def test_a_leftover_is_ended_but_a_stranger_with_its_number_is_not(folder: Path) -> None:
    pid_file = folder / "pid"
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        pid_file.write_text(f"{process.pid}\nmore\n")
        end_leftover(pid_file, "/somewhere/else", signal.SIGTERM)
        assert process.poll() is None
        end_leftover(pid_file, str(folder), signal.SIGTERM)
        assert process.wait(5) == -signal.SIGTERM


def test_a_child_that_ignores_the_question_is_killed_with_its_whole_group(folder: Path) -> None:
    deaf = "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"
    log = folder / "log" / "deaf.log"
    child = Child.start("deaf", ["/bin/sh", "-c", deaf], log=log, env=os.environ, cwd=folder)
    child.wait_until(lambda: bool(child.tail()), limit=5)
    grandchild = int(child.tail())
    child.stop((signal.SIGTERM, 0.1))
    assert child.exit_code == -signal.SIGKILL
    assert soon(lambda: gone(grandchild))


def test_what_cannot_be_started_at_all_says_so(folder: Path) -> None:
    with pytest.raises(StartFailed, match="nowhere cannot be started"):
        Child.start("nowhere", ["/no/such/file"], log=folder / "log", env={}, cwd=folder)


def test_a_port_in_use_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        assert not is_free(taken.getsockname()[1])
