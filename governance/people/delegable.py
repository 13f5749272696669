"""Which votes can be delegated.

Pure. A guild's own, of classes A and B, under rules that allow it (law 5: those the proposal was submitted
under); never a vote on people, and none that is held in haste by all.
"""

from governance.people.secrecy import SECRET
from governance.rules import Pace, RiskClass, VotingRules

CLASSES: tuple[RiskClass, ...] = ("A", "B")
PACES: tuple[Pace, ...] = ("ordinary", "expedited")


def delegable(*, guild: bool, kind: str, pace: Pace, risk_class: RiskClass, rules: VotingRules) -> bool:
    """Say whether votes on a proposal can be delegated; ``guild`` says whether a guild decides it."""
    asked = guild and kind not in SECRET and pace in PACES and risk_class in CLASSES
    return asked and rules.delegation.allowed
