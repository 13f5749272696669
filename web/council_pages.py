"""Councils as pages: the stewards in office, resigning, and the measures that they took in an emergency."""

from flask import Blueprint, Response, flash

from coop.book import COOP
from coop.call import Call
from governance import emergencies
from governance.people import councils
from governance.rules import NAME, VotingRules
from web.visits import page, render, see_other

MEASURES_SHOWN = 10


def add_to(pages: Blueprint) -> None:
    """Add the page of a council, and the target of its form."""
    pages.add_url_rule("/councils/<scope>", "council", page(council))
    pages.add_url_rule("/councils/<scope>/resign", "resign", page(resign), methods=["POST"])


def council(call: Call, scope: str) -> Response:
    """Show who is in office, since when and until when, and the measures of the coop's council."""
    member = call.member
    councils.check_scope(call.session, scope)
    stewards = councils.in_office(call.session, scope, call.now)
    return render(
        call,
        "council.html",
        scope=scope,
        coop=COOP,
        stewards=stewards,
        yours=any(steward.member_id == member.member_id for steward in stewards),
        measures=emergencies.latest(call.session, call.now, limit=MEASURES_SHOWN) if scope == COOP else [],
        rules=call.book.rules(NAME, VotingRules),
    )


def resign(call: Call, scope: str) -> Response:
    """Leave a council before one's term ends."""
    councils.resign(call.session, call.member, scope, call.platform.clock)
    flash("You are in office no more.", "good")
    return see_other(f"/councils/{scope}")
