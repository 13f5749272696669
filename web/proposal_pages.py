"""Proposals as pages: the list, and one with all that stands behind it."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from coop.call import Call
from coop.errors import Forbidden, NotFound
from coop.policy_text import changed, leaves, parse
from governance import ballots, cases, dossier, roll
from governance.ballots import Receipt
from governance.cases import Case
from governance.dossier import Dossier
from governance.lifecycle import BEFORE_VOTING, Stage, State
from web import diffs, paths
from web.forms import Refusal
from web.visits import page, reader, render

SHOWN = 30
BALLOTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Part:
    """What whoever looks may do about a proposal, and has done."""

    author: bool = False
    may_sponsor: bool = False
    may_vote: bool = False
    may_withdraw: bool = False
    ballot: Receipt | None = None


def add_to(pages: Blueprint) -> None:
    """Add the list of proposals and the page of each."""
    pages.add_url_rule("/proposals", "proposals", page(listing))
    pages.add_url_rule("/proposals/<id:proposal_id>", "proposal", page(proposal))


def listing(call: Call) -> Response:
    """Show what is being decided, what was decided, and one's own drafts."""
    before = _before()
    viewer, now = reader(call), call.now
    ended = dossier.listing(call.session, viewer, now, "ended", before=before, limit=SHOWN + 1)
    first = before is None
    return render(
        call,
        "proposals.html",
        drafts=dossier.listing(call.session, viewer, now, "drafts", limit=SHOWN)
        if first and call.identity
        else [],
        open=dossier.listing(call.session, viewer, now, "open", limit=SHOWN) if first else [],
        ended=ended[:SHOWN],
        older=ended[SHOWN - 1].id if len(ended) > SHOWN else None,
        first=first,
    )


def proposal(call: Call, proposal_id: int) -> Response:
    """Show a proposal."""
    return show(call, proposal_id)


def show(call: Call, proposal_id: int, refused: Refusal | None = None, status: int = 200) -> Response:
    """Show a proposal, and what was wrong with a form that stands on its page."""
    case = cases.visible(call.session, reader(call), proposal_id, call.now)
    found = dossier.read(call.session, call.platform.books, case)
    stage = case.stage
    part = _part(call, case, found, stage)
    cast = _cast(call, case)
    touched, others = _clauses(call, case) if part.may_vote else ([], [])
    return render(
        call,
        "proposal.html",
        status,
        case=case,
        found=found,
        stage=stage,
        part=part,
        steps=paths.steps(case),
        rows=diffs.rows(found.diff),
        tally=None if case.tallied_at is None or case.facts.tally is None else case.facts.tally.as_json(),
        bar=case.rules.bar(case.facts.risk_class),
        touched=touched,
        others=others,
        cast=cast[:BALLOTS_SHOWN],
        more=cast[BALLOTS_SHOWN - 1].voter if len(cast) > BALLOTS_SHOWN else None,
        refused=refused,
        form=request.form,
    )


def _before() -> int | None:
    given = request.args.get("before", "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 19):
        raise NotFound
    return int(given) if given else None


def _part(call: Call, case: Case, found: Dossier, stage: Stage) -> Part:
    member = call.identity
    if member is None:
        return Part()
    author = case.author_id == member.member_id
    signed = any(signature.handle == member.handle for signature in found.signatures)
    voting = stage.state is State.VOTING
    return Part(
        author=author,
        may_sponsor=stage.state is State.SPONSORING and not signed and _belongs(call, case),
        # The first ballot draws the roll where no job has: until then only the action can tell.
        may_vote=voting
        and (case.roll_frozen_at is None or roll.holds(call.session, case.id, member.member_id)),
        may_withdraw=author and stage.state in BEFORE_VOTING,
        ballot=None if stage.state in BEFORE_VOTING else _own_ballot(call, case),
    )


def _belongs(call: Call, case: Case) -> bool:
    try:
        roll.check_belongs(call.session, call.member, case.scope)
    except Forbidden:
        return False
    return True


def _own_ballot(call: Call, case: Case) -> Receipt | None:
    try:
        return ballots.own(call.session, call.member, case.id, call.now)
    except NotFound:
        return None


def _clauses(call: Call, case: Case) -> tuple[list[str], list[str]]:
    """Return the clauses that a block may name: those that the patch changes, and the others."""
    before, after = map(parse, dossier.texts(call.session, case.id))
    touched = changed(before, after)
    named = list(dict.fromkeys([*leaves(before), *leaves(after)]))
    return [one for one in named if one in touched], [one for one in named if one not in touched]


def _cast(call: Call, case: Case) -> list[Receipt]:
    """Return the ballots that counted, once they are revealed, to members."""
    if case.tallied_at is None or call.identity is None:
        return []
    after = request.args.get("after")
    return ballots.revealed(
        call.session, call.identity, case.id, call.now, after=after, limit=BALLOTS_SHOWN + 1
    )
