"""Rebasing over HTTP: a proposal goes on against the text that another vote has put in force."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from coop.api import Api
from coop.call import Call
from governance import rebasing
from governance.routes.proposal_views import ProposalView
from governance.routes.proposals import read_proposal

api = Api("rebasing")


class RebaseBody(BaseModel):
    """What to do with the patch."""

    model_config = ConfigDict(extra="forbid")

    patch: list[dict[str, Any]] | None = None
    """Another JSON Patch (RFC 6902), to the text in force; without it the proposal's own is kept."""


@api.post("/proposals/<id:proposal_id>/rebase", status=200)
def rebase_proposal(call: Call, proposal_id: int, body: RebaseBody) -> ProposalView:
    """Set a proposal of yours against the text in force, after another vote has changed it.

    Until its text is locked, it is the same proposal. Once it has ended as conflicted, what is answered is
    the one that goes on from it, with its sponsors and to a vote of its own.
    """
    clock, patch = call.platform.clock, None if body.patch is None else list(body.patch)
    made = rebasing.rebase(call.session, call.book, call.member, proposal_id, patch, clock)
    return read_proposal(call, made)
