"""Proposing an entry of the moderation policy by a form: one that is added, changed, or taken away.

What is filed is a proposal like any other, written by the same action: its class, its periods and its
rehearsal follow from the patch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from audience.moderation.condition_form import Known
from audience.moderation.rules import MODERATION
from coop import problems
from coop.book import COOP
from coop.call import Call
from coop.errors import AllotmentError, Conflict, Fault, NotFound, RuleBroken, Unauthenticated
from coop.policy_text import apply, diff
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.rehearsal import rehearsals
from governance.rehearsal.changes import Change
from governance.rules import RiskClass
from governance.verification import verify
from web import agreeing, diffs, drafting, entries, entry_form
from web.diffs import Row
from web.entries import Place
from web.entry_tables import TABLES, Table, table_for
from web.forms import Refusal, refusal
from web.moderation_wording import COMPARED
from web.proposal.rehearsal import Tried, tried
from web.visits import attempt, page, render
from web.writing import SAID, keep, write

GONE = "It is not there any more: it was taken away while you wrote."


@dataclass(frozen=True, slots=True)
class Preview:
    """What a patch would make of the policy, before anybody proposed it."""

    rows: list[Row]
    """What it changes, line by line."""
    patch: list[dict[str, Any]]
    risk_class: RiskClass
    rehearsal: Tried
    """The reader's own try of it, as far as there is one."""


@dataclass(frozen=True, slots=True)
class Resting:
    """A clause that could not stand without an entry."""

    pointer: str
    why: str
    place: Place | None
    """The entry that it is part of."""


def add_to(pages: Blueprint) -> None:
    """Add the form of an entry, and that which takes one away."""
    pages.add_url_rule("/proposals/new/entry", "new_entry", page(ask))
    pages.add_url_rule("/proposals/new/entry", "draft_entry", page(draft), methods=["POST"])
    pages.add_url_rule("/proposals/new/removal", "new_removal", page(ask_removal))
    pages.add_url_rule("/proposals/new/removal", "draft_removal", page(draft_removal), methods=["POST"])


def ask(call: Call) -> Response:
    """Show the form of an entry: empty for a new one, or with what it says now."""
    table, place = _asked(call, request.args)
    if place.name and entries.value_of(call.book, place) is None:
        raise NotFound
    return _form(call, table, place)


def draft(call: Call) -> Response:
    """Keep what was typed as a draft, or show what it would say, and what it would have done."""
    table, place = _asked(call, request.form)
    fields, named = _fields(table), place.name or request.form.get("name", "").strip()
    places = entry_form.places(table, named, request.form) | agreeing.places(request.form)
    act = request.form.get("act")
    if act not in ("try", "rehearse"):
        return write(
            call,
            lambda: keep(call, _draft(place.scope, _patch(call, table, place))),
            lambda refused, status: _form(call, table, place, refused, status),
            fields,
            places,
        )
    try:
        with attempt(call):
            seen = _preview(call, place.scope, _patch(call, table, place), rehearse=act == "rehearse")
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return _form(call, table, place, refusal(error, (*SAID, *fields), places), problems.status_of(error))
    return _form(call, table, place, seen=seen)


def ask_removal(call: Call) -> Response:
    """Ask why an entry should go, or say what rests on it."""
    return _removal(call, *_asked(call, request.args))


def draft_removal(call: Call) -> Response:
    """Keep as a draft that an entry goes."""
    table, place = _asked(call, request.form)
    old = entries.value_of(call.book, place)
    if old is None:
        raise NotFound
    return write(
        call,
        lambda: keep(call, _draft(place.scope, entries.removing(place, old))),
        lambda refused, status: _removal(call, table, place, refused, status),
        (),
        agreeing.places(request.form),
    )


def _asked(call: Call, said: Mapping[str, str]) -> tuple[Table, Place]:
    """Return the table that is meant, and the entry in it; its name is empty for a new one."""
    if call.identity is None:
        raise Unauthenticated
    scope, table = said.get("scope", COOP), said.get("table", "rules")
    if table not in TABLES or not (scope == COOP or scope.startswith("guild:")):
        raise NotFound
    return table_for(call.book, scope, table), Place(scope, table, said.get("entry", ""))


def _fields(table: Table) -> tuple[str, ...]:
    return ("name", *(part.name for part in table.parts))


def _patch(call: Call, table: Table, place: Place) -> list[dict[str, Any]]:
    """Return the patch that a form asks for.

    Raise RuleBroken for what cannot be read, Conflict where the entry that it changes is gone.
    """
    book, said = call.book, request.form
    known = entry_form.facts_for(book, place.scope)
    if not place.name:
        return _adding(call, table, place, known)
    old = entries.value_of(book, place)
    if old is None:
        raise Conflict(GONE)
    return entries.changing(place, old, entry_form.read(table, known, said, old))


