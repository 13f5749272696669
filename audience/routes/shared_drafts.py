"""Shared drafts over HTTP: writing a post with others of a guild, and what is told of it to them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from audience.cowriting import agreement, beginning, history, notes, revising, scene, writers
from audience.cowriting.agreement import Answer
from audience.cowriting.scene import Scene
from audience.cowriting.terms import audience_told, refusal_told
from audience.document import AudienceDocument
from audience.routes.polls import NewPoll
from audience.routes.posts import NewQuote
from audience.routes.scheduled import RefusalView, given, refusal_view
from audience.scheduling import drafts, refusal
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, RuleBroken
from coop.ids import Id

api = Api("shared drafts")

LONGEST = 100_000
"""Characters beyond any text that a clause allows."""


class NewSharedDraft(BaseModel):
    """A draft that is to be begun."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(default="", max_length=LONGEST)
    opened: bool = False
    """Whether all of the guild may write in it, and not only whom you invite."""


class NewText(BaseModel):
    """The text as you leave it."""

    model_config = ConfigDict(extra="forbid")

    base: int
    """The revision that you began from: what others wrote since is merged with what you wrote."""
    body: str = Field(max_length=LONGEST)


class Invitation(BaseModel):
    """Whom to let write in it."""

    model_config = ConfigDict(extra="forbid")

    handle: str = Field(min_length=1, max_length=100)
    """Of a member of the guild."""


class Opening(BaseModel):
    """Who may write in it."""

    model_config = ConfigDict(extra="forbid")

    opened: bool
    """Whether all of the guild may, or whoever does by now and is invited."""


class Terms(BaseModel):
    """How it is to be published: all of a post but its text, its guild and its audience."""

    model_config = ConfigDict(extra="forbid")

    asset_id: Id | None = None
    teaser: str = Field(default="", max_length=10_000)
    place: Id | None = None
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    quote: NewQuote | None = None
    poll: NewPoll | None = None


