"""Audiences over HTTP, before anything is published: what one would do, and the steps that there are."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from audience import preview
from audience.document import AudienceDocument, Verb
from audience.headcount import About
from audience.routes.why import LimitView, limit_view
from audience.rules import Opening
from coop.api import Api
from coop.call import Call
from coop.clauses import as_text
from coop.errors import RuleBroken
from coop.receipts import Citation

api = Api("audiences")


class PreviewIn(BaseModel):
    """An audience, and the post it would be for."""

    model_config = ConfigDict(extra="forbid")

    audience: AudienceDocument = AudienceDocument()
    guild: str | None = Field(default=None, min_length=1, max_length=40)
    """Slug of the guild it would be made in."""
    body: str = Field(default="", max_length=100_000)
    """Its text, which may name people."""


class AboutView(BaseModel):
    """About how many people are meant, you not counted; never who."""

    everybody: bool
    """Whether that is everybody, signed in or not."""
    named: int
    """Members whom you name one by one, as if they had said what you ask of them."""
    others: int | None
    """Members whom groups mean, rounded; none where they are fewer than ``fewer_than``."""
    fewer_than: int
    said: str
    """The number in words."""


class LayerAboutView(BaseModel):
    """About how many people are meant once a layer's time has come, and all before it."""

    at: str
    """JSON Pointer of the layer in the document; empty for what it is published with."""
    age: str | None
    seats_pct: int | None
    see: AboutView
    read: AboutView


class OpenedView(BaseModel):
    """To whom one thing that readers may do is open."""

    verb: Verb
    opening: Opening | Literal["chosen"]
    """``chosen``: to those whom the document names for it."""
    clause: Citation | None
    """The clause that decides; none where the document does."""


class PreviewView(BaseModel):
    """What an audience would do."""

    layers: list[LayerAboutView]
    """That of publication first."""
    limits: list[LimitView]
    """The strictest of what you, the guild and the coop say."""
    opened: list[OpenedView]


class StepView(BaseModel):
    """One step of the gradient."""

    key: str
    """``self``, ``circle:<id>``, ``mutuals``, ``followers``, ``guild``, ``local`` or ``public``."""
    label: str
    sentence: str
    audience: AudienceDocument
    """What it stands for in a document."""
    about: AboutView
    allowed: bool
    """Whether the rules in force let you choose it."""
    clause: Citation | None
    """The clause that does not, where one does not."""


class GradientView(BaseModel):
    """The steps from yourself to everybody."""

    steps: list[StepView]
    """The narrowest first."""


class GradientQuery(BaseModel):
    """For what kind of post."""

    guild: str | None = Field(default=None, min_length=1, max_length=40)
    """Slug of the guild it would be made in."""


@api.post("/audiences/preview", status=200, raises=(RuleBroken,))
def preview_audience(call: Call, body: PreviewIn) -> PreviewView:
    """Ask what an audience would do, and about how many people it means, before anything is published."""
    found = preview.preview(
        call.session, call.member, call.book, body.audience, body.guild, body.body, call.now
    )
    return PreviewView(
        layers=[
            LayerAboutView(
                at=one.at,
                age=None if one.age is None else as_text(one.age),
                seats_pct=one.seats_pct,
                see=about_view(one.see),
                read=about_view(one.read),
            )
            for one in found.layers
        ],
        limits=[limit_view(one) for one in found.limits],
        opened=[OpenedView(verb=one.verb, opening=one.opening, clause=one.clause) for one in found.opened],
    )


@api.get("/audiences/gradient", raises=(RuleBroken,))
def read_gradient(call: Call, query: GradientQuery) -> GradientView:
    """List the steps from yourself to everybody, with about how many people each means."""
    found = preview.gradient_of(call.session, call.member, call.book, query.guild, call.now)
    return GradientView(
        steps=[
            StepView(
                key=step.key,
                label=step.label,
                sentence=step.sentence,
                audience=step.audience,
                about=about_view(about),
                allowed=step.allowed,
                clause=step.clause,
            )
            for step, about in found
        ]
    )


def about_view(about: About) -> AboutView:
    """Return a headcount as the API shows it."""
    return AboutView(
        everybody=about.everybody,
        named=about.named,
        others=about.others,
        fewer_than=about.fewer_than,
        said=about.said,
    )
