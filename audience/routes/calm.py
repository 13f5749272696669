"""Calm over HTTP: how heated a thread is and by which clause, what was asked there before, and pausing."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from audience import heating, pausing
from audience.access import access_post
from audience.calm import Heated, heated
from audience.calm_tables import Heating
from audience.heat_facts import look
from audience.moderation.heat_rules import Level
from coop.api import Api
from coop.call import Call
from coop.errors import NotFound
from coop.receipts import Citation

api = Api("calm")

RECORD = 20
"""Of what was asked in a thread before, so much is told."""

What = Literal["gap_s", "pause_s", "seated_s", "arrivals", "facilitators"]


class AskedView(BaseModel):
    """One thing that is asked while a thread is heated."""

    what: What
    """``gap_s``: seconds between two answers of one member. ``pause_s``: seconds that a stranger reads
    again what they wrote. ``seated_s``: seconds that a stranger has had the post before they answer.
    ``arrivals``: strangers who may come in a minute. ``facilitators``: people who are called."""
    clause: Citation


class HeatView(BaseModel):
    """A thread that is heated."""

    level: Level
    until: datetime
    """From when on it is below that level, if nothing more is said."""
    reasons: list[Literal["strangers", "turns"]]
    """``strangers`` comment more than is usual with the author; ``turns``: two people go back and forth."""
    clause: Citation
    """The clause that says from how many points on it is at that level."""
    asked: list[AskedView]


class PastHeatView(BaseModel):
    """A time at which a thread was heated."""

    level: Level
    at: datetime
    until: datetime
    asked: list[AskedView]
    """What was asked, by the clauses that were in force when it began."""


class CalmView(BaseModel):
    """How calm a thread is."""

    heat: HeatView | None
    """None where it is calm."""
    record: list[PastHeatView]
    """When it was heated, the latest first."""


class PauseView(BaseModel):
    """Your pause before you answer a heated thread."""

    began_at: datetime
    ready_at: datetime
    """From when on you may answer; when it began where nothing asks you to pause."""
    clause: Citation | None
    """The clause that asks for it."""


@api.get("/posts/<id:post_id>/heat")
def read_heat(call: Call, post_id: int) -> CalmView:
    """Read how heated a thread is, what that asks and by which clauses, and when it was so before.

    Heat is reckoned from what was said in the last hours, so it ends by itself. What it counts of one
    person is told to nobody.
    """
    member = call.member
    post = access_post(call.session, member, call.book, post_id, call.now)
    looked = look(call.session, member.member_id, call.book, post_id, post.guild, call.now)
    found = heated(looked.facts, call.book, post.guild, call.now)
    record = heating.record(call.session, post_id, RECORD)
    return CalmView(heat=None if found is None else heat_view(found), record=[_past(one) for one in record])


@api.put("/posts/<id:post_id>/pause", raises=(NotFound,))
def begin_pause(call: Call, post_id: int) -> PauseView:
    """Begin to pause before you answer a heated thread, or go on with the pause that you began.

    One pause is for one answer; nothing of what you write is sent or kept meanwhile.
    """
    made = pausing.begin(call.session, call.member, call.book, post_id, call.now)
    return PauseView(began_at=made.began_at, ready_at=made.ready_at, clause=made.clause)


def heat_view(found: Heated) -> HeatView:
    """Return the heat of a thread in the shape that the API gives it."""
    return HeatView.model_validate(
        {
            "level": found.level,
            "until": found.until,
            "reasons": list(found.reasons),
            "clause": found.threshold,
            "asked": [{"what": one.what, "clause": one.clause} for one in found.asked],
        }
    )


def _past(row: Heating) -> PastHeatView:
    asked: list[dict[str, Any]] = row.asked
    return PastHeatView.model_validate({"level": row.level, "at": row.at, "until": row.until, "asked": asked})
