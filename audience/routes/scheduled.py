"""Scheduled posts over HTTP: what is published later, kept where nobody but its author can tell of it."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel

from audience.polls.question import Question
from audience.posts import Draft
from audience.routes.polls import NewPoll
from audience.routes.posts import NewPost, NewQuote, draft_of
from audience.scheduling import schedule
from audience.scheduling.refusal import Refusal
from audience.scheduling.schedule import Scheduled
from coop.api import Api
from coop.call import Call
from coop.clauses import as_text
from coop.errors import Conflict, RuleBroken
from coop.receipts import Citation

api = Api("scheduled posts")


class NewScheduledPost(NewPost):
    """What is to be published, and when."""

    publish_at: AwareDatetime


class RefusedFault(BaseModel):
    """One thing that was in the way of publishing it."""

    pointer: str
    """JSON Pointer into what was given."""
    detail: str
    clause: Citation | None
    """The clause that decided it, where a rule did."""


class RefusalView(BaseModel):
    """Why it was not published at its time."""

    detail: str
    errors: list[RefusedFault]


class ScheduledView(BaseModel):
    """A post of yours that is published later."""

    id: str
    publish_at: datetime
    state: Literal["waiting", "published", "refused"]
    """What was refused at its time is kept to be mended."""
    draft: NewPost | None
    """As you gave it; none once it is published."""
    post_id: str | None
    """The post that it became."""
    refusal: RefusalView | None
    kept_at: datetime
    settled_at: datetime | None
    """When it was published or refused."""


class ScheduledPostsView(BaseModel):
    """Your posts that are not published yet."""

    items: list[ScheduledView]
    """Whatever is due first comes first; those are among them that were refused."""


@api.post("/scheduled-posts", raises=(RuleBroken, Conflict))
def schedule_post(call: Call, body: NewScheduledPost) -> ScheduledView:
    """Have a post published later, by the rules of then; it is tried by those of now at once.

    Until then nobody but you can tell that it is there.
    """
    return _view(
        schedule.schedule(call.session, call.member, call.book, draft_of(body), body.publish_at, call.now)
    )


@api.get("/scheduled-posts")
def list_scheduled_posts(call: Call) -> ScheduledPostsView:
    """List your posts that wait for their time, or could not be published at it."""
    return ScheduledPostsView(items=[_view(one) for one in schedule.mine(call.session, call.member)])


@api.get("/scheduled-posts/<id:scheduled_id>")
def read_scheduled_post(call: Call, scheduled_id: int) -> ScheduledView:
    """Read one of them, or what came of it."""
    return _view(schedule.read(call.session, call.member, scheduled_id))


@api.put("/scheduled-posts/<id:scheduled_id>", raises=(RuleBroken, Conflict))
def change_scheduled_post(call: Call, scheduled_id: int, body: NewScheduledPost) -> ScheduledView:
    """Put another text, audience and moment in its place; what was refused waits again."""
    return _view(
        schedule.change(
            call.session, call.member, call.book, scheduled_id, draft_of(body), body.publish_at, call.now
        )
    )


@api.delete("/scheduled-posts/<id:scheduled_id>", raises=(Conflict,))
def withdraw_scheduled_post(call: Call, scheduled_id: int) -> None:
    """Take back what is not published yet. Nothing of it is kept."""
    schedule.withdraw(call.session, call.member, scheduled_id)


def _view(one: Scheduled) -> ScheduledView:
    refused = one.refusal
    return ScheduledView(
        id=str(one.id),
        publish_at=one.publish_at,
        state=one.state,
        draft=None if one.draft is None else given(one.draft),
        post_id=None if one.post_id is None else str(one.post_id),
        refusal=None if refused is None else refusal_view(refused),
        kept_at=one.kept_at,
        settled_at=one.settled_at,
    )


def refusal_view(refused: Refusal) -> RefusalView:
    """Return why something was not published in the shape that the API gives it."""
    return RefusalView(
        detail=refused.detail,
        errors=[
            RefusedFault(pointer=fault.pointer, detail=fault.detail, clause=fault.clause)
            for fault in refused.faults
        ],
    )


def given(draft: Draft) -> NewPost:
    """Return a draft in the shape in which it was given."""
    return NewPost(
        body=draft.body,
        guild=draft.guild,
        asset_id=None if draft.asset_id is None else str(draft.asset_id),
        teaser=draft.teaser,
        place=None if draft.place_id is None else str(draft.place_id),
        language=draft.language,
        audience=draft.audience,
        quote=_quote(draft),
        poll=None if draft.poll is None else _asked(draft.poll),
    )


def _quote(draft: Draft) -> NewQuote | None:
    if draft.quote_id is None:
        return None
    return NewQuote(post_id=str(draft.quote_id), kind=draft.made_as, from_ms=draft.from_ms)


def _asked(question: Question) -> NewPoll:
    return NewPoll.model_validate({"options": [*question.options], "lasts": as_text(question.lasts)})
