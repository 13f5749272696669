"""The media policy, replayed: which recorded uploads would have been refused."""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from coop.feature_grants import read_holdings
from coop.features import LARGER_QUOTA
from coop.holdings import Held
from coop.rehearsal import Measure, Rehearsing, Report, Tallied
from media.rules import MediaRules, PhotoRules
from media.tables import Asset, QuotaClaim

DAY = timedelta(days=1)

LIMITS = (
    "Format and size of the files that were sent are not on record, so a change of those is not replayed.",
    "Videos that were refused are on record without their length, so what a longer clause takes is not seen.",
    "Uploads that were refused, or that nobody finished, are not on record for long.",
    "Who held the larger quota when they sent something is not on record: it is asked as it stands.",
    "What came out of a guild's megabytes counts in nobody's day, and is not counted anew by other numbers.",
)


class _Sent(NamedTuple):
    """An upload as it was recorded."""

    at: datetime
    pixels: int
    duration_ms: int
    long: bool
    by_a_guild: bool
    """Whether it came out of a guild's megabytes, and so counts in nobody's day."""


def replay_media(session: Session, asked: Rehearsing) -> Report:
    """Return which uploads of the window would have been refused: by number in a day, pixels and length."""
    rows = session.execute(
        select(
            col(Asset.owner_id),
            col(Asset.kind),
            col(Asset.created_at),
            col(Asset.width),
            col(Asset.height),
            col(Asset.duration_ms),
            col(Asset.long),
            col(QuotaClaim.asset_id).is_not(None).label("by_a_guild"),
        )
        .outerjoin(QuotaClaim, col(QuotaClaim.asset_id) == col(Asset.id))
        .where(col(Asset.created_at) >= asked.since - DAY, col(Asset.created_at) < asked.until)
        .order_by(col(Asset.created_at), col(Asset.id))
    )
    sent: dict[tuple[int, str], list[_Sent]] = defaultdict(list)
    for row in rows:
        pixels = (row.width or 0) * (row.height or 0)
        sent[row.owner_id, row.kind].append(
            _Sent(row.created_at, pixels, row.duration_ms or 0, row.long, row.by_a_guild)
        )
    rules = [book.rules("media", MediaRules) for book in (asked.before, asked.after)]
    larger = read_holdings(session).members.get(LARGER_QUOTA, Held())
    tallied = Tallied(asked.hidden_below)
    for (owner, kind), uploads in sent.items():
        holds = larger.by(owner, asked.until)
        numbers = [
            one.videos.per_day if kind == "video" else _per_day(one.photos, holds=holds) for one in rules
        ]
        own = [index for index, one in enumerate(uploads) if not one.by_a_guild]
        within = [
            dict(zip(own, within_the_day([uploads[index].at for index in own], number), strict=True))
            for number in numbers
        ]
        for index, one in enumerate(uploads):
            if one.at >= asked.since:
                before, after = (
                    fits.get(index, True) and _fits(each, kind, one)
                    for fits, each in zip(within, rules, strict=True)
                )
                tallied.add(owner, before=before, after=after)
    uploads_measure = Measure("uploads", "uploads", "refused", "taken", tallied.change)
    return Report({"uploads": tallied.change.before}, (uploads_measure,), limits=LIMITS)


def _fits(rules: MediaRules, kind: str, sent: _Sent) -> bool:
    """Say whether something is small or short enough, as far as what was made of it tells."""
    if kind != "video":
        return sent.pixels <= rules.photos.max_pixels
    seconds = rules.videos.long_seconds if sent.long else rules.videos.max_seconds
    return sent.duration_ms < 1000 * (seconds + 1)


def _per_day(rules: PhotoRules, *, holds: bool) -> int:
    """Return how many one may send who holds the larger quota, or does not: see ``quotas.quota``."""
    return max(rules.per_day, rules.larger_per_day) if holds else rules.per_day


def within_the_day(moments: Iterable[datetime], per_day: int) -> list[bool]:
    """Say of each upload of one member, the oldest first, whether it kept within ``per_day`` in 24 hours.

    One that was refused does not count against those after it, as it does not in ``media/uploads.py``.
    """
    taken: deque[datetime] = deque()
    found = []
    for moment in moments:
        while taken and taken[0] <= moment - DAY:
            taken.popleft()
        found.append(len(taken) < per_day)
        if found[-1]:
            taken.append(moment)
    return found
