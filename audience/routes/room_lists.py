"""Lists of rooms over HTTP: those that lie ahead or are open, of a guild and of all."""

from datetime import datetime

from pydantic import BaseModel

from audience.rooms import listing
from audience.rooms.listing import Entry
from audience.rooms.room_state import State
from audience.routes.post_views import PostView, post_view
from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode_ints, encode

api = Api("rooms")


class RoomEntryView(BaseModel):
    """A room in a list, with its post."""

    id: str
    state: State
    starts_at: datetime
    minutes: int
    seats: int
    video: bool
    opened_at: datetime | None
    ends_at: datetime | None
    post: PostView
    """Its author hosts the room."""


@api.get("/guilds/<slug>/rooms")
def list_guild_rooms(call: Call, slug: str, query: PageQuery) -> Page[RoomEntryView]:
    """List the rooms of a guild that lie ahead or are open, soonest first. Each post takes its seat."""
    return _page(call, slug, query)


@api.get("/rooms")
def list_rooms(call: Call, query: PageQuery) -> Page[RoomEntryView]:
    """List the rooms of all guilds that lie ahead or are open, soonest first. Each post takes its seat."""
    return _page(call, None, query)


def _page(call: Call, slug: str | None, query: PageQuery) -> Page[RoomEntryView]:
    start = decode_ints(query.cursor, 2)
    found, more = listing.page(
        call.session,
        call.member,
        call.book,
        call.now,
        slug=slug,
        after=listing.FIRST if start is None else (start[0], start[1]),
        limit=query.limit,
    )
    return Page(
        items=[_entry(call, one) for one in found],
        next=None if more is None else encode(f"{more[0]}-{more[1]}"),
    )


def _entry(call: Call, one: Entry) -> RoomEntryView:
    return RoomEntryView(
        id=str(one.card.id),
        state=one.state,
        starts_at=one.starts_at,
        minutes=one.minutes,
        seats=one.seats,
        video=one.video,
        opened_at=one.opened_at,
        ends_at=one.ends_at,
        post=post_view(call.book, one.card),
    )
