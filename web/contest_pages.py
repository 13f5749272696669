"""Writing a vote on one clause by another method: wordings that compete for it, or a number by median."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from coop.call import Call
from governance import roll
from governance.contests import AS_IT_IS
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.rules import Method
from web import agreeing, drafting
from web.draft_pages import clause_of
from web.drafting import Settable
from web.forms import Refusal
from web.visits import page, render
from web.writing import keep, write

ROWS = 8
"""Wordings that the form has room for."""
SEEN = 3
"""Those that are shown before one asks for more."""


def add_to(pages: Blueprint) -> None:
    """Add the forms."""
    pages.add_url_rule("/proposals/new/contest", "new_contest", page(ask_contest))
    pages.add_url_rule("/proposals/new/contest", "draft_contest", page(draft_contest), methods=["POST"])
    pages.add_url_rule("/proposals/new/number", "new_number", page(ask_number))
    pages.add_url_rule("/proposals/new/number", "draft_number", page(draft_number), methods=["POST"])


def ask_contest(call: Call) -> Response:
    """Ask which wordings compete for a clause."""
    return _form(call, "new_contest.html")


def ask_number(call: Call) -> Response:
    """Ask from where to where a clause may go."""
    return _form(call, "new_number.html")


def draft_contest(call: Call) -> Response:
    """Keep a contest as a draft."""
    said, (scope, kind, clause) = request.form, _clause(call)
    filled = [row for row in range(ROWS) if said.get(f"label-{row}", "").strip() or said.get(f"value-{row}")]
    base = said.get("base_sha256", "")

    def wanted() -> Draft:
        offered = [
            {
                "label": said.get(f"label-{row}", "").strip(),
                "patch": drafting.patch(call.book, scope, kind, clause, said.get(f"value-{row}", ""), base),
            }
            for row in filled
        ]
        return _draft(scope, kind, "schulze", {"choices": [{"label": AS_IT_IS}, *offered]})

    places = agreeing.places(said)
    for place, row in enumerate(filled, 1):
        at = f"/options/choices/{place}"
        places |= {at: f"value-{row}", f"{at}/label": f"label-{row}", f"{at}/patch": f"value-{row}"}
    return write(
        call,
        lambda: keep(call, wanted()),
        lambda refused, status: _form(call, "new_contest.html", refused, status),
        (),
        places,
    )


def draft_number(call: Call) -> Response:
    """Keep a vote on a number as a draft."""
    said, (scope, kind, clause) = request.form, _clause(call)

    def wanted() -> Draft:
        ends = {name: said[name].strip() for name in ("min", "max") if said.get(name, "").strip()}
        return _draft(scope, kind, "median", {"clause": clause.pointer, **ends})

    places = agreeing.places(said) | {"/options/min": "min", "/options/max": "max"}
    return write(
        call,
        lambda: keep(call, wanted()),
        lambda refused, status: _form(call, "new_number.html", refused, status),
        (),
        places,
    )


def _draft(scope: str, kind: str, method: Method, options: Mapping[str, Any]) -> Draft:
    """Return what was typed."""
    said, agreed = request.form, agreeing.terms(request.form)
    return Draft(
        scope,
        kind,
        said.get("title", ""),
        said.get("rationale", ""),
        [],
        said.get("base_sha256", ""),
        method=method,
        options=options,
        review_after=agreed.review_after,
        sunset_after=agreed.sunset_after,
        tripwires=agreed.tripwires,
    )


def _clause(call: Call) -> tuple[str, str, Settable]:
    scope, kind, pointer = (request.values.get(name, "") for name in ("scope", "kind", "clause"))
    return scope, kind, clause_of(call, scope, kind, pointer)


def _form(call: Call, template: str, refused: Refusal | None = None, status: int = 200) -> Response:
    scope, kind, clause = _clause(call)
    roll.check_belongs(call.session, call.member, scope)
    return render(
        call,
        template,
        status,
        scope=scope,
        kind=kind,
        clause=clause,
        base=request.form.get("base_sha256") or drafting.base_sha256(call.book, scope, kind),
        form=request.form,
        refused=refused,
        rows=range(ROWS),
        seen=SEEN,
        longest_title=LONGEST_TITLE,
        longest_rationale=LONGEST_RATIONALE,
    )
