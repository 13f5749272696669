"""Writing a post with others of a guild, on pages: the drafts that one writes in, and each of them.

Where somebody else changed the same part meanwhile, the page comes back with both parts, and with a text to
go on from: what was typed, and all that others wrote elsewhere. Nothing of it needs a script.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, request

from audience.cowriting import agreement, beginning, history, names, notes, revising, scene, writers
from audience.cowriting.merge import Merged
from audience.cowriting.scene import Scene
from audience.cowriting.terms import audience_told, refusal_told
from audience.limits import rules_of
from audience.naming import author_of
from audience.scheduling import drafts
from audience.scheduling import refusal as refused_before
from coop import features, problems
from coop.call import Call
from coop.errors import AllotmentError, Fault, RuleBroken
from coop.features import COLLABORATIVE_EDITING
from coop.ids import as_id
from web import acts
from web.forms import Refusal, Sent, refusal
from web.visits import attempt, page, render, see_other

PATH = "/drafts"
ONE = f"{PATH}/<id:number>"


def add_to(pages: Blueprint) -> None:
    """Add the list of drafts, the page of each, and the targets of their forms."""
    pages.add_url_rule(PATH, "shared_drafts", page(listing))
    pages.add_url_rule(PATH, "begin_shared_draft_page", page(begin), methods=["POST"])
    pages.add_url_rule(f"{PATH}/<id:draft_id>", "shared_draft", page(show))
    acts.add(pages, f"{ONE}/save", save, again, done="", form="save", fields=("body",))
    acts.add(pages, f"{ONE}/invite", invite, again, done="They are told.", form="invite", fields=("handle",))
    acts.add(pages, f"{ONE}/leave", leave, again, done="What was written stays in the text.")
    acts.add(pages, f"{ONE}/open", open_to_guild, again, done="Done: it holds at once.")
    acts.add(pages, f"{ONE}/drop", drop, again, done="Dropped.")
    acts.add(pages, f"{ONE}/note", note, again, done="Noted.", form="note", fields=("note",), also=_places)
    acts.add(pages, f"{ONE}/settle", settle, again, done="Settled.")
    acts.add(pages, "/posts/<id:number>/unname", take_name_off, _there, done="Your name is off it.")


def listing(call: Call) -> Response:
    """Show the drafts that one may write in, and the form that begins one."""
    return _listing(call, {})


def begin(call: Call) -> Response:
    """Begin a draft in a guild, and go on to it."""
    said = request.form
    try:
        with attempt(call):
            made = beginning.begin(
                call.session,
                call.member,
                call.book,
                said.get("guild", ""),
                said.get("body", ""),
                call.now,
                opened=said.get("opened") == "yes",
            )
    except AllotmentError as error:
        return _listing(call, said, refusal(error, ("body", "guild")), problems.status_of(error))
    flash("Begun. Invite those who write it with you.", "good")
    return see_other(f"{PATH}/{made}")


def show(call: Call, draft_id: int) -> Response:
    """Show a draft: its text to be changed, who writes in it, what is proposed, and notes."""
    return again(call, draft_id, Sent(), 200)


def save(call: Call, draft_id: int) -> str:
    """Save the text, merged with what others wrote meanwhile."""
    base = number(request.form, "base")
    found = revising.save(
        call.session, call.member, call.book, draft_id, base, request.form.get("body", ""), call.now
    )
    told = (
        "Saved, together with what others wrote meanwhile." if found.merged else "Saved: others see it now."
    )
    flash(told, "good")
    return f"{PATH}/{draft_id}"


def invite(call: Call, draft_id: int) -> str:
    """Let another member of the guild write in it."""
    handle = request.form.get("handle", "").strip().removeprefix("@")
    writers.invite(call.session, call.member, call.book, draft_id, handle, call.now)
    return f"{PATH}/{draft_id}"


def leave(call: Call, draft_id: int) -> str:
    """Leave it, or send somebody out."""
    handle = request.form.get("handle", "")
    writers.remove(call.session, call.member, draft_id, handle)
    return PATH if handle == call.member.handle else f"{PATH}/{draft_id}"


def open_to_guild(call: Call, draft_id: int) -> str:
    """Open it to all of the guild, or close it."""
    opened = request.form.get("opened") == "yes"
    writers.open_to_guild(call.session, call.member, draft_id, opened=opened)
    return f"{PATH}/{draft_id}"


def drop(call: Call, draft_id: int) -> str:
    """Take it away, with all its revisions."""
    beginning.drop(call.session, call.member, draft_id)
    return PATH


def note(call: Call, draft_id: int) -> str:
    """Leave a remark in its margin."""
    notes.leave(call.session, call.member, call.book, draft_id, request.form.get("note", ""), call.now)
    return f"{PATH}/{draft_id}#notes"


def settle(call: Call, draft_id: int) -> str:
    """Settle a remark."""
    notes.settle(call.session, call.member, draft_id, number(request.form, "note"), call.now)
    return f"{PATH}/{draft_id}#notes"


def take_name_off(call: Call, post_id: int) -> str:
    """Take one's own name off a post."""
    names.take_off(call.session, call.member, post_id)
    return PATH


