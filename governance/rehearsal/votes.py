"""The voting policy, replayed: which votes of the window would have ended otherwise.

Law 4: recorded counts are held against another bar; nobody's ballot is counted otherwise than it was.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import Session, col

from coop.rehearsal import Cell, Change, Measure, Outcome, Rehearsing, Report
from governance.rules import CLASSES, NAME, RiskClass, VotingRules
from governance.tables import Proposal
from governance.tally import Bar, Guilds

LIMITS = (
    "Votes counted in the window by a majority are held against the other bars; other methods have none.",
    "Periods, sponsors and rolls are not replayed: people would have acted otherwise.",
)


def replay_votes(session: Session, asked: Rehearsing) -> Report:
    """Return which proposals counted in the window would have passed, or failed, by the patch."""
    old, new = (book.rules(NAME, VotingRules) for book in (asked.before, asked.after))
    rows = session.execute(
        select(col(Proposal.id), col(Proposal.title), col(Proposal.risk_class), col(Proposal.tally))
        .where(col(Proposal.tallied_at) >= asked.since, col(Proposal.tallied_at) < asked.until)
        .order_by(col(Proposal.id))
    ).all()
    counted = [row for row in rows if {"for", "against", "block", "roll"} <= row.tally.keys()]
    found: dict[str, list[tuple[bool, bool]]] = {name: [] for name in CLASSES}
    outcomes = []
    for row in counted:
        risk_class = cast(RiskClass, row.risk_class)
        before, after = (passes(row.tally, rules.bar(risk_class)) for rules in (old, new))
        found[risk_class].append((before, after))
        if before != after:
            said = ["passed" if passed else "rejected" for passed in (before, after)]
            outcomes.append(Outcome(f"proposal:{row.id}", row.title, *said))
    by = {f"class {name}": _change(pairs) for name, pairs in found.items() if pairs}
    total = _change([pair for pairs in found.values() for pair in pairs])
    measure = Measure("passed", "proposals that pass", "rejected", "passed", total, {"class": by})
    return Report({"votes": Cell(len(counted), None)}, (measure,), outcomes=tuple(outcomes), limits=LIMITS)


def passes(tally: Mapping[str, Any], bar: Bar) -> bool:
    """Say whether a recorded count reaches a bar; the same rule as :func:`governance.tally.count`."""
    in_favour, against, block = (int(tally[name]) for name in ("for", "against", "block"))
    threshold = max(bar.threshold, bar.block) if block else bar.threshold
    if in_favour < bar.need(int(tally["roll"])):
        return False
    if Fraction(in_favour, in_favour + against + block) < threshold:
        return False
    asked = tally.get("guilds")
    if bar.guilds is None or asked is None:
        return True
    return Guilds(asked["took_part"], asked["in_favour"], bar.guilds).agree


def _change(pairs: list[tuple[bool, bool]]) -> Change:
    """Return the change in pairs of outcomes, which are public."""
    return Change(
        Cell(sum(before for before, _ in pairs), None),
        Cell(sum(before and not after for before, after in pairs), None),
        Cell(sum(after and not before for before, after in pairs), None),
    )
