"""Writing what changes no policy: a question to everybody, or an election of stewards."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from coop import directory
from coop.book import COOP, guild_scope
from coop.call import Call
from governance import questions
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.people.slate import ELECTION
from governance.rules import NAME, Method, VotingRules
from web.forms import Refusal
from web.visits import page, render
from web.writing import keep, write

MOST_CHOICES = 100
"""Choices whose faults are told at the field where they are typed."""


def add_to(pages: Blueprint) -> None:
    """Add the forms."""
    pages.add_url_rule("/proposals/new/question", "new_question", page(ask_question))
    pages.add_url_rule("/proposals/new/question", "draft_question", page(draft_question), methods=["POST"])
    pages.add_url_rule("/proposals/new/election", "new_election", page(ask_election))
    pages.add_url_rule("/proposals/new/election", "draft_election", page(draft_election), methods=["POST"])


def ask_question(call: Call) -> Response:
    """Ask what is to be decided."""
    return _form(call, "new_question.html")


def ask_election(call: Call) -> Response:
    """Ask whose council is to be elected, and how."""
    return _form(call, "new_election.html")


def draft_question(call: Call) -> Response:
    """Keep a question as a draft."""
    said = request.form
    method: Method = "schulze" if said.get("method") == "schulze" else "approval"

    def wanted() -> Draft:
        typed = [line.strip() for line in said.get("choices", "").splitlines() if line.strip()]
        return _draft(questions.KIND, method, {"choices": [{"label": label} for label in typed]})

    places = {"/options/choices": "choices"}
    places |= {f"/options/choices/{place}/label": "choices" for place in range(MOST_CHOICES)}
    return write(
        call,
        lambda: keep(call, wanted()),
        lambda refused, status: _form(call, "new_question.html", refused, status),
        ("scope", "method"),
        places,
    )


def draft_election(call: Call) -> Response:
    """Keep an election as a draft."""
    method: Method = "approval" if request.form.get("method") == "approval" else "stv"
    typed = request.form.get("seats", "").strip()
    whole = typed.isascii() and typed.isdigit() and len(typed) < 4

    def wanted() -> Draft:
        return _draft(ELECTION, method, {"seats": int(typed) if whole else typed} if typed else {})

    return write(
        call,
        lambda: keep(call, wanted()),
        lambda refused, status: _form(call, "new_election.html", refused, status),
        ("scope", "method"),
        {"/options/seats": "seats"},
    )


def _draft(kind: str, method: Method, options: Mapping[str, Any]) -> Draft:
    """Return what was typed."""
    said = request.form
    scope, title, why = (said.get(name, "") for name in ("scope", "title", "rationale"))
    return Draft(scope, kind, title, why, [], "", method=method, options=options)


def _form(call: Call, template: str, refused: Refusal | None = None, status: int = 200) -> Response:
    slugs = directory.member(call.session, call.member.handle).guilds
    return render(
        call,
        template,
        status,
        scopes=[COOP, *map(guild_scope, slugs)],
        seats=call.book.rules(NAME, VotingRules).council.seats,
        form=request.form,
        asked=request.values.get("scope", COOP),
        refused=refused,
        longest_title=LONGEST_TITLE,
        longest_rationale=LONGEST_RATIONALE,
    )
