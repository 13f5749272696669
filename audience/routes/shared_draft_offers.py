"""Publishing a shared draft over HTTP: proposing it, agreeing to it, and taking one's name off afterwards."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from audience.cowriting import names, offering
from audience.cowriting.agreement import Answer
from audience.document import AudienceDocument
from audience.posts import Draft
from audience.routes.posts import NewPost, draft_of
from audience.routes.shared_drafts import SharedDraftView, Terms, read_shared_draft
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, RuleBroken, TooMany

api = Api("shared drafts")


class NewOffer(BaseModel):
    """A proposal to publish it, with you as the author."""

    model_config = ConfigDict(extra="forbid")

    revision: int
    """The one that is to be published: the newest."""
    audience: AudienceDocument = AudienceDocument()
    terms: Terms = Terms()


class NewAnswer(BaseModel):
    """What you say to a proposal."""

    model_config = ConfigDict(extra="forbid")

    number: int
    """Of the proposal: with every change of text or terms there is another one."""
    answer: Literal["named", "unnamed", "not_yet"]
    """Publish it with your name, without it, or not yet."""


@api.put("/shared-drafts/<id:draft_id>/offer", raises=(RuleBroken, Forbidden, Conflict, TooMany))
def offer_shared_draft(call: Call, draft_id: int, body: NewOffer) -> SharedDraftView:
    """Propose to publish its newest revision, as its author.

    Each who wrote in it is asked; any change ends the proposal. Where nobody else wrote it is published.
    """
    terms = _draft(body.terms, body.audience)
    offering.offer(call.session, call.member, call.book, draft_id, body.revision, terms, call.now)
    return read_shared_draft(call, draft_id)


@api.delete("/shared-drafts/<id:draft_id>/offer", raises=(Forbidden, Conflict))
def withdraw_draft_offer(call: Call, draft_id: int) -> None:
    """Take a proposal of yours back."""
    offering.withdraw(call.session, call.member, draft_id)


@api.put("/shared-drafts/<id:draft_id>/answer", raises=(Forbidden, Conflict))
def answer_draft_offer(call: Call, draft_id: int, body: NewAnswer) -> SharedDraftView:
    """Say whether it may be published as proposed: with your name, without it, or not yet.

    With the last yes that it waits for it is published.
    """
    said: Answer | None = None if body.answer == "not_yet" else body.answer
    offering.answer(call.session, call.member, call.book, draft_id, body.number, said, call.now)
    return read_shared_draft(call, draft_id)


@api.delete("/posts/<id:post_id>/writers/me")
def take_name_off(call: Call, post_id: int) -> None:
    """Take your name off a post that names you beside its author, for good."""
    names.take_off(call.session, call.member, post_id)


def _draft(terms: Terms, audience: AudienceDocument) -> Draft:
    return draft_of(
        NewPost(
            asset_id=terms.asset_id,
            teaser=terms.teaser,
            place=terms.place,
            language=terms.language,
            audience=audience,
            quote=terms.quote,
            poll=terms.poll,
        )
    )
