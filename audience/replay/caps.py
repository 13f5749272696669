"""Gates without a database: who would have been seated, had a limit held from a post's first moment.

Pure. Law 6: these are the rules of ``audience/gate.py``, arrival by arrival: a cap of distinct viewers, and
the limiter of strangers (GCRA, ITU-T I.371). The n-th arrivals of all posts are decided at once.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from audience.limits import Limits
from audience.replay.columns import Bools, Ints
from audience.replay.recorded import OPEN

MICROSECOND = timedelta(microseconds=1)
LONG_AGO = np.iinfo(np.int64).min // 4
"""The theoretical arrival of a gate at which nobody has arrived."""


@dataclass(frozen=True, slots=True)
class Caps:
    """The limits of some posts, by their index."""

    seats: Ints
    """:data:`OPEN` where there is no cap."""
    period: Ints
    """Microseconds between strangers at the sustained rate; 0 where they are not limited."""
    tolerance: Ints
    """Microseconds by which they may run ahead of it."""
    all_wait: Ints
    """1 where friends of the post are delayed as strangers are."""

    @classmethod
    def of(cls, limits: list[Limits], which: Ints) -> "Caps":
        """Return the limits of posts of which the i-th has ``limits[which[i]]``."""
        seats = [OPEN if one.seats is None else one.seats for one in limits]
        period = [0 if one.period is None else one.period // MICROSECOND for one in limits]
        tolerance = [0 if one.tolerance is None else one.tolerance // MICROSECOND for one in limits]
        all_wait = [one.all_wait for one in limits]
        return cls(*(np.array(values, np.int64)[which] for values in (seats, period, tolerance, all_wait)))


def admitted(caps: Caps, post: Ints, at: Ints, friend: Bools) -> Bools:
    """Say of each arrival whether it would have been seated.

    Arrivals come ordered by post and then by time, each of another member; a friend of the post is no
    stranger to it and is not delayed, unless all wait there. Posts are named by their index in ``caps``.
    """
    rank = places(post)
    seated: Bools = rank < caps.seats[post]
    limited = np.flatnonzero(caps.period[post] > 0)
    if len(limited):
        spared = friend[limited] & (caps.all_wait[post[limited]] == 0)
        seated[limited] = _limited(caps, post[limited], at[limited], spared, rank[limited])
    return seated


def places(group: Ints) -> Ints:
    """Return each element's place among those of its group; groups come together."""
    if not len(group):
        return np.empty(0, np.int64)
    begins = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    lengths = np.diff(np.r_[begins, len(group)])
    return np.arange(len(group)) - np.repeat(begins, lengths)


def _limited(caps: Caps, post: Ints, at: Ints, friend: Bools, rank: Ints) -> Bools:
    """Decide the arrivals at posts where strangers are limited, the first of all posts first."""
    known, mine = np.unique(post, return_inverse=True)
    cap, period, tolerance = caps.seats[known], caps.period[known], caps.tolerance[known]
    taken = np.zeros(len(known), np.int64)
    arrival = np.full(len(known), LONG_AGO)
    seated = np.zeros(len(post), np.bool_)
    order = np.argsort(rank, kind="stable")
    for round_ in np.split(order, np.cumsum(np.bincount(rank))[:-1]):
        gate, now, known_here = mine[round_], at[round_], friend[round_]
        due = np.maximum(arrival[gate], now) + period[gate]
        enters = (taken[gate] < cap[gate]) & (known_here | (due - tolerance[gate] <= now))
        taken[gate] += enters
        arrival[gate] = np.where(enters & ~known_here, due, arrival[gate])
        seated[round_] = enters
    return seated
