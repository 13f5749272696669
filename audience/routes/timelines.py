"""Timelines over HTTP: of a member, a guild, a tag and a place, and the tags that there are for you."""

from collections.abc import Sequence

from pydantic import BaseModel

from audience import newest, tags, timeline
from audience.doors import Door
from audience.newest import Entry
from audience.routes.doors import DoorView, door_view
from audience.routes.post_views import PostView, post_view
from audience.timeline import Timeline
from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode, decode_int, encode

api = Api("timelines")


class EntryView(PostView):
    """A post on a member's page."""

    reposted: bool
    """Whether it is there because the member points to it, not because they made it."""


class TagView(BaseModel):
    """A tag; how many posts it has is told to nobody."""

    name: str


@api.get("/members/<handle>/posts", public=True)
def list_member_posts(call: Call, handle: str, query: PageQuery) -> Page[EntryView | DoorView]:
    """List what a member made and reposted, newest first, as far as you may see it; each takes its seat.

    Of what you may know of and not open there is the door.
    """
    found, more = _page(call, timeline.of_author(call.session, call.identity, handle), query)
    items = [door_view(one) if isinstance(one, Door) else _entry_view(call, one) for one in found]
    return Page(items=items, next=more)


@api.get("/guilds/<slug>/posts", public=True)
def list_guild_posts(call: Call, slug: str, query: PageQuery) -> Page[PostView | DoorView]:
    """List what was made in a guild, newest first, as far as you may see it; each takes its seat.

    Of what you may know of and not open there is the door.
    """
    return _posts(call, timeline.of_guild(call.session, call.identity, slug), query)


@api.get("/tags/<name>/posts", public=True)
def list_tag_posts(call: Call, name: str, query: PageQuery) -> Page[PostView | DoorView]:
    """List what has a tag, newest first, as far as you may see it; each takes its seat.

    A tag that nobody used has no posts, and answers like one whose posts are all hidden from you. Of what you
    may know of and not open there is the door, where it names the tag.
    """
    return _posts(call, timeline.of_tag(call.session, name), query)


@api.get("/places/<id:place_id>/posts")
def list_place_posts(call: Call, place_id: int, query: PageQuery) -> Page[PostView | DoorView]:
    """List what its authors say is from a place or a part of it, as far as you may see it."""
    return _posts(call, timeline.of_place(call.session, place_id), query)


@api.get("/tags", public=True)
def list_tags(call: Call, query: PageQuery) -> Page[TagView]:
    """List the tags under which you may see a post, in their order."""
    after = decode(query.cursor) or ""
    found = tags.seen(call.session, call.identity, call.book, call.now, after=after, limit=query.limit + 1)
    page = found[: query.limit]
    more = encode(page[-1]) if len(found) > query.limit else None
    return Page(items=[TagView(name=name) for name in page], next=more)


def shown(call: Call, found: Sequence[Entry | Door]) -> list[PostView | DoorView]:
    """Return posts and doors in the shapes that the API gives them."""
    return [
        door_view(one) if isinstance(one, Door) else post_view(call.book, one.card, one.source)
        for one in found
    ]


def _posts(call: Call, which: Timeline, query: PageQuery) -> Page[PostView | DoorView]:
    found, more = _page(call, which, query)
    return Page(items=shown(call, found), next=more)


def _entry_view(call: Call, one: Entry) -> EntryView:
    return EntryView(**dict(post_view(call.book, one.card, one.source)), reposted=one.reposted)


def _page(call: Call, which: Timeline, query: PageQuery) -> tuple[list[Entry | Door], str | None]:
    before = decode_int(query.cursor)
    found, last = timeline.page(
        call.session,
        call.identity,
        call.book,
        which,
        call.now,
        before=newest.START if before is None else before,
        limit=query.limit,
    )
    return found, None if last is None else encode(last)
