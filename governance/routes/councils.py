"""Councils over HTTP: who is in office, and resigning."""

from datetime import datetime

from pydantic import BaseModel

from coop.api import Api
from coop.call import Call
from governance.people import councils

api = Api("councils")


class StewardView(BaseModel):
    """A steward in office."""

    handle: str
    election: str
    """The proposal by which they were elected."""
    since: datetime
    until: datetime


class CouncilView(BaseModel):
    """The council of the coop or of a guild."""

    scope: str
    stewards: list[StewardView]
    """In the order of handles; empty until one is elected, and once all terms have ended."""


@api.get("/councils/<scope>")
def read_council(call: Call, scope: str) -> CouncilView:
    """Read who is in office: ``coop``, or ``guild:`` and a guild's slug."""
    councils.check_scope(call.session, scope)
    found = councils.in_office(call.session, scope, call.now)
    stewards = [
        StewardView(handle=one.handle, election=str(one.election_id), since=one.since, until=one.until)
        for one in found
    ]
    return CouncilView(scope=scope, stewards=stewards)


@api.delete("/councils/<scope>/stewards/me")
def resign_from_council(call: Call, scope: str) -> None:
    """Leave a council before your term ends. A guild's only steward appoints another first."""
    councils.resign(call.session, call.member, scope, call.platform.clock)