def number(said: Mapping[str, str], field: str) -> int:
    """Return the number that a field says; raise RuleBroken where it says none."""
    found = as_id(said.get(field, ""))
    if found is None:
        raise RuleBroken("This cannot be read.", faults=(Fault(f"/{field}", "Name one of those shown."),))
    return found


def again(call: Call, draft_id: int, sent: Sent, status: int) -> Response:
    """Show a draft, with what was wrong with a form of its page."""
    found = scene.read(call.session, call.member, draft_id)
    me = call.member.member_id
    waits = [] if found.offered_by is None else agreement.outstanding(found.writers, found.offered_by)
    mine, offer = found.offered_by == me, None if found.offer is None else drafts.restored(found.offer)
    why = None if found.refusal is None else refused_before.restored(found.refusal)
    named = found.post_id is not None and names.names(call.session, call.member, found.post_id)
    return render(
        call,
        "shared_draft.html",
        status,
        draft=found,
        me=me,
        merged=_merged(call, found, sent) if status == 409 and sent.form == "save" else None,
        proposer=None if found.offered_by is None else found.writer(found.offered_by),
        waits=waits,
        offer=offer,
        audience=None if offer is None else audience_told(offer.audience, mine=mine),
        why=refusal_told(why, mine=mine),
        asked=found.offered_by is not None
        and me in {one.member_id for one in agreement.asked(found.writers, found.offered_by)},
        own=found.writer(me),
        named=named,
        notes=notes.standing(call.session, call.member, draft_id),
        sent=sent,
        rules=rules_of(call.book, found.guild),
    )


def _merged(call: Call, found: Scene, sent: Sent) -> Merged | None:
    """Return what was typed and what is there come to; None where nothing clashes (any more)."""
    if found.post_id is not None:
        return None
    merged = revising.merge_with(
        call.session,
        found,
        number(sent.said, "base"),
        revising.fitting(call.book, found, sent.said.get("body", "")),
    )
    return merged if merged.clashes else None


def _places() -> Mapping[str, str]:
    return {"/body": "note"}


def _there(call: Call, post_id: int, sent: Sent, status: int) -> Response:
    if sent.refused is not None:
        flash(sent.refused.detail, "bad")
    return see_other(f"/posts/{post_id}")


def _listing(
    call: Call, said: Mapping[str, str], refused: Refusal | None = None, status: int = 200
) -> Response:
    guilds = [
        slug
        for slug in sorted(author_of(call.session, call.member).guilds)
        if features.held_by_guild(call.book, COLLABORATIVE_EDITING, slug, call.now)
    ]
    return render(
        call,
        "shared_drafts.html",
        status,
        items=history.mine(call.session, call.member),
        guilds=guilds,
        said=said,
        refused=refused,
        rules=rules_of(call.book, None),
    )
