"""Words for what rules, juries and stewards do. Pure."""

from audience.moderation.case_rules import Measure, Outcome
from audience.moderation.rules import Action
from coop.cel.form import Comparison

OUTCOMES: dict[Outcome, str] = {
    "none": "Leave it as it is",
    "label": "Put a label on it",
    "collapse": "Show it folded",
    "narrow": "For those alone who follow its author, or whom it names",
    "remove": "Remove it",
}
"""What a jury does with something."""


WAITING: dict[tuple[str, Outcome], str] = {
    ("profile", "none"): "Let it through: others see it",
    ("profile", "remove"): "Refuse it: others go on seeing what was there before",
    ("follow", "none"): "Let it through: they follow",
    ("follow", "collapse"): "Let it wait, until it ends by itself",
}
"""What a jury does with what waits."""

ON_PROFILES: dict[Outcome, str] = {
    "none": "Leave it as it is",
    "label": "Put a label on it",
    "remove": "Remove name and text, where they still stand: the handle is shown",
}
"""What a jury does with a profile that others see."""


def outcome_words(kind: str, outcome: Outcome, strictest: Outcome, thing: str = "post") -> str:
    """Return what a choice means in a case of a kind; of appeals ``strictest`` lets the decision stand."""
    if kind == "hold" and (thing, outcome) in WAITING:
        return WAITING[thing, outcome]
    if kind == "appeal" and outcome == strictest:
        return "Let stand what was done"
    if kind != "report" and outcome == "none":
        if thing == "profile":
            return "Undo it, but for what was changed since"
        return "Undo it: show it as if nothing had been done"
    return ON_PROFILES.get(outcome, OUTCOMES[outcome]) if thing == "profile" else OUTCOMES[outcome]


def closed_words(kind: str, outcome: Outcome) -> str:
    """Return what a jury decided in a case of a kind, as the record tells it of many."""
    if kind != "report" and outcome == "none":
        return "Undo it" if kind == "appeal" else "Let it through"
    return OUTCOMES[outcome]


MEASURED: dict[Measure, str] = {
    "nothing": "Nothing",
    "warn": "Ask them not to do so again",
    "pause": "Let them publish nothing for some days",
    "suspend": "Ask all of us to suspend them: a vote decides",
}
"""What a jury does about whoever made it."""

DONE_ABOUT: dict[Measure, str] = {
    "nothing": "",
    "warn": "The jury asks you not to do so again.",
    "pause": "The jury lets you publish nothing for some days.",
    "suspend": "The jury asks all of us to suspend you for a time. It suspends nobody: a vote decides.",
}
"""What whoever made a thing is told that a jury did about them."""

ENDED = {
    "no_jury": "no jury could be drawn, nothing was done",
    "no_quorum": "too few voted in time, nothing was done",
    "gone": "its author deleted it",
    "few": "too few reported it",
    "ended": "what it judged had ended",
}
"""Why a case ended without a decision."""

DECIDED: dict[Action, str] = {
    "slow": "followed by a pause",
    "label": "labelled",
    "collapse": "folded",
    "unfeed": "left out of feeds",
    "narrow": "narrowed",
    "hold": "held back",
    "remove": "removed",
}
"""What a rule did with something."""

ASKED_OF: dict[str, str] = {
    "post": "Posts, when they are published",
    "reply": "Replies, when they are written",
    "upload": "Pictures, when a post or reply is about to show one",
    "profile": "Profiles, when somebody joins or changes name or text",
    "follow": "Follows, when somebody begins to follow",
}
"""What a rule is asked of."""

RULES_DO: dict[str, str] = {
    "slow": "Slow: its author may do it again only after a while (posts, replies, follows)",
    "label": "Label: say something of it (posts, replies, pictures, profiles)",
    "collapse": "Fold: show it folded, with the reason (posts, replies)",
    "unfeed": "Leave it out of feeds (posts)",
    "hold": "Hold back: only its author sees it, until a jury or its time decides (all of them)",
    "remove": "Remove: only its author sees it, unless an appeal brings it back (posts, replies, pictures)",
}
"""What a rule may have done, the mildest first."""

MAY_COME_TO: dict[str, str] = {one: said for one, said in OUTCOMES.items() if one != "none"}
"""What a ground may let a jury do with something."""

MAY_MEASURE: dict[str, str] = {one: said for one, said in MEASURED.items() if one != "nothing"}
"""What a ground may let a jury do about whoever made it."""

BELIEVED: dict[str, str] = {
    "none": "It says nothing: rules are asked without its labels",
    "hold": "Nothing is known: what its rules are asked of is held",
}
"""What a labeller that cannot be heard comes to."""

COMPARED: dict[Comparison, str] = {
    "yes": "is so",
    "no": "is not so",
    "more_than": "is more than",
    "at_least": "is at least",
    "less_than": "is less than",
    "at_most": "is at most",
    "is": "is exactly",
    "is_not": "is not",
    "contains": "contains",
    "contains_not": "does not contain",
    "has": "has the entry",
    "has_not": "does not have the entry",
    "any_of": "has one of the list",
    "none_of": "has none of the list",
}
"""How the form of a condition says a comparison."""
