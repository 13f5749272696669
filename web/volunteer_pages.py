"""Volunteering on pages: offers to greet newcomers and to calm threads, and the first posts to greet."""

from flask import Blueprint, Response, flash, request

from audience import volunteers
from audience.routes.volunteers import (
    list_first_posts,
    offer_help,
    read_offers,
    read_roster,
    withdraw_offer,
)
from coop import directory, problems
from coop.book import COOP, guild_scope
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from coop.paging import LONGEST, PageQuery
from web.forms import Refusal, refusal
from web.visits import attempt, page, render, see_other

PATH = "/members/me/offers"
GREET = "/newcomers"
SHOWN = 20


def add_to(pages: Blueprint) -> None:
    """Add the page of one's offers, the target of its forms, and the page of first posts."""
    pages.add_url_rule(PATH, "offers", page(show))
    pages.add_url_rule(PATH, "offer", page(offer), methods=["POST"])
    pages.add_url_rule(GREET, "newcomers", page(greet))


def show(call: Call) -> Response:
    """Show what one offers and may offer, and who else calms threads."""
    return _shown(call)


def offer(call: Call) -> Response:
    """Offer help or take it back, or show the page again with what was wrong."""
    said = request.form
    role, scope = said.get("role", ""), said.get("scope", "")
    try:
        with attempt(call):
            if "end" in said:
                withdraw_offer(call, role, scope)
            else:
                offer_help(call, role, scope)
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return _shown(call, refusal(error, ("scope",)), problems.status_of(error))
    flash("Taken back." if "end" in said else "Thank you for offering.", "good")
    return see_other(PATH)


def greet(call: Call) -> Response:
    """Show first posts of the newcomers whom one meets; whoever does not greet is shown how to begin."""
    member = call.member
    if all(one.role != "greet" for one in volunteers.offers(call.session, member)):
        return see_other(PATH)
    cursor = request.args.get("cursor")
    if cursor is not None and len(cursor) > LONGEST:
        raise NotFound
    found = list_first_posts(call, PageQuery(cursor=cursor, limit=SHOWN))
    return render(call, "newcomers.html", found=found, path=f"{GREET}?")


def _shown(call: Call, refused: Refusal | None = None, status: int = 200) -> Response:
    member = call.member
    guilds = directory.member(call.session, member.handle).guilds
    offered = {(one.role, one.scope) for one in read_offers(call).items}
    scopes = [COOP, *map(guild_scope, guilds)]
    return render(
        call,
        "offers.html",
        status,
        offered=offered,
        scopes=scopes,
        rosters={scope: read_roster(call, scope).items for scope in scopes},
        path=PATH,
        refused=refused,
    )
