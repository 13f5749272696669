"""Feeds as pages, to be looked at; each post with why it is shown, by the clauses that weighed it."""

from urllib.parse import quote

from flask import Blueprint, Response

from audience.feeds import serving
from audience.feeds.recipe import OWN
from audience.feeds.rules import SlotName
from audience.routes.feeds import feed_page
from audience.routes.media import read_media
from audience.topics import tags_in
from coop.call import Call, Later
from web.visits import page, render

SLOTS: dict[SlotName, str] = {
    "discovery": "It has a place that is kept for voices that few have heard.",
    "bridging": "It has a place that is kept for people who helped others to understand.",
}
"""What is said of a post that one of the kept places brought."""


def add_to(pages: Blueprint) -> None:
    """Add the pages that feeds make, and the pictures on them."""
    pages.add_url_rule("/feed/<profile>", "feed", page(feed))
    pages.add_url_rule("/media/<id:asset_id>/<rendition>", "media", page(picture))


def feed(call: Call, profile: str) -> Response:
    """Deliver the next page of a feed."""
    served = serving.serve(call.session, call.member, call.book, profile, call.now)
    found = feed_page(call.book, served)
    return render(
        call,
        "feed.html",
        feed=found,
        name=found.profile.removeprefix(OWN),
        path=f"/feed/{quote(profile)}",
        tags={shown.id: tags_in(shown.body) for shown in (item.post for item in found.items)},
    )


def picture(call: Call, asset_id: int, rendition: str) -> Later:
    """Deliver a file of a picture under the viewer's own session, or to a visitor (law 9)."""
    return read_media(call, asset_id, rendition)
