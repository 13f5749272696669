"""Confinement: a program that limits itself, and then becomes another one.

It is run by path, in a Python of its own, and imports nothing of ours. So the limits hold before the other
program reads a byte, and nothing is done between fork and exec in a process that has threads.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_NICE, _FILES = 10, 64


def confine(cpu_seconds: int, memory: int, file_bytes: int, parent: int) -> None:
    """Limit this process, and whatever it becomes, for good.

    ``cpu_seconds`` of all its threads together; ``memory`` in bytes of address space; ``file_bytes`` of each
    file that it writes; ``parent`` is the process with which it dies.
    """
    os.nice(_NICE)
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _FILES,
    }
    if sys.platform == "linux":  # elsewhere neither address space can be limited nor a parent be followed
        limits[resource.RLIMIT_AS] = memory
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if os.getppid() != parent:  # it died in the meantime, and nobody will send the signal
            sys.exit(1)
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    confine(*map(int, sys.argv[1:5]))
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606 - no shell is wanted
