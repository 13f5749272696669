"""Feature state: how a night of numbers moves somebody's holding of a feature.

Pure. Law 14: the state is a function of the state before, the conditions as the night found them, and the
moment that the numbers are of. The same night asked twice changes nothing.

It is a hysteresis: what it takes to gain a feature is more than what it takes to keep it, so that nobody
gains and loses it with every small change (a Schmitt trigger; O. H. Schmitt, *J. Sci. Instrum.* 15, 1938).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Cause = Literal["limit", "grace", "expired", "clause", "gone"]
"""Why a feature is lost: ``lose_when`` held; what keeps it failed to the end of the grace; the grant's term
was over; no clause offers it to such a holder any more; or its holder has left."""


@dataclass(frozen=True, slots=True)
class Met:
    """What of a feature's terms held on one night."""

    grant: bool
    keep: bool
    lose: bool


@dataclass(frozen=True, slots=True)
class State:
    """One holding of a feature."""

    granted_at: datetime
    grace_until: datetime | None = None
    """When it is lost unless what keeps it holds again before; None while that holds."""
    expires_at: datetime | None = None

    @property
    def until(self) -> datetime | None:
        """The moment from which on it is not held, as far as is known; None for no end."""
        ends = [end for end in (self.grace_until, self.expires_at) if end is not None]
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Lost:
    """That a holding ended."""

    at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one holding in a night."""

    before: State | None
    state: State | None
    """What is held now, if anything."""
    lost: Lost | None = None
    """That what was held before was lost; it may have been gained anew in the same night."""

    @property
    def gained(self) -> bool:
        """Whether a new holding began."""
        return self.state is not None and (self.before is None or self.lost is not None)

    @property
    def moved(self) -> bool:
        """Whether a holding went on with another grace than before."""
        return self.state is not None and not self.gained and self.state != self.before

    @property
    def anything(self) -> bool:
        """Whether anything changed."""
        return self.lost is not None or self.state != self.before


def after(
    before: State | None, met: Met, at: datetime, *, grace: timedelta, expires: timedelta | None
) -> Changed:
    """Return what becomes of a holding, or of nobody's, by the numbers as of ``at``.

    ``grace`` and ``expires`` are the lengths in the terms; a holding keeps the ends that it was told.
    """
    if before is None:
        return Changed(None, _gained(met, at, expires))
    lost = _lost(before, met, at, grace)
    if lost is not None:
        return Changed(before, _gained(met, at, expires), lost)
    if met.keep:
        return Changed(before, replace(before, grace_until=None))
    return Changed(before, replace(before, grace_until=before.grace_until or at + grace))


def ended(before: State, at: datetime, cause: Cause) -> Changed:
    """Return the loss of a holding for which no numbers are asked any more; where it was over, by itself."""
    return Changed(before, None, over(before, at) or Lost(at, cause))


def _gained(met: Met, at: datetime, expires: timedelta | None) -> State | None:
    if not (met.grant and met.keep) or met.lose:
        return None
    return State(at, expires_at=None if expires is None else at + expires)


def _lost(before: State, met: Met, at: datetime, grace: timedelta) -> Lost | None:
    by_time = over(before, at)
    if by_time is not None:
        return by_time
    if met.lose:
        return Lost(at, "limit")
    if not met.keep and not grace and before.grace_until is None:
        return Lost(at, "grace")
    return None


def over(before: State, at: datetime) -> Lost | None:
    """Return that time alone has ended a holding by ``at``; None where it has not."""
    if before.until is None or at < before.until:
        return None
    return Lost(before.until, "grace" if before.until == before.grace_until else "expired")
