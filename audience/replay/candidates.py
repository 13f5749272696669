"""Candidates of the past: what a feed's own statement would have returned to a member at a moment.

Pure. It decides as ``audience/feeds/candidates.py`` does in SQL: the newest posts that the member's keys
opened, by nobody who was blocked either way or kept them out for now, not their own, not deleted, not seen;
of these the newest that had a seat free.
Law 7 holds for the past as well: a page of a rehearsal has nothing on it that its reader could not see.

Whom a reader could be offered, whom they followed and what their author had done is of the past; what a post
says of itself, how far it is watched, whom it and its author helped and how heated it is, of the present
(``present.py``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from audience.feeds.rules import Among, Profile
from audience.feeds.signal_rules import Windows
from audience.feeds.signals import Candidate
from audience.replay.columns import Bools, Ints
from audience.replay.limits_for_now import LimitsForNow
from audience.replay.moments import Past
from audience.replay.present import Known
from audience.replay.recorded import Spans, microseconds
from coop.ids import first_id_at


@dataclass(frozen=True, slots=True)
class Reader:
    """One member at one moment, as the past knew them."""

    member_id: int
    moment: int
    """Index into ``Past.moments``."""
    open: Bools
    """Which posts the reader could be offered: there, seen by their keys, by others, not yet seen."""
    named: Bools
    """Which posts' locks named the reader or a guild of theirs."""
    follows: Ints
    guilds: Ints


@dataclass(frozen=True, slots=True)
class Locks:
    """Which posts each key opens, by place."""

    keys: Ints
    """In order."""
    post: Ints
    """The post of each."""

    def opened(self, keys: Ints, number: int) -> Bools:
        """Return which of ``number`` posts some of ``keys`` open."""
        found = np.zeros(number, np.bool_)
        for key in keys.tolist():
            begin, end = np.searchsorted(self.keys, [key, key + 1])
            found[self.post[begin:end]] = True
        return found


@dataclass(frozen=True, slots=True)
class Relations:
    """Who stood to whom, from when."""

    follows: Spans
    blocks: Spans
    blocked_by: Spans
    """The same as ``blocks``, read from the other side."""
    belongs: Spans
    limits: LimitsForNow


class Search(NamedTuple):
    """How a profile looks for the posts of its pool: see the fields of these names of ``rules.Profile``."""

    among: Among
    horizon: timedelta
    depth: int
    pool: int

    @classmethod
    def of(cls, profile: Profile) -> "Search":
        """Return how a profile looks."""
        return cls(profile.among, profile.horizon, profile.depth, profile.pool)


@dataclass(frozen=True, slots=True)
class Pool:
    """The posts that a search found for a reader at a moment, the newest first."""

    post: Ints
    """By place in ``Past.posts``."""
    follows: Bools
    """Whether the reader followed its author."""
    same_guild: Bools
    """Whether it was made in a guild of the reader's."""
    named: Bools
    """Whether its lock named the reader, or a guild of theirs."""


def reader(past: Past, locks: Locks, relations: Relations, member_id: int, moment: int) -> Reader:
    """Return a member as they would have come to a feed at a moment."""
    now = past.moments[moment]
    at = microseconds(now)
    guilds = relations.belongs.of(member_id, at)
    personal = np.r_[guilds << 4 | 1, member_id << 4 | 2].astype(np.int64)
    named = locks.opened(personal, len(past.posts))
    shunned = np.r_[relations.blocks.of(member_id, at), relations.blocked_by.of(member_id, at), member_id]
    post, came = past.seen[member_id]
    offered = past.live(now) & ~past.posts.unfed & (named | ~past.posts.narrowed)
    offered &= ~np.isin(past.posts.author, shunned)
    kept_out = relations.limits.keeping_out(member_id, at, relations.follows, relations.belongs)
    let_in = named | np.isin(past.posts.id, relations.limits.naming(member_id))
    offered &= let_in | ~np.isin(past.posts.author, kept_out)
    offered[post[came < at]] = False
    return Reader(member_id, moment, offered, named, relations.follows.of(member_id, at), guilds)


def pool(past: Past, caps: Ints, who: Reader, search: Search) -> Pool:
    """Return what a search finds for a reader; ``caps`` are the seats of each post."""
    now: datetime = past.moments[who.moment]
    first = int(np.searchsorted(past.posts.id, first_id_at(now - search.horizon)))
    offered = who.open & _among(past, who, search.among)
    newest = np.flatnonzero(offered[first:])[::-1][: search.depth] + first
    roomy = newest[past.taken[who.moment][newest] < caps[newest]][: search.pool]
    return Pool(
        post=roomy,
        follows=np.isin(past.posts.author[roomy], who.follows),
        same_guild=np.isin(past.posts.guild[roomy], who.guilds),
        named=who.named[roomy],
    )


def candidates(past: Past, known: Known, found: Pool, moment: int, windows: Windows) -> list[Candidate]:
    """Return a pool with all that signals are made from, what authors did counted as far back as ``windows``.

    ``moment`` is an index into ``Past.moments``.
    """
    did, place = past.signals[windows][moment], past.author_place[found.post]
    ids, authors = past.posts.id[found.post], past.posts.author[found.post]
    return [
        Candidate(
            id=post_id,
            author_id=author,
            own_limits=None,
            seats_max=None,
            more_asked=None,
            gated=False,
            layers=0,
            reached=0,
            embeds=False,
            follows=follows,
            same_guild=same_guild,
            named=named,
            posts=posts,
            viewers=viewers,
            answered=answered,
            **facts._asdict(),
        )
        for post_id, author, follows, same_guild, named, posts, viewers, answered, facts in zip(
            ids.tolist(),
            authors.tolist(),
            found.follows.tolist(),
            found.same_guild.tolist(),
            found.named.tolist(),
            did.posts[place].tolist(),
            did.viewers[place].tolist(),
            did.answered[place].tolist(),
            known.facts(ids, authors),
            strict=True,
        )
    ]


def _among(past: Past, who: Reader, among: Among) -> Bools:
    """Say of each post whether a profile is made from such: see ``rules.Among``."""
    if among == "everyone":
        return np.ones(len(past.posts), np.bool_)
    if among == "followed":
        return np.isin(past.posts.author, who.follows)
    return np.isin(past.posts.guild, who.guilds)
