"""What others want to do with one's posts, and what they made of them: to say yes or no, and to detach."""

from flask import Blueprint, Response, flash, request

from audience import derivatives, grants
from audience.ask_notices import PATH
from audience.moderation import waiting_follows
from audience.routes.asks import list_asks
from audience.routes.derivatives import list_derivatives
from audience.routes.relations import list_follows_waiting
from coop.call import Call
from coop.errors import NotFound, Unauthenticated
from coop.ids import as_id
from coop.paging import PageQuery
from web import acts
from web.forms import Sent
from web.visits import page, render, see_other


def add_to(pages: Blueprint) -> None:
    """Add the list of asks, the list of what was made from a post, and the targets of their forms."""
    pages.add_url_rule(PATH, "asks", page(listing))
    pages.add_url_rule("/posts/<id:post_id>/derivatives", "derivatives", page(made_from))
    acts.add(pages, f"{PATH}/<id:number>/grant", grant, _again, done="You said yes.")
    acts.add(pages, f"{PATH}/<id:number>/refuse", refuse, _again, done="You said no.")
    acts.add(pages, f"{PATH}/follows/<id:number>/let-in", let_in, _again, done="They follow you.")
    acts.add(pages, f"{PATH}/follows/<id:number>/turn-away", turn_away, _again, done="You turned them away.")
    acts.add(pages, "/posts/<id:number>/detach", detach, _made_again, done="It no longer shows your post.")


def listing(call: Call) -> Response:
    """Show what waits for one's yes."""
    if call.identity is None:
        raise Unauthenticated
    query = PageQuery(cursor=request.args.get("cursor"))
    return render(
        call, "asks.html", asks=list_asks(call, query), path=PATH, followers=list_follows_waiting(call)
    )


def made_from(call: Call, post_id: int) -> Response:
    """Show what was made from a post of one's own."""
    if call.identity is None:
        raise Unauthenticated
    query = PageQuery(cursor=request.args.get("cursor"))
    return render(call, "derivatives.html", made=list_derivatives(call, post_id, query), post_id=post_id)


def grant(call: Call, ask_id: int) -> str:
    """Say yes."""
    grants.grant(call.session, call.member, call.book, ask_id, call.now)
    return PATH


def refuse(call: Call, ask_id: int) -> str:
    """Say no."""
    grants.refuse(call.session, call.member, ask_id, call.now)
    return PATH


def let_in(call: Call, follow_id: int) -> str:
    """Let somebody follow who waits to."""
    waiting_follows.let_in(call.session, call.member, call.book, follow_id, call.now)
    return PATH


def turn_away(call: Call, follow_id: int) -> str:
    """Turn somebody away who waits to follow."""
    waiting_follows.turn_away(call.session, call.member, call.book, follow_id, call.now)
    return PATH


def detach(call: Call, post_id: int) -> str:
    """No longer let something show a post of one's own."""
    derived = as_id(request.form.get("derived", ""))
    if derived is None:
        raise NotFound
    derivatives.detach(call.session, call.member, post_id, derived, call.now)
    return f"/posts/{post_id}/derivatives"


def _again(call: Call, ask_id: int, sent: Sent, status: int) -> Response:
    """Show the asks again, with what was wrong: it may be decided, or gone, by now."""
    return _with_refusal(sent, PATH)


def _made_again(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    return _with_refusal(sent, f"/posts/{post_id}/derivatives")


def _with_refusal(sent: Sent, path: str) -> Response:
    if sent.refused is not None:
        flash(" ".join([sent.refused.detail, *(fault.detail for fault in sent.refused.elsewhere)]), "bad")
    return see_other(path)
