"""What the policy ``moderation`` may say of heat: how it is counted, and what is asked while it lasts.

Pure. Law 1: every weight, line and answer to heat is a clause. Law 8: a guild can only be stricter with the
threads under what is made in it; which of two values is the stricter stands beside each.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from audience.clauses import LESS, MORE, Cap, orders
from coop.clauses import Clauses, Duration
from coop.errors import Fault

Level = Literal["warm", "hot"]
"""How heated a thread is, where it is."""
LEVELS: tuple[Level, ...] = ("warm", "hot")
"""The cooler first."""


class Points(Clauses):
    """How many points each part of heat adds in full."""

    strangers: int = Field(ge=0, le=1000)
    turns: int = Field(ge=0, le=1000)
    held: int = Field(ge=0, le=1000)
    reports: int = Field(ge=0, le=1000)
    """At most, and never more than strangers and turns add together."""

    @property
    def most(self) -> int:
        """All of them together."""
        seen = self.strangers + self.turns
        return seen + self.held + min(seen, self.reports)


class Response(Clauses):
    """From how many points on a thread is at a level, and what is asked meanwhile."""

    at: Annotated[int, LESS] = Field(ge=1, le=3000)
    gap_s: Annotated[int, MORE] = Field(ge=0, le=86_400)
    """Slow mode: seconds between two answers of one member; 0 asks for no pause."""
    pause_s: Annotated[int, MORE] = Field(ge=0, le=3600)
    """Seconds that a stranger looks at what they wrote before it is sent; 0 asks for none."""
    seated_s: Annotated[int, MORE] = Field(ge=0, le=604_800)
    """Seconds that a stranger has had a seat at the post before they answer; 0 asks for none."""
    arrivals: Annotated[Cap, LESS]
    """Strangers who may arrive at the post in a minute, one at a time."""
    facilitators: Annotated[int, MORE] = Field(ge=0, le=20)
    """How many of those who offered to calm threads are called."""


class Heat(Clauses):
    """The heat of a thread."""

    window: Duration
    """What is counted: answers no older than this."""
    threads: int = Field(ge=1, le=50)
    """Of the author's posts before this one, those from which is known what is usual."""
    usual_least: int = Field(ge=1, le=1000)
    """So many comments by strangers in a window are usual with everyone."""
    medians: int = Field(ge=2, le=100)
    """Times the usual number at which strangers count in full."""
    turns_full: int = Field(ge=2, le=1000)
    """Turns between the same two people that count in full."""
    held_full: int = Field(ge=1, le=1000)
    """Answers held back by a rule that count in full."""
    reports_full: int = Field(ge=1, le=1000)
    """Members who reported something of it that count in full."""
    points: Points
    warm: Response
    hot: Response

    def at(self, level: Level) -> Response:
        """Return what a level asks."""
        return self.hot if level == "hot" else self.warm


HEAT_ORDERS = dict(orders(Heat, "/heat"))
"""By the pointer of each clause of heat that a guild may set: which of two values is the stricter."""


def milder_when_hotter(heat: Heat) -> Iterator[Fault]:
    """Yield what a hot thread would ask less of than a warm one, and a level that no thread could come to."""
    if heat.hot.at <= heat.warm.at:
        yield Fault(
            "/heat/hot/at", f"A thread is warm from {heat.warm.at} points on, and hot only above that."
        )
    if heat.hot.at > heat.points.most:
        yield Fault("/heat/hot/at", f"No thread comes to more than {heat.points.most} points.")
    for name in Response.model_fields:
        order = HEAT_ORDERS[f"/heat/hot/{name}"]
        hot, warm = getattr(heat.hot, name), getattr(heat.warm, name)
        if name != "at" and order.of(hot) > order.of(warm):
            yield Fault(f"/heat/hot/{name}", f"A hot thread asks at least what a warm one does: {warm}.")
