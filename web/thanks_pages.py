"""Thanks on pages: said at a post in words to choose from, and what one was thanked for."""

from flask import Blueprint, Response, flash, request

from audience import thanks
from audience.routes.thanks import list_thanks
from audience.thanks import PATH
from coop.call import Call
from coop.errors import NotFound, Unauthenticated
from coop.paging import LONGEST, PageQuery
from web import acts
from web.gesture_pages import there
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the page of what one was thanked for, and the targets of the form at a post."""
    pages.add_url_rule(PATH, "thanks", page(listing))
    acts.add(pages, "/posts/<id:number>/thanks", thank, there, done="")


def listing(call: Call) -> Response:
    """Show what one was thanked for."""
    if call.identity is None:
        raise Unauthenticated
    cursor = request.args.get("cursor")
    if cursor is not None and len(cursor) > LONGEST:
        raise NotFound
    return render(call, "thanks.html", found=list_thanks(call, PageQuery(cursor=cursor)), path=PATH)


def thank(call: Call, post_id: int) -> str:
    """Thank the author of a post in the words that were chosen, or no longer, where none were."""
    said = request.form
    if words := said.get("words", ""):
        named = "named" in said
        thanks.thank(call.session, call.member, call.book, post_id, words, named, call.now)
        flash("Thanked. Only its author is told" + (", and by whom." if named else "."), "good")
    else:
        thanks.take_back(call.session, call.member, post_id)
        flash("Taken back.", "good")
    return f"/posts/{post_id}"
