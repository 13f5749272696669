"""Proposals over HTTP: written, submitted, withdrawn and read."""

from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden
from coop.paging import Page, decode_int, encode
from governance import cases, dossier, drafts, proposals
from governance.rehearsal import rehearsals
from governance.routes.proposal_bodies import DraftBody, ProposalBody, ProposalQuery
from governance.routes.proposal_views import ProposalSummary, ProposalView, summary, view

api = Api("proposals")


@api.post("/proposals", raises=(Forbidden,))
def create_proposal(call: Call, body: ProposalBody) -> ProposalView:
    """Write a proposal and ask for sponsors, or keep it as a draft.

    It is refused, with every clause that is wrong, where the policy could not stand with its patch.
    """
    made = drafts.draft(call.session, call.book, call.member, body.draft(), call.now)
    if body.submit:
        proposals.submit(call.session, call.book, call.member, made, call.platform.clock)
    return _read(call, made)


@api.get("/proposals")
def list_proposals(call: Call, query: ProposalQuery) -> Page[ProposalSummary]:
    """List proposals, the newest first."""
    before = decode_int(query.cursor)
    found = dossier.listing(
        call.session,
        call.member,
        call.now,
        query.show,
        scope=query.scope,
        kind=query.kind,
        before=before,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    more = encode(shown[-1].id) if len(found) > len(shown) else None
    items = [ProposalSummary(**summary(case)) for case in shown]
    return Page[ProposalSummary](items=items, next=more)


@api.get("/proposals/<id:proposal_id>")
def read_proposal(call: Call, proposal_id: int) -> ProposalView:
    """Read a proposal: its state now, its diff, its sponsors, its tally, and the rules that decide it."""
    return _read(call, proposal_id)


@api.put("/proposals/<id:proposal_id>")
def replace_proposal(call: Call, proposal_id: int, body: DraftBody) -> ProposalView:
    """Replace what a draft of yours says."""
    clock = call.platform.clock
    drafts.edit(call.session, call.book, call.member, proposal_id, body.draft(), clock)
    return _read(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/submission", status=200)
def submit_proposal(call: Call, proposal_id: int) -> ProposalView:
    """Ask the scope to sponsor a draft of yours: from here on its text and its rules stay."""
    proposals.submit(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return _read(call, proposal_id)


@api.post("/proposals/<id:proposal_id>/withdrawal", status=200)
def withdraw_proposal(call: Call, proposal_id: int) -> ProposalView:
    """Take a proposal of yours back before anybody votes on it; it stays on record."""
    proposals.withdraw(call.session, call.member, proposal_id, call.platform.clock)
    return _read(call, proposal_id)


def _read(call: Call, proposal_id: int) -> ProposalView:
    now = call.platform.clock.now(call.session)
    case = cases.visible(call.session, call.member, proposal_id, now)
    found = dossier.read(call.session, call.platform.books, case)
    return view(case, found, rehearsals.of_proposal(call.session, case.id))
