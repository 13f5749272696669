"""Taking a change back, or letting it go on, over HTTP: one call drafts it, and its author submits it."""

from pydantic import BaseModel

from coop.api import Api
from coop.call import Call
from governance import renewals, repeals

api = Api("repeals")


class RepealView(BaseModel):
    """A repeal that was drafted."""

    proposal: str
    """The draft: read it, edit it and submit it like any other."""
    left: list[str]
    """Clauses that the change had set and others have set since; the repeal leaves them as they are."""


class RenewalView(BaseModel):
    """A renewal that was drafted."""

    proposal: str
    """The draft: read it, edit it and submit it like any other."""


@api.post("/proposals/<id:proposal_id>/repeal")
def draft_repeal(call: Call, proposal_id: int) -> RepealView:
    """Draft the proposal that puts back what a change in force set and still holds."""
    made = repeals.draft_repeal(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return RepealView(proposal=str(made.proposal_id), left=list(made.left))


@api.post("/proposals/<id:proposal_id>/renewal")
def draft_renewal(call: Call, proposal_id: int) -> RenewalView:
    """Draft the proposal that a change in force goes on when its time would be over."""
    made = renewals.draft_renewal(call.session, call.book, call.member, proposal_id, call.platform.clock)
    return RenewalView(proposal=str(made))
