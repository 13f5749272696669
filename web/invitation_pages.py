"""Inviting somebody, on a page: a code that opens the door once, told once, as a link to hand on."""

from urllib.parse import urlencode

from flask import Blueprint, Response

from coop import invitations, problems
from coop.call import Call
from coop.errors import AllotmentError, Unauthenticated
from coop.invitations import Opened
from coop.membership_rules import NAME, MembershipRules
from web.forms import Refusal, refusal
from web.visits import attempt, page, render

PATH = "/members/me/invitations"


def add_to(pages: Blueprint) -> None:
    """Add the page, and the target of its form."""
    pages.add_url_rule(PATH, "invitations", page(ask))
    pages.add_url_rule(PATH, "invite_page", page(invite), methods=["POST"])


def ask(call: Call) -> Response:
    """Say how many invitations one holds out and may, and how long each opens the door."""
    return _shown(call)


def invite(call: Call) -> Response:
    """Make an invitation; the page that answers tells its link, this once."""
    try:
        with attempt(call):
            made = invitations.invite(call.session, call.book, call.member, call.now)
    except Unauthenticated:
        raise
    except AllotmentError as error:
        return _shown(call, refusal(error, ()), problems.status_of(error))
    return _shown(call, made=made)


def _shown(
    call: Call, refused: Refusal | None = None, status: int = 200, *, made: Opened | None = None
) -> Response:
    rules = call.book.rules(NAME, MembershipRules).joining
    public = call.platform.settings.public_url.rstrip("/")
    return render(
        call,
        "invitations.html",
        status,
        rules=rules,
        held=invitations.held(call.session, call.member, call.now),
        link=None if made is None else f"{public}/join?{urlencode({'invitation': made.code})}",
        expires_at=None if made is None else made.expires_at,
        refused=refused,
    )
