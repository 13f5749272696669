"""Writing a proposal in three steps without a script: which policy, which clause, what it should say."""

from flask import Blueprint, Response, request

from audience.moderation.rules import MODERATION
from coop import directory
from coop.book import COOP, guild_scope
from coop.call import Call
from coop.errors import NotFound
from governance import emergencies
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.people import councils
from governance.rules import NAME, VotingRules
from web import agreeing, drafting, entries
from web.beds import purpose_of
from web.drafting import Settable
from web.forms import Refusal
from web.visits import page, render
from web.writing import keep, write


def add_to(pages: Blueprint) -> None:
    """Add the pages on which a proposal is written."""
    pages.add_url_rule("/proposals/new", "new_proposal", page(ask))
    pages.add_url_rule("/proposals/new", "draft_proposal", page(draft), methods=["POST"])


def ask(call: Call) -> Response:
    """Ask for what is missing yet: the policy, the clause, or the rest."""
    member = call.member
    scope, kind = request.args.get("scope", COOP), request.args.get("kind")
    if kind is None:
        slugs = directory.member(call.session, member.handle).guilds
        return render(call, "new_policy.html", choices=_policies(call, slugs), coop=COOP, joint=bool(slugs))
    _check_known(call, scope, kind)
    pointer = request.args.get("clause")
    if pointer is None:
        clauses = drafting.settable(call.book, scope, kind)
        tables = entries.listed(call.book, scope) if kind == MODERATION else []
        return render(
            call, "new_clause.html", scope=scope, kind=kind, clauses=clauses, tables=tables, coop=COOP
        )
    return _form(call, scope, kind, pointer)


def draft(call: Call) -> Response:
    """Keep what was written as a draft, which its author reads once more before it is submitted."""
    member, said = call.member, request.form
    scope, kind, base = said.get("scope", ""), said.get("kind", ""), said.get("base_sha256", "")
    _check_known(call, scope, kind)
    clause = clause_of(call, scope, kind, said.get("clause", ""))
    patch = drafting.patch(call.book, scope, kind, clause, said.get("value", ""), base)

    def wanted() -> Draft:
        agreed = agreeing.terms(said)
        return Draft(
            scope,
            kind,
            said.get("title", ""),
            said.get("rationale", ""),
            [*patch],
            base,
            review_after=agreed.review_after,
            sunset_after=agreed.sunset_after,
            tripwires=agreed.tripwires,
        )

    def make() -> int:
        if said.get("act") == "measure":
            return emergencies.propose(call.session, call.book, member, wanted(), call.platform.clock)
        return keep(call, wanted())

    places = {clause.pointer: "value", "/patch": "value", "/patch/1/value": "value"}
    return write(
        call,
        make,
        lambda refused, status: _form(call, scope, kind, clause.pointer, refused, status),
        ("value",),
        places | agreeing.places(said),
    )


def _policies(call: Call, slugs: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return scope, kind and purpose of every policy that the member may propose to."""
    kinds = sorted(call.book.kinds)
    scoped = [(guild_scope(slug), kind) for slug in slugs for kind in kinds if call.book.kinds[kind].guild]
    places = [*((COOP, kind) for kind in kinds), *scoped]
    return [(scope, kind, purpose_of(call.book, kind, scope)) for scope, kind in places]


def _check_known(call: Call, scope: str, kind: str) -> None:
    known = call.book.kinds.get(kind)
    if known is None or (scope != COOP and not known.guild):
        raise NotFound


def clause_of(call: Call, scope: str, kind: str, pointer: str) -> Settable:
    """Return a clause that a proposal may set; raise NotFound where there is none such."""
    _check_known(call, scope, kind)
    for clause in drafting.settable(call.book, scope, kind):
        if clause.pointer == pointer:
            return clause
    raise NotFound


def _form(
    call: Call, scope: str, kind: str, pointer: str, refused: Refusal | None = None, status: int = 200
) -> Response:
    clause = clause_of(call, scope, kind, pointer)
    return render(
        call,
        "new_proposal.html",
        status,
        scope=scope,
        kind=kind,
        clause=clause,
        entry=entries.standing(call.book, scope, pointer) if kind == MODERATION else None,
        coop=COOP,
        base=request.form.get("base_sha256") or drafting.base_sha256(call.book, scope, kind),
        form=request.form,
        refused=refused,
        urgent=_may_act_at_once(call, scope, kind),
        longest_title=LONGEST_TITLE,
        longest_rationale=LONGEST_RATIONALE,
    )


def _may_act_at_once(call: Call, scope: str, kind: str) -> bool:
    """Say whether the member is a steward, and stewards may take measures of this kind."""
    rules = call.book.rules(NAME, VotingRules).emergency
    if scope != COOP or kind not in rules.kinds:
        return False
    in_office = councils.in_office(call.session, COOP, call.now)
    return call.member.member_id in {steward.member_id for steward in in_office}
