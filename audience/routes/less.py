"""Less of this, over HTTP: ask for it at a post, see at once what it does, list it and take it back."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from audience.feeds import less
from audience.feeds.less import Of
from coop.api import Api
from coop.call import Call
from coop.errors import NotFound, RuleBroken

api = Api("less")


class LessIn(BaseModel):
    """Of what there should be less."""

    model_config = ConfigDict(extra="forbid")

    of: Of
    """The author of the post, a tag of it, or whatever is like it: its author and all its tags, each less."""
    tag: str | None = Field(default=None, min_length=1, max_length=60)
    """Which tag, without ``#``, where it is of a tag, and nowhere else."""
    profile: str | None = Field(default=None, max_length=30)
    """The feed whose next page the answer is about; your default where none is named."""


class MovedView(BaseModel):
    """Where a post stood among all that could be on the page, and where it stands."""

    id: str
    before: int
    after: int


class EffectView(BaseModel):
    """What it does to your next page."""

    profile: str
    """The feed whose page that is: the coop's default where the one you named comes from elsewhere."""
    moved: int
    """Places of the page that hold another post than they would have."""
    gone_from_page: int
    """Posts that would have been on the page and are not."""
    examples: list[MovedView]
    """Posts of the kind that rank elsewhere now, the highest first."""


class AskedView(BaseModel):
    """Something that you asked to see less of."""

    of: Of
    name: str
    """The handle of an author, a tag, or the id of a post."""
    at: datetime
    weight: float
    """How much it still counts: 1 when you asked."""


class AskedList(BaseModel):
    """All that you asked to see less of."""

    items: list[AskedView]
    """The latest first."""


@api.post("/posts/<id:post_id>/less", status=200, raises=(NotFound, RuleBroken))
def ask_for_less(call: Call, post_id: int, body: LessIn) -> EffectView:
    """Ask to be shown less of a post's author, of a tag of it, or of what is like it."""
    found = less.ask(call.session, call.member, call.book, post_id, body.of, body.tag, body.profile, call.now)
    return EffectView(
        profile=found.profile,
        moved=found.moved,
        gone_from_page=found.gone_from_page,
        examples=[
            MovedView(id=str(one.post_id), before=one.before, after=one.after) for one in found.examples
        ],
    )


@api.get("/less")
def list_less(call: Call) -> AskedList:
    """List what you asked to see less of; it is told to nobody else."""
    found = less.listed(call.session, call.member, call.book, call.now)
    items = [AskedView(of=one.of, name=one.name, at=one.at, weight=one.weight) for one in found]
    return AskedList(items=items)


@api.delete("/less/<of>/<name>")
def undo_less(call: Call, of: str, name: str) -> None:
    """Take back what you asked: ``author`` and a handle, ``tag`` and its name, or ``post`` and its id."""
    less.undo(call.session, call.member, of, name)
