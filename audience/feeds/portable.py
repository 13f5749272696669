"""Feeds that can be carried from one instance to another: a profile as a JSON document, and back.

Pure. A document says what the profile weighs (``weights``), and, for whoever wants to know, how that was made
(``base``, ``sliders``) and what its pages were (``form``). What a profile weighs here is made by sliders of a
profile that was voted here, so taking a document in means setting them to come as near as they can. Law 1:
nothing is weighed beyond the bounds in force, and each difference is told with the clause that made it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from audience.feeds import sliders
from audience.feeds.own_draft import LONGEST_ABOUT, Draft
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, WEIGHT_UNIT, FeedRules, Profile, SignalName, Weight
from audience.feeds.signals import SIGNALS
from audience.feeds.sliders import FURTHEST, STEPS, Weighing
from coop.book import Book
from coop.errors import Fault, RuleBroken
from coop.outbound import LONGEST_URL

FORMAT: Literal["allotment-feed/1"] = "allotment-feed/1"
MOST = 100
"""Signals, or tags, that a document may name: far more than there are, and few enough to be read."""

Key = Annotated[str, Field(min_length=1, max_length=60)]


class FormDocument(BaseModel):
    """What pages are, whatever is on them. It is told and cannot be carried: here it is as was voted here."""

    model_config = ConfigDict(extra="forbid", strict=True)

    among: str = Field(max_length=30)
    page: int = Field(ge=1)
    per_author: int = Field(ge=1)
    horizon: str = Field(max_length=30)
    half_life: str = Field(max_length=30)
    discovery: int = Field(ge=0)
    bridging: int = Field(ge=0)


class BaseDocument(BaseModel):
    """The voted profile that it was made from."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=30)
    weights: dict[Key, Weight] = Field(max_length=MOST)


class FeedDocument(BaseModel):
    """A profile, to be carried. It has either weights or an address."""

    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["allotment-feed/1"]
    name: str = Field(max_length=60)
    about: str = Field(default="", max_length=LONGEST_ABOUT)
    weights: dict[Key, Weight] = Field(default_factory=dict, max_length=MOST)
    """By signal, as they were in force where it was made."""
    base: BaseDocument | None = None
    sliders: dict[Key, float] = Field(default_factory=dict, max_length=MOST)
    """Positions that gave these weights there; they are kept where they give the same here."""
    topics: list[Key] = Field(default_factory=list, max_length=MOST)
    """Names of tags."""
    form: FormDocument | None = None
    external_url: str | None = Field(default=None, max_length=LONGEST_URL)
    """An address that names its posts."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One thing that is not here as the document has it."""

    pointer: str
    """Into the document."""
    said: Any
    made: Any
    reason: str
    clauses: tuple[str, ...] = ()
    """Pointers of the clauses of the ``feeds`` policy that decided it."""


def export(name: str, about: str, recipe: Recipe | None, topics: list[str], url: str | None) -> FeedDocument:
    """Return a profile as a document; ``recipe`` is None where it comes from elsewhere."""
    if recipe is None:
        return FeedDocument(format=FORMAT, name=name, about=about, external_url=url)
    weighings = sliders.weights(recipe.name, recipe.profile, recipe.sliders)
    return FeedDocument(
        format=FORMAT,
        name=name,
        about=about,
        weights={signal: one.weight / WEIGHT_UNIT for signal, one in weighings.items()},
        base=BaseDocument(name=recipe.name, weights=dict(recipe.profile.weights.items())),
        sliders={signal: one.slider for signal, one in weighings.items() if one.slider},
        topics=topics,
        form=form_of(recipe.profile),
    )


def form_of(profile: Profile) -> FormDocument:
    """Return what the pages of a profile are, in the terms of a document."""
    said = profile.model_dump(mode="json")
    return FormDocument(
        **{name: said[name] for name in ("among", "page", "per_author", "horizon", "half_life")},
        **said["slots"],
    )


