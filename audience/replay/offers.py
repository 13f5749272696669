"""Offers: what each reader drawn could have been shown at each moment by the profiles that are compared."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session

from audience.feeds.recipe import Recipe
from audience.relations import BLOCK, FOLLOW
from audience.replay import candidates, limits_for_now, recorded
from audience.replay.audience import caps_of
from audience.replay.candidates import Locks, Pool, Relations, Search
from audience.replay.columns import Bools, Ints
from audience.replay.moments import Past, past
from coop.ids import first_id_at
from coop.rehearsal import Rehearsing

STEPS = 3
"""Of how many parts the work is made, of which two are done once there are offers: of progress alone."""


@dataclass(frozen=True, slots=True)
class Offers:
    """The past, and the pools that were found in it."""

    past: Past
    readers: Sequence[int]
    """Ids of those who were drawn."""
    pools: Mapping[tuple[int, int], Mapping[Search, Pool]]
    """By the id of a reader and the index of a moment."""

    @property
    def pooled(self) -> Bools:
        """Which posts are in some pool, by place in ``Past.posts``."""
        found = np.zeros(len(self.past.posts), np.bool_)
        for pools in self.pools.values():
            for pool in pools.values():
                found[pool.post] = True
        return found


def offers(
    session: Session,
    asked: Rehearsing,
    recipes: Collection[Recipe],
    slugs: Mapping[int, str],
    moments: Sequence[datetime],
    readers: Sequence[int],
) -> Offers:
    """Return what the recipes could have made pages from; ``slugs`` are those of guilds by their ids."""
    asked.progress(0, STEPS, "views")
    longest = max(max(one.profile.horizon, *one.measures.windows) for one in recipes)
    first, last = first_id_at(asked.since - longest), first_id_at(asked.until)
    posts = recorded.posts(session, first, last)
    windows = {one.measures.windows for one in recipes}
    seats = recorded.seats(session, posts, asked.until)
    written = recorded.replies(session, first, last)
    known = past(posts, seats, written, tuple(moments), list(readers), windows)
    caps = caps_of(asked.before, posts, slugs).seats if len(posts) else np.empty(0, np.int64)
    searches = {Search.of(one.profile) for one in recipes}
    return Offers(known, readers, _pools(session, asked, known, caps, readers, searches))


def _pools(
    session: Session,
    asked: Rehearsing,
    known: Past,
    caps: Ints,
    readers: Sequence[int],
    searches: Collection[Search],
) -> dict[tuple[int, int], dict[Search, Pool]]:
    """Return what every search finds, for each reader at each moment."""
    follows, blocks = (recorded.relations(session, kind, asked.until) for kind in (FOLLOW, BLOCK))
    ids = known.posts.id
    first, last = (int(ids[0]), int(ids[-1]) + 1) if len(ids) else (0, 0)
    limits = limits_for_now.recorded(session, first, last, asked.until)
    belongs = recorded.memberships(session, asked.until)
    relations = Relations(follows, blocks, blocks.turned, belongs, limits)
    keys, post_id = recorded.locks(session, first, last)
    locks = Locks(keys, np.searchsorted(ids, post_id))
    found = {}
    for done, member_id in enumerate(readers, start=1):
        for moment in range(len(known.moments)):
            who = candidates.reader(known, locks, relations, member_id, moment)
            found[member_id, moment] = {
                search: candidates.pool(known, caps, who, search) for search in searches
            }
        asked.progress(len(readers) + done, STEPS * len(readers), "pages")
    return found
