"""What is in playlists over HTTP: reading and arranging it, and an author's own posts in lists of others."""

from pydantic import BaseModel, ConfigDict

from audience.playlists import items, sequence, taking_out
from audience.playlists.order import Place
from audience.playlists.sequence import Item
from audience.routes.playlists import PlaylistView, playlist_view
from audience.routes.post_views import PostView, post_view
from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden, RuleBroken
from coop.ids import Id
from coop.paging import Page, PageQuery, decode_int, decode_ints, encode

api = Api("playlists")


class PlaylistItemView(BaseModel):
    """A post in a list."""

    number: int
    """Its place among what you see of the list, from 1."""
    post: PostView


class BesideView(BaseModel):
    """Where a post stands in a list, among what you see of it."""

    number: int
    previous: str | None
    """Id of the post before it."""
    next: str | None


class NewPlace(BaseModel):
    """Where a post is to stand; exactly one of these."""

    model_config = ConfigDict(extra="forbid")

    before: Id | None = None
    """Directly before this post of the list."""
    after: Id | None = None
    number: int | None = None
    """At this place among what you see of the list, from 1; beyond the last it is the last."""


class ListedView(BaseModel):
    """A post of yours in somebody else's list."""

    post_id: str
    playlist: PlaylistView


@api.get("/playlists/<id:playlist_id>/items", raises=(RuleBroken,))
def list_playlist_items(call: Call, playlist_id: int, query: PageQuery) -> Page[PlaylistItemView]:
    """List the posts of a list in its order, as far as you may see them; each takes its seat."""
    found, more = sequence.page(
        call.session,
        call.member,
        call.book,
        playlist_id,
        call.now,
        after=decode_int(query.cursor),
        limit=query.limit,
    )
    return Page(
        items=[_item(call, one) for one in found],
        next=None if more is None else encode(more),
    )


@api.get("/playlists/<id:playlist_id>/items/<id:post_id>")
def read_playlist_item(call: Call, playlist_id: int, post_id: int) -> BesideView:
    """Read where a post stands in a list, and what you see before and after it."""
    found = sequence.beside(call.session, call.member, call.book, playlist_id, post_id, call.now)
    return BesideView(
        number=found.number,
        previous=None if found.previous is None else str(found.previous),
        next=None if found.next is None else str(found.next),
    )


@api.put("/playlists/<id:playlist_id>/items/<id:post_id>", status=204, raises=(RuleBroken, Forbidden))
def add_to_playlist(call: Call, playlist_id: int, post_id: int) -> None:
    """Put a post that you can read at the end of a list that you keep; one that is in it stays."""
    items.add(call.session, call.member, call.book, playlist_id, post_id, call.now)


@api.put("/playlists/<id:playlist_id>/items/<id:post_id>/place", status=204, raises=(RuleBroken, Forbidden))
def move_in_playlist(call: Call, playlist_id: int, post_id: int, body: NewPlace) -> None:
    """Move a post of a list that you keep."""
    to = Place(
        before=None if body.before is None else int(body.before),
        after=None if body.after is None else int(body.after),
        number=body.number,
    )
    items.move(call.session, call.member, call.book, playlist_id, post_id, to, call.now)


@api.delete("/playlists/<id:playlist_id>/items/<id:post_id>", raises=(Forbidden,))
def remove_from_playlist(call: Call, playlist_id: int, post_id: int) -> None:
    """Take a post out of a list that you keep."""
    items.remove(call.session, call.member, call.book, playlist_id, post_id, call.now)


@api.get("/me/listed-posts")
def list_listed_posts(call: Call, query: PageQuery) -> Page[ListedView]:
    """List your own posts in lists of others that you may see."""
    start = decode_ints(query.cursor, 2)
    found, more = taking_out.listed(
        call.session,
        call.member,
        call.book,
        call.now,
        before=taking_out.LAST if start is None else (start[0], start[1]),
        limit=query.limit,
    )
    return Page(
        items=[ListedView(post_id=str(one.post_id), playlist=playlist_view(one.playlist)) for one in found],
        next=None if more is None else encode(f"{more[0]}-{more[1]}"),
    )


@api.delete("/posts/<id:post_id>/playlists/<id:playlist_id>", raises=(RuleBroken,))
def take_out_of_playlist(call: Call, post_id: int, playlist_id: int) -> None:
    """Take a post of yours out of somebody else's list, for good: nobody puts it there again."""
    taking_out.take_out(call.session, call.member, call.book, post_id, playlist_id, call.now)


@api.delete("/posts/<id:post_id>/playlists")
def keep_out_of_playlists(call: Call, post_id: int) -> None:
    """Take a post of yours out of every list of others and keep it out, for good."""
    taking_out.keep_out(call.session, call.member, post_id, call.now)


def _item(call: Call, one: Item) -> PlaylistItemView:
    return PlaylistItemView(number=one.number, post=post_view(call.book, one.entry.card, one.entry.source))
