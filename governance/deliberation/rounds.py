"""Rounds: each who takes part speaks once before anyone speaks twice.

Pure. After the talking circle, as facilitators keep it: whoever has joined is waited for, whoever comes
late comes in at the round under way, and one may pass. Law 14: nobody can hold the others up by silence:
a round that has lasted as long as the policy says waits for nobody any more, and no act is needed for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rounds:
    """How far the talk has come."""

    number: int = 0
    """The round under way; 0 before its first turn."""
    opened_at: datetime | None = None
    """When the first turn of that round was taken."""
    taken: Mapping[int, int] = field(default_factory=dict)
    """Member → the last round in which they spoke or passed; 0 for one who has only joined."""


def awaited(rounds: Rounds, waits: timedelta, now: datetime) -> frozenset[int]:
    """Return who has joined and not had their turn in the round under way, while it waits for them."""
    if rounds.opened_at is None or now >= rounds.opened_at + waits:
        return frozenset()
    return frozenset(member for member, last in rounds.taken.items() if last < rounds.number)


def turn(rounds: Rounds, member: int, waits: timedelta, now: datetime) -> int | None:
    """Return the round in which ``member`` may speak or pass now; None where others come first."""
    if rounds.number == 0 or rounds.taken.get(member, 0) < rounds.number:
        return max(rounds.number, 1)
    return None if awaited(rounds, waits, now) else rounds.number + 1


def joined(rounds: Rounds, member: int) -> Rounds:
    """Return the rounds with a member in them, who is waited for from here on."""
    return Rounds(rounds.number, rounds.opened_at, {member: 0, **rounds.taken})


def took(rounds: Rounds, member: int, number: int, now: datetime) -> Rounds:
    """Return the rounds after ``member`` spoke or passed in round ``number``, as :func:`turn` gave it."""
    opened_at = now if number > rounds.number else rounds.opened_at
    return Rounds(number, opened_at, {**rounds.taken, member: number})
