"""Pictures and videos that come along with a form: each becomes an upload of the member's own.

A picture is known by its content alone: nobody reads the name or the type that a browser claims for it. Its
upload is committed before a byte goes to the store, so that the sweep finds whatever a crash leaves there; a
picture that was taken stays the member's own when the form that brought it is refused.
"""

from os import SEEK_END
from typing import BinaryIO, cast

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from coop.book import Book
from coop.call import Call, platform
from coop.dispatch import LARGEST_BODY
from coop.errors import AllotmentError, Fault, RuleBroken, Unauthenticated
from coop.routes.oauth import session_cookie
from media import lengths, quotas, uploads
from media.containers import HEAD, recognise
from media.routes.uploads import object_store
from media.rules import PHOTO_BYTES, VIDEO_BYTES, MediaRules
from web.forms import Refusal

FIELD = "picture"
"""Name of the field that holds the file."""

READ_AT_MOST = max(PHOTO_BYTES, VIDEO_BYTES) + LARGEST_BODY
"""Most bytes of a form with a file: as many as any policy could let it have, and what is written besides.

A picture that is larger than the clause in force allows is read, so that its form comes back as it was.
"""


def make_room() -> None:
    """Let the form that is being sent hold a picture; raise Unauthenticated where nobody is signed in."""
    with platform().call(session_cookie()) as call:
        if call.identity is None:
            raise Unauthenticated
    request.max_content_length = READ_AT_MOST
    if (request.content_length or 0) > READ_AT_MOST:
        raise RequestEntityTooLarge("Nothing of this was kept: go back and choose a smaller picture.")


def sent() -> FileStorage | None:
    """Return the file that was chosen in the form, None where none was."""
    file = request.files.get(FIELD)
    return file if file is not None and file.filename else None


def receive(file: FileStorage, guild: str | None = None) -> int:
    """Take a picture or a video in as the member's own, and return its id; a video is prepared after that.

    ``guild`` is the slug of the one in which it is to be shown: where it may, it answers for a long video,
    and for a photo past the day's number.

    Raise RuleBroken where it is not taken, TooMany past the day's number, and Unavailable where the store
    does not answer.
    """
    store, size = object_store(), file.stream.seek(0, SEEK_END)
    file.stream.seek(0)
    kind: quotas.Kind = "photo" if recognise(file.stream.read(HEAD)) is None else "video"
    with platform().call(session_cookie()) as call:
        _check_size(call.book, size, kind)
        by = _answering(call, kind, guild)
        begun = uploads.begin(call.session, store, call.member, call.book, "", call.now, kind, by, size)
        asset_id, key = begun.asset.id, begun.asset.upload_key
    file.stream.seek(0)
    store.put_stream(key, cast(BinaryIO, file.stream), size, uploads.ANY_TYPE)
    with platform().call(session_cookie()) as call:
        refused = uploads.complete(call.session, store, call.member, asset_id, call.book, call.now).refusal
    if refused is not None:
        raise _broken(Fault(f"/{FIELD}", refused))
    return asset_id


def refusal(error: AllotmentError) -> Refusal:
    """Return why a picture was not taken, all of it at its field."""
    said = " ".join([error.detail, *(fault.detail for fault in error.faults)])
    clause = next((fault.clause for fault in error.faults if fault.clause), None)
    return Refusal("Nothing was published.", {FIELD: Fault(f"/{FIELD}", said, clause)})


def _answering(call: Call, kind: quotas.Kind, guild: str | None) -> str | None:
    """Return the guild that answers for a file that is shown in it, where one may."""
    if kind == "photo":
        return None if quotas.pool(call.session, call.book, call.member, guild, call.now) is None else guild
    return lengths.answering(call.book, call.member, guild, call.now)


def _check_size(book: Book, size: int, kind: quotas.Kind) -> None:
    most = uploads.most_bytes(book.rules("media", MediaRules), kind)
    if size > most:
        told = f"The file is larger than {most:,} bytes: send a smaller copy."
        raise _broken(Fault(f"/{FIELD}", told, book.cite("media", f"/{kind}s/max_bytes")))


def _broken(fault: Fault) -> RuleBroken:
    return RuleBroken("This file is not taken.", faults=(fault,))
