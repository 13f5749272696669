"""Sound and picture of live rooms over HTTP: WHIP to speak (RFC 9725), WHEP to listen (draft-ietf-wish-whep).

Any client of either will do, such as OBS with an access token for its bearer token. What the media server is
called, and what it calls a stream, stands in no answer.
"""

from flask import Response, current_app, request

from audience.rooms import signalling
from audience.rooms.session_description import FRAGMENT, OFFER
from audience.rooms.signalling import RoomMedia
from audience.rooms.streams import Opened
from coop.api import Api
from coop.call import Call
from coop.errors import NotYet, RuleBroken, Unavailable

api = Api("room streams")


def room_media() -> RoomMedia:
    """Return what signalling of the running application is made of."""
    found: RoomMedia = current_app.extensions["room_media"]
    return found


@api.post(
    "/rooms/<id:room_id>/speaking",
    consumes=OFFER,
    produces=OFFER,
    secret=True,
    raises=(RuleBroken, Unavailable),
)
def open_speaking(call: Call, room_id: int, body: str) -> Response:
    """Be heard in a room in which you have the floor (WHIP): send an offer, and get the answer to it.

    ``Location`` is where your session is, for candidates (PATCH) and to close it (DELETE). One that you had
    open is closed. Offer ``a=sendonly``: one audio, and one video at most where the room has a picture.
    """
    return open_speaking_at(call, room_id, body, "/api/v1")


@api.post(
    "/rooms/<id:room_id>/listening/<handle>",
    consumes=OFFER,
    produces=OFFER,
    secret=True,
    raises=(RuleBroken, NotYet, Unavailable),
)
def open_listening(call: Call, room_id: int, handle: str, body: str) -> Response:
    """Hear somebody who speaks in a room in which you are present (WHEP): send an offer of ``a=recvonly``.

    Each is heard by a session of its own. Where nothing has arrived of them yet, ``Retry-After`` says when to
    ask again.
    """
    return open_listening_at(call, room_id, handle, body, "/api/v1")


@api.patch(
    "/rooms/<id:room_id>/streams/<id:stream_id>",
    consumes=FRAGMENT,
    produces=FRAGMENT,
    raises=(RuleBroken, Unavailable),
)
def send_candidates(call: Call, room_id: int, stream_id: int, body: str) -> Response:
    """Send candidates of a session of your own that you found after the offer (trickle ICE, RFC 8840).

    ``If-Match`` may hold the ETag of the answer to your offer. Some media servers take candidates with the
    offer alone: then this says so (422), and you gather them before you offer. Where there is nothing to
    answer the status is 204.
    """
    return send_candidates_at(call, room_id, stream_id, body)


@api.delete("/rooms/<id:room_id>/streams/<id:stream_id>", status=200, raises=(Unavailable,))
def close_stream(call: Call, room_id: int, stream_id: int) -> None:
    """Close a session of your own. There is nothing here once it is closed, by you or for you."""
    close_stream_at(call, room_id, stream_id)


def open_speaking_at(call: Call, room_id: int, offer: str, base: str) -> Response:
    """Open a session to speak; its ``Location`` is below ``base``."""
    made = signalling.speak(call.session, call.member, call.book, room_media(), room_id, offer, call.now)
    return _answer(made, room_id, base)


def open_listening_at(call: Call, room_id: int, handle: str, offer: str, base: str) -> Response:
    """Open a session to listen; its ``Location`` is below ``base``."""
    made = signalling.listen(
        call.session, call.member, call.book, room_media(), room_id, handle, offer, call.now
    )
    return _answer(made, room_id, base)


def send_candidates_at(call: Call, room_id: int, stream_id: int, fragment: str) -> Response:
    """Hand on candidates, and answer with what the media server answers."""
    etag = request.headers.get("If-Match")
    answered = signalling.trickle(call.session, call.member, room_media(), room_id, stream_id, fragment, etag)
    return Response(status=204) if answered is None else _described(answered, 200, FRAGMENT)


def close_stream_at(call: Call, room_id: int, stream_id: int) -> None:
    """Close a session."""
    signalling.close(call.session, call.member, room_media(), room_id, stream_id, call.now)


def _answer(made: Opened, room_id: int, base: str) -> Response:
    response = _described(made.answer, 201, OFFER)
    response.headers["Location"] = f"{base}/rooms/{room_id}/streams/{made.stream_id}"
    response.headers["Accept-Patch"] = FRAGMENT
    if made.etag is not None:
        response.headers["ETag"] = made.etag
    return response


def _described(said: str, status: int, media_type: str) -> Response:
    response = Response(said, status, content_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    return response
