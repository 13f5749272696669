"""Garbage collection of a process that serves, seen in a process of its own."""

import json
import subprocess
import sys

from coop.garbage import YOUNG

SAY = """
import gc, json
from coop import garbage
before = gc.get_threshold()
garbage.settle()
print(json.dumps([gc.get_freeze_count(), before, gc.get_threshold(), gc.isenabled()]))
"""


def test_what_is_loaded_is_set_aside_and_what_comes_later_is_still_collected() -> None:
    told = subprocess.run([sys.executable, "-c", SAY], capture_output=True, check=True).stdout
    frozen, before, after, enabled = json.loads(told)
    assert frozen > 1000
    assert after == [YOUNG, *before[1:]] and after[0] > before[0]
    assert enabled
