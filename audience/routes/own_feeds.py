"""Profiles of your own over HTTP: made, changed, shared, forked, and carried from and to other instances."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from audience.feeds import own_record, portable, profiles, sliders
from audience.feeds.named import GONE
from audience.feeds.own_draft import LONGEST_ABOUT, Draft
from audience.feeds.own_record import Own, State
from audience.feeds.portable import Adjustment, FeedDocument
from audience.feeds.recipe import Recipe
from audience.feeds.rules import FEEDS, FeedRules
from audience.routes.feeds import SliderView, slider_view
from coop.api import Api
from coop.book import Book
from coop.call import Call
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.outbound import LONGEST_URL
from coop.receipts import Citation

api = Api("own feeds")


class OwnIn(BaseModel):
    """What a profile of yours is to be: made from one of the policy, or from an address elsewhere."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=60)
    """2 to 24 of a-z, 0-9 and -."""
    about: str = Field(default="", max_length=LONGEST_ABOUT)
    base: str | None = Field(default=None, max_length=30)
    """A profile of the policy."""
    sliders: dict[str, float] = Field(default_factory=dict, max_length=100)
    """By signal, positions from -3 to 3 in halves."""
    topics: list[str] = Field(default_factory=list, max_length=1000)
    """Tags that the signal ``topic`` looks for."""
    external_url: str | None = Field(default=None, max_length=LONGEST_URL)
    """An https address that answers ``{"feed": [{"post": "<id>"}, ...]}``."""


class SharedIn(BaseModel):
    """Whether others may look at a profile and fork it."""

    model_config = ConfigDict(extra="forbid")

    shared: bool


class ForkIn(BaseModel):
    """A shared profile, and what to call your own."""

    model_config = ConfigDict(extra="forbid")

    handle: str = Field(max_length=60)
    profile: str = Field(max_length=60)
    name: str | None = Field(default=None, max_length=60)
    """The same name where none is given."""


class ImportQuery(BaseModel):
    """How to call what is taken in."""

    name: str | None = Field(default=None, max_length=60)
    """As the document does where none is given."""


class ForkView(BaseModel):
    """The profile that another was made from."""

    handle: str
    name: str


class ExternalView(BaseModel):
    """An address that names posts; what is known of it is told to its owner alone."""

    url: str
    state: State | None
    """``waiting`` for its first answer, ``answering`` or ``failing``."""
    failure: str
    """Why its last answer could not be used."""
    failing_since: datetime | None
    stopped: bool
    """Whether it failed so often that it is asked no more until you save the profile again."""


class OwnView(BaseModel):
    """A profile that a member made."""

    name: str
    owner: str
    """Handle."""
    about: str
    base: str | None
    made: bool
    """Whether pages can be made by it; no longer where a vote took its base away."""
    weights: list[SliderView]
    """What each signal weighs, with the clauses that say how far its slider goes."""
    topics: list[str]
    shared: bool
    link: str | None
    """Where other members look at it, while it is shared."""
    forked_from: ForkView | None
    """Told while that one is shared."""
    external: ExternalView | None
    created_at: datetime
    changed_at: datetime


class OwnList(BaseModel):
    """The profiles that you made."""

    items: list[OwnView]
    limit: Citation
    """The clause that says how many you may keep."""


class AdjustmentView(BaseModel):
    """One thing that is not here as the document has it."""

    pointer: str
    """Into the document."""
    said: Any
    made: Any
    reason: str
    clauses: list[Citation]
    """What decided it."""


class ImportView(BaseModel):
    """A profile that was taken in, and all in which it differs from the document."""

    profile: OwnView
    adjustments: list[AdjustmentView]


@api.get("/feeds/own")
def list_own_feeds(call: Call) -> OwnList:
    """List the profiles that you made."""
    found = own_record.mine(call.session, call.member)
    return OwnList(
        items=[own_view(call.book, one) for one in found], limit=call.book.cite(FEEDS, "/own/number")
    )


@api.post("/feeds/own", raises=(RuleBroken, Forbidden, Conflict))
def make_own_feed(call: Call, body: OwnIn) -> OwnView:
    """Make a profile: from one of the policy by its sliders, or from an address that names posts."""
    made = profiles.create(
        call.session, call.member, call.book, _draft(body), call.now, loopback=_loopback(call)
    )
    return own_view(call.book, made)


@api.get("/feeds/own/<name>")
def read_own_feed(call: Call, name: str) -> OwnView:
    """Read a profile of yours: every weight, what it is made of, and how an address elsewhere answers."""
    return own_view(call.book, own_record.find(call.session, call.member, name))


