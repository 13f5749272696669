"""Members over HTTP: joining, the directory, and one's own profile."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coop import directory, members, profiles
from coop.api import Api
from coop.call import Call
from coop.directory import MemberCard
from coop.errors import Conflict, Forbidden
from coop.ids import Id
from coop.paging import Page, PageQuery, decode, encode
from coop.routes.places import PlaceOut, view

api = Api("members")


class NewcomerIn(BaseModel):
    """What somebody says who wants to join."""

    model_config = ConfigDict(extra="forbid")

    handle: str = Field(max_length=100)
    password: str = Field(max_length=1000)
    display_name: str | None = Field(default=None, max_length=200)
    """The handle unless given."""
    place: Id | None = None
    """Where they say they are; nobody else is told."""
    invitation: str | None = Field(default=None, max_length=100)


class ProfileIn(BaseModel):
    """The parts of one's own profile to change."""

    model_config = ConfigDict(extra="forbid")

    display_name: str = Field(default="", max_length=200)
    about: str = Field(default="", max_length=10_000)
    place: Id | None = None
    """Where one says one is; null to say nothing."""


class MemberOut(BaseModel):
    """A member as others see one."""

    handle: str
    display_name: str
    about: str
    joined_at: datetime
    guilds: tuple[str, ...]
    flag: dict[str, Any] | None
    """What rules say of name and text: the labels, and each rule with its clause; null where nothing."""


class WaitingOut(BaseModel):
    """How others would see a member, were a change not held back."""

    display_name: str
    about: str
    since: datetime


class OwnOut(MemberOut):
    """A member as they see themselves: with the place that they show to nobody else."""

    place: PlaceOut | None
    waits: WaitingOut | None
    """A change that a rule holds back: others see what was there before."""
    suspended_until: datetime | None
    """Until when a vote of all suspended you; what that withholds says ``/suspensions/withholds``."""


@api.post("/members", public=True, raises=(Conflict, Forbidden))
def join(call: Call, body: NewcomerIn) -> MemberOut:
    """Join the cooperative."""
    newcomer = members.Newcomer(
        handle=body.handle,
        password=body.password,
        display_name=body.display_name or body.handle,
        place=None if body.place is None else int(body.place),
        invitation=body.invitation,
    )
    made = members.join(call.session, call.book, newcomer, call.now)
    profiles.introduce(call.session, call.book, made, call.platform.screen_profile, call.now)
    return _out(directory.member(call.session, made.handle))


@api.get("/members")
def list_members(call: Call, query: PageQuery) -> Page[MemberOut]:
    """List the members in the order of their handles."""
    found = directory.members(call.session, decode(query.cursor), query.limit + 1)
    page = found[: query.limit]
    more = encode(page[-1].handle) if len(found) > query.limit else None
    return Page(items=[_out(card) for card in page], next=more)


@api.get("/members/me")
def read_me(call: Call) -> OwnOut:
    """Show one's own profile."""
    return _own(call)


@api.patch("/members/me")
def change_me(call: Call, body: ProfileIn) -> OwnOut:
    """Change one's own profile; what is not named stays."""
    changes = body.model_dump(exclude_unset=True)
    if "place" in changes:
        place = changes.pop("place")
        members.settle(call.session, call.member, None if place is None else int(place))
    screen = call.platform.screen_profile
    profiles.change(call.session, call.book, call.member, changes, screen, call.now)
    return _own(call)


@api.delete("/members/me")
def leave_coop(call: Call) -> None:
    """Leave the cooperative: out of every guild, signed out everywhere, the profile emptied."""
    members.leave(call.session, call.member, call.now)


@api.get("/members/<handle>")
def read_member(call: Call, handle: str) -> MemberOut:
    """Show a member."""
    return _out(directory.member(call.session, handle))


def _out(card: MemberCard) -> MemberOut:
    return MemberOut(**asdict(card))


def _own(call: Call) -> OwnOut:
    card = directory.member(call.session, call.member.handle)
    place = directory.place_of(call.session, call.member)
    until = call.member.suspended_until
    return OwnOut(
        **asdict(card),
        place=None if place is None else view(place),
        waits=_waiting(call),
        suspended_until=None if until is None or call.now >= until else until,
    )


def _waiting(call: Call) -> WaitingOut | None:
    found = profiles.waiting(call.session, call.member)
    if found is None:
        return None
    return WaitingOut(display_name=found.display_name or "", about=found.about or "", since=found.created_at)
