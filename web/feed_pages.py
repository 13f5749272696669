"""Feeds and posts as pages, to be looked at; each with why it is shown, by the clauses that weighed it."""

from flask import Blueprint, Response

from audience.routes.feeds import FeedQuery, list_feeds, read_feed
from audience.routes.media import read_media
from audience.routes.posts import WhyQuery, explain_post, read_post
from audience.routes.replies import list_replies
from coop.call import Call, Later
from coop.errors import Unauthenticated
from coop.paging import PageQuery
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the recipes, the pages they make, a post, and its pictures."""
    pages.add_url_rule("/feed", "feeds", page(recipes))
    pages.add_url_rule("/feed/<profile>", "feed", page(feed))
    pages.add_url_rule("/posts/<id:post_id>", "post", page(post))
    pages.add_url_rule("/media/<id:asset_id>/<rendition>", "media", page(picture))


def recipes(call: Call) -> Response:
    """Show the recipes that pages are made by; nothing is delivered yet."""
    _need_a_member(call)
    return render(call, "feeds.html", recipes=list_feeds(call).items)


def feed(call: Call, profile: str) -> Response:
    """Deliver the next page of a recipe."""
    _need_a_member(call)
    return render(call, "feed.html", feed=read_feed(call, profile, FeedQuery()))


def post(call: Call, post_id: int) -> Response:
    """Show a post, its replies, and everything there is to know of why it is shown."""
    _need_a_member(call)
    shown = read_post(call, post_id)
    return render(
        call,
        "post.html",
        post=shown,
        why=explain_post(call, post_id, WhyQuery()),
        replies=list_replies(call, post_id, PageQuery()),
    )


def picture(call: Call, asset_id: int, rendition: str) -> Later:
    """Deliver a file of a picture under the viewer's own session (law 9)."""
    _need_a_member(call)
    return read_media(call, asset_id, rendition)


def _need_a_member(call: Call) -> None:
    """Ask for what the API asks for before any of these handlers is called."""
    if call.identity is None:
        raise Unauthenticated
