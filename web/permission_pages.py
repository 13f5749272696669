"""What a member may do with a post, as a page: each answer with its reason and clause, and the way to ask.

Law 7: visitors are sent to sign in for every post alike, and members told nothing of what they may not see.
"""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash

from audience import asks, downloads
from audience.document import Verb
from audience.permission import Value
from audience.routes.doors import DoorView, read_post
from audience.routes.downloads import download_picture
from audience.routes.permissions import list_permissions
from audience.routes.post_views import PostView
from coop import features
from coop.call import Call, Later
from coop.errors import NotFound, Unauthenticated
from coop.receipts import Citation
from web import acts
from web.gesture_pages import ASKED, there
from web.visits import page, render

SHOWN: tuple[Verb, ...] = ("like", "repost", "quote", "video_reply", "stitch", "duet", "sound", "download")
"""What there is a gesture for; whether one may answer stands in the thread."""
OF_VIDEOS: tuple[Verb, ...] = ("stitch", "duet", "sound")
"""What is made from a video itself."""
MAY = "You may download it."
NO_LONGER = "You no longer ask to download it."


@dataclass(frozen=True, slots=True)
class May:
    """Whether the viewer may do one thing with a post, and what came of asking."""

    verb: Verb
    value: Value
    reason: str
    """A sentence to the viewer."""
    clause: Citation | None
    """The clause that decided, where one did."""
    asked: bool = False
    """Whether the viewer has asked and waits for the answer."""


def add_to(pages: Blueprint) -> None:
    """Add the page, the file that may be downloaded, and the forms that ask for it or cease to."""
    pages.add_url_rule("/posts/<id:post_id>/permissions", "permissions", page(permissions))
    pages.add_url_rule("/posts/<id:post_id>/download", "download", page(download))
    acts.add(pages, "/posts/<id:number>/download", ask_for_download, there, done="")
    acts.add(pages, "/posts/<id:number>/undownload", withdraw_download, there, done=NO_LONGER)


def permissions(call: Call, post_id: int) -> Response:
    """Show what the viewer may do with a post."""
    if call.identity is None:
        raise Unauthenticated
    post = read_post(call, post_id)
    if isinstance(post, DoorView):
        raise NotFound
    return render(call, "permissions.html", post=post, may=permitted(call, post))


def permitted(call: Call, post: PostView) -> dict[Verb, May]:
    """Return what the viewer, a member, may do with a post that they were delivered, by verb.

    Only what has a picture can be downloaded, and only a video be continued, played beside or heard with
    something else, by whoever holds the feature for it. Of a post of their own there is nothing to ask.
    """
    if post.audience is not None:
        return {}
    post_id = int(post.id)
    found = {one.verb: one for one in list_permissions(call, post_id).items}
    stitches = features.held(call.book, features.STITCH_DUET, call.member, call.now)
    video = None if post.picture is None else post.picture.video
    gone: set[Verb] = set() if stitches and video is not None else {*OF_VIDEOS}
    silent = video is not None and video.has_sound is False
    # What is heard with it then is another's, and offered there.
    gone |= {"sound"} if silent or (post.quote is not None and post.quote.kind == "sound") else set()
    gone |= set() if post.picture is not None else {"download"}
    shown = [verb for verb in SHOWN if verb not in gone]
    answers = [May(verb, found[verb].may, found[verb].reason, found[verb].clause) for verb in shown]
    return {one.verb: _answered(call, post_id, one) if one.value == "ask" else one for one in answers}


def download(call: Call, post_id: int) -> Later:
    """Deliver the picture of a post, to be kept, where its author lets the viewer."""
    return download_picture(call, post_id)


def ask_for_download(call: Call, post_id: int) -> str:
    """Ask whether one may download the picture of a post."""
    done = downloads.ask(call.session, call.member, call.book, post_id, call.now)
    flash(MAY if done == asks.DONE else ASKED, "good")
    return f"/posts/{post_id}"


def withdraw_download(call: Call, post_id: int) -> str:
    """No longer ask for the picture of a post."""
    downloads.withdraw(call.session, call.member, post_id)
    return f"/posts/{post_id}"


def _answered(call: Call, post_id: int, one: May) -> May:
    """Return an answer that is to ask, with what came of asking; a quote waits by itself."""
    match asks.state_of(call.session, call.member, post_id, one.verb):
        case asks.GRANTED:
            return replace(one, value="yes", reason="Its author said yes to you.", clause=None)
        case asks.REFUSED:
            return replace(one, value="no", reason="Its author said no to you.", clause=None)
        case asks.WAITING:
            return replace(one, reason="You asked, and its author has not answered yet.", asked=True)
    return one