def fit(document: FeedDocument, book: Book) -> tuple[Draft, list[Adjustment]]:
    """Return what comes nearest here to a document, and everything in which it differs.

    Raise RuleBroken where it has neither weights nor an address, or both.
    """
    if bool(document.weights) == (document.external_url is not None):
        fault = Fault("/weights", "Give what it weighs, by signal, or the address that names its posts.")
        raise RuleBroken("A profile has either weights or an address.", faults=(fault,))
    if document.external_url is not None:
        return Draft(document.name, document.about, external_url=document.external_url), []
    rules = book.rules(FEEDS, FeedRules)
    base, adjustments = _base(document, rules)
    profile = rules.profiles[base]
    positions: dict[str, float] = {}
    for signal in dict.fromkeys([*document.weights, *profile.weights]):
        positions[signal], told = _fitted(document, base, profile, signal)
        adjustments += told
    topics = _topics(document, profile, rules, adjustments)
    adjustments += _form(document, base, profile)
    turned = {signal: position for signal, position in positions.items() if position}
    return Draft(document.name, document.about, base, turned, topics), adjustments


def _base(document: FeedDocument, rules: FeedRules) -> tuple[str, list[Adjustment]]:
    said = None if document.base is None else document.base.name
    if said in rules.profiles:
        return str(said), []
    reason = "There is no such profile here, so it is made from the coop's default."
    return rules.default, [Adjustment("/base/name", said, rules.default, reason, ("/default",))]


def _fitted(
    document: FeedDocument, base: str, profile: Profile, signal: str
) -> tuple[float, list[Adjustment]]:
    """Return the position that brings a signal nearest to the weight in the document, and what it misses."""
    pointer, said = f"/weights/{signal}", document.weights.get(signal, 0.0)
    known = next((one for one in SIGNALS if one == signal), None)
    if known is None or known not in profile.weights:
        reason = "There is no such signal here." if known is None else f"{base} does not weigh it."
        return 0.0, [Adjustment(pointer, said, 0.0, reason)] if said or known is None else []
    target = round(said * WEIGHT_UNIT)
    made = _nearest(base, profile, known, target, document.sliders.get(signal, 0.0))
    if made.weight == target:
        return made.slider, []
    clauses: tuple[str, ...] = (made.clause,)
    if made.min is None or made.max is None:
        reason = f"{base} has no slider for it."
    elif not made.min <= target <= made.max:
        reason, clauses = "Its slider ends here.", made.range_clauses
    else:
        reason = "A slider goes in steps, by halves of a doubling."
    return made.slider, [Adjustment(pointer, said, made.weight / WEIGHT_UNIT, reason, clauses)]


def _nearest(base: str, profile: Profile, signal: SignalName, target: int, first: float) -> Weighing:
    """Return the weight nearest to a target, by the position named first where that one gives it exactly."""
    scale = [step / STEPS for step in range(-round(FURTHEST * STEPS), round(FURTHEST * STEPS) + 1)]
    scale.sort(key=lambda position: (position != first, abs(position)))
    made = [sliders.weights(base, profile, {signal: position})[signal] for position in scale]
    return min(made, key=lambda one: abs(one.weight - target))


def _topics(
    document: FeedDocument, profile: Profile, rules: FeedRules, adjustments: list[Adjustment]
) -> list[str]:
    said = document.topics
    if said and "topic" not in profile.weights:
        adjustments.append(Adjustment("/topics", said, [], "This profile does not weigh tags."))
        return []
    kept = said[: rules.own.topics]
    if len(kept) < len(said):
        reason = f"A profile may choose {len(kept)} tags."
        adjustments.append(Adjustment("/topics", said, kept, reason, ("/own/topics",)))
    return kept


def _form(document: FeedDocument, base: str, profile: Profile) -> Iterator[Adjustment]:
    """Yield how pages differ here: their form is voted, and no profile of a member's own has another."""
    if document.form is None:
        return
    here: Mapping[str, Any] = form_of(profile).model_dump()
    for name, said in document.form.model_dump().items():
        if said != here[name]:
            at = f"slots/{name}" if name in ("discovery", "bridging") else name
            reason = f"Pages of {base} are so by a vote."
            yield Adjustment(f"/form/{name}", said, here[name], reason, (f"/profiles/{base}/{at}",))