@api.put("/feeds/own/<name>", raises=(RuleBroken, Conflict))
def change_own_feed(call: Call, name: str, body: OwnIn) -> OwnView:
    """Make a profile of yours what this says, wholly. An address elsewhere is asked anew at once."""
    made = profiles.change(
        call.session, call.member, call.book, name, _draft(body), call.now, loopback=_loopback(call)
    )
    return own_view(call.book, made)


@api.delete("/feeds/own/<name>")
def remove_own_feed(call: Call, name: str) -> None:
    """Take a profile of yours away; forks of it stay."""
    profiles.remove(call.session, call.member, name)


@api.put("/feeds/own/<name>/shared")
def share_own_feed(call: Call, name: str, body: SharedIn) -> OwnView:
    """Let other members look at a profile of yours and fork it, or no longer; its pages stay yours."""
    return own_view(call.book, profiles.share(call.session, call.member, name, shared=body.shared))


@api.get("/feeds/of/<handle>/<name>")
def read_shared_feed(call: Call, handle: str, name: str) -> OwnView:
    """Look at a profile that a member shares."""
    return own_view(call.book, own_record.find_shared(call.session, call.member, handle, name))


@api.post("/feeds/fork", raises=(RuleBroken, Forbidden, Conflict, NotFound))
def fork_feed(call: Call, body: ForkIn) -> OwnView:
    """Make a profile of your own that is what a shared one is now; from then on it is yours."""
    made = profiles.fork(
        call.session,
        call.member,
        call.book,
        body.handle,
        body.profile,
        body.name,
        call.now,
        loopback=_loopback(call),
    )
    return own_view(call.book, made)


@api.get("/feeds/own/<name>/export")
def export_own_feed(call: Call, name: str) -> FeedDocument:
    """Read a profile of yours as a document that any instance can take in."""
    return document_of(call.book, own_record.find(call.session, call.member, name))


@api.post("/feeds/import", raises=(RuleBroken, Forbidden, Conflict))
def import_feed(call: Call, body: FeedDocument, query: ImportQuery) -> ImportView:
    """Take a profile in, as near as the bounds here let it come; each difference is told with its clause."""
    made, adjustments = profiles.take_in(
        call.session, call.member, call.book, body, query.name, call.now, loopback=_loopback(call)
    )
    return ImportView(
        profile=own_view(call.book, made), adjustments=[_adjustment(call.book, one) for one in adjustments]
    )


def own_view(book: Book, own: Own) -> OwnView:
    """Return a profile in the shape that the API gives it."""
    rules = book.rules(FEEDS, FeedRules)
    recipe = own.recipe(rules)
    return OwnView(
        name=own.name,
        owner=own.owner,
        about=own.about,
        base=own.base,
        made=recipe is not None or own.external_url is not None,
        weights=[] if recipe is None else weights_view(book, recipe),
        topics=own.topics,
        shared=own.shared,
        link=f"/feeds/of/{own.owner}/{own.name}" if own.shared else None,
        forked_from=None if own.fork is None else ForkView(handle=own.fork.handle, name=own.fork.name),
        external=_external(own, rules.external.strikes),
        created_at=own.created_at,
        changed_at=own.changed_at,
    )


def weights_view(book: Book, recipe: Recipe) -> list[SliderView]:
    """Return every weight of a recipe, in the order of the policy."""
    made = sliders.weights(recipe.name, recipe.profile, recipe.sliders)
    return [slider_view(book, one) for one in made.values()]


def document_of(book: Book, own: Own) -> FeedDocument:
    """Return a profile as a document; raise RuleBroken where a vote took away what it was made from."""
    recipe = own.recipe(book.rules(FEEDS, FeedRules))
    if recipe is None and own.external_url is None:
        raise RuleBroken(GONE)
    return portable.export(own.name, own.about, recipe, own.topics, own.external_url)


def _external(own: Own, strikes: int) -> ExternalView | None:
    if own.external_url is None:
        return None
    asking = own.asking
    return ExternalView(
        url=own.external_url,
        state=None if asking is None else asking.state,
        failure="" if asking is None else asking.failure,
        failing_since=None if asking is None else asking.failing_since,
        stopped=asking is not None and asking.strikes >= strikes,
    )


def _adjustment(book: Book, one: Adjustment) -> AdjustmentView:
    return AdjustmentView(
        pointer=one.pointer,
        said=one.said,
        made=one.made,
        reason=one.reason,
        clauses=[book.cite(FEEDS, clause) for clause in one.clauses],
    )


def _draft(body: OwnIn) -> Draft:
    return Draft(body.name, body.about, body.base, body.sliders, body.topics, body.external_url)


def _loopback(call: Call) -> bool:
    return call.platform.settings.outbound_loopback
