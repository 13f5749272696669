"""What the table ``gardens`` of the policy ``moderation`` may say: who publishes labels, and how many.

Pure. Law 1: these numbers are clauses. What stands in a garden is its member's own affair and no clause.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from audience.moderation.label_rules import MOST_LABELS
from coop.clauses import Clauses, Duration

Publishers = Literal["members", "guilds", "nobody"]
"""Who publishes labels, of those who hold the feature: members and guilds, guilds alone, or nobody."""


class Machine(Clauses):
    """What a classifier of the coop's own may say, where its operator runs one."""

    labels: list[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]] = Field(min_length=1)
    """Nothing else that it says counts."""
    least_score: float = Field(ge=0, le=1)
    """How sure it has to be."""
    at_once: int = Field(ge=1, le=100)
    """Posts that it is asked about at a time."""
    seconds: float = Field(gt=0, le=60)
    """How long it has for them."""


class Gardens(Clauses):
    """The limits of gardens and labellers."""

    publish: Publishers
    """Who may found a labeller, and who may publish further editions of one."""
    mutes: int = Field(ge=1, le=10_000)
    """That one member keeps."""
    filters: int = Field(ge=1, le=100)
    """That one member keeps."""
    conditions: int = Field(ge=1, le=20)
    """Of one filter."""
    choices: int = Field(ge=1, le=100_000)
    """Posts and authors that one member has shown to them whatever lists say."""
    subscriptions: int = Field(ge=1, le=1000)
    """Labels, of all labellers together, to which one member subscribes."""
    labellers: int = Field(ge=1, le=100)
    """That one member, or one guild, publishes."""
    labels: int = Field(ge=1, le=MOST_LABELS)
    """Different labels of one labeller; as many at most as rules can be asked about."""
    labels_a_day: int = Field(ge=1, le=1_000_000)
    """That one labeller gives within 24 hours; one that has given so many is shown as limited."""
    subjects: int = Field(ge=1, le=10_000_000)
    """Labels in one edition of a labeller."""
    silent_after: Duration
    """A labeller that has published nothing for so long is shown as silent, and does nothing any more."""
    preview: Duration
    """How far back one sees what a labeller would have done, before one subscribes."""
    examples: int = Field(ge=1, le=20)
    """Posts of a label, or of a filter, that such a preview shows."""
    recent: int = Field(ge=1, le=1000)
    """Posts that a member was shown last, of which a filter tells them how many it holds of."""
    machine: Machine
