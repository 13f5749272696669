"""Gardens over HTTP: what you mute, your filters, what you chose to see. Nobody else is told of it."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from audience.gardens import choices, filter_preview, filters, mutes, subscriptions
from audience.gardens.choices import Of as Chosen
from audience.gardens.filter_form import COMPARISONS, Comparison
from audience.gardens.filter_preview import FilterPreview
from audience.gardens.garden import Sight
from audience.gardens.mutes import Of
from audience.gardens.vocabulary import KNOWN
from audience.routes.labellers import SubscriptionView, subscription_view
from audience.routes.post_views import PostView, post_view
from coop.api import Api
from coop.book import Book
from coop.call import Call
from coop.cel.form import Line, Match
from coop.errors import NotFound, RuleBroken

api = Api("gardens")


class MuteIn(BaseModel):
    """What is to be muted."""

    model_config = ConfigDict(extra="forbid")

    of: Of
    name: str = Field(min_length=1, max_length=200)
    """A handle, a slug, a tag, words that stand together, or a kind: ``picture``, ``text`` or ``quote``."""
    until: AwareDatetime | None = None
    """For good where it is left out."""


class MuteView(BaseModel):
    """Something that you mute."""

    id: str
    of: Of
    name: str
    until: datetime | None
    made_at: datetime


class LineIn(BaseModel):
    """One condition of a filter."""

    model_config = ConfigDict(extra="forbid")

    fact: str = Field(max_length=60)
    """One of the facts that your garden lists."""
    comparison: str = Field(max_length=20)
    """One of those that the fact lists."""
    value: str = Field(default="", max_length=200)
    """A word, a name, a whole number, or whole days; nothing where it only is so or is not."""


class FilterIn(BaseModel):
    """A filter to be kept."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    match: Match = "all"
    """Whether ``all`` its conditions need to hold, or ``any``."""
    conditions: list[LineIn] = Field(min_length=1, max_length=100)
    action: Sight
    """``label`` says its name on the post, ``collapse`` folds it, ``hide`` brings it to you no more."""


class FilterView(BaseModel):
    """A filter of yours."""

    id: str
    name: str
    when: str
    """Its condition, in the language of the rules (docs/gardens.md)."""
    action: Sight
    match: Match | None
    """Whether all its conditions need to hold, or any; none where no form says it, as where it is broken."""
    conditions: list[LineIn]
    broken: str
    """What is wrong with it, where it does nothing; mostly nothing."""
    made_at: datetime


class TriedIn(BaseModel):
    """A filter to be tried, and not kept."""

    model_config = ConfigDict(extra="forbid")

    match: Match = "all"
    conditions: list[LineIn] = Field(min_length=1, max_length=100)


class TriedView(BaseModel):
    """What a filter would hold of."""

    posts: int
    """That you were shown last and may still see: at most as many as the clause ``/gardens/recent`` says."""
    held: int
    """Of these, those for which it holds."""
    examples: list[PostView]
    """The newest of them."""


class FactView(BaseModel):
    """A fact that filters may speak of."""

    name: str
    type: str
    meaning: str
    comparisons: list[Comparison]


class ChoiceIn(BaseModel):
    """What you want to be shown."""

    model_config = ConfigDict(extra="forbid")

    of: Chosen = "post"
    """The post, or all that its author makes."""


class ChoiceView(BaseModel):
    """Something that you chose to see, whatever lists, filters and mutes say."""

    of: Chosen
    name: str
    """The id of the post, or the handle of the author."""
    at: datetime


class GardenView(BaseModel):
    """Your garden."""

    mutes: list[MuteView]
    filters: list[FilterView]
    choices: list[ChoiceView]
    subscriptions: list[SubscriptionView]
    facts: list[FactView]
    """What filters may speak of."""


@api.get("/garden")
def read_garden(call: Call) -> GardenView:
    """Read your garden. It is told to nobody else."""
    session, member = call.session, call.member
    return GardenView(
        mutes=[
            MuteView(id=str(one.id), of=one.of, name=one.name, until=one.until, made_at=one.made_at)
            for one in mutes.listed(session, member, call.now)
        ],
        filters=[filter_view(one) for one in filters.listed(session, member)],
        choices=[ChoiceView(of=one.of, name=one.name, at=one.at) for one in choices.listed(session, member)],
        subscriptions=[
            subscription_view(one) for one in subscriptions.listed(session, member, call.book, call.now)
        ],
        facts=[
            FactView(
                name=name,
                type=str(one.type).replace("google.protobuf.Duration", "duration"),
                meaning=one.meaning,
                comparisons=list(COMPARISONS[one.type]),
            )
            for name, one in KNOWN.items()
        ],
    )


