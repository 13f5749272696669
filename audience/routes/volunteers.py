"""Volunteers over HTTP: offering to greet newcomers or to calm threads, the roster, first posts."""

from datetime import datetime
from typing import cast, get_args

from pydantic import BaseModel

from audience import newest, volunteers, welcome
from audience.doors import Door
from audience.routes.post_views import PostView, post_view
from audience.volunteers import Role
from coop.api import Api
from coop.call import Call
from coop.errors import Forbidden, NotFound, RuleBroken
from coop.paging import Page, PageQuery, decode_int, encode
from coop.receipts import Citation

api = Api("volunteers")


class OfferView(BaseModel):
    """Help that you offer."""

    role: Role
    """To ``greet`` newcomers, or to ``calm`` heated threads."""
    scope: str
    """``coop`` or ``guild:<slug>``."""
    since: datetime


class OffersView(BaseModel):
    """All that you offer."""

    items: list[OfferView]


class OnRosterView(BaseModel):
    """Somebody who offers to calm threads."""

    member: str
    """Their handle."""
    since: datetime


class RosterView(BaseModel):
    """Who offers to calm threads of a scope."""

    items: list[OnRosterView]


class WelcomeView(BaseModel):
    """What you are told as a newcomer: who may see your first posts, as far as they are for them."""

    until: datetime
    """When you cease to be a newcomer."""
    posts: int
    """So many of your first posts are brought to members who asked to greet."""
    greeters: int
    """To so many of them at most."""
    clause: Citation
    """The clause that says to how many."""


@api.get("/members/me/offers")
def read_offers(call: Call) -> OffersView:
    """Read what you offer."""
    found = volunteers.offers(call.session, call.member)
    return OffersView(
        items=[OfferView(role=_role(one.role), scope=one.scope, since=one.since) for one in found]
    )


@api.put("/members/me/offers/<role>/<scope>", status=204, raises=(Forbidden, RuleBroken))
def offer_help(call: Call, role: str, scope: str) -> None:
    """Offer to ``greet`` newcomers (of ``coop``), or to ``calm`` threads of the coop or of a guild of yours.

    Whoever offers to calm threads stands on a roster that every member reads.
    """
    volunteers.offer(call.session, call.member, _role(role), scope, call.now)


@api.delete("/members/me/offers/<role>/<scope>")
def withdraw_offer(call: Call, role: str, scope: str) -> None:
    """Take an offer back."""
    volunteers.withdraw(call.session, call.member, _role(role), scope)


@api.get("/rosters/<scope>")
def read_roster(call: Call, scope: str) -> RosterView:
    """Read who offers to calm heated threads of the coop or of a guild."""
    found = volunteers.roster(call.session, scope)
    return RosterView(items=[OnRosterView(member=handle, since=since) for handle, since in found])


@api.get("/members/me/welcome", raises=(NotFound,))
def read_welcome(call: Call) -> WelcomeView:
    """Read who may see your first posts because they asked to greet; nothing is here once you are settled.

    It opens no post to anybody for whom it is not.
    """
    found = welcome.newcomer(call.session, call.member, call.book, call.now)
    if found is None:
        raise NotFound
    clause = call.book.cite("audience", "/welcome/greeters")
    return WelcomeView(until=found.until, posts=found.posts, greeters=found.greeters, clause=clause)


@api.get("/newcomers/posts", raises=(Forbidden,))
def list_first_posts(call: Call, query: PageQuery) -> Page[PostView]:
    """List first posts of the newcomers whom you meet, the newest first, as far as you may see them.

    Each takes its seat. You have to have offered to greet.
    """
    before = decode_int(query.cursor)
    found, more = welcome.first_posts(
        call.session,
        call.member,
        call.book,
        call.now,
        before=newest.START if before is None else before,
        limit=query.limit,
    )
    items = [post_view(call.book, one.card, one.source) for one in found if not isinstance(one, Door)]
    return Page(items=items, next=None if more is None else encode(more))


def _role(said: str) -> Role:
    """Return what is offered; raise NotFound for anything else."""
    if said not in get_args(Role):
        raise NotFound
    return cast(Role, said)
