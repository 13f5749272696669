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
MOST_OBJECTORS = 10
HIGHEST_GUILDS = Fraction(2, 3)
SHORTEST_TERM = timedelta(days=28)
"""A change in force is not ended by itself, nor reviewed, sooner than this."""
LONGEST_EXTENSION = timedelta(days=7)
SHORTEST_SECOND_VOTE = timedelta(days=1)
"""Of an expedited vote, and of the assembly on what a guild has passed."""
HIGHEST_PETITION = Fraction(1, 2)
LONGEST_EMERGENCY = timedelta(days=14)
NEVER_IN_EMERGENCY = frozenset({"voting", "membership"})
"""Who belongs and how we decide is never changed without a vote beforehand."""
MOST_SEATS = 25
LONGEST_OFFICE = timedelta(days=2 * 365)
MOST_HELD = 20
MOST_JURORS = 50
HIGHEST_SPONSORS = Fraction(1, 10)


def voting_charter(rules: VotingRules) -> list[Fault]:
    """Return where the voting rules cross the charter; empty where they keep it."""
    faults = []
    for name in CLASSES:
        faults += _class_faults(name, rules.classes.of(name))
    return (
        faults
        + _guard_faults(rules)
        + _sponsor_faults(rules)
        + _block_faults(rules)
        + _haste_faults(rules)
        + _emergency_faults(rules)
        + _people_faults(rules)
    )


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
        (
            "guilds",
            rules.guilds is None or rules.guilds <= HIGHEST_GUILDS,
            f"At most {HIGHEST_GUILDS} of the guilds have to agree.",
        ),
        *(
            (term, length is None or length >= SHORTEST_TERM, f"It is at least {SHORTEST_TERM.days} days.")
            for term, length in (("review", rules.review), ("sunset", rules.sunset))
        ),
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
        ("method", top.method == "majority", "These rules are changed by a vote for and against."),
        ("sunset", top.sunset is None, "The rules of rules do not lapse."),
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


def _haste_faults(rules: VotingRules) -> list[Fault]:
    """Keep time to answer a late swing, to repeal and to veto, and objections within reach."""
    extension, expedited, petition = rules.extension, rules.expedited, rules.petition
    way = expedited.deliberate + expedited.verify + expedited.vote + expedited.timelock
    soon = SHORTEST_SECOND_VOTE.days
    return [
        *_faults(
            "/extension",
            *(
                (name, length <= LONGEST_EXTENSION, f"It is at most {LONGEST_EXTENSION.days} days.")
                for name, length in (("window", extension.window), ("by", extension.by))
            ),
        ),
        *_faults(
            "/expedited",
            ("vote", expedited.vote >= SHORTEST_SECOND_VOTE, f"A vote lasts {soon} day at the least."),
            ("deliberate", way <= LONGEST_WAY, f"The whole way takes at most {LONGEST_WAY.days} days."),
        ),
        *_faults(
            "/petition",
            (
                "share",
                0 < petition.share <= HIGHEST_PETITION,
                f"Above 0 and at most {HIGHEST_PETITION}.",
            ),
            (
                "vote",
                SHORTEST_SECOND_VOTE <= petition.vote <= LONGEST_WAY,
                f"A vote lasts {soon} day at the least and {LONGEST_WAY.days} days at most.",
            ),
        ),
        *_faults(
            "/consent",
            (
                "objectors",
                rules.consent.objectors <= MOST_OBJECTORS,
                f"{MOST_OBJECTORS} at most are asked.",
            ),
        ),
    ]


def _emergency_faults(rules: VotingRules) -> list[Fault]:
    """Keep emergency measures short, signed by most of the council, and away from who decides and how."""
    emergency, seats = rules.emergency, rules.council.seats
    forbidden = sorted(NEVER_IN_EMERGENCY.intersection(emergency.kinds))
    return _faults(
        "/emergency",
        (
            "stewards",
            seats < 2 * emergency.stewards <= 2 * seats,
            "Most of the council have to sign.",
        ),
        (
            "lasts",
            SHORTEST_SECOND_VOTE <= emergency.lasts <= LONGEST_EMERGENCY,
            f"A measure lasts {SHORTEST_SECOND_VOTE.days} to {LONGEST_EMERGENCY.days} days.",
        ),
        ("kinds", not forbidden, f"No emergency changes {', '.join(forbidden)}."),
    )


def _people_faults(rules: VotingRules) -> list[Fault]:
    """Keep offices short and held by several, and votes and panels from gathering in few hands."""
    council, delegation, juries = rules.council, rules.delegation, rules.juries
    return [
        *_faults(
            "/council",
            ("seats", council.seats <= MOST_SEATS, f"A council has at most {MOST_SEATS} seats."),
            (
                "term",
                SHORTEST_TERM <= council.term <= LONGEST_OFFICE,
                f"A term lasts {SHORTEST_TERM.days} to {LONGEST_OFFICE.days} days.",
            ),
        ),
        *_faults(
            "/delegation",
            ("held", delegation.held <= MOST_HELD, f"One member votes for at most {MOST_HELD} others."),
            (
                "lasts",
                timedelta() < delegation.lasts <= LONGEST_TENURE,
                f"It lasts some time, and at most {LONGEST_TENURE.days} days.",
            ),
        ),
        *_faults("/juries", ("size", juries.size <= MOST_JURORS, f"A panel is of at most {MOST_JURORS}.")),
    ]


def _faults(table: str, *checks: tuple[str, bool, str]) -> list[Fault]:
    return [
        Fault(f"{table}/{clause}", f"The charter says: {rule}") for clause, kept, rule in checks if not kept
    ]
