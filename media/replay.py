"""The media policy, replayed: which recorded uploads would have been refused."""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from coop.feature_grants import read_holdings
from coop.features import LARGER_QUOTA
from coop.holdings import Held
from coop.rehearsal import Measure, Rehearsing, Report, Tallied
from media.rules import MediaRules, PhotoRules
from media.tables import Asset

DAY = timedelta(days=1)

LIMITS = (
    "Format and size of the files that were sent are not on record, so a change of those is not replayed.",
    "Uploads that were refused, or that nobody finished, are not on record for long.",
    "Who held the larger quota when they sent something is not on record: it is asked as it stands.",
)


def replay_media(session: Session, asked: Rehearsing) -> Report:
    """Return which uploads of the window would have been refused, by number in a day and by pixels."""
    rows = session.execute(
        select(col(Asset.owner_id), col(Asset.created_at), col(Asset.width), col(Asset.height))
        .where(col(Asset.created_at) >= asked.since - DAY, col(Asset.created_at) < asked.until)
        .order_by(col(Asset.created_at), col(Asset.id))
    )
    sent: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows:
        sent[row.owner_id].append((row.created_at, (row.width or 0) * (row.height or 0)))
    rules = [book.rules("media", MediaRules).photos for book in (asked.before, asked.after)]
    larger = read_holdings(session).members.get(LARGER_QUOTA, Held())
    tallied = Tallied(asked.hidden_below)
    for owner, uploads in sent.items():
        moments = [moment for moment, _ in uploads]
        holds = larger.by(owner, asked.until)
        within = [within_the_day(moments, _per_day(one, holds=holds)) for one in rules]
        for index, (moment, pixels) in enumerate(uploads):
            if moment >= asked.since:
                before, after = (
                    fits[index] and pixels <= one.max_pixels for fits, one in zip(within, rules, strict=True)
                )
                tallied.add(owner, before=before, after=after)
    uploads_measure = Measure("uploads", "uploads", "refused", "taken", tallied.change)
    return Report({"uploads": tallied.change.before}, (uploads_measure,), limits=LIMITS)


def _per_day(rules: PhotoRules, *, holds: bool) -> int:
    """Return how many one may send who holds the larger quota, or does not: see ``uploads.quota``."""
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
