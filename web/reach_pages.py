"""How far a post of one's own went, as a page: its stages in numbers of people, and what held it."""

from typing import NamedTuple

from flask import Blueprint, Response

from audience.routes.reach import ReachView, read_reach
from coop.call import Call
from coop.errors import Unauthenticated
from web.visits import page, render

FEED = "feed:"
WAYS = {
    "feed:own": "Feeds that members made",
    "post": "Its own address",
    "member": "The page of whoever made or reposted it",
    "guild": "The page of its guild",
    "tag": "The page of a tag",
    "place": "The page of a place",
    "search": "Searching",
    "waiting": "Waiting for a seat",
    "greet": "Greeting newcomers",
    "called": "Being called to a heated thread",
    "room": "A live room",
}
"""What is said of a way by which a post was delivered; a voted feed has its own name."""


class Step(NamedTuple):
    """One step of the funnel."""

    label: str
    said: str
    """The number in words."""
    number: int
    """At least so many people; 0 where none is told."""
    percent: int = 0
    """Of the widest step."""


def add_to(pages: Blueprint) -> None:
    """Add the page."""
    pages.add_url_rule("/posts/<id:post_id>/reach", "reach", page(reach))


def reach(call: Call, post_id: int) -> Response:
    """Show how far a post of one's own went."""
    if call.identity is None:
        raise Unauthenticated
    found = read_reach(call, post_id)
    ways = [(way_said(one.via), one) for one in found.ways]
    return render(call, "reach.html", reach=found, post_id=post_id, funnel=funnel(found), ways=ways)


def way_said(via: str) -> str:
    """Return what a way is called."""
    return WAYS.get(via) or f"The {via.removeprefix(FEED)} feed"


def funnel(found: ReachView) -> list[Step]:
    """Return the steps from whom it is for to who answered."""
    meant = found.eligible.named + (found.eligible.others or 0)
    fewer = f"fewer than {found.least_told.value}"
    steps = [Step("Eligible: for whom it is now", found.eligible.said, meant)]
    for label, number in (
        ("Seated: who were delivered it", found.seated),
        ("Finished: who watched or read it to the end", found.finished),
        ("Replied: who answered", found.replied),
    ):
        steps.append(Step(label, fewer if number is None else f"at least {number}", number or 0))
    widest = max(1, *(step.number for step in steps))
    return [step._replace(percent=round(100 * step.number / widest)) for step in steps]
