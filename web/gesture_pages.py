"""What a member does with a post in one gesture: like it, point to it, say whether it helped.

Each goes on to the post, for a feed is never gone back to: that would deliver its next page.
"""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, flash, request

from audience import likes, reposts
from audience.asks import DONE, Done
from audience.feeds import helped
from audience.polls import voting
from coop.call import Call
from coop.errors import RuleBroken
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
        "unanswered": (say_nothing, "You say nothing of whether it helped."),
    }
    asked = "/posts/<id:number>/poll"
    acts.add(pages, asked, choose, there, done="Chosen. You may change it until it is over.")
    acts.add(pages, f"{asked}/leave", choose_nothing, there, done="You choose nothing.")
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


def choose(call: Call, post_id: int) -> str:
    """Choose an option of a poll."""
    written = request.form.get("option", "")
    if not (written.isascii() and written.isdigit() and len(written) < 3):
        raise RuleBroken("Choose one of its options.")
    voting.vote(call.session, call.member, call.book, post_id, int(written), call.platform.clock)
    return f"/posts/{post_id}"


def choose_nothing(call: Call, post_id: int) -> str:
    """Take back what one chose in a poll."""
    voting.take_back(call.session, call.member, call.book, post_id, call.platform.clock)
    return f"/posts/{post_id}"


def say(call: Call, post_id: int, *, helpful: bool) -> str:
    """Say whether a post helped one understand."""
    helped.answer(call.session, call.member, call.book, post_id, helpful, call.now)
    return f"/posts/{post_id}"


def say_nothing(call: Call, post_id: int) -> str:
    """Take back whether a post helped one understand."""
    helped.withdraw(call.session, call.member, post_id)
    return f"/posts/{post_id}"


def there(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    """Go to the post, with what was wrong."""
    if sent.refused is not None:
        flash(" ".join([sent.refused.detail, *(fault.detail for fault in sent.refused.elsewhere)]), "bad")
    return see_other(f"/posts/{post_id}")
