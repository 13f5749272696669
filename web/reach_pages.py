"""How far a post of one's own went, as a page: a funnel of numbers of people, and what held it."""

from typing import NamedTuple

from flask import Blueprint, Response

from audience.routes.reach import ReachView, read_reach
from coop.call import Call
from coop.errors import Unauthenticated
from web.visits import page, render

WAYS = {
    "post": "by its own address",
    "member": "on your page",
    "own": "feeds that members made",
    "waiting": "by waiting for a seat",
}
"""What is said of a way by which a post was delivered, where its name does not say it."""


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
    return render(call, "reach.html", reach=found, post_id=post_id, funnel=funnel(found), ways=WAYS)


def funnel(found: ReachView) -> list[Step]:
    """Return the steps from whom it is for to who answered."""
    meant = found.eligible.named + (found.eligible.others or 0)
    fewer = f"fewer than {found.least_told.value}"
    steps = [Step("are meant by now", found.eligible.said, meant)]
    for label, number in (
        ("were delivered it", found.seated),
        ("watched or read it to the end", found.finished),
        ("answered", found.replied),
    ):
        steps.append(Step(label, fewer if number is None else f"at least {number}", number or 0))
    widest = max(1, *(step.number for step in steps))
    return [step._replace(percent=round(100 * step.number / widest)) for step in steps]
