"""Reading a post over HTTP, or its door where it is not open; and waiting for a seat."""

from datetime import datetime

from pydantic import BaseModel

from audience import doors, waiting
from audience.doors import Door
from audience.routes.post_views import AuthorView, PostView
from audience.routes.posts import read
from coop.api import Api
from coop.call import Call
from coop.errors import NotFound

api = Api("doors")


class DoorView(BaseModel):
    """A post that you may know of and not open."""

    id: str
    author: AuthorView
    guild: str | None
    teaser: str
    created_at: datetime
    full: bool
    """Whether all that keeps you out is that its seats are taken: then you may wait for one."""
    waiting: int | None
    """Your place among those who wait, from 1; none where you do not wait."""


class PlaceView(BaseModel):
    """Where you stand among those who wait."""

    waiting: int
    """Your place, from 1, which is next."""


@api.get("/posts/<id:post_id>", public=True)
def read_post(call: Call, post_id: int) -> PostView | DoorView:
    """Read a post, or be shown its door. The first time takes one of its seats, where they are counted.

    A door is shown to those who may know of a post and not open it, and of a full one to those who may wait.
    Whoever is not signed in reads what is public, of which nobody counts the readers.
    """
    try:
        return read(call, post_id)
    except NotFound:
        return door_view(doors.door(call.session, call.identity, call.book, post_id, call.now))


@api.post("/posts/<id:post_id>/wait", status=200)
def wait_for_seat(call: Call, post_id: int) -> PlaceView:
    """Wait for a seat at a full post whose author lets members wait. You are told when you have one."""
    found = waiting.begin(call.session, call.member, call.book, post_id, call.now)
    return PlaceView(waiting=found.place)


@api.delete("/posts/<id:post_id>/wait")
def stop_waiting(call: Call, post_id: int) -> None:
    """No longer wait for a seat."""
    waiting.end(call.session, call.member, post_id)


def door_view(found: Door) -> DoorView:
    """Return a door in the shape that the API gives it."""
    return DoorView(
        id=str(found.post_id),
        author=AuthorView(handle=found.author, display_name=found.author_name),
        guild=found.guild,
        teaser=found.teaser,
        created_at=found.created_at,
        full=found.full,
        waiting=found.place,
    )
