"""Arguments as pages: all of them, one with what was answered, and what members do about them."""

from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, request

from coop.call import Call
from coop.errors import Fault, NotFound, RuleBroken
from coop.paging import decode_int, decode_ints, encode
from governance.deliberation import arguments, floor, marks, threads, turns
from governance.deliberation.arguments import Stance
from governance.deliberation.threads import Card, Order, Place
from web import acts
from web.forms import Sent
from web.proposal.section import look
from web.proposal_pages import show
from web.visits import back, page, render, see_other

SHOWN = 30
REPLIES_SHOWN = 100
ORDERS: dict[str, Order] = {"helpful": "helpful", "newest": "newest"}


def add_to(pages: Blueprint) -> None:
    """Add the pages of arguments, and the targets of their forms."""
    pages.add_url_rule("/proposals/<id:proposal_id>/arguments", "arguments", page(listing))
    pages.add_url_rule("/arguments/<id:argument_id>", "argument", page(thread))
    of, one = "/proposals/<id:number>", "/arguments/<id:number>"
    said = ("stance", "body")
    acts.add(pages, f"{of}/arguments", argue, show, form="argument", fields=said, done="You have said it.")
    acts.add(pages, f"{of}/rounds", switch, show, done="It is chosen how we talk it over.")
    acts.add(pages, f"{of}/rounds/join", join, show, done="The round waits for you too.")
    acts.add(pages, f"{of}/rounds/pass", pass_on, show, done="Your turn goes to the others.")
    acts.add(
        pages,
        f"{one}/replies",
        answer,
        show_thread,
        form="reply",
        fields=("body",),
        done="You have answered.",
    )
    acts.add(pages, f"{one}/mark", mark, show_thread, done="")
    acts.add(pages, f"{one}/unmark", unmark, show_thread, done="")
    acts.add(pages, f"{one}/withdraw", withdraw, show_thread, done="Taken back: your words are gone.")


def listing(call: Call, proposal_id: int) -> Response:
    """Show all arguments, or those of one stance."""
    member, sight = call.member, look(call, proposal_id)
    stance, order = _stance(), ORDERS.get(request.args.get("order", "helpful"))
    if order is None:
        raise NotFound
    place = decode_ints(request.args.get("after"), 2)
    cards = threads.listing(
        call.session,
        member,
        sight.case,
        stance=stance,
        order=order,
        after=None if place is None else Place(*place),
        limit=SHOWN + 1,
    )
    shown = cards[:SHOWN]
    return render(
        call,
        "arguments_page.html",
        case=sight.case,
        cards=shown,
        counts=threads.counted(call.session, proposal_id),
        stance=stance,
        order=order,
        may_mark=sight.reading,
        more=encode(f"{shown[-1].helped}-{shown[-1].id}") if len(cards) > SHOWN else None,
    )


def thread(call: Call, argument_id: int) -> Response:
    """Show an argument with what was answered; the address of a reply leads to where it stands."""
    root = threads.root_of(call.session, argument_id)
    if root != argument_id:
        threads.one(call.session, call.member, argument_id, call.now)
        return see_other(f"/arguments/{root}#argument-{argument_id}")
    return show_thread(call, argument_id, Sent())


def show_thread(call: Call, argument_id: int, sent: Sent, status: int = 200) -> Response:
    """Show an argument, or the one that a reply stands under, with what was answered."""
    after = decode_int(request.args.get("after")) or 0
    member, root = call.member, threads.root_of(call.session, argument_id)
    card = threads.one(call.session, member, root, call.now)
    found = threads.replies(call.session, member, root, call.now, after=after, limit=REPLIES_SHOWN + 1)
    shown = found[:REPLIES_SHOWN]
    sight = look(call, card.proposal_id)
    rules = floor.rules_of(call.book).arguments
    return render(
        call,
        "argument.html",
        status,
        case=sight.case,
        card=card,
        replies=list(in_order(shown)),
        more=encode(shown[-1].id) if len(found) > REPLIES_SHOWN else None,
        may_answer=sight.talking,
        may_mark=sight.reading,
        rules=rules,
        answered=argument_id,
        sent=sent,
    )


def in_order(replies: Iterable[Card]) -> Iterator[Card]:
    """Yield replies so that each follows what it answers, and otherwise the older one comes first.

    They come oldest first; one whose parent is not among them stands where it came.
    """
    listed = list(replies)
    known = {card.id for card in listed}
    answers: dict[int | None, list[Card]] = {}
    for card in listed:
        answers.setdefault(card.parent_id if card.parent_id in known else None, []).append(card)

    def under(parent: int | None) -> Iterator[Card]:
        for card in answers.get(parent, ()):
            yield card
            yield from under(card.id)

    return under(None)


def argue(call: Call, proposal_id: int) -> str:
    """Make an argument."""
    said = request.form
    try:
        stance = Stance(said.get("stance", ""))
    except ValueError as error:
        fault = Fault("/stance", "Choose one of these.")
        raise RuleBroken("Is this for it, against it, or a question?", faults=(fault,)) from error
    clock = call.platform.clock
    made = arguments.argue(
        call.session, call.book, call.member, proposal_id, stance, said.get("body", ""), clock
    )
    return f"/proposals/{proposal_id}/arguments?order=newest#argument-{made}"


def switch(call: Call, proposal_id: int) -> str:
    """Choose rounds, or to talk freely."""
    on = request.form.get("on") == "yes"
    turns.switch(call.session, call.member, proposal_id, on, call.platform.clock)
    return f"/proposals/{proposal_id}#arguments"


def join(call: Call, proposal_id: int) -> str:
    """Ask for a turn in the rounds."""
    turns.join(call.session, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}#arguments"


def pass_on(call: Call, proposal_id: int) -> str:
    """Leave one's turn to the others."""
    turns.pass_on(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return f"/proposals/{proposal_id}#arguments"


def answer(call: Call, argument_id: int) -> str:
    """Answer an argument or a reply."""
    words = request.form.get("body", "")
    made = arguments.answer(call.session, call.book, call.member, argument_id, words, call.platform.clock)
    return _there(call, made)


def mark(call: Call, argument_id: int) -> str:
    """Say that it helped."""
    marks.mark(call.session, call.member, argument_id, call.platform.clock)
    return _there(call, argument_id)


def unmark(call: Call, argument_id: int) -> str:
    """Take that back."""
    marks.unmark(call.session, call.member, argument_id, call.platform.clock)
    return _there(call, argument_id)


def withdraw(call: Call, argument_id: int) -> str:
    """Take one's own words back."""
    arguments.withdraw(call.session, call.member, argument_id, call.platform.clock)
    return _there(call, argument_id)


def _there(call: Call, argument_id: int) -> str:
    """Return the page that the form stood on, or else the thread, at this argument or reply."""
    return f"{back(f'/arguments/{threads.root_of(call.session, argument_id)}')}#argument-{argument_id}"


def _stance() -> Stance | None:
    """Return the stance that the address names, None where it names none."""
    named = request.args.get("stance")
    try:
        return None if named is None else Stance(named)
    except ValueError as error:
        raise NotFound from error
