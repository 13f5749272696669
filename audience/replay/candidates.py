"""Candidates of the past: what a feed's own statement would have returned to a member at a moment.

Pure. It decides as ``audience/feeds/candidates.py`` does in SQL: the newest posts that the member's keys
opened, by nobody blocked either way, not their own, not deleted, not seen; of these the newest that had a
seat free.
Law 7 holds for the past as well: a page of a rehearsal has nothing on it that its reader could not see.

What a post said of itself, who watched it to the end, whom it helped and how heated it got is not read of the
past: a candidate of the past says nothing of these, and its signals for them count nothing.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from audience.feeds.recipe import Recipe
from audience.feeds.rules import Profile
from audience.feeds.signals import Candidate
from audience.replay.moments import Past
from audience.replay.recorded import Bools, Ints, Spans, microseconds
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


def reader(past: Past, locks: Locks, relations: Relations, member_id: int, moment: int) -> Reader:
    """Return a member as they would have come to a feed at a moment."""
    now = past.moments[moment]
    at = microseconds(now)
    guilds = relations.belongs.of(member_id, at)
    personal = np.r_[guilds << 4 | 1, member_id << 4 | 2].astype(np.int64)
    named = locks.opened(personal, len(past.posts))
    shunned = np.r_[relations.blocks.of(member_id, at), relations.blocked_by.of(member_id, at), member_id]
    post, came = past.seen[member_id]
    offered = past.live(now) & (named | ~past.posts.narrowed) & ~np.isin(past.posts.author, shunned)
    offered[post[came < at]] = False
    return Reader(member_id, moment, offered, named, relations.follows.of(member_id, at), guilds)


def candidates(past: Past, caps: Ints, who: Reader, recipe: Recipe) -> list[Candidate]:
    """Return the pool of a recipe for a reader, the newest first; ``caps`` are the seats of each post."""
    profile = recipe.profile
    now: datetime = past.moments[who.moment]
    first = int(np.searchsorted(past.posts.id, first_id_at(now - profile.horizon)))
    offered = who.open & _among(past, who, profile)
    newest = np.flatnonzero(offered[first:])[::-1][: profile.depth] + first
    roomy = newest[past.taken[who.moment][newest] < caps[newest]][: profile.pool]
    known, place = past.signals[recipe.measures.windows][who.moment], past.author_place[roomy]
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
            author_bridge=0,
            finish=0,
            bridge=0,
            heat=0,
            features=(),
            norm=0.0,
        )
        for post_id, author, follows, same_guild, named, posts, viewers, answered in zip(
            past.posts.id[roomy].tolist(),
            past.posts.author[roomy].tolist(),
            np.isin(past.posts.author[roomy], who.follows).tolist(),
            np.isin(past.posts.guild[roomy], who.guilds).tolist(),
            who.named[roomy].tolist(),
            known.posts[place].tolist(),
            known.viewers[place].tolist(),
            known.answered[place].tolist(),
            strict=True,
        )
    ]


def _among(past: Past, who: Reader, profile: Profile) -> Bools:
    """Say of each post whether the profile is made from such: see ``rules.Among``."""
    if profile.among == "everyone":
        return np.ones(len(past.posts), np.bool_)
    if profile.among == "followed":
        return np.isin(past.posts.author, who.follows)
    return np.isin(past.posts.guild, who.guilds)
