"""What one is told, as a page."""

from flask import Blueprint, Response, flash, request

from coop import notices
from coop.call import Call
from coop.errors import Malformed, NotFound
from web.visits import page, render, see_other

SHOWN = 30


def add_to(pages: Blueprint) -> None:
    """Add the page of notices, and the target of its form."""
    pages.add_url_rule("/notices", "notices", page(listing))
    pages.add_url_rule("/notices/read", "read_notices", page(read), methods=["POST"])


def listing(call: Call) -> Response:
    """Show what one is told, the newest first."""
    before = _number(request.args.get("before", ""))
    found = notices.listing(call.session, call.member, unread_only=False, before=before, limit=SHOWN + 1)
    shown = found[:SHOWN]
    older = shown[-1].id if len(found) > SHOWN else None
    return render(call, "notices.html", notices=shown, older=older, first=before is None)


def read(call: Call) -> Response:
    """Mark as read what the page showed and all before it; what came later stays unread."""
    through = _number(request.form.get("through", ""))
    if through is None:
        raise Malformed("Name the newest notice that you have read.")
    notices.mark_read_through(call.session, call.member, through, call.now)
    flash("Marked as read.", "good")
    return see_other("/notices")


def _number(given: str) -> int | None:
    """Return the id that an address or a form names, None where it names none."""
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 20 and int(given) < 2**63):
        raise NotFound
    return int(given)
