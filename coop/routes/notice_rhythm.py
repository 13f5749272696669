"""The rhythm of notices over HTTP: when you hear of things, and which hours you are left alone in."""

from datetime import datetime, time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from coop import own_rhythm
from coop.api import Api
from coop.call import Call
from coop.errors import Fault, RuleBroken
from coop.rhythm import Every, Quiet, Rhythm, Weekday

api = Api("notices")

LONGEST_ZONE = 64
"""In characters; no name of a time zone has half as many."""

OfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day: ``HH:MM``."""


class RhythmIn(BaseModel):
    """When you want to hear of things."""

    model_config = ConfigDict(extra="forbid")

    rhythm: Every
    """``at_once``, or in batches: ``hourly``, ``daily`` or ``weekly``."""
    hour: int = Field(ge=0, le=23)
    """The full hour at which a daily or weekly batch comes."""
    weekday: Weekday
    """The day on which a weekly batch comes."""
    zone: str = Field(max_length=LONGEST_ZONE)
    """The time zone of all these times, by its IANA name, such as ``Europe/Lisbon``."""
    quiet_from: OfDay | None = None
    quiet_to: OfDay | None = None
    """Between these two nothing comes, save what could not be acted on afterwards. Give both or neither."""


class RhythmView(BaseModel):
    """When you hear of things, and what waits for you until then."""

    rhythm: Every
    hour: int
    weekday: Weekday
    zone: str
    quiet_from: str | None
    quiet_to: str | None
    own: bool
    """Whether you chose it; else clauses of the membership policy did."""
    waiting: int
    """How many unread notices have not come yet; ``GET /notices?waiting=true`` lists them."""
    next_at: datetime | None
    """When the next of those comes, or else the next batch; none where things come at once."""


@api.get("/notices/rhythm")
def read_notice_rhythm(call: Call) -> RhythmView:
    """Read when you hear of things."""
    return _view(call)


@api.put("/notices/rhythm")
def choose_notice_rhythm(call: Call, body: RhythmIn) -> RhythmView:
    """Choose when you hear of things, for what waits already too. What you have seen stays."""
    own_rhythm.choose(call.session, call.member, call.book, chosen(body), call.now)
    return _view(call)


@api.delete("/notices/rhythm")
def forget_notice_rhythm(call: Call) -> None:
    """Hear of things as the clauses say, for what waits already too. What you have seen stays."""
    own_rhythm.forget(call.session, call.member, call.book, call.now)


def chosen(body: RhythmIn) -> Rhythm:
    """Return the rhythm that a body describes; raise RuleBroken where quiet hours lack an end."""
    begins, ends = body.quiet_from, body.quiet_to
    if begins is None and ends is None:
        quiet = None
    elif begins is None or ends is None:
        lacking = "quiet_from" if begins is None else "quiet_to"
        fault = Fault(f"/{lacking}", "Quiet hours have a beginning and an end: give both, or neither.")
        raise RuleBroken("These quiet hours are not whole.", faults=(fault,))
    else:
        quiet = Quiet(time.fromisoformat(begins), time.fromisoformat(ends))
    return Rhythm(body.rhythm, body.hour, body.weekday, body.zone, quiet)


def of_day(moment: time) -> str:
    """Return a time of day as ``HH:MM``."""
    return f"{moment:%H:%M}"


def _view(call: Call) -> RhythmView:
    standing = own_rhythm.standing(call.session, call.member, call.book, call.now)
    rhythm, quiet = standing.rhythm, standing.rhythm.quiet
    return RhythmView(
        rhythm=rhythm.every,
        hour=rhythm.hour,
        weekday=rhythm.weekday,
        zone=rhythm.zone,
        quiet_from=None if quiet is None else of_day(quiet.begins),
        quiet_to=None if quiet is None else of_day(quiet.ends),
        own=standing.own,
        waiting=standing.waiting,
        next_at=standing.next_at,
    )
