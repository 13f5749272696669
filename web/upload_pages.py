"""A file that one sent, as a page: what became of it, renewed by itself while a video is being prepared."""

from flask import Blueprint, Response

from coop.call import Call
from media.routes.uploads import read_upload
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the page."""
    pages.add_url_rule("/uploads/<id:upload_id>", "upload", page(upload))


def upload(call: Call, upload_id: int) -> Response:
    """Show what became of a file of one's own."""
    return render(call, "upload.html", sent=read_upload(call, upload_id))
