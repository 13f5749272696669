"""A recipe: all that decides how a page is made, a voted profile as one member has set its sliders.

Pure. Every number in it is a clause of the ``feeds`` policy (law 1) or a position that its member chose
within one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from audience.feeds import sliders
from audience.feeds.reader import NOTHING_KNOWN, Taste
from audience.feeds.rules import Bridging, Discovery, FeedRules, Profile, SignalName
from audience.feeds.signal_rules import Measures
from audience.feeds.signals import ABOUT_THE_READER, Setting
from audience.feeds.sliders import Weighing
from audience.feeds.slots import Form

OWN = "own:"
"""How the names of profiles begin that members made."""
OWN_VIA = "feed:own"
"""What a seat says that one of them delivered."""


# Without slots, so that what a page asks for again and again is kept with it.
@dataclass(frozen=True)
class Recipe:
    """A profile with the clauses that all profiles share, and what a member made of it."""

    name: str
    """Of the profile in the policy."""
    profile: Profile
    measures: Measures
    discovery: Discovery
    bridging: Bridging
    sliders: Mapping[SignalName, float] = field(default_factory=dict)
    """Positions by signal; see :mod:`audience.feeds.sliders`."""
    topics: frozenset[int] = frozenset()
    """Features of the tags that the member chose."""
    own: str | None = None
    """What its member calls it, where they made it."""

    @property
    def title(self) -> str:
        """The name by which its member asks for it: ``balanced``, or ``own:`` and theirs."""
        return self.name if self.own is None else f"{OWN}{self.own}"

    @property
    def via(self) -> str:
        """What a seat that it delivers says of how its holder came; names of members' own stay theirs."""
        return f"feed:{self.name}" if self.own is None else OWN_VIA

    @classmethod
    def of(
        cls,
        rules: FeedRules,
        name: str,
        sliders: Mapping[SignalName, float] | None = None,
        topics: frozenset[int] = frozenset(),
        own: str | None = None,
    ) -> "Recipe":
        """Return the recipe of a profile; raise KeyError where the policy has none of that name."""
        profile = rules.profiles[name]
        return cls(name, profile, rules.signals, rules.discovery, rules.bridging, sliders or {}, topics, own)

    @cached_property
    def weighings(self) -> dict[SignalName, Weighing]:
        """The weights that count; a signal of no weight is not asked for."""
        made = sliders.weights(self.name, self.profile, self.sliders)
        return {signal: one for signal, one in made.items() if one.weight}

    @property
    def asks_about_the_reader(self) -> bool:
        """Whether it weighs what is known of its reader."""
        return not ABOUT_THE_READER.isdisjoint(self.profile.weights)

    def setting(self, now: datetime, taste: Taste = NOTHING_KNOWN) -> Setting:
        """Return what the signals of its pages are measured in."""
        return Setting.of(self.measures, self.profile, now, taste, self.topics)

    def form(self, limit: int | None = None) -> Form:
        """Return the form of its pages; ``limit`` can only make them shorter."""
        size = self.profile.page if limit is None else min(limit, self.profile.page)
        return Form.of(self.profile, self.discovery, self.bridging, size)


def weights_of(weighings: Mapping[SignalName, Weighing]) -> dict[SignalName, int]:
    """Return weights alone, in thousandths."""
    return {signal: one.weight for signal, one in weighings.items()}
