"""Limits for now, of the past: which authors kept a reader out at a moment, and whom their texts name.

It decides as the database's functions ``kept_out_by`` and ``post_names_reader`` do, from columns. Of each
author the last limit is on record.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session

from audience.replay.columns import Ints, columns
from audience.replay.recorded import Spans

_LIMITS = """
SELECT array_agg(author_id), array_agg(since), array_agg(until),
       array_agg(coalesce(followed_before, 'infinity'))
FROM limit_for_now WHERE since < %(until)s
"""

_NAMED = """
SELECT array_agg(named), array_agg(id)
FROM post JOIN limit_for_now USING (author_id), unnest(mentions) AS named
WHERE id >= %(first)s AND id < %(last)s
"""


@dataclass(frozen=True, slots=True)
class LimitsForNow:
    """The limits that authors set, and whom the texts of the same authors name."""

    author: Ints
    since: Ints
    until: Ints
    followed_before: Ints
    """Whoever began to follow the author later counts as a stranger; beyond all moments where nobody does."""
    named: Ints
    """Ids of members who are named."""
    named_by: Ints
    """Id of the post that names each."""

    def keeping_out(self, member_id: int, at: int, follows: Spans, belongs: Spans) -> Ints:
        """Return the ids of the authors whose limit kept a member out at a moment.

        ``follows`` and ``belongs`` say who followed whom, and who was in which guild.
        """
        on = (self.since <= at) & (at < self.until) & (self.author != member_id)
        author, known_since = self.author[on], np.minimum(self.followed_before[on], at)
        member = np.full(len(author), member_id)
        friends = follows.held(member, author, known_since) | follows.held(author, member, at)
        for guild in belongs.of(member_id, at).tolist():
            friends |= belongs.held(author, np.full(len(author), guild), at)
        found: Ints = author[~friends]
        return found

    def naming(self, member_id: int) -> Ints:
        """Return the ids of the posts whose text names a member."""
        found: Ints = self.named_by[self.named == member_id]
        return found


def recorded(session: Session, first: int, last: int, until: datetime) -> LimitsForNow:
    """Return the limits set before ``until``, and whom posts of ids from ``first`` to below ``last`` name."""
    limits = columns(session, _LIMITS, 4, {"until": until})
    return LimitsForNow(*limits, *columns(session, _NAMED, 2, {"first": first, "last": last}))
