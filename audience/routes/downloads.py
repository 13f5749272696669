"""Downloads over HTTP: ask for the picture of a post, and keep it."""

from flask import Response

from audience import downloads
from audience.routes.reactions import DoneView, answered
from coop.api import Api
from coop.call import Accepted, Call, Later
from coop.errors import Conflict, Forbidden, Unavailable
from media.delivery import by_stream
from media.images import RENDITION_TYPE
from media.routes.uploads import object_store
from media.transcoding import VIDEO_TYPE

api = Api("downloads")


@api.put("/posts/<id:post_id>/download", raises=(Forbidden, Conflict))
def ask_for_download(call: Call, post_id: int) -> DoneView | Accepted:
    """Ask whether you may download the picture of a post; one without a picture is refused."""
    return answered(downloads.ask(call.session, call.member, call.book, post_id, call.now))


@api.delete("/posts/<id:post_id>/download")
def withdraw_download(call: Call, post_id: int) -> None:
    """No longer ask for the picture of a post."""
    downloads.withdraw(call.session, call.member, post_id)


@api.get("/posts/<id:post_id>/download", produces=(RENDITION_TYPE, VIDEO_TYPE), raises=(Unavailable,))
def download_picture(call: Call, post_id: int) -> Later:
    """Download the picture of a post, or its video, where its author lets you."""
    file = downloads.file_of(call.session, call.member, call.book, post_id, call.now)

    def send() -> Response:
        kind = file.type.rpartition("/")[2]
        sent = by_stream(object_store(), file)
        sent.headers["Content-Disposition"] = f'attachment; filename="{post_id}.{kind}"'
        return sent

    return Later(send)
