"""Taking back a post of one's own, for good, from its page."""

from flask import Blueprint, Response

from audience import posts
from coop.call import Call
from web import acts
from web.forms import Sent
from web.visits import see_other


def add_to(pages: Blueprint) -> None:
    """Add the target of the form that stands on the page of a post of one's own."""
    told = "Taken back, for good: nobody sees it any more."
    acts.add(pages, "/posts/<id:number>/delete", take_back, _there, done=told)


def take_back(call: Call, post_id: int) -> str:
    """Take back a post of one's own, and go to one's others."""
    posts.delete(call.session, call.member, post_id, call.now)
    return f"/members/{call.member.handle}"


def _there(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    return see_other(f"/posts/{post_id}")
