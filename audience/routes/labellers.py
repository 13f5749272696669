"""Labellers over HTTP: found one, publish its editions, look at what it would do, and subscribe to it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator

from audience.gardens import disputes, editions, labellers, preview, subscriptions
from audience.gardens.disputes import OfMe
from audience.gardens.editions import Naming, Published
from audience.gardens.garden import Sight
from audience.gardens.labellers import Shown, Standing
from audience.gardens.subscriptions import Subscribed
from audience.routes.post_views import PostView, post_view
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken, TooMany
from coop.ids import Id
from coop.paging import Page, PageQuery, decode_ints, encode

api = Api("labellers")

AT_ONCE = 100
"""Labels that one request adds or takes back at most."""


class NewLabeller(BaseModel):
    """A labeller to be founded."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(min_length=1, max_length=60)
    name: str = Field(min_length=1, max_length=200)
    about: str = Field(default="", max_length=10_000)
    """By what it labels, so that others know what they borrow."""
    labels: list[str] = Field(min_length=1, max_length=100)
    """What it may say of anything, each of a-z, 0-9 and hyphens."""
    guild: str | None = Field(default=None, min_length=1, max_length=60)
    """Slug of a guild that you are a steward of, where it publishes the labeller."""


class LabellerView(BaseModel):
    """A labeller."""

    slug: str
    name: str
    about: str
    labels: list[str]
    member: str | None
    """Handle of the member who publishes it."""
    guild: str | None
    """Slug of the guild that does; none of both where the coop's own machine gives its labels."""
    edition: int
    """How many it has published."""
    published_at: datetime
    standing: Standing
    """``at work``; ``limited``: it gave as many labels in 24 hours as it may; ``silent``: it has published
    nothing for long; ``gone`` with its publisher; ``ended``. In the last three it does nothing."""
    mine: bool
    """Whether you publish it, alone or as a steward of its guild."""


class EditionView(BaseModel):
    """An edition of a labeller, which never changes."""

    number: int
    note: str
    made_at: datetime


class OfYouView(BaseModel):
    """A label that stands on you, or on a post of yours."""

    label: str
    post_id: str | None
    """None where it is of you."""
    at: datetime
    disputed: bool
    """Whether you say that it is not so."""


class DisputeIn(BaseModel):
    """What you say of a label that stands on you, or on a post of yours."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(max_length=60)
    post_id: Id | None = None
    """A post of yours; none where the label is of you."""
    disputed: bool
    """Whether it is not so; false takes that back."""


class LabellerPage(BaseModel):
    """A labeller, its latest editions, and what you have done with its labels."""

    labeller: LabellerView
    editions: list[EditionView]
    """The latest first."""
    actions: dict[str, Sight]
    """By label: what is done for you; empty where you do not subscribe."""
    of_you: list[OfYouView]
    """What it says of you and of your posts, what it said last first."""
    disputing: int | None
    """How many members dispute what it says of them, in steps of the clause ``/reach/least_told``; none where
    they are fewer."""


class NamingIn(BaseModel):
    """A label, and what it is of: one post, or one member."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(max_length=60)
    post_id: Id | None = None
    member: str | None = Field(default=None, min_length=1, max_length=60)
    """Handle."""

    @model_validator(mode="after")
    def _of_one(self) -> "NamingIn":
        if (self.post_id is None) is (self.member is None):
            raise ValueError("Name a post or a member")
        return self


class EditionIn(BaseModel):
    """What an edition adds and takes back."""

    model_config = ConfigDict(extra="forbid")

    add: list[NamingIn] = Field(default=[], max_length=AT_ONCE)
    remove: list[NamingIn] = Field(default=[], max_length=AT_ONCE)
    note: str = Field(default="", max_length=2000)


class SubscriptionIn(BaseModel):
    """What is to be done with what a labeller labels."""

    model_config = ConfigDict(extra="forbid")

    actions: dict[str, Sight] = Field(max_length=100)
    """By label; one that is not named does nothing."""


class SubscriptionView(BaseModel):
    """A labeller to which you subscribe."""

    labeller: LabellerView
    actions: dict[str, Sight]


class LabelPreview(BaseModel):
    """What would have come of one label."""

    label: str
    number: int
    """Of posts that feeds brought to you and that have it, or whose author has it."""
    examples: list[PostView]


class PreviewView(BaseModel):
    """What a labeller says of what feeds brought to you of late, and of nothing else."""

    since: datetime
    posts: int
    """That feeds brought to you since then and that you may still see."""
    labels: list[LabelPreview]


