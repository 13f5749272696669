"""Circles over HTTP: the lists of people that you keep. Nobody is told which circles they are in."""

from pydantic import BaseModel, ConfigDict, Field

from audience import circles
from audience.circles import CircleCard
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, RuleBroken

api = Api("circles")


class NewCircle(BaseModel):
    """A circle to keep."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    """By which an audience document names it."""


class CircleView(BaseModel):
    """A circle of yours."""

    id: str
    name: str
    members: list[str]
    """Handles, in order."""


class CirclesView(BaseModel):
    """Your circles."""

    items: list[CircleView]
    """In the order of their names."""


@api.get("/circles")
def list_circles(call: Call) -> CirclesView:
    """List your circles and who is in them."""
    return CirclesView(items=[_view(card) for card in circles.mine(call.session, call.member)])


@api.post("/circles", raises=(Conflict, RuleBroken))
def make_circle(call: Call, body: NewCircle) -> CircleView:
    """Make an empty circle."""
    return _view(circles.create(call.session, call.member, call.book, body.name, call.now))


@api.get("/circles/<id:circle_id>")
def read_circle(call: Call, circle_id: int) -> CircleView:
    """Read one of your circles and who is in it."""
    return _view(circles.read(call.session, call.member, circle_id))


@api.delete("/circles/<id:circle_id>")
def dissolve_circle(call: Call, circle_id: int) -> None:
    """Take a circle away. What was published for it alone is for you alone now."""
    circles.dissolve(call.session, call.member, circle_id)


@api.put("/circles/<id:circle_id>/members/<handle>", status=204, raises=(RuleBroken,))
def add_to_circle(call: Call, circle_id: int, handle: str) -> None:
    """Add a member to a circle. They see what you publish for it from now on, and nothing from before."""
    circles.add(call.session, call.member, call.book, circle_id, handle, call.now)


@api.delete("/circles/<id:circle_id>/members/<handle>")
def remove_from_circle(call: Call, circle_id: int, handle: str) -> None:
    """Take a member out of a circle. They see nothing of it any more, old or new."""
    circles.remove(call.session, call.member, circle_id, handle)


def _view(card: CircleCard) -> CircleView:
    return CircleView(id=str(card.id), name=card.name, members=list(card.members))
