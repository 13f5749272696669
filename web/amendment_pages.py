"""Amendments as pages: written, listed, read, weighed and answered."""

from flask import Blueprint, Response, request

from coop import policy_text
from coop.call import Call
from coop.errors import Conflict, Fault, NotFound, RuleBroken
from coop.paging import decode_int, encode
from governance import dossier
from governance.deliberation import amendment_reading, amendments, floor, suggestions
from governance.deliberation.amendments import Wanted
from governance.deliberation.suggestions import Degree, Opinion
from governance.dossier import Dossier
from governance.drafts import LONGEST_TITLE
from web import acts, amending, diffs
from web.amending import Field
from web.forms import Sent
from web.proposal.amendments import amendable
from web.proposal.section import Sight, look
from web.visits import page, render

SHOWN = 20


def add_to(pages: Blueprint) -> None:
    """Add the pages of amendments, and the targets of their forms."""
    pages.add_url_rule("/proposals/<id:proposal_id>/amendments", "amendments", page(listing))
    pages.add_url_rule("/proposals/<id:proposal_id>/amendments/new", "new_amendment", page(ask))
    pages.add_url_rule("/amendments/<id:amendment_id>", "amendment", page(amendment))
    acts.add(
        pages,
        "/proposals/<id:number>/amendments",
        make,
        show_form,
        form="amendment",
        fields=("rationale",),
        also=_places,
        done="It is offered: its author takes it up, or says why not.",
    )
    one = "/amendments/<id:number>"
    acts.add(pages, f"{one}/support", support, show, done="You ask that it be taken up.")
    acts.add(pages, f"{one}/desert", desert, show, done="You do not ask for it any more.")
    acts.add(
        pages, f"{one}/opinion", opine, show, form="opinion", fields=("degree",), done="Your opinion counts."
    )
    acts.add(pages, f"{one}/retract", retract, show, done="Your opinion is taken back.")
    acts.add(pages, f"{one}/accept", accept, show, done="The proposal says this now.")
    acts.add(
        pages, f"{one}/reject", reject, show, form="reject", fields=("reason",), done="They are told why."
    )
    acts.add(pages, f"{one}/withdraw", withdraw, show, done="Taken back. It stays on record.")
    acts.add(
        pages,
        f"{one}/promote",
        promote,
        show,
        form="promote",
        fields=("title",),
        done="It is a draft of your own now.",
    )


def listing(call: Call, proposal_id: int) -> Response:
    """Show the amendments to a proposal."""
    before = decode_int(request.args.get("before"))
    member, sight = call.member, look(call, proposal_id)
    cards = amendment_reading.listing(call.session, member, sight.case, before=before, limit=SHOWN + 1)
    more = encode(cards[SHOWN - 1].id) if len(cards) > SHOWN else None
    return render(call, "amendments_page.html", case=sight.case, cards=cards[:SHOWN], more=more)


def ask(call: Call, proposal_id: int) -> Response:
    """Ask for another wording of what a proposal sets."""
    return show_form(call, proposal_id, Sent())


def show_form(call: Call, proposal_id: int, sent: Sent, status: int = 200) -> Response:
    """Show the form of an amendment, with what was wrong with it."""
    sight = look(call, proposal_id)
    found = dossier.read(call.session, call.platform.books, sight.case)
    if not sent.form:
        _check_amendable(call, sight, found)
    listed, others = _fields(sight)
    return render(
        call,
        "new_amendment.html",
        status,
        case=sight.case,
        fields=listed,
        others=others,
        longest=floor.rules_of(call.book).amendments.characters,
        of_patch_sha256=sent.typed("amendment").get("of_patch_sha256", sight.case.patch_sha256),
        sent=sent,
    )


def amendment(call: Call, amendment_id: int) -> Response:
    """Show an amendment, what it would change, and what members think of it."""
    return show(call, amendment_id, Sent())


def show(call: Call, amendment_id: int, sent: Sent, status: int = 200) -> Response:
    """Show an amendment, and what was wrong with a form on its page."""
    member = call.member
    card, changes = amendment_reading.one(call.session, member, amendment_id, call.now)
    supporters = suggestions.supporters(call.session, member, amendment_id, call.now, after=None, limit=SHOWN)
    sight = look(call, card.proposal_id)
    return render(
        call,
        "amendment.html",
        status,
        case=sight.case,
        card=card,
        supporters=supporters,
        beside_proposal=None if changes.proposal is None else diffs.rows(changes.proposal),
        beside_policy=diffs.rows(changes.policy),
        may_speak=sight.talking and card.standing == "open",
        is_author=sight.is_author,
        longest=floor.rules_of(call.book).amendments.characters,
        longest_title=LONGEST_TITLE,
        sent=sent,
    )


