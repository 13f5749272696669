"""Holdings: who holds which feature, as an immutable value that a request decides by.

Pure. Law 3: a request goes by one such value, read by the version that its first statement names, so a grant
or a loss that was committed before it began is never missed. Law 14: a holding that ends does so by the time
that is asked about, whether or not a job has come since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

Holder = Literal["member", "guild"]
"""Of what kind somebody is who holds features."""
HOLDERS: tuple[Holder, ...] = ("member", "guild")

Who = TypeVar("Who")


@dataclass(frozen=True, slots=True)
class Held(Generic[Who]):
    """Who holds one feature."""

    lasting: frozenset[Who] = frozenset()
    """Those whose holding has no end yet."""
    ending: Mapping[Who, datetime] = field(default_factory=dict)
    """The others, each with the moment from which on they hold it no longer."""

    def by(self, who: Who, now: datetime) -> bool:
        """Say whether somebody holds it at a moment."""
        if who in self.lasting:
            return True
        until = self.ending.get(who)
        return until is not None and now < until


@dataclass(frozen=True, slots=True)
class Holdings:
    """Who holds which feature, at one version."""

    version: int
    members: Mapping[str, Held[int]] = field(default_factory=dict)
    """By the name of the feature; members by their ids."""
    guilds: Mapping[str, Held[str]] = field(default_factory=dict)
    """Guilds that meet the conditions of a feature, by their slugs."""


NOTHING_HELD = Holdings(version=0)
"""Nobody holds anything."""
