"""Instant run-off: one seat; the lowest option is excluded until one has more than half or two are left.

Pure. It is the single transferable vote with one seat: the quota is then more than half of the ballots
that rank anything, no surplus is ever transferred, and no vote divided.
"""

from collections.abc import Sequence

from governance.methods import stv
from governance.methods.ranking import Profile


def count(profile: Profile, lots: Sequence[int]) -> stv.Count:
    """Return the count of a profile; ``lots`` and errors are those of ``stv.count``."""
    return stv.count(profile, 1, lots, method="irv")
