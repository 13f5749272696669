"""Where the servers of the tests keep their data: in memory where there is room for it, else on the disk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from coop.embedded import Embedded, embedded
from coop.settings import ROOT

NAME_MAX = 255
"""Bytes that the name of a file may have."""
MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""
ROOM = 2 * 2**30
"""Bytes that have to be free there for each worker: several times what all tests write."""


@contextmanager
def servers() -> Iterator[Embedded]:
    """Run PostgreSQL and the store for these tests alone, each worker's in a folder of its own.

    ``ALLOTMENT_TEST_VAR``, or ``var/test``, names the folder on the disk, in the checkout; the one in memory
    is named for the user and that path. It is removed afterwards, and its logs alone are kept, on the disk.
    What a killed run left there is taken over by the next one, and ``make clean`` removes it.
    """
    disk = ROOT / os.environ.get("ALLOTMENT_TEST_VAR", "var/test") / os.environ.get("PYTEST_XDIST_WORKER", "")
    with ExitStack() as after:
        folder = _in_memory(disk)
        with embedded(folder or disk, durable=False) as found:
            # Said only now that the folder is held: another run's is not ours to remove.
            if folder is not None:
                after.callback(shutil.rmtree, folder, ignore_errors=True)
            yield found


def _in_memory(disk: Path) -> Path | None:
    """Return the folder in memory that stands for one on the disk, or None where there is no room for it."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    name = f"allotment-{os.getuid()}" + os.fspath(disk.resolve()).replace("/", "-")
    if len(os.fsencode(name)) > NAME_MAX or not os.access(MEMORY, os.W_OK):
        return None
    if shutil.disk_usage(MEMORY).free < workers * ROOM:
        return None
    folder, logs = MEMORY / name, disk.resolve() / "log"
    folder.mkdir(exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        return None
    logs.mkdir(parents=True, exist_ok=True)
    if not (folder / "log").is_symlink():
        (folder / "log").symlink_to(logs)
    return folder
