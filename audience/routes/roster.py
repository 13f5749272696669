"""The roster over HTTP: who carries the work of moderation, month by month."""

from pydantic import BaseModel, ConfigDict, Field

from audience.cases import record, roster
from audience.cases.roster import Carried
from coop.api import Api
from coop.call import Call
from coop.errors import NotFound

api = Api("cases")


class LoadView(BaseModel):
    """What one member has carried."""

    handle: str
    drawn: int
    voted: int
    """Cases in which they voted."""
    stepped_down: int
    missed: int
    """Cases that closed without their vote."""


class ShareView(BaseModel):
    """How often one member did something."""

    handle: str
    number: int


class CarriedView(BaseModel):
    """One kind of work."""

    things: int | None
    """Of how many things it was; none is told where they are so few that it would tell who did which."""
    by: list[ShareView]
    """Who did most of it first."""


class RosterView(BaseModel):
    """Who carries the work of moderation, in a month that is over."""

    month: str
    """Such as ``2026-10``."""
    offering: int
    """How many members offer to judge by now."""
    cases: int | None
    """Cases that closed in it; none is told where they are so few that it would tell who judged which."""
    load: list[LoadView]
    """What jurors carried."""
    holds: CarriedView
    """What stewards held back in emergencies."""
    calls: CarriedView
    """Heated threads to which members were called who offered to calm some."""


class RosterQuery(BaseModel):
    """Whose roster, and of which month."""

    model_config = ConfigDict(extra="forbid")

    guild: str | None = Field(default=None, max_length=40)
    """Slug of a guild that you belong to; none is the coop's."""
    month: str | None = Field(default=None, pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")
    """Such as ``2026-10``; none is the last that is over."""


@api.get("/moderation/roster", raises=(NotFound,))
def read_jury_roster(call: Call, query: RosterQuery) -> RosterView:
    """Read who carried moderation in a month: as jurors, as stewards, and as those who calm threads."""
    guild = record.guild_read(call.session, call.member, query.guild)
    found = roster.roster(call.session, call.book, guild, query.month, call.now)
    return RosterView(
        month=found.month,
        offering=found.offering,
        cases=found.cases,
        load=[LoadView(**one._asdict()) for one in found.load],
        holds=_carried(found.holds),
        calls=_carried(found.calls),
    )


def _carried(found: Carried) -> CarriedView:
    return CarriedView(things=found.things, by=[ShareView(**one._asdict()) for one in found.by])
