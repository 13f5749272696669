"""What the figures were measured on; a figure without it means nothing."""

import os
import platform
import re
import resource
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_SERVER_SETTINGS = ("server_version", "shared_buffers", "fsync", "synchronous_commit")
_BUSY = 0.5
"""Share of the cores that others keep busy, from which times say little."""


def describe(url: str) -> dict[str, Any]:
    """Return the machine, the interpreter and the database server as they are before a run."""
    cores = os.cpu_count() or 1
    return {
        "cpu": _cpu(),
        "cores": cores,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgres": _server(url),
        "load_at_start": load(),
        "busy_at_start": load() > _BUSY * cores,
    }


def load() -> float:
    """Return how many processes wanted a core in the last minute."""
    return round(os.getloadavg()[0], 2)


def peak_memory_mib() -> float:
    """Return the most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it started this process
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        assert found is not None
        return round(int(found[1]) / 1024, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 1024), 1)


def _cpu() -> str:
    listed = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", listed.read_text()) if listed.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _server(url: str) -> dict[str, str]:
    with psycopg.connect(url, autocommit=True) as connection:
        return {
            name: connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchall()[0][0]
            for name in _SERVER_SETTINGS
        }
