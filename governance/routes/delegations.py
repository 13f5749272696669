"""Delegation over HTTP: letting another of your guild vote for you, and who does for whom."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from coop.api import Api
from coop.call import Call
from governance.people import delegation
from governance.people.delegation import Given

api = Api("delegations")


class DelegationBody(BaseModel):
    """Who is to vote for you."""

    model_config = ConfigDict(extra="forbid")

    delegate: str = Field(max_length=100)
    """Handle of another member of the guild."""


class DelegationView(BaseModel):
    """A delegation in force."""

    guild: str
    member: str
    delegate: str
    since: datetime
    until: datetime
    """Then it is over."""


class DelegationsView(BaseModel):
    """Who votes for whom."""

    items: list[DelegationView]
    """By guild and by the handle of who lets another vote."""


@api.put("/guilds/<slug>/delegation")
def give_delegation(call: Call, slug: str, body: DelegationBody) -> DelegationView:
    """Let another member of a guild of yours vote for you there, in the place of whoever did before.

    It counts in the guild's own votes of classes A and B in which you cast no ballot yourself, never on
    people, and ends by itself.
    """
    clock = call.platform.clock
    return _view(delegation.give(call.session, call.book, call.member, slug, body.delegate, clock))


@api.delete("/guilds/<slug>/delegation")
def take_back_delegation(call: Call, slug: str) -> None:
    """Vote for yourself alone again in a guild of yours."""
    delegation.take_back(call.session, call.member, slug, call.platform.clock)


@api.get("/guilds/<slug>/delegations")
def list_delegations(call: Call, slug: str) -> DelegationsView:
    """List who votes for whom in a guild: it is no secret."""
    return _views(delegation.listing(call.session, slug, call.now))


@api.get("/delegations")
def list_own_delegations(call: Call) -> DelegationsView:
    """List the delegations that you gave and those that you hold."""
    return _views(delegation.own(call.session, call.member, call.now))


def _views(found: list[Given]) -> DelegationsView:
    return DelegationsView(items=[_view(one) for one in found])


def _view(given: Given) -> DelegationView:
    return DelegationView(**asdict(given))
