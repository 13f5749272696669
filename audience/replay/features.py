"""The features policy, replayed: who would gain or lose what in the night that was counted last.

The holdings as they stand are moved by the very functions that the night uses (``audience/features``), once
by the rules in force and once by those of the patch, over the numbers that were counted last. Metrics are
held as they may be told, in steps, so a report is a function of what each of us may know of themself.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from audience.features.conditions import conditions
from audience.features.nightly import measured, moved
from audience.feeds.tables import SignalRun
from audience.metrics import snapshot
from coop import feature_grants, features
from coop.book import COOP, Book, guild_scope
from coop.feature_state import State
from coop.holdings import HOLDERS, Holder
from coop.rehearsal import Cell, Count, Measure, Rehearsing, Report, Tallied
from coop.tables import Guild

LIMITS = (
    "Asked of the numbers and the holdings as they stand, for earlier nights are not kept.",
    "A change of how something is measured is not replayed: the numbers are those of the clauses in force.",
    "A budget, or how many at once, is no holding: what a change of one leaves room for is not replayed.",
)
NOT_COUNTED = "Nothing has been counted yet, so nobody is known to gain or lose anything."
THINGS: Mapping[Holder, str] = {"member": "members", "guild": "guilds"}


def replay_features(session: Session, asked: Rehearsing) -> Report:
    """Return how many would hold each feature after a night by either rules."""
    at = session.scalar(select(col(SignalRun.until)).where(col(SignalRun.job) == snapshot.JOB))
    if at is None:
        return Report({}, limits=(*LIMITS, NOT_COUNTED))
    replayed: dict[str, Cell] = {}
    measures: list[Measure] = []
    for number, holder in enumerate(HOLDERS):
        asked.progress(number, len(HOLDERS), THINGS[holder])
        count, found = _of(session, asked, holder, at)
        replayed[THINGS[holder]] = count.cell
        measures += [
            Measure(f"{name}_{holder}", f"{THINGS[holder]} with {name}", "lost", "gained", one.change)
            for name, one in found.items()
            if one.before.value or one.gained.value
        ]
    asked.progress(len(HOLDERS), len(HOLDERS), "features")
    return Report(replayed, tuple(measures), limits=LIMITS)


def _of(
    session: Session, asked: Rehearsing, holder: Holder, at: datetime
) -> tuple[Count, dict[str, Tallied]]:
    """Return how many holders were asked about, and what changes for them by feature."""
    slugs = _slugs(session, asked) if holder == "guild" else None
    count, states = Count(asked.hidden_below), feature_grants.states(session, holder)
    tallied = {name: Tallied(asked.hidden_below) for name in features.FEATURES_KNOWN}
    terms = [conditions(book, holder) for book in (asked.before, asked.after)]
    for one in measured(session, holder, at):
        slug = None if slugs is None else slugs.get(one.id)
        if (slugs is None and asked.scope != COOP) or (slugs is not None and slug is None):
            continue
        count.add(1, (one.id,))
        held = []
        for book, by in zip((asked.before, asked.after), terms, strict=True):
            mine = {key: states[key] for name in tallied if (key := (name, one.id)) in states}
            after: dict[str, State | None] = {name: mine.get((name, one.id)) for name in by.offered}
            after.update({key[0]: changed.state for key, changed in moved(by, mine, one, at)})
            held.append({name for name, state in after.items() if state and _voted(book, name, slug)})
        for name, kept in tallied.items():
            kept.add(one.id, before=name in held[0], after=name in held[1])
    return count, tallied


def _slugs(session: Session, asked: Rehearsing) -> dict[int, str]:
    """Return the guilds, by id, that a patch is about."""
    rows = session.execute(select(col(Guild.id), col(Guild.slug)))
    return {row.id: row.slug for row in rows if asked.scope in (COOP, guild_scope(row.slug))}


def _voted(book: Book, name: str, slug: str | None) -> bool:
    return slug is None or features.voted(book, name, slug) is not False
