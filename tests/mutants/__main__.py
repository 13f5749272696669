"""``python -m tests.mutants [WORD]``: take each guard away and say whether its test went red.

With a word, only guards whose name holds it. The tree is copied first; nothing in it changes. Exit code 0
where every test is green with its guard and red without it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.guards import GUARDS, Guard

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "var", "__pycache__", ".*_cache", ".hypothesis", "*.log")
TRIES = 40
"""A race is a matter of luck: without its guard a test may pass a few times, and hardly ever this often."""
GREEN, RED = 0, 1
"""Exit codes of pytest: all passed, some failed."""


def main(word: str = "") -> int:
    """Try every guard whose name holds ``word``, print the table, and return the exit code."""
    guards = [guard for guard in GUARDS if word in guard.name]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        held = [_try(tree, Path(folder) / "var", guard) for guard in guards]
    return 0 if all(held) else 1


def _try(tree: Path, var: Path, guard: Guard) -> bool:
    """Print the guard's line of the table; say whether its test notices."""
    before = _run(tree, var, guard)
    path = tree / guard.path
    kept = path.read_text(encoding="utf-8")
    if kept.count(guard.text) != 1:
        raise ValueError(
            f"{guard.path} has the text of {guard.name!r} {kept.count(guard.text)} times, not once"
        )
    path.write_text(kept.replace(guard.text, guard.without), encoding="utf-8")
    tries = 1
    while (after := _run(tree, var, guard)) == GREEN and tries < TRIES:
        tries += 1
    path.write_text(kept, encoding="utf-8")
    held = (before, after) == (GREEN, RED)
    seen = f"red at try {tries}" if after == RED else f"NOT RED (exit {after})"
    green = "green" if before == GREEN else f"NOT GREEN (exit {before})"
    print(f"{guard.name:45} {guard.test[:70]:70} with: {green}  without: {seen}", flush=True)
    return held


def _run(tree: Path, var: Path, guard: Guard) -> int:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-x", f"{guard.file}::{guard.test}"]
    environment = os.environ | {"ALLOTMENT_TEST_VAR": str(var)}
    done = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.DEVNULL, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
