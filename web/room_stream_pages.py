"""Sound and picture of live rooms for the script on a room's page: what the API does, by the session cookie.

A request from another site is refused: it has no form token in its header, and a browser sends none of these
media types there without asking first. Refusals are problem details, because a script reads them.
"""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response

from audience.rooms.session_description import FRAGMENT, OFFER
from audience.routes import room_streams
from coop import problems, raw_body
from coop.call import Call
from coop.errors import AllotmentError
from web.permissions_policy import permissions_policy
from web.visits import Parameters, page


def add_to(pages: Blueprint) -> None:
    """Add where a room's page opens and closes sessions."""
    for path, endpoint, view, method in (
        ("/rooms/<id:room_id>/speaking", "open_speaking", open_speaking, "POST"),
        ("/rooms/<id:room_id>/listening/<handle>", "open_listening", open_listening, "POST"),
        ("/rooms/<id:room_id>/streams/<id:stream_id>", "send_candidates", send_candidates, "PATCH"),
        ("/rooms/<id:room_id>/streams/<id:stream_id>", "close_stream", close_stream, "DELETE"),
    ):
        pages.add_url_rule(path, endpoint, view, methods=[method])


def allow_media(shown: Response, *, video: bool) -> Response:
    """Let a room's page ask for the microphone, and for the camera where the room has a picture."""
    allowed = {"microphone", "camera"} if video else {"microphone"}
    shown.headers["Permissions-Policy"] = permissions_policy(allowed)
    return shown


def _for_a_script(view: Callable[Parameters, Response]) -> Callable[Parameters, Response]:
    """Return a view that tells refusals as problem details."""

    @wraps(view)
    def answer(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except AllotmentError as error:
            return problems.answer(error)

    return answer


@_for_a_script
@page
def open_speaking(call: Call, room_id: int) -> Response:
    """Be heard in a room, by the offer in the body."""
    return room_streams.open_speaking_at(call, room_id, raw_body.read(OFFER), "")


@_for_a_script
@page
def open_listening(call: Call, room_id: int, handle: str) -> Response:
    """Hear somebody in a room, by the offer in the body."""
    return room_streams.open_listening_at(call, room_id, handle, raw_body.read(OFFER), "")


@_for_a_script
@page
def send_candidates(call: Call, room_id: int, stream_id: int) -> Response:
    """Send candidates of a session of one's own."""
    return room_streams.send_candidates_at(call, room_id, stream_id, raw_body.read(FRAGMENT))


@_for_a_script
@page
def close_stream(call: Call, room_id: int, stream_id: int) -> Response:
    """Close a session of one's own."""
    room_streams.close_stream_at(call, room_id, stream_id)
    return Response(status=200)
