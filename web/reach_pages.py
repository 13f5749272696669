"""How far a post of one's own went, as a page: a funnel of numbers of people, and what held it."""

from flask import Blueprint, Response

from audience.routes.reach import ReachView, read_reach
from coop.call import Call
from coop.errors import Unauthenticated
from web.visits import page, render

WAYS = {"post": "by its own address", "member": "on your page", "own": "feeds that members made"}
"""What is said of a way by which a post was delivered, where its name does not say it."""


def add_to(pages: Blueprint) -> None:
    """Add the page."""
    pages.add_url_rule("/posts/<id:post_id>/reach", "reach", page(reach))


def reach(call: Call, post_id: int) -> Response:
    """Show how far a post of one's own went."""
    if call.identity is None:
        raise Unauthenticated
    found = read_reach(call, post_id)
    return render(call, "reach.html", reach=found, post_id=post_id, funnel=funnel(found), ways=WAYS)


def funnel(found: ReachView) -> list[tuple[str, int | None, int]]:
    """Return the steps from who could open it to who answered: label, number, and percent of the widest."""
    steps = [
        ("could open it now", found.eligible.number),
        ("were delivered it", found.seated),
        ("watched or read it to the end", found.finished),
        ("answered", found.replied),
    ]
    widest = max((number or 0 for _, number in steps), default=0)
    return [(label, number, round(100 * (number or 0) / widest) if widest else 0) for label, number in steps]
