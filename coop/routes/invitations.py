"""Invitations over HTTP."""

from datetime import datetime

from pydantic import BaseModel

from coop import invitations
from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden

api = Api("invitations")


class InvitationOut(BaseModel):
    """A fresh invitation; its code is shown this once."""

    code: str
    expires_at: datetime


@api.post("/invitations", secret=True, raises=(Forbidden,))
def invite(call: Call) -> InvitationOut:
    """Make an invitation, which opens the door to one newcomer."""
    made = invitations.invite(call.session, call.book, call.member, call.now)
    return InvitationOut(code=made.code, expires_at=made.expires_at)