@api.get("/labellers")
def list_labellers(call: Call, query: PageQuery) -> Page[LabellerView]:
    """List the labellers that nobody has ended, those that published last first."""
    after = decode_ints(query.cursor, 2)
    found, more = labellers.listed(
        call.session, call.member, call.book, call.now, after=after, limit=query.limit
    )
    return Page(
        items=[labeller_view(one) for one in found],
        next=None if more is None else encode("-".join(map(str, more))),
    )


@api.post("/labellers", raises=(RuleBroken, NotFound, Forbidden, Conflict))
def found_labeller(call: Call, body: NewLabeller) -> LabellerPage:
    """Found a labeller, of your own or of a guild that you are a steward of."""
    made = labellers.found(
        call.session,
        call.member,
        call.book,
        body.slug,
        body.name,
        body.about,
        body.labels,
        body.guild,
        call.now,
    )
    return LabellerPage(labeller=labeller_view(made), editions=[], actions={}, of_you=[], disputing=None)


@api.get("/labellers/<slug>")
def read_labeller(call: Call, slug: str) -> LabellerPage:
    """Read a labeller. Of what it speaks is told of posts that you are shown, and of nothing else."""
    found = labellers.read(call.session, call.member, call.book, slug, call.now)
    return LabellerPage(
        labeller=labeller_view(found),
        editions=[_edition_view(one) for one in editions.listed(call.session, found.id)],
        actions=subscriptions.actions_of(call.session, call.member, found.id),
        of_you=[_of_you(one) for one in disputes.of_me(call.session, call.member, found.id)],
        disputing=disputes.number(call.session, call.book, found.id),
    )


@api.delete("/labellers/<slug>")
def end_labeller(call: Call, slug: str) -> None:
    """End a labeller of yours, for good: what its labels did is done no more."""
    labellers.end(call.session, call.member, slug, call.now)


@api.post("/labellers/<slug>/editions", raises=(RuleBroken, Forbidden, TooMany, Conflict))
def publish_edition(call: Call, slug: str, body: EditionIn) -> EditionView:
    """Publish the next edition of a labeller of yours. You label what you can see, and nothing else."""
    made = editions.publish(
        call.session,
        call.member,
        call.book,
        slug,
        [_naming(one) for one in body.add],
        [_naming(one) for one in body.remove],
        body.note,
        call.now,
    )
    return _edition_view(made)


@api.get("/labellers/<slug>/preview")
def preview_labeller(call: Call, slug: str) -> PreviewView:
    """See what a labeller says of what feeds brought to you of late, before you subscribe."""
    found = preview.preview(call.session, call.member, call.book, slug, call.now)
    return PreviewView(
        since=found.since,
        posts=found.posts,
        labels=[
            LabelPreview(
                label=one.label,
                number=one.number,
                examples=[post_view(call.book, card) for card in one.examples],
            )
            for one in found.labels
        ],
    )


@api.put("/labellers/<slug>/subscription", raises=(RuleBroken, Conflict))
def subscribe(call: Call, slug: str, body: SubscriptionIn) -> SubscriptionView:
    """Say what is done for you with what a labeller labels; it holds from your next request on."""
    return subscription_view(
        subscriptions.subscribe(call.session, call.member, call.book, slug, body.actions, call.now)
    )


@api.put("/labellers/<slug>/dispute", status=204)
def dispute_label(call: Call, slug: str, body: DisputeIn) -> None:
    """Say that a label on you, or on a post of yours, is not so: its readers are told that, not by whom."""
    post_id = None if body.post_id is None else int(body.post_id)
    disputes.say(call.session, call.member, slug, body.label, post_id, call.now, disputed=body.disputed)


@api.delete("/labellers/<slug>/subscription")
def unsubscribe(call: Call, slug: str) -> None:
    """Have nothing more done with what a labeller labels."""
    subscriptions.cancel(call.session, call.member, call.book, slug, call.now)


def labeller_view(one: Shown) -> LabellerView:
    """Return a labeller in the shape that the API gives it."""
    said = {name: value for name, value in one._asdict().items() if name != "id"}
    return LabellerView(**said)


def subscription_view(one: Subscribed) -> SubscriptionView:
    """Return a subscription in the shape that the API gives it."""
    return SubscriptionView(labeller=labeller_view(one.labeller), actions=one.actions)


def _edition_view(one: Published) -> EditionView:
    return EditionView(number=one.number, note=one.note, made_at=one.made_at)


def _of_you(one: OfMe) -> OfYouView:
    post_id = None if one.post_id is None else str(one.post_id)
    return OfYouView(label=one.label, post_id=post_id, at=one.at, disputed=one.disputed)


def _naming(one: NamingIn) -> Naming:
    return Naming(one.label, None if one.post_id is None else int(one.post_id), one.member)
