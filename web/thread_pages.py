"""A post with its thread as a page, and what members do there: answer, decide, take one's own back.

Law 7: a visitor is shown what is public; anything else answers like a post that there is not, and nobody is
sent to sign in for some posts and not for others.
"""

from dataclasses import replace
from math import ceil
from typing import cast, get_args

from flask import Blueprint, Response, flash, request

from audience import doors, pausing, replies, thanks
from audience.feeds import helped
from audience.routes.doors import door_view
from audience.routes.threads import ThreadQuery, read_thread
from audience.routes.why import WhyQuery, explain_door, explain_post
from audience.rules import AUDIENCE, AudienceRules
from audience.threads import Order
from coop import errors
from coop.call import Call
from coop.errors import Fault, NotFound, RuleBroken
from coop.ids import as_id
from coop.paging import LONGEST
from coop.problems import STATUS
from web import acts, moments, playlist_item_pages
from web.forms import Sent
from web.permission_pages import permitted
from web.visits import back, page, render, see_other

ORDERS: dict[Order, str] = {"oldest": "Oldest first", "newest": "Newest first", "moment": "By moment"}
"""How a thread may be read, in words."""

WAITS = "It waits: the author of the post decides whether it is shown."
BREATHE = "This thread is heated: take a breath before you answer."
"""What whoever is to pause is told, as a word and not as a refusal."""
NOT_YET = STATUS[errors.NotYet]


def add_to(pages: Blueprint) -> None:
    """Add the page of a post, and the targets of the forms in its thread."""
    pages.add_url_rule("/posts/<id:post_id>", "post", page(post))
    one = "/replies/<id:number>"
    acts.add(
        pages,
        "/posts/<id:number>/replies",
        answer,
        show_pausing,
        form="reply",
        fields=("body",),
        also=lambda: {"/at_ms": "at", "/pause": "pause"},
        done="",
    )
    acts.add(pages, f"{one}/grant", grant, _back_there, done="It is shown now.")
    acts.add(pages, f"{one}/refuse", refuse, _back_there, done="It stays unshown.")
    acts.add(pages, f"{one}/delete", delete, _back_there, done="Taken back: your words are gone.")


def post(call: Call, post_id: int) -> Response:
    """Show a post with the replies to it, and everything there is to know of why it is shown."""
    return show(call, post_id, Sent())


def show(call: Call, post_id: int, sent: Sent, status: int = 200) -> Response:
    """Show a post with its thread, and a form that was refused with what was wrong."""
    query = thread_query()
    try:
        thread = read_thread(call, post_id, query)
    except NotFound:
        found = doors.door(call.session, call.identity, call.book, post_id, call.now)
        why = None if call.identity is None else explain_door(call, post_id)
        return render(call, "door.html", door=door_view(found), why=why)
    return render(
        call,
        "post.html",
        status,
        post=thread.post,
        thread=thread,
        names={one.id: one.author.handle for one in thread.replies if one.author is not None},
        order=query.sort,
        orders=ORDERS,
        somewhere=query.cursor is not None,
        may={} if call.identity is None else permitted(call, thread.post),
        why=None if call.identity is None else explain_post(call, post_id, WhyQuery()),
        sent=sent,
        helped=None if call.identity is None else helped.said(call.session, call.identity, post_id),
        **playlist_item_pages.around(call, post_id, own=thread.post.audience is not None),
        thanks={
            "words": call.book.rules(AUDIENCE, AudienceRules).thanks.words,
            "given": None
            if call.identity is None
            else thanks.given(call.session, call.identity, int(thread.post.id)),
        },
    )


def show_pausing(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    """Show an answer again that was refused; whoever is to pause first has begun to by sending it."""
    return show(call, post_id, pausing_first(call, post_id, sent, status), status)


def pausing_first(call: Call, post_id: int, sent: Sent, status: int) -> Sent:
    """Begin the pause that an answer asks for, and return its form: being told to pause is no refusal."""
    if status == NOT_YET:
        begun = pausing.begin(call.session, call.member, call.book, post_id, call.now)
        left = max(1, ceil((begun.ready_at - call.now).total_seconds()))
        seconds = "second" if left == 1 else "seconds"
        flash(f"{BREATHE} Read it once more, and send it again in {left} {seconds}.")
        return replace(sent, refused=None)
    return sent


def thread_query(otherwise: Order = "oldest") -> ThreadQuery:
    """Return which part of a thread an address asks for, in the order ``otherwise`` where it names none.

    Raise RuleBroken for an order that there is not, and NotFound where no page links to it.
    """
    order, cursor = request.args.get("sort", otherwise), request.args.get("cursor")
    if order not in get_args(Order):
        fault = Fault("query/sort", f"A thread is read by one of these: {', '.join(get_args(Order))}.")
        raise RuleBroken("There is no such order.", faults=(fault,))
    if cursor is not None and len(cursor) > LONGEST:
        raise NotFound
    return ThreadQuery(sort=cast(Order, order), cursor=cursor, moments=True)


def answer(call: Call, post_id: int) -> str:
    """Answer a post, or a reply to it."""
    said = request.form
    made = replies.write(
        call.session,
        call.member,
        call.book,
        post_id,
        said.get("body", ""),
        call.now,
        parent_id=_parent(said.get("parent_id", "")),
        at_ms=moments.milliseconds(said.get("at", ""), "/at_ms", "The post has no such moment."),
        pause="pause" in said,
    )
    flash(WAITS if made.state == "waiting" else "You have answered.", "good")
    return f"/posts/{post_id}#reply-{made.id}"


def grant(call: Call, reply_id: int) -> str:
    """Show a reply that waits."""
    replies.grant(call.session, call.member, call.book, reply_id, call.now)
    return f"{back('/feed')}#reply-{reply_id}"


def refuse(call: Call, reply_id: int) -> str:
    """Leave a reply that waits unshown."""
    replies.refuse(call.session, call.member, reply_id, call.now)
    return f"{back('/feed')}#replies"


def delete(call: Call, reply_id: int) -> str:
    """Take one's own words back."""
    replies.delete(call.session, call.member, reply_id, call.now)
    return f"{back('/feed')}#replies"


def _back_there(call: Call, reply_id: int, sent: Sent, status: int) -> Response:
    """Show the thread again, with what was wrong: the reply may be decided, or gone, by now."""
    if sent.refused is not None:
        flash(" ".join([sent.refused.detail, *(fault.detail for fault in sent.refused.elsewhere)]), "bad")
    return see_other(f"{back('/feed')}#replies")


def _parent(said: str) -> int | None:
    """Return the reply that a form answers; raise RuleBroken where it names none as ours are."""
    if not said:
        return None
    found = as_id(said)
    if found is None:
        fault = Fault("/parent_id", "There is no reply under this id that you can answer.")
        raise RuleBroken("This reply cannot be written.", faults=(fault,))
    return found
