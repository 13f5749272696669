"""Garbage collection of a process that serves (CPython: module ``gc``).

Looking at all that was loaded, again and again, costs a feed page a tenth of its processor time.
"""

import gc

YOUNG = 10_000
"""After so many new objects the young are looked through: a page makes thousands, and they go with it."""


def settle() -> None:
    """Set all that is loaded by now aside from collection, for good, and look less often at the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
