"""The charter: bounds in code that no vote on the voting rules can cross.

Law 12: no sequence of passed proposals can make repeal impossible or disenfranchise in silence. Every
bound below keeps one door open: under any rules that pass, a change that everyone on the roll wants is
made within :data:`LONGEST_WAY` of its sponsors' signatures.
"""

from datetime import timedelta
from fractions import Fraction

from coop.errors import Fault
from governance.rules import CLASSES, ClassRules, RiskClass, VotingRules

MAJORITY = Fraction(1, 2)
"""A threshold lies above this: fewer than half of those who take a side never decide."""
HIGHEST_THRESHOLD = Fraction(9, 10)
HIGHEST_BLOCK = Fraction(19, 20)
HIGHEST_FLOOR = Fraction(1, 2)
HIGHEST_MIN = 50
LONGEST_WAY = timedelta(days=90)
"""Deliberation, verification, vote and timelock together; and the wait for sponsors by itself."""
LONGEST_TENURE = timedelta(days=365)
MOST_SPONSORS = 20
HIGHEST_SPONSORS = Fraction(1, 10)


def voting_charter(rules: VotingRules) -> list[Fault]:
    """Return where the voting rules cross the charter; empty where they keep it."""
    faults = []
    for name in CLASSES:
        faults += _class_faults(name, rules.classes.of(name))
    return faults + _guard_faults(rules) + _sponsor_faults(rules) + _block_faults(rules)


def _class_faults(name: RiskClass, rules: ClassRules) -> list[Fault]:
    way = rules.deliberate + rules.verify + rules.vote + rules.timelock
    return _faults(
        f"/classes/{name}",
        ("threshold", rules.threshold > MAJORITY, "A threshold lies above 1/2."),
        ("threshold", rules.threshold <= HIGHEST_THRESHOLD, f"A threshold is at most {HIGHEST_THRESHOLD}."),
        ("floor", rules.floor <= HIGHEST_FLOOR, f"A floor is at most {HIGHEST_FLOOR} of the roll."),
        ("min", rules.min <= HIGHEST_MIN, f"At most {HIGHEST_MIN} can be asked for at the least."),
        ("vote", rules.vote > timedelta(), "A vote takes time."),
        (
            "deliberate",
            way <= LONGEST_WAY,
            f"Deliberation, verification, vote and timelock take at most {LONGEST_WAY.days} days together.",
        ),
        ("tenure", rules.tenure <= LONGEST_TENURE, f"Tenure is at most {LONGEST_TENURE.days} days."),
    )


def _guard_faults(rules: VotingRules) -> list[Fault]:
    """Keep the rules of rules, which class D changes, no easier to change than what they guard."""
    top = rules.classes.D
    others = [rules.classes.of(name) for name in CLASSES if name != "D"]
    return _faults(
        "/classes/D",
        (
            "threshold",
            all(top.threshold >= other.threshold for other in others),
            "No class has a higher threshold than D, which changes these rules.",
        ),
        (
            "floor",
            all(top.floor >= other.floor for other in others),
            "No class has a higher floor than D, which changes these rules.",
        ),
    )


def _sponsor_faults(rules: VotingRules) -> list[Fault]:
    sponsors = rules.sponsors
    return _faults(
        "/sponsors",
        ("count", sponsors.count <= MOST_SPONSORS, f"At most {MOST_SPONSORS} sponsors can be asked for."),
        ("share", sponsors.share <= HIGHEST_SPONSORS, f"Sponsors are at most {HIGHEST_SPONSORS} of all."),
        (
            "lapse",
            timedelta() < sponsors.lapse <= LONGEST_WAY,
            f"Sponsors have some time, and at most {LONGEST_WAY.days} days.",
        ),
    )


def _block_faults(rules: VotingRules) -> list[Fault]:
    threshold = rules.block.threshold
    highest = max(rules.classes.of(name).threshold for name in CLASSES)
    return _faults(
        "/block",
        ("threshold", threshold <= HIGHEST_BLOCK, f"A block raises a threshold to {HIGHEST_BLOCK} at most."),
        ("threshold", threshold >= highest, "A block does not lower the threshold of any class."),
    )


def _faults(table: str, *checks: tuple[str, bool, str]) -> list[Fault]:
    return [
        Fault(f"{table}/{clause}", f"The charter says: {rule}") for clause, kept, rule in checks if not kept
    ]