def make(call: Call, proposal_id: int) -> str:
    """Offer another wording."""
    said, sight = request.form, look(call, proposal_id)
    listed, _ = _fields(sight)
    before, _ = _texts(sight)
    texts = {
        field.clause.pointer: None if f"out-{place}" in said else said.get(f"value-{place}", "")
        for place, field in enumerate(listed)
    }
    base = dossier.read(call.session, call.platform.books, sight.case).base_sha256
    patch = amending.typed(call.book, sight.case.scope, sight.case.kind, base, before, listed, texts)
    wanted = Wanted(patch, said.get("of_patch_sha256", ""), said.get("rationale", ""))
    made = amendments.make(call.session, call.book, call.member, proposal_id, wanted, call.platform.clock)
    return f"/amendments/{made}"


def support(call: Call, amendment_id: int) -> str:
    """Ask by name that it be taken up."""
    suggestions.support(call.session, call.member, amendment_id, call.platform.clock)
    return f"/amendments/{amendment_id}#support"


def desert(call: Call, amendment_id: int) -> str:
    """Take one's support back."""
    suggestions.desert(call.session, call.member, amendment_id, call.platform.clock)
    return f"/amendments/{amendment_id}#support"


def opine(call: Call, amendment_id: int) -> str:
    """Say whether the proposal must, should, should not or must not take it up."""
    try:
        degree = Degree(int(request.form.get("degree", "")))
    except ValueError as error:
        fault = Fault("/degree", "Choose one of these.")
        raise RuleBroken("This says nothing of it.", faults=(fault,)) from error
    opinion = Opinion(degree, "fulfilled" in request.form)
    suggestions.opine(call.session, call.member, amendment_id, opinion, call.platform.clock)
    return f"/amendments/{amendment_id}#opinions"


def retract(call: Call, amendment_id: int) -> str:
    """Take one's opinion back."""
    suggestions.retract(call.session, call.member, amendment_id, call.platform.clock)
    return f"/amendments/{amendment_id}#opinions"


def accept(call: Call, amendment_id: int) -> str:
    """Take it up."""
    amendments.accept(call.session, call.book, call.member, amendment_id, call.platform.clock)
    card, _ = amendment_reading.one(call.session, call.member, amendment_id, call.now)
    return f"/proposals/{card.proposal_id}#change"


def reject(call: Call, amendment_id: int) -> str:
    """Say why not."""
    reason, clock = request.form.get("reason", ""), call.platform.clock
    amendments.reject(call.session, call.book, call.member, amendment_id, reason, clock)
    return f"/amendments/{amendment_id}"


def withdraw(call: Call, amendment_id: int) -> str:
    """Take one's amendment back."""
    amendments.withdraw(call.session, call.member, amendment_id, call.platform.clock)
    return f"/amendments/{amendment_id}"


def promote(call: Call, amendment_id: int) -> str:
    """Make a proposal of one's own of it."""
    title, clock = request.form.get("title", ""), call.platform.clock
    return (
        f"/proposals/{amendments.promote(call.session, call.book, call.member, amendment_id, title, clock)}"
    )


def _check_amendable(call: Call, sight: Sight, found: Dossier) -> None:
    """Raise what keeps the reader from offering an amendment now, before they write one."""
    floor.check_belongs(call.session, call.member, sight.case)
    floor.check_state(sight.case, floor.TALKING)
    if not amendable(sight, found):
        raise Conflict("Only a proposal that is one patch to a policy can be amended.")


def _texts(sight: Sight) -> tuple[dict[str, object], dict[str, object]]:
    """Return what the policy says, and what the proposal would have it say."""
    before, after = dossier.texts(sight.call.session, sight.case.id)
    return policy_text.parse(before), policy_text.parse(after)


def _fields(sight: Sight) -> tuple[list[Field], list[str]]:
    """Return the clauses of the form, and those that could be picked besides."""
    before, after = _texts(sight)
    picked = request.values.getlist("clause")
    listed = amending.fields(before, after, picked)
    if not {field.clause.pointer for field in listed}.issuperset(picked):
        raise NotFound
    return listed, amending.others(before, after, listed)


def _places() -> dict[str, str]:
    """Return at which field of the form the fault of each clause is told."""
    clauses = request.form.getlist("clause")
    named = {clause: f"value-{place}" for place, clause in enumerate(clauses)}
    return named | {"/patch": "value-0"}
