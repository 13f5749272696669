"""Digests: what one was told, set out as it came, each batch as one. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from coop.notices import Told


@dataclass(frozen=True, slots=True)
class Digest:
    """What came together, or by itself on one day."""

    at: datetime
    """When it came; of what came by itself, the last of it."""
    batch: bool
    """Whether it came together."""
    number: int
    """Of things in it."""
    since: datetime
    """When the first of them was told."""
    whole: bool
    """Whether all of the batch is here; else there was more of it than one page holds."""
    topics: tuple[tuple[str, tuple[Told, ...]], ...]
    """By topic, that of the newest first; of each the newest first."""


def page_of(found: Sequence[Told], most: int) -> Sequence[Told]:
    """Return as much of what was found as a page of at most ``most`` shows.

    A batch that would not end on the page is left to the next, unless it is the only one.
    """
    if len(found) <= most:
        return found
    cut = found[most].due_at
    return [told for told in found[:most] if told.due_at != cut] or found[:most]


def digests(shown: Sequence[Told], following: Told | None, zone: str) -> list[Digest]:
    """Return what is shown as it came, by the days of ``zone``; ``following`` is the next in the list."""
    day_of = ZoneInfo(zone)

    def together(told: Told) -> tuple[bool, object]:
        batch = told.due_at > told.told_at
        return batch, told.due_at if batch else told.due_at.astimezone(day_of).date()

    return [_digest(list(group), batch, following) for (batch, _), group in groupby(shown, key=together)]


def _digest(group: Sequence[Told], batch: bool, following: Told | None) -> Digest:
    at = group[0].due_at
    return Digest(
        at=at,
        batch=batch,
        number=len(group),
        since=min(told.told_at for told in group),
        whole=not batch or following is None or following.due_at != at,
        topics=tuple(_by_topic(group)),
    )


def _by_topic(group: Iterable[Told]) -> Iterable[tuple[str, tuple[Told, ...]]]:
    found: dict[str, list[Told]] = {}
    for told in group:
        found.setdefault(told.topic, []).append(told)
    return ((topic, tuple(of_it)) for topic, of_it in found.items())