class NewNote(BaseModel):
    """A remark in its margin."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(max_length=LONGEST)


class WriterView(BaseModel):
    """Somebody who writes in it. Who is blocked, by you or the other way, has no name here."""

    handle: str | None
    display_name: str | None
    wrote: bool
    """Whether a revision is theirs: then they are asked before it is published."""
    answer: Answer | None
    """To the proposal that stands; none: not yet."""
    gone: bool
    """Whether they are out of the guild: they are neither asked nor named."""


class OfferView(BaseModel):
    """A proposal to publish it."""

    number: int
    by: str | None
    """Handle of whoever proposed it, and would be its author."""
    mine: bool
    audience: AudienceDocument | None
    """For whom it would be; none for all but its author where it names people or a circle."""
    terms: Terms
    waits_for: int
    """So many have not agreed yet."""
    waits_for_me: bool
    refusal: RefusalView | None
    """That it could not be published when all had agreed; why, for whoever proposed it alone."""


class NoteView(BaseModel):
    """A remark in its margin that is not settled."""

    id: str
    author: str | None
    """Handle."""
    revision: int
    """The newest when it was made."""
    body: str
    at: datetime


class SharedDraftView(BaseModel):
    """A draft that you may write in."""

    id: str
    guild: str
    opened: bool
    revision: int
    """The newest."""
    body: str | None
    """Of that revision; none once it is published."""
    writers: list[WriterView]
    keeper: bool
    """Whether it is yours to open, close and drop."""
    offer: OfferView | None
    notes: list[NoteView]
    post_id: str | None
    """The post that it became."""
    begun_at: datetime
    touched_at: datetime


class ListedDraftView(BaseModel):
    """A draft in the list of those that you may write in."""

    id: str
    guild: str
    begins: str
    """How its text begins."""
    revision: int
    opened: bool
    asked: bool
    """Whether a proposal waits for your answer."""
    touched_at: datetime


class SharedDraftsView(BaseModel):
    """The drafts under way that you may write in."""

    items: list[ListedDraftView]
    """What was touched last comes first."""


@api.post("/guilds/<slug>/shared-drafts", raises=(RuleBroken, Forbidden, Conflict))
def begin_shared_draft(call: Call, slug: str, body: NewSharedDraft) -> SharedDraftView:
    """Begin a draft in a guild of yours that holds the feature ``collaborative_editing``."""
    made = beginning.begin(
        call.session, call.member, call.book, slug, body.body, call.now, opened=body.opened
    )
    return read_shared_draft(call, made)


@api.get("/shared-drafts")
def list_shared_drafts(call: Call) -> SharedDraftsView:
    """List the drafts that you may write in."""
    return SharedDraftsView(
        items=[
            ListedDraftView(**{**one._asdict(), "id": str(one.id)})
            for one in history.mine(call.session, call.member)
        ]
    )


@api.get("/shared-drafts/<id:draft_id>")
def read_shared_draft(call: Call, draft_id: int) -> SharedDraftView:
    """Read a draft that you may write in, or what became of it."""
    found = scene.read(call.session, call.member, draft_id)
    me = call.member.member_id
    return SharedDraftView(
        id=str(found.id),
        guild=found.guild,
        opened=found.opened,
        revision=found.revision,
        body=found.body,
        writers=[
            WriterView(
                handle=one.handle,
                display_name=one.display_name,
                wrote=one.wrote,
                answer=one.answer,
                gone=not one.inside,
            )
            for one in found.writers
        ],
        keeper=found.keeper == me,
        offer=_offer(found, me),
        notes=[
            NoteView(**{**one._asdict(), "id": str(one.id)})
            for one in notes.standing(call.session, call.member, draft_id)
        ],
        post_id=None if found.post_id is None else str(found.post_id),
        begun_at=found.begun_at,
        touched_at=found.touched_at,
    )


@api.delete("/shared-drafts/<id:draft_id>", raises=(Forbidden, Conflict))
def drop_shared_draft(call: Call, draft_id: int) -> None:
    """Take a draft away that is yours to keep, with all its revisions."""
    beginning.drop(call.session, call.member, draft_id)


@api.put("/shared-drafts/<id:draft_id>/text", raises=(RuleBroken, Forbidden, Conflict))
def save_shared_draft(call: Call, draft_id: int, body: NewText) -> SharedDraftView:
    """Save the text, merged with what others wrote meanwhile.

    Where somebody changed the same part nothing is saved, and both parts are told (409).
    """
    revising.save(call.session, call.member, call.book, draft_id, body.base, body.body, call.now)
    return read_shared_draft(call, draft_id)


@api.post("/shared-drafts/<id:draft_id>/writers", status=200, raises=(RuleBroken, Conflict))
def invite_to_draft(call: Call, draft_id: int, body: Invitation) -> SharedDraftView:
    """Let another member of the guild write in it; they are told."""
    writers.invite(call.session, call.member, call.book, draft_id, body.handle, call.now)
    return read_shared_draft(call, draft_id)


@api.delete("/shared-drafts/<id:draft_id>/writers/<handle>", raises=(Forbidden, Conflict))
def leave_draft(call: Call, draft_id: int, handle: str) -> None:
    """Leave it, or send somebody out of what is yours to keep who wrote nothing in it.

    What whoever leaves wrote stays in the text.
    """
    writers.remove(call.session, call.member, draft_id, handle)


@api.put("/shared-drafts/<id:draft_id>/opening", raises=(Forbidden, Conflict))
def open_shared_draft(call: Call, draft_id: int, body: Opening) -> SharedDraftView:
    """Open it to all of the guild, or close it to whoever writes in it by now and is invited."""
    writers.open_to_guild(call.session, call.member, draft_id, opened=body.opened)
    return read_shared_draft(call, draft_id)


@api.post("/shared-drafts/<id:draft_id>/notes", raises=(RuleBroken, Forbidden, Conflict))
def note_in_draft(call: Call, draft_id: int, body: NewNote) -> SharedDraftView:
    """Leave a remark in its margin."""
    notes.leave(call.session, call.member, call.book, draft_id, body.body, call.now)
    return read_shared_draft(call, draft_id)


@api.delete("/shared-drafts/<id:draft_id>/notes/<id:note_id>", raises=(Conflict,))
def settle_draft_note(call: Call, draft_id: int, note_id: int) -> None:
    """Settle a remark, whoever made it."""
    notes.settle(call.session, call.member, draft_id, note_id, call.now)


def _offer(found: Scene, me: int) -> OfferView | None:
    if found.offer is None or found.offered_by is None:
        return None
    kept = given(drafts.restored(found.offer))
    mine = found.offered_by == me
    refused = None if found.refusal is None else refusal.restored(found.refusal)
    why = refusal_told(refused, mine=mine)
    by, waits = found.writer(found.offered_by), agreement.outstanding(found.writers, found.offered_by)
    return OfferView(
        number=found.offers,
        by=None if by is None else by.handle,
        mine=mine,
        audience=audience_told(kept.audience, mine=mine),
        terms=Terms(
            asset_id=kept.asset_id,
            teaser=kept.teaser,
            place=kept.place,
            language=kept.language,
            quote=kept.quote,
            poll=kept.poll,
        ),
        waits_for=len(waits),
        waits_for_me=any(one.member_id == me for one in waits),
        refusal=None if why is None else refusal_view(why),
    )
