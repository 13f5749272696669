"""What readers are told of a post or reply besides what it says: flags of decisions, marks of their garden.

HTTP shapes that several routes share.
"""

from dataclasses import dataclass
from typing import Any, Literal

from audience.gardens import garden
from audience.moderation import verdict
from audience.moderation.rules import Action


@dataclass(slots=True)
class MarkReasonView:
    """Something of your garden that speaks against a post."""

    by: garden.By
    """What you mute (``person``, ``guild``, ``tag``, ``word``, ``kind``), a ``filter`` of yours, or a
    ``label`` to which you subscribe."""
    name: str
    """Of the filter, or of the labeller and its label (``slug/label``); nothing for what you mute."""
    action: garden.Sight
    disputed: bool
    """Of a label: whether whoever is labelled, or made the post, says that it is not so."""


@dataclass(slots=True)
class MarkView:
    """What your own garden does with it; nobody else is told."""

    action: Literal["label", "collapse"]
    """``collapse``: show it folded, with the reasons. So is what you have hidden, where you go and look."""
    reasons: list[MarkReasonView]
    chosen: bool
    """Whether you chose to see it, or all that its author makes: then your garden does not fold it."""


@dataclass(slots=True)
class FlagReasonView:
    """A rule that holds for it, or a by-law by which people decided."""

    by: verdict.By
    about: str
    """What the rule is for."""
    then: Action
    label: str | None
    scope: str
    clause: str
    version: int
    """Of the policy ``moderation`` of that scope."""
    proposal: str | None
    """The vote behind the rule; none where it was founded."""


@dataclass(slots=True)
class FlagView:
    """What rules did with it: whoever reads it is told, and by which clauses."""

    decision: str
    action: Action
    """``label``; ``collapse``: show it folded; ``unfeed``: no feed offers it; ``narrow``: only whoever
    follows its author or is named in it sees it; ``hold`` and ``remove``: only its author does."""
    labels: list[str]
    override: bool
    """Whether you may have it shown to you as if nothing were said of it."""
    reasons: list[FlagReasonView]


def is_folded(flag: FlagView | None, mark: MarkView | None) -> bool:
    """Say whether something is shown folded, by a rule or by the viewer's own garden."""
    by_rule = flag is not None and flag.action == "collapse"
    return by_rule or (mark is not None and mark.action == "collapse")


def mark_view(mark: garden.Mark | None) -> MarkView | None:
    """Return what the viewer's garden does with something."""
    if mark is None:
        return None
    reasons = [MarkReasonView(one.by, one.name, one.action, one.disputed) for one in mark.reasons]
    return MarkView(mark.action, reasons, mark.chosen)


def flag_view(flag: dict[str, Any] | None) -> FlagView | None:
    """Return what readers are told of a decision, as it is kept with a post or reply."""
    if flag is None:
        return None
    return FlagView(
        decision=flag["decision"],
        action=flag["action"],
        labels=flag["labels"],
        override=flag["override"],
        reasons=[FlagReasonView(**one) for one in flag["reasons"]],
    )
