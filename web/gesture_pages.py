"""What a member does with a post in one gesture: like it, point to it, say whether it helped.

Each goes on to the post, for a feed is never gone back to: that would deliver its next page.
"""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, flash

from audience import likes, reposts
from audience.asks import DONE, Done
from audience.feeds import helped
from coop.call import Call
from web import acts
from web.forms import Sent
from web.visits import see_other

ASKED = "Its author was asked, and decides."


def add_to(pages: Blueprint) -> None:
    """Add the targets of the forms under a post."""
    gestures: dict[str, tuple[acts.Act, str]] = {
        "like": (partial(_done, likes.like, "You like it."), ""),
        "unlike": (unlike, "You no longer like it."),
        "repost": (
            partial(_done, reposts.repost, "It stands on your page, for those who may see it."),
            "",
        ),
        "unrepost": (take_back, "It no longer stands on your page."),
        "helped": (partial(say, helpful=True), "Thank you: it helped you understand."),
        "unhelpful": (
            partial(say, helpful=False),
            "Thank you: it did not help you understand.",
        ),
    }
    for name, (act, done) in gestures.items():
        acts.add(pages, f"/posts/<id:number>/{name}", act, there, done=done)


def _done(act: Callable[..., Done], told: str, call: Call, post_id: int) -> str:
    """Do what may have to be asked for, and say which it was."""
    done = act(call.session, call.member, call.book, post_id, call.now)
    flash(told if done == DONE else ASKED, "good")
    return f"/posts/{post_id}"


def unlike(call: Call, post_id: int) -> str:
    """No longer like a post."""
    likes.unlike(call.session, call.member, post_id)
    return f"/posts/{post_id}"


def take_back(call: Call, post_id: int) -> str:
    """No longer point to a post."""
    reposts.take_back(call.session, call.member, post_id)
    return f"/posts/{post_id}"


def say(call: Call, post_id: int, *, helpful: bool) -> str:
    """Say whether a post helped one understand."""
    helped.answer(call.session, call.member, call.book, post_id, helpful, call.now)
    return f"/posts/{post_id}"


def there(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    """Go to the post, with what was wrong."""
    if sent.refused is not None:
        flash(" ".join([sent.refused.detail, *(fault.detail for fault in sent.refused.elsewhere)]), "bad")
    return see_other(f"/posts/{post_id}")
