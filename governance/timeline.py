"""The timeline of a proposal: the moments at which its periods begin and end.

Pure. Law 5: by the voting rules that it opened under. Law 14: each moment follows from facts alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from governance.facts import Facts
from governance.rules import Periods, VotingRules


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each period of a sponsored proposal begins, by the rules it opened under."""

    deliberation_at: datetime
    verification_at: datetime
    voting_at: datetime
    """The roll is frozen as of this moment. While the rehearsal is awaited: the earliest that can be."""
    closes_at: datetime
    """The first moment at which no ballot is taken any more."""
    due_at: datetime
    """A vote that passed takes force from here on."""
    held: bool = False
    """Whether verification goes on until the rehearsal is done."""


def timeline(facts: Facts, rules: VotingRules) -> Timeline | None:
    """Return when the periods of a proposal begin; None until it has its sponsors."""
    if facts.sponsored_at is None:
        return None
    periods = rules.periods(facts.risk_class, facts.pace)
    deliberate = periods.deliberate if facts.entry == "deliberation" else timedelta()
    verify = periods.verify if facts.entry != "voting" else timedelta()
    verification_at = facts.sponsored_at + deliberate
    voting_at = verification_at + verify
    if facts.rehearsed_at is not None:
        voting_at = max(voting_at, facts.rehearsed_at)
    closes_at = _extended(voting_at + periods.vote, facts, rules, periods)
    due_at = max(_due_at(facts, closes_at + periods.timelock))
    held = facts.rehearsal_needed and facts.rehearsed_at is None
    return Timeline(facts.sponsored_at, verification_at, voting_at, closes_at, due_at, held)


def _extended(closes_at: datetime, facts: Facts, rules: VotingRules, periods: Periods) -> datetime:
    """Return the close, later where the floor was first reached shortly before it.

    Rule: OpenZeppelin's GovernorPreventLateQuorum, with a bound on the whole.
    """
    extension = rules.extension
    reached = facts.floor_at
    if reached is None or not closes_at - extension.window <= reached < closes_at:
        return closes_at
    latest = closes_at + periods.vote * float(extension.most)
    return max(closes_at, min(reached + extension.by, latest))


def _due_at(facts: Facts, own: datetime) -> list[datetime]:
    """Return the moments that a proposal waits for; a veto that closes at one is counted before it."""
    moments = [own]
    if facts.veto_closes_at is not None:
        moments.append(facts.veto_closes_at + timedelta(microseconds=1))
    if facts.joint is not None and facts.joint.due_at is not None:
        moments.append(facts.joint.due_at)
    return moments


def conflict_at(facts: Facts, times: Timeline) -> datetime | None:
    """Return when the proposal is found to rest on a text that is no longer in force, if it does.

    That is looked for at the end of verification and holds at any moment after it.
    """
    return None if facts.base_moved_at is None else max(facts.base_moved_at, times.voting_at)


def broken_at(facts: Facts) -> datetime | None:
    """Return when the proposal is given up without a decision, if it is.

    One of those that have to pass together with it ended without passing, or its election is not held.
    """
    if facts.unheld_at is not None:
        return facts.unheld_at
    return None if facts.joint is None else facts.joint.broken_at


def stopped_at(facts: Facts, times: Timeline) -> datetime | None:
    """Return when the proposal ends whatever its vote says, if it does: nobody votes in vain."""
    ends = (conflict_at(facts, times), broken_at(facts))
    return min((at for at in ends if at is not None), default=None)


def sunset_at(facts: Facts) -> datetime | None:
    """Return when a change in force ends by itself; None where it does not, or has been undone."""
    return _after(facts, facts.sunset_after)


def review_at(facts: Facts) -> datetime | None:
    """Return when a change in force is due for review; None where none was agreed, or it has been undone."""
    return _after(facts, facts.review_after)


def _after(facts: Facts, length: timedelta | None) -> datetime | None:
    """Return the end of a length of time in force; a renewal begins it anew."""
    if facts.enacted_at is None or facts.undone_at is not None or length is None:
        return None
    return (facts.renewed_at or facts.enacted_at) + length


def ratification_closes_at(facts: Facts, rules: VotingRules) -> datetime | None:
    """Return when the vote on an emergency measure closes, which is open from the moment it took force.

    None for what is no such measure or is not in force yet.
    """
    if facts.pace != "emergency" or facts.enacted_at is None:
        return None
    return facts.enacted_at + rules.emergency.lasts


def ballots_open_at(facts: Facts, rules: VotingRules) -> datetime | None:
    """Return the moment as of which the roll is frozen and ballots are taken; None while it is not known."""
    if facts.pace == "emergency":
        return facts.enacted_at
    times = timeline(facts, rules)
    return None if times is None or times.held else times.voting_at


def ballots_close_at(facts: Facts, rules: VotingRules) -> datetime | None:
    """Return when the count of a proposal falls due; None where no vote on it can have opened yet."""
    if facts.pace == "emergency":
        return ratification_closes_at(facts, rules)
    times = timeline(facts, rules)
    return None if times is None or times.held else times.closes_at
