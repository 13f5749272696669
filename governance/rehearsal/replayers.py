"""Replayers: what tries a kind of policy on recorded events, by kind.

A room registers its own in ``app.py``; governance knows none of them. Law 13: a kind for which nobody has
registered one is rehearsed all the same, and the report says that nothing could be replayed.
"""

from collections.abc import Callable

from sqlmodel import Session

from coop.rehearsal import Rehearsing, Report

Replayer = Callable[[Session, Rehearsing], Report]
"""Goes through what was recorded in the window under both rules; reads, and writes nothing."""


def replay_nothing(session: Session, asked: Rehearsing) -> Report:
    """Return the report on a kind of policy that no recorded event speaks of."""
    return Report(
        {}, limits=(f"Nothing on record shows what a change of {asked.kind} rules would have done.",)
    )
