"""Joint proposals over HTTP: one agreement among guilds."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from governance import cases, joint
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE
from governance.joint import MOST_GUILDS, Agreement
from governance.routes.proposal_bodies import NAME
from governance.routes.proposal_views import ProposalSummary, summary

api = Api("joint-proposals")


class AgreementBody(BaseModel):
    """What guilds are asked to adopt together."""

    model_config = ConfigDict(extra="forbid")

    scopes: list[str] = Field(max_length=MOST_GUILDS)
    """``guild:<slug>`` of each; you belong to one of them."""
    kind: str = Field(pattern=NAME)
    """The kind of policy to change, in each."""
    title: str = Field(max_length=LONGEST_TITLE)
    rationale: str = Field(default="", max_length=LONGEST_RATIONALE)
    patch: list[dict[str, Any]]
    """JSON Patch (RFC 6902) that adds and replaces clauses; it is adapted to the policy of each guild."""


class JointView(BaseModel):
    """The proposals that have to pass together."""

    id: str
    """The first of them, by which the others name what they are part of."""
    items: list[ProposalSummary]
    """One for each guild, in the order in which they were named."""


@api.post("/joint-proposals")
def create_joint_proposal(call: Call, body: AgreementBody) -> JointView:
    """Propose the same clauses to several guilds, each of which decides by its own rules.

    They take force together once every one has passed, and end together as soon as one has not.
    """
    wanted = Agreement(tuple(body.scopes), body.kind, body.title, body.rationale, list(body.patch))
    made = joint.propose(call.session, call.book, call.member, wanted, call.now)
    found = [cases.one(call.session, proposal_id, call.now) for proposal_id in made]
    return _view(made[0], found)


@api.get("/proposals/<id:proposal_id>/joint")
def read_joint_proposal(call: Call, proposal_id: int) -> JointView:
    """Read the proposals that have to pass together with one; it may be any of them."""
    case = cases.visible(call.session, call.member, proposal_id, call.now)
    return _view(case.joint_id or case.id, joint.together(call.session, case))


def _view(joint_id: int, found: list[cases.Case]) -> JointView:
    return JointView(id=str(joint_id), items=[ProposalSummary(**summary(case)) for case in found])
