"""Calm on pages: how heated a thread is, what that asks and by which clauses, and when it was so before."""

from flask import Blueprint, Response

from audience.routes.calm import read_heat
from coop.call import Call
from coop.errors import Unauthenticated
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the page on the heat of a thread."""
    pages.add_url_rule("/posts/<id:post_id>/heat", "heat", page(heat))


def heat(call: Call, post_id: int) -> Response:
    """Show the heat of a thread, and its record."""
    if call.identity is None:
        raise Unauthenticated
    return render(call, "heat.html", calm=read_heat(call, post_id), post_id=post_id)
