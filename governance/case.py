"""A case: one proposal as the rules see it, a plain value with the facts and the rules that decide it.

Pure. Law 14: where it stands is computed from what is here. Law 5: the voting rules are those that the
proposal opened under.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from coop.book import COOP
from governance import lifecycle, timeline
from governance.facts import Facts
from governance.lifecycle import Stage
from governance.rules import ClassRules, Method, ProposalClass, VotingRules
from governance.tally import Bar


@dataclass(frozen=True, slots=True)
class Case:
    """One proposal at one moment."""

    id: int
    scope: str
    kind: str
    title: str
    author: str
    """The author's handle; empty where a jury proposes it."""
    author_id: int | None
    method: Method
    options: Any
    """What a ballot chooses from where that is more than for and against."""
    patch_sha256: str
    base_number: int
    voting_version_id: int
    sponsors_needed: int | None
    origin_id: int | None
    target_id: int | None
    joint_id: int | None
    rehearsal_sha256: str | None
    """What ballots bind to of the reports, once all are made."""
    roll_frozen_at: datetime | None
    roll_size: int | None
    tallied_at: datetime | None
    end_reason: str | None
    undone_reason: str | None
    version_id: int | None
    facts: Facts
    rules: VotingRules
    read_at: datetime

    @property
    def class_rules(self) -> ClassRules:
        """The periods and bars of this proposal's risk class."""
        return self.rules.classes.of(self.facts.risk_class)

    @property
    def proposal_class(self) -> ProposalClass:
        """The class that it goes by; an emergency measure is ratified by the bar of its change's class."""
        return "E" if self.facts.pace == "emergency" else self.facts.risk_class

    @property
    def times(self) -> timeline.Timeline | None:
        """When its periods begin; None until it has its sponsors."""
        return timeline.timeline(self.facts, self.rules)

    @property
    def stage(self) -> Stage:
        """Where it stands at the moment it was read at."""
        return lifecycle.stage(self.facts, self.rules, self.read_at)

    @property
    def over(self) -> bool:
        """Whether it has ended, or has gone out of force."""
        return self.facts.ended_at is not None or self.facts.undone_at is not None

    @property
    def ballots_open_at(self) -> datetime | None:
        """The moment as of which its roll is frozen; None while it is not known."""
        return timeline.ballots_open_at(self.facts, self.rules)

    @property
    def ballots_close_at(self) -> datetime | None:
        """When its ballots are counted; None where no vote on it can have opened yet."""
        return timeline.ballots_close_at(self.facts, self.rules)

    @property
    def takes_ballots(self) -> bool:
        """Whether ballots are taken at the moment it was read at."""
        return lifecycle.takes_ballots(self.facts, self.rules, self.read_at)

    @property
    def review_at(self) -> datetime | None:
        """When it is due for review; None where it is not in force or no review was agreed."""
        return timeline.review_at(self.facts)

    @property
    def sunset_at(self) -> datetime | None:
        """When it ends by itself; None where it is not in force or does not."""
        return timeline.sunset_at(self.facts)

    @property
    def bar(self) -> Bar:
        """What its count has to reach; guilds are asked of the coop's votes alone."""
        bar = self.rules.bar(self.facts.risk_class)
        return bar if self.scope == COOP else replace(bar, guilds=None)
