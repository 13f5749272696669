"""Waiting for a seat, from a post's door."""

from flask import Blueprint, Response

from audience import waiting
from coop.call import Call
from web import acts
from web.forms import Sent
from web.visits import see_other


def add_to(pages: Blueprint) -> None:
    """Add what the forms on a door do."""
    acts.add(pages, "/posts/<id:number>/wait", wait, _there, done="You are in line.")
    acts.add(pages, "/posts/<id:number>/leave", leave, _there, done="You no longer wait.")


def wait(call: Call, post_id: int) -> str:
    """Wait for a seat."""
    waiting.begin(call.session, call.member, call.book, post_id, call.now)
    return f"/posts/{post_id}"


def leave(call: Call, post_id: int) -> str:
    """No longer wait for a seat."""
    waiting.end(call.session, call.member, post_id)
    return f"/posts/{post_id}"


def _there(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    """Go to the post: who need not wait may open it."""
    return see_other(f"/posts/{post_id}")
