"""Playlists over HTTP: the lists of members and of guilds, as far as one may see them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from audience import newest
from audience.playlists import keeping, sight
from audience.playlists.sight import SeenBy, Shown
from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.paging import Page, PageQuery, decode_int, encode

api = Api("playlists")


class NewPlaylist(BaseModel):
    """A list to keep."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(max_length=10_000)
    description: str = Field(default="", max_length=50_000)
    seen_by: SeenBy = "members"
    """``keepers`` alone; ``guild``, whoever is in it, for a guild's list; or all ``members``."""
    guild: str | None = Field(default=None, min_length=1, max_length=60)
    """Slug of a guild whose lists you keep, where it is that guild's."""


class PlaylistChange(BaseModel):
    """What is to be changed of a list; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, max_length=10_000)
    description: str | None = Field(default=None, max_length=50_000)
    seen_by: SeenBy | None = None


class PlaylistView(BaseModel):
    """A list. How many posts are in it is told to nobody: not everybody sees each of them."""

    id: str
    title: str
    description: str
    seen_by: SeenBy
    labels: list[str]
    """What rules of moderation say of its words."""
    member: str | None
    """Handle of the member whose it is."""
    guild: str | None
    """Slug of the guild whose it is."""
    mine: bool
    """Whether you keep it."""
    made_at: datetime


@api.get("/me/playlists")
def list_own_playlists(call: Call, query: PageQuery) -> Page[PlaylistView]:
    """List what you keep, your own lists and those of guilds, the newest first."""
    return page_of(sight.kept(call.session, call.member, call.book, call.now, **_at(query)))


@api.get("/members/<handle>/playlists")
def list_member_playlists(call: Call, handle: str, query: PageQuery) -> Page[PlaylistView]:
    """List the playlists of a member that you may see, the newest first."""
    return page_of(sight.of_member(call.session, call.member, call.book, handle, call.now, **_at(query)))


@api.get("/guilds/<slug>/playlists")
def list_guild_playlists(call: Call, slug: str, query: PageQuery) -> Page[PlaylistView]:
    """List the playlists of a guild that you may see, the newest first."""
    return page_of(sight.of_guild(call.session, call.member, call.book, slug, call.now, **_at(query)))


@api.post("/playlists", raises=(RuleBroken, NotFound, Forbidden))
def make_playlist(call: Call, body: NewPlaylist) -> PlaylistView:
    """Make an empty list, of your own or of a guild whose lists you keep. It takes the feature."""
    made = keeping.make(
        call.session,
        call.member,
        call.book,
        body.title,
        body.description,
        body.seen_by,
        body.guild,
        call.now,
    )
    return playlist_view(made)


@api.get("/playlists/<id:playlist_id>")
def read_playlist(call: Call, playlist_id: int) -> PlaylistView:
    """Read what a list is called, whose it is and who may see it."""
    return playlist_view(sight.read(call.session, call.member, call.book, playlist_id, call.now))


@api.patch("/playlists/<id:playlist_id>", raises=(RuleBroken, Forbidden))
def change_playlist(call: Call, playlist_id: int, body: PlaylistChange) -> PlaylistView:
    """Call a list that you keep something else, or have others see it."""
    wanted = body.model_dump(exclude_none=True)
    return playlist_view(keeping.change(call.session, call.member, call.book, playlist_id, wanted, call.now))


@api.delete("/playlists/<id:playlist_id>", raises=(Forbidden,))
def end_playlist(call: Call, playlist_id: int) -> None:
    """End a list that you keep. Nothing of it is kept; the posts stay as they are."""
    keeping.end(call.session, call.member, call.book, playlist_id, call.now)


def playlist_view(one: Shown) -> PlaylistView:
    """Return a list in the shape that the API gives it."""
    return PlaylistView(
        id=str(one.id),
        title=one.title,
        description=one.description,
        seen_by=one.seen_by,
        labels=one.labels,
        member=one.member,
        guild=one.guild,
        mine=one.mine,
        made_at=one.made_at,
    )


def page_of(found: sight.Page) -> Page[PlaylistView]:
    """Return a page of lists in the shape that the API gives it."""
    lists, more = found
    return Page(
        items=[playlist_view(one) for one in lists],
        next=None if more is None else encode(more),
    )


def _at(query: PageQuery) -> sight.At:
    before = decode_int(query.cursor)
    return {"before": newest.START if before is None else before, "limit": query.limit}
