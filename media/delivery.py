"""Delivery of a rendition, by law 9: media obeys seats.

Whoever decides about the audience says which of the two ways a rendition may go: streamed under the
viewer's own session, each range authorised anew and kept by nobody; or, only where every member may see
it, by a signed address of at most a minute.
"""

from datetime import timedelta

from flask import Response, redirect, request
from werkzeug.datastructures import ContentRange, Range

from coop.errors import NotFound
from media.storage import SIGNED_FOR_AT_MOST, ObjectMissing, ObjectStore
from media.tables import Rendition

_MARGIN = timedelta(seconds=10)


def by_signed_address(store: ObjectStore, rendition: Rendition) -> Response:
    """Send the viewer to the store itself. Only for media that is open to every member."""
    answer = redirect(store.presigned_get(rendition.key, SIGNED_FOR_AT_MOST), 307)
    lifetime = SIGNED_FOR_AT_MOST - _MARGIN
    answer.headers["Cache-Control"] = f"private, max-age={int(lifetime.total_seconds())}"
    return Response(answer.get_data(), 307, answer.headers)


def by_stream(store: ObjectStore, rendition: Rendition) -> Response:
    """Stream the rendition, or the one range that was asked for (RFC 9110 §14), to be kept by nobody."""
    wanted = _wanted(request.range, rendition.bytes)
    if wanted is None:
        refused = Response(status=416)
        refused.headers["Content-Range"] = f"bytes */{rendition.bytes}"
        return _private(refused)
    start, stop = wanted
    try:
        opened = store.open_range(rendition.key, start, stop - start)
    except ObjectMissing as missing:
        raise NotFound from missing
    answer = Response(opened, content_type=rendition.type)
    answer.headers["Content-Length"] = str(stop - start)
    answer.headers["Accept-Ranges"] = "bytes"
    if request.range is not None:
        answer.status_code = 206
        answer.content_range = ContentRange("bytes", start, stop, rendition.bytes)
    return _private(answer)


def _wanted(asked: Range | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last, or None where the range cannot be served."""
    if asked is None:
        return 0, size
    if asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    return asked.range_for_length(size)


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
