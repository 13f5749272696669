"""Feeds over HTTP: the recipes there are, the next page of one, what sliders would do, and your default."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from audience.feeds import chosen, preview, serving
from audience.feeds.preview import Preview
from audience.feeds.rules import FEEDS, FeedRules, SignalName, SlotName, slot_clause
from audience.feeds.serving import Served
from audience.feeds.sliders import LABELS, Weighing
from audience.routes.post_views import PostView, post_view
from audience.routes.why import ScoreView
from coop import committing
from coop.api import Api
from coop.book import Book
from coop.call import Call
from coop.errors import Fault, NotFound, RuleBroken
from coop.receipts import Citation

api = Api("feeds")

EXTERNAL_CLAUSES = ("/external/items", "/external/page")
"""What decides of a page that comes from elsewhere, beside what its reader may see."""


class ProfileView(BaseModel):
    """One recipe, and every clause that it rests on."""

    name: str
    about: str
    clauses: list[Citation]


class ProfileList(BaseModel):
    """Every recipe of the ``feeds`` policy in force."""

    items: list[ProfileView]
    signals: list[Citation]
    """The clauses inside the signals, which all recipes share."""
    default: str
    """Yours: one of these, or ``own:`` one that you made."""


class FeedQuery(BaseModel):
    """How much of a page to return."""

    limit: int | None = Field(default=None, ge=1, le=100)
    """At most so many posts; a page never holds more than its profile says."""


@dataclass(slots=True)
class FeedItem:
    """A post, and why it has its place."""

    post: PostView
    why: ScoreView
    """Without terms where an address elsewhere named it: nothing is weighed then."""
    slot: SlotName | None
    """``discovery`` or ``bridging`` where only the places kept for such authors brought it here."""
    more: str
    """Where to ask everything else about why you see it."""


class InsteadView(BaseModel):
    """Why another profile made the page than the one that you asked for."""

    asked: str
    reason: str
    since: datetime | None
    """Since when it has been failing."""


class FeedPage(BaseModel):
    """The next posts of a profile. What is delivered here counts as viewed and does not come again."""

    profile: str
    """The one that made the page."""
    items: list[FeedItem]
    """The highest score first; those that were named elsewhere in the order in which they were."""
    weights: dict[SignalName, Weighing]
    """By signal, the weight that every term's value was multiplied by, in thousandths as all weights are."""
    receipts: dict[str, Citation]
    """By pointer: the clauses that the terms and slots rest on, each with the vote that set it."""
    source: str | None
    """The address that named the posts, where a profile of your own has one."""
    instead: InsteadView | None


class PreviewQuery(BaseModel):
    """How sliders would stand."""

    sliders: str | None = Field(default=None, max_length=300)
    """Such as ``small:1,calm:0.5``; what is not named stands at 0. As they are where this is left out."""
    topics: str | None = Field(default=None, max_length=4000)
    """Tags, such as ``bread,rye``. As they are where this is left out."""


class SliderView(BaseModel):
    """One weight: what it is called, what it is made of, and the clauses that say how far it goes."""

    signal: str
    label: str
    about: str
    base: int
    """In thousandths, as all weights are."""
    slider: float
    """Your position from -3 to 3: the weight is base x 2^slider, between ``min`` and ``max``."""
    min: int | None
    """None where the profile has no slider for it."""
    max: int | None
    weight: int
    clipped: bool
    """Whether ``min`` or ``max`` stopped the slider."""
    clause: Citation
    range: list[Citation]


class TotalView(BaseModel):
    """What one signal adds up to over the page, in millionths."""

    slider: SliderView
    before: int
    after: int


class PreviewView(BaseModel):
    """What sliders would do to your next page. Nothing is delivered, and no post is named."""

    profile: str
    places: int
    """Posts on the page."""
    moved: int
    """Places that would hold another post."""
    replaced: int
    """Posts that would come on to it."""
    totals: list[TotalView]


class DefaultIn(BaseModel):
    """Which profile is your default."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=30)
    """Of the policy, ``own:`` one of yours, or ``default`` for the coop's, whatever votes make of it."""


class DefaultView(BaseModel):
    """Your default."""

    name: str


@api.get("/feeds")
def list_feeds(call: Call) -> ProfileList:
    """List the recipes that pages are made by."""
    policy = call.book.policy(FEEDS)
    clauses = [] if policy is None else [call.book.cite(FEEDS, clause) for clause in policy.blame]
    return ProfileList(
        items=[
            ProfileView(
                name=name,
                about=profile.about,
                clauses=[one for one in clauses if one.clause.startswith(f"/profiles/{name}/")],
            )
            for name, profile in call.book.rules(FEEDS, FeedRules).profiles.items()
        ],
        signals=[one for one in clauses if one.clause.startswith("/signals/")],
        default=chosen.default_of(call.session, call.member, call.book),
    )