def _adding(call: Call, table: Table, place: Place, known: Mapping[str, Known]) -> list[dict[str, Any]]:
    """Return the patch that adds an entry; raise RuleBroken with what is wrong of its name and its parts."""
    name, faults = request.form.get("name", ""), list[Fault]()
    try:
        name = entries.name_of(call.book, place.scope, table, name)
    except RuleBroken as error:
        faults.extend(error.faults)
    try:
        value = entry_form.read(table, known, request.form)
    except RuleBroken as error:
        faults.extend(error.faults)
    if faults:
        raise RuleBroken(f"This {table.one} could not be read.", faults=tuple(faults))
    return entries.adding(call.book, Place(place.scope, place.table, name), value)


def _draft(scope: str, patch: list[dict[str, Any]]) -> Draft:
    said = request.form
    agreed = agreeing.terms(said)
    return Draft(
        scope,
        MODERATION,
        said.get("title", ""),
        said.get("rationale", ""),
        [*patch],
        said.get("base_sha256", ""),
        review_after=agreed.review_after,
        sunset_after=agreed.sunset_after,
        tripwires=agreed.tripwires,
    )


def _preview(call: Call, scope: str, patch: list[dict[str, Any]], *, rehearse: bool) -> Preview:
    """Return what a patch comes to; asked to, have it tried, but the same one no second time."""
    base = request.form.get("base_sha256", "")
    found = verify(call.book, scope, MODERATION, patch, base)
    change = Change(scope, MODERATION, patch, base)
    seen = rehearsals.own(call.session, call.member, change)
    if rehearse and (seen is None or seen.state == "failed"):
        rehearsals.ask_draft(call.session, call.book, call.member, change, call.now)
        seen = rehearsals.own(call.session, call.member, change)
    rows = diffs.rows(diff(found.before, found.after, f"{MODERATION}.toml"))
    return Preview(rows, patch, found.risk_class, tried(call, seen, own=True))


def _form(
    call: Call,
    table: Table,
    place: Place,
    refused: Refusal | None = None,
    status: int = 200,
    *,
    seen: Preview | None = None,
) -> Response:
    known = entry_form.facts_for(call.book, place.scope)
    old = entries.value_of(call.book, place) if place.name else None
    typed = request.form if request.method == "POST" else entry_form.shown(table, known, old or {})
    return render(
        call,
        "new_entry.html",
        status,
        form=typed,
        table=table,
        facts=entry_form.choices_of_facts(known),
        compared=COMPARED,
        lines=entry_form.room_for(typed),
        seen=seen,
        **_context(call, place, refused),
    )


def _removal(
    call: Call, table: Table, place: Place, refused: Refusal | None = None, status: int = 200
) -> Response:
    old = entries.value_of(call.book, place)
    if old is None:
        raise NotFound
    patch = entries.removing(place, old)
    rests = _resting(call, place, patch)
    told = {"title": f"Take away the {table.one} {place.name}"[:LONGEST_TITLE]}
    return render(
        call,
        "new_removal.html",
        status,
        form=request.form if request.method == "POST" else told,
        table=table,
        about=entries.about(old),
        rests=rests,
        rows=[] if rests else _rows(call, place.scope, patch),
        **_context(call, place, refused),
    )


def _context(call: Call, place: Place, refused: Refusal | None) -> dict[str, Any]:
    base = drafting.base_sha256(call.book, place.scope, MODERATION)
    return {
        "place": place,
        "coop": COOP,
        "base": request.form.get("base_sha256") or base,
        "refused": refused,
        "longest_title": LONGEST_TITLE,
        "longest_rationale": LONGEST_RATIONALE,
    }


def _rows(call: Call, scope: str, patch: list[dict[str, Any]]) -> list[Row]:
    head = call.book.policy(MODERATION, scope)
    before = "" if head is None else head.text
    return diffs.rows(diff(before, apply(before, patch), f"{MODERATION}.toml"))


def _resting(call: Call, place: Place, patch: list[dict[str, Any]]) -> list[Resting]:
    """Return the clauses that could not stand without an entry."""
    base = drafting.base_sha256(call.book, place.scope, MODERATION)
    try:
        verify(call.book, place.scope, MODERATION, patch, base)
    except RuleBroken as error:
        return [
            Resting(one.pointer, one.detail, entries.standing(call.book, place.scope, one.pointer))
            for one in error.faults
        ]
    return []
