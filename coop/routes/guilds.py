"""Guilds over HTTP: founding, the list, entering and leaving, and stewards."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from coop import directory, guilds
from coop.api import Api
from coop.call import Call
from coop.directory import GuildCard
from coop.errors import Conflict, Forbidden, NotFound, RuleBroken
from coop.paging import Page, PageQuery, decode, encode

api = Api("guilds")


class GuildIn(BaseModel):
    """A guild to found."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(max_length=100)
    name: str = Field(max_length=200)
    purpose: str = Field(default="", max_length=10_000)


class GuildOut(BaseModel):
    """A guild as anyone sees it."""

    slug: str
    name: str
    purpose: str
    founder: str
    founded_at: datetime
    members: int
    stewards: tuple[str, ...]


@api.post("/guilds", raises=(Conflict, Forbidden))
def found_guild(call: Call, body: GuildIn) -> GuildOut:
    """Found a guild and become its first steward."""
    made = guilds.found(call.session, call.book, call.member, body.slug, body.name, body.purpose, call.now)
    return _show(call, made.slug)


@api.get("/guilds")
def list_guilds(call: Call, query: PageQuery) -> Page[GuildOut]:
    """List the guilds in the order of their slugs."""
    cards = directory.guilds(call.session, decode(query.cursor), query.limit + 1)
    page = cards[: query.limit]
    more = encode(page[-1].slug) if len(cards) > query.limit else None
    return Page(items=[_out(card) for card in page], next=more)


@api.get("/guilds/<slug>")
def read_guild(call: Call, slug: str) -> GuildOut:
    """Show a guild."""
    return _show(call, slug)


@api.put("/guilds/<slug>/members/me", raises=(NotFound, Forbidden))
def enter_guild(call: Call, slug: str) -> GuildOut:
    """Enter a guild. Whoever enters an empty one is its steward."""
    guilds.join(call.session, call.book, call.member, slug, call.now)
    return _show(call, slug)


@api.delete("/guilds/<slug>/members/me", raises=(NotFound, Conflict))
def leave_guild(call: Call, slug: str) -> None:
    """Leave a guild. Its only steward appoints another first, unless nobody else is in it."""
    guilds.leave(call.session, call.member, slug, call.now)


@api.put("/guilds/<slug>/stewards/<handle>", raises=(NotFound, Forbidden, RuleBroken))
def appoint_steward(call: Call, slug: str, handle: str) -> GuildOut:
    """Make a member of the guild a steward of it; stewards may."""
    guilds.appoint(call.session, call.member, slug, handle, call.now)
    return _show(call, slug)


@api.delete("/guilds/<slug>/stewards/me", raises=(NotFound, Conflict))
def step_down(call: Call, slug: str) -> None:
    """Be an ordinary member of the guild again; its only steward appoints another first."""
    guilds.step_down(call.session, call.member, slug, call.now)


def _show(call: Call, slug: str) -> GuildOut:
    return _out(directory.guild(call.session, slug))


def _out(card: GuildCard) -> GuildOut:
    return GuildOut(**asdict(card))