@api.put("/feeds/default", raises=(NotFound,))
def choose_default(call: Call, body: DefaultIn) -> DefaultView:
    """Make a profile your default: ``/feeds/default`` delivers it, and it stands in where another fails."""
    chosen.choose(call.session, call.member, call.book, body.name)
    return DefaultView(name=chosen.default_of(call.session, call.member, call.book))


@api.get("/feeds/<profile>")
def read_feed(call: Call, profile: str, query: FeedQuery) -> FeedPage:
    """Read the next page of a recipe: posts you may see and have not seen, each with its exact score.

    ``own:`` and a name is one of your own, ``default`` your default. One that fails is told with the reason,
    and your default's page comes instead.
    """
    found = serving.serve(call.session, call.member, call.book, profile, call.now, limit=query.limit)
    committing.send(call.session)
    return feed_page(call.book, found)


def feed_page(book: Book, found: Served) -> FeedPage:
    """Return a page as it is told, with the clauses that it rests on; it asks nothing of the database."""
    weights = {} if found.recipe is None else found.recipe.weighings
    under = "" if found.recipe is None else f"?profile={found.name}"
    return FeedPage(
        profile=found.name,
        items=[
            FeedItem(
                post=post_view(book, item.card, item.source),
                why=ScoreView(score=item.score, terms=item.terms),
                slot=item.slot,
                more=f"/api/v1/posts/{item.card.id}/why{under}",
            )
            for item in found.items
        ],
        weights=weights,
        receipts={clause: book.cite(FEEDS, clause) for clause in _clauses(found, weights)},
        source=found.source,
        instead=None
        if found.instead is None
        else InsteadView(asked=found.instead.asked, reason=found.instead.reason, since=found.instead.since),
    )


@api.get("/feeds/<profile>/preview", raises=(NotFound, RuleBroken))
def preview_feed(call: Call, profile: str, query: PreviewQuery) -> PreviewView:
    """Try sliders out: how much of your next page would change, and by how much each signal.

    Nothing is delivered, so no seat is taken and no post is named.
    """
    positions = None if query.sliders is None else positions_in(query.sliders)
    topics = None if query.topics is None else [one for one in query.topics.split(",") if one.strip()]
    found = preview.preview(call.session, call.member, call.book, profile, positions, topics, call.now)
    return preview_view(call.book, found)


def positions_in(text: str) -> dict[str, float]:
    """Return sliders as they are written in an address, ``small:1,calm:0.5``; raise RuleBroken for others."""
    found: dict[str, float] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, position = part.partition(":")
        signal = name.strip()
        if signal in found:
            raise RuleBroken(
                "These are no positions of sliders.", faults=(Fault("query/sliders", "Name each once."),)
            )
        try:
            found[signal] = float(position)
        except ValueError as error:
            fault = Fault("query/sliders", "Write them as small:1,calm:0.5.")
            raise RuleBroken("These are no positions of sliders.", faults=(fault,)) from error
    return found


def slider_view(book: Book, one: Weighing) -> SliderView:
    """Return a weight with its words and its clauses."""
    label = LABELS[one.signal]
    return SliderView(
        signal=one.signal,
        label=label.name,
        about=label.about,
        base=one.base,
        slider=one.slider,
        min=one.min,
        max=one.max,
        weight=one.weight,
        clipped=one.clipped,
        clause=book.cite(FEEDS, one.clause),
        range=[book.cite(FEEDS, clause) for clause in one.range_clauses],
    )


def preview_view(book: Book, found: Preview) -> PreviewView:
    """Return a preview in the shape that the API gives it."""
    return PreviewView(
        profile=found.recipe.title,
        places=found.places,
        moved=found.moved,
        replaced=found.replaced,
        totals=[
            TotalView(slider=slider_view(book, one.weighing), before=one.before, after=one.after)
            for one in found.totals
        ],
    )


def _clauses(found: Served, weights: Mapping[SignalName, Weighing]) -> list[str]:
    """Return the clauses that a page rests on."""
    if found.recipe is None:
        return list(EXTERNAL_CLAUSES)
    clauses = [one.clause for one in weights.values()]
    clauses += [clause for one in weights.values() if one.slider for clause in one.range_clauses]
    slots: list[Literal["discovery", "bridging"]] = sorted({item.slot for item in found.items if item.slot})
    return clauses + [slot_clause(found.recipe.name, slot) for slot in slots]
