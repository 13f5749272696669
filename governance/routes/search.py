"""Search of proposals over HTTP."""

from coop.api import Api
from coop.call import Call
from coop.paging import Page, decode_int, encode
from coop.routes.search import SearchQuery
from governance import search
from governance.routes.proposal_views import ProposalSummary, summary

api = Api("search")


@api.get("/search/proposals")
def search_proposals(call: Call, query: SearchQuery) -> Page[ProposalSummary]:
    """Find proposals by their titles and rationales, the newest first."""
    before = decode_int(query.cursor)
    found = search.found(call.session, call.member, query.q, call.now, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    items = [ProposalSummary(**summary(case)) for case in shown]
    return Page[ProposalSummary](items=items, next=encode(shown[-1].id) if len(found) > len(shown) else None)