@api.post("/garden/mutes", status=204, raises=(NotFound, RuleBroken))
def mute(call: Call, body: MuteIn) -> None:
    """Mute words, a tag, a guild, a person or a kind of posts, from your next request on.

    What you mute is brought to you no more, and folded where you go and look. Muted is not blocked: whom you
    mute reads and answers as before. Muted anew, it ends when you say now.
    """
    mutes.mute(call.session, call.member, call.book, body.of, body.name, body.until, call.now)


@api.delete("/garden/mutes/<id:mute_id>")
def unmute(call: Call, mute_id: int) -> None:
    """No longer mute something."""
    mutes.unmute(call.session, call.member, mute_id)


@api.post("/garden/filters", status=204, raises=(RuleBroken,))
def keep_filter(call: Call, body: FilterIn) -> None:
    """Keep a filter of your own. It holds from your next request on."""
    lines = _lines(body.conditions)
    filters.keep(call.session, call.member, call.book, body.name, lines, body.match, body.action, call.now)


@api.get("/garden/filters/<id:filter_id>")
def read_filter(call: Call, filter_id: int) -> FilterView:
    """Read a filter of yours, as its form says it."""
    return filter_view(filters.read(call.session, call.member, filter_id))


@api.put("/garden/filters/<id:filter_id>", status=204, raises=(NotFound, RuleBroken))
def change_filter(call: Call, filter_id: int, body: FilterIn) -> None:
    """Change a filter of yours in place. It holds from your next request on."""
    lines = _lines(body.conditions)
    filters.change(call.session, call.member, call.book, filter_id, body.name, lines, body.match, body.action)


@api.post("/garden/filters/preview", status=200, raises=(RuleBroken,))
def preview_filter(call: Call, body: TriedIn) -> TriedView:
    """Try a filter on the posts that you were shown last. Nothing is kept, and nobody is told."""
    found = filter_preview.preview(
        call.session, call.member, call.book, _lines(body.conditions), body.match, call.now
    )
    return tried_view(call.book, found)


def filter_view(one: filters.Kept) -> FilterView:
    """Return a filter in the shape that the API gives it."""
    form = one.form
    lines = [] if form is None else form.lines
    return FilterView(
        id=str(one.id),
        name=one.name,
        when=one.when,
        action=one.action,
        match=None if form is None else form.match,
        conditions=[LineIn(fact=line.fact, comparison=line.comparison, value=line.value) for line in lines],
        broken=one.broken,
        made_at=one.made_at,
    )


def tried_view(book: Book, found: FilterPreview) -> TriedView:
    """Return what a filter would hold of in the shape that the API gives it."""
    examples = [post_view(book, one) for one in found.examples]
    return TriedView(posts=found.posts, held=found.held, examples=examples)


def _lines(conditions: Sequence[LineIn]) -> list[Line]:
    return [Line(one.fact, one.comparison, one.value) for one in conditions]


@api.delete("/garden/filters/<id:filter_id>")
def remove_filter(call: Call, filter_id: int) -> None:
    """Keep a filter no longer."""
    filters.remove(call.session, call.member, filter_id)


@api.put("/posts/<id:post_id>/choice", status=204, raises=(RuleBroken,))
def choose_to_see(call: Call, post_id: int, body: ChoiceIn) -> None:
    """Have a post shown to you, or all that its author makes, whatever lists, filters and mutes say.

    It beats a rule of moderation as well, where that rule lets readers choose (``flag.override``).
    """
    choices.choose(call.session, call.member, call.book, post_id, body.of, call.now)


@api.delete("/garden/choices/<of>/<name>")
def undo_choice(call: Call, of: str, name: str) -> None:
    """Take a choice back: ``post`` and its id, or ``author`` and their handle."""
    choices.undo(call.session, call.member, of, name)
