"""Running a child as somebody else where we are root: PostgreSQL refuses to run as root, rightly."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

from coop.embedded_child import Account, StartFailed

_NAME = "allotment"


def unprivileged() -> Account | None:
    """Return the account to run as: ourselves (None), or where we are root one without any rights.

    The account is made at the first use; where that cannot be done it is ``nobody``.
    """
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(_NAME)
    except KeyError:
        found = _made()
    return Account(found.pw_uid, found.pw_gid)


def _made() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", _NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(_NAME)
    except (OSError, subprocess.CalledProcessError, KeyError):
        return pwd.getpwnam("nobody")


def let_in(account: Account | None, *paths: Path) -> None:
    """Let the account pass through the folders above each path; nothing in them becomes readable.

    A program's own folder is opened too where an installation under a strict umask closed it.
    """
    if account is None:
        return
    for path in paths:
        for folder in path.parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH and folder.stat().st_uid != account.uid:
                folder.chmod(mode | stat.S_IXOTH)
        if path.is_file() and not path.stat().st_mode & stat.S_IXOTH:
            _open(path.parents[1])


def _open(installation: Path) -> None:
    """Give the installed files of a program to all for reading, as a package manager would have."""
    try:
        for path in (installation, *installation.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
    except OSError as error:
        raise StartFailed(
            f"{installation} cannot be made readable for the account {_NAME}: {error}"
        ) from error


def give(account: Account | None, folder: Path) -> None:
    """Make the account the owner of a folder and all in it; nothing is done where it is already."""
    if account is None or folder.stat().st_uid == account.uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
