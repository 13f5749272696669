"""Heat: how heated a thread is, in points, from what was said there of late.

Pure. Law 14: it is a function of facts, clauses and time, so it falls by itself and no counter can drift.
Law 1: every number is a clause (``[heat]`` of the policy ``moderation``). Each part adds a whole number of
points, so what is told of heat adds up exactly:

- *Strangers*: comments by strangers to the post, as far as they exceed what is usual with its author (the
  median of the first windows of their posts before this one, or ``usual_least`` where that is more).
- *Turns*: of the two people who answered each other most, twice as often as the one who did so less often.
- *Held*: answers that a rule holds back.
- *Reports*: members who reported the post or an answer, but never more points than strangers and turns add,
  which everybody sees: so reports alone heat no thread, and one that they heat has another reason (law 7).

Each is monotone in what was said and reported, and a thread only loses what it counts as time passes; so heat
never rises between two of these, and the moment by which it will have cooled is known with the last of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import NamedTuple

from audience.moderation.heat_rules import LEVELS, Heat, Level


class Said(NamedTuple):
    """One answer in a thread, as far as heat asks of it."""

    at: datetime
    author_id: int
    answered_id: int | None
    """Who wrote what it answers, where that is an answer too."""
    stranger: bool
    """Whether its author is a stranger to the post."""
    held: bool
    """Whether a rule holds it back; else it is shown."""


class Points(NamedTuple):
    """What heat is made of."""

    strangers: int
    turns: int
    held: int
    reports: int

    @property
    def total(self) -> int:
        """The heat itself."""
        return sum(self)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a thread."""

    said: tuple[Said, ...]
    """All that was said in the last window, in any order."""
    usual: float | None
    """The median number of comments by strangers in the first window of the author's posts before; None where
    it was not asked for, since there are fewer than are usual with everyone, or there is no such post."""
    reports: tuple[datetime, ...] = ()
    """When each of those who reported something of it last did, in any order: one moment a member."""


def points(facts: Facts, rules: Heat, now: datetime) -> Points:
    """Return the heat of a thread as it is at ``now``, by its parts."""
    counted = [one for one in facts.said if one.at > now - rules.window]
    shown = [one for one in counted if not one.held]
    usual = max(float(rules.usual_least), facts.usual or 0.0)
    strangers = sum(one.stranger for one in shown)
    seen = Points(
        strangers=_share(rules.points.strangers, strangers - usual, (rules.medians - 1) * usual),
        turns=_share(rules.points.turns, busiest_pair(shown), rules.turns_full),
        held=0,
        reports=0,
    )
    reports = sum(at > now - rules.window for at in facts.reports)
    return seen._replace(
        held=_share(rules.points.held, len(counted) - len(shown), rules.held_full),
        reports=min(seen.total, _share(rules.points.reports, reports, rules.reports_full)),
    )


def _share(most: int, number: float, full: float) -> int:
    """Return as much of ``most`` as a number is of the one that counts in full, in whole points."""
    return floor(most * min(1.0, max(0.0, number / full)))


def busiest_pair(said: Sequence[Said]) -> int:
    """Return how many turns the two people took who answered each other most: as often there as back."""
    ways = Counter(
        (one.author_id, one.answered_id)
        for one in said
        if one.answered_id is not None and one.answered_id != one.author_id
    )
    return max((2 * min(number, ways[way[::-1]]) for way, number in ways.items()), default=0)


def level(total: int, rules: Heat) -> Level | None:
    """Return the level of a thread of so many points; None where it is calm."""
    return next((one for one in reversed(LEVELS) if total >= rules.at(one).at), None)


def cools_at(facts: Facts, rules: Heat, reached: Level, now: datetime) -> datetime:
    """Return from when on a thread is below a level if nothing is said or reported; ``now`` where it is."""
    if points(facts, rules, now).total < rules.at(reached).at:
        return now
    # What was said or reported counts for a window, so heat falls at these moments and at no others.
    moments = {*(one.at for one in facts.said), *facts.reports}
    falls = sorted(at + rules.window for at in moments if at > now - rules.window)
    low, high = 0, len(falls) - 1
    while low < high:
        middle = (low + high) // 2
        if points(facts, rules, falls[middle]).total < rules.at(reached).at:
            high = middle
        else:
            low = middle + 1
    return falls[low]
