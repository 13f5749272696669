"""What the policy ``moderation`` may say of labels: whose are facts of its rules, and what later ones ask.

Pure. Law 1: whom rules believe is a clause, and so are how far back and how often they are asked again. Law
13: what a labeller that cannot be heard any more comes to is said by a clause too, and never by chance.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from coop.clauses import Clauses, Duration

MOST_LABELS = 20
"""Different labels of one labeller."""
PREFIX = "labels."
"""What facts that are labels begin with."""

Missing = Literal["none", "hold"]
"""What a labeller that is silent, gone, ended or none at all comes to: no labels, or nothing is known."""


class Trusted(Clauses):
    """A labeller whose labels rules may speak of, by the name under which it stands."""

    labeller: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    """Its slug."""
    missing: Missing = "none"
    """While it cannot be heard. ``none``: no labels. ``hold``: a rule that needs it cannot be decided."""


class Labelled(Clauses):
    """What labels that come after a thing was made ask of the rules."""

    labellers: int = Field(ge=1, le=50)
    """That one scope names."""
    within: Duration
    """A thing that is older is not asked about again."""
    labels_a_day: int = Field(ge=1, le=1_000_000)
    """Of one labeller, in 24 hours; what it gives beyond them asks nothing again."""
    of_member: int = Field(ge=1, le=1000)
    """Of a member who is labelled, so many of their newest posts and replies are asked about again."""


def label_clause(name: str) -> str:
    """Return the pointer that stands for a trusted labeller in a receipt."""
    return f"/labels/{name}/labeller"
