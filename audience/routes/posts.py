"""Posts over HTTP: publish one, narrow it, take it back."""

from pydantic import BaseModel, ConfigDict, Field

from audience import posts, stages
from audience.access import Access, access_post
from audience.cards import cards
from audience.document import AudienceDocument, Parts
from audience.gardens.garden import Garden
from audience.posts import Draft
from audience.routes.polls import NewPoll
from audience.routes.post_views import PostView, post_view
from audience.stitching import Kind
from coop.api import Api
from coop.call import Accepted, Call
from coop.errors import Conflict, RuleBroken, TooMany
from coop.ids import Id

api = Api("posts")


class NewQuote(BaseModel):
    """What is to be quoted."""

    model_config = ConfigDict(extra="forbid")

    post_id: Id
    kind: Kind = "quote"
    """A ``stitch`` begins with the video of that post and a ``duet`` plays beside it: both show a video of
    your own. ``sound`` plays the sound of that video with a picture or a video of your own, which is muted.
    All three take the feature ``stitch_duet``."""
    from_ms: int | None = Field(default=None, ge=0, le=2**31 - 1)
    """Of a ``sound``: from which millisecond of that video on; left out, from its beginning."""


class NewPost(BaseModel):
    """What is to be published: a text, a picture or both."""

    model_config = ConfigDict(extra="forbid")

    body: str = Field(default="", max_length=100_000)
    guild: str | None = Field(default=None, min_length=1, max_length=40)
    """Slug of the guild it is made in, whose clauses then bind it too."""
    asset_id: Id | None = None
    """A picture of your own that is ready and in no other post."""
    teaser: str = Field(default="", max_length=10_000)
    """What those are shown who may see it and not read it."""
    place: Id | None = None
    """Where you say it is from."""
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    """ISO 639 code of the language it is written in."""
    audience: AudienceDocument = AudienceDocument()
    quote: NewQuote | None = None
    """A post to show inside it."""
    poll: NewPoll | None = None
    """What to ask those who are in the guild, where it holds the feature ``guild_polls``."""


@api.post("/posts", raises=(RuleBroken, Conflict, TooMany))
def publish_post(call: Call, body: NewPost) -> PostView | Accepted:
    """Publish a post for an audience that you choose; it can only be tightened by others' rules.

    A quote reaches nobody whom what it quotes does not; where its author has to say yes first, it waits.
    """
    made = posts.publish(call.session, call.member, call.book, draft_of(body), call.now)
    shown = read(call, made.id)
    return shown if made.held_at is None else Accepted(shown)


def draft_of(body: NewPost) -> Draft:
    """Return what was sent as a draft."""
    return Draft(
        body=body.body,
        teaser=body.teaser,
        guild=body.guild,
        asset_id=None if body.asset_id is None else int(body.asset_id),
        place_id=None if body.place is None else int(body.place),
        language=body.language,
        audience=body.audience,
        quote_id=None if body.quote is None else int(body.quote.post_id),
        made_as="quote" if body.quote is None else body.quote.kind,
        from_ms=None if body.quote is None else body.quote.from_ms,
        poll=None if body.poll is None else body.poll.question(),
    )


@api.delete("/posts/<id:post_id>")
def delete_post(call: Call, post_id: int) -> None:
    """Take back a post of your own, for good."""
    posts.delete(call.session, call.member, post_id, call.now)


@api.post("/posts/<id:post_id>/tightening", status=200, raises=(RuleBroken,))
def tighten_post(call: Call, post_id: int, body: Parts) -> PostView:
    """Narrow a post of your own from now on. What you ask is added to what holds: nothing is ever widened."""
    stages.tighten(call.session, call.member, call.book, post_id, body, call.now)
    return read(call, post_id)


def read(call: Call, post_id: int) -> PostView:
    """Return a post that the viewer may be delivered, having seated them; raise NotFound for any other."""
    return delivered(
        call, access_post(call.session, call.identity, call.book, post_id, call.now, with_source=True)
    )


def delivered(call: Call, post: Access, garden: Garden | None = None) -> PostView:
    """Return a post to which the viewer was admitted, with what they may be shown inside it.

    ``garden`` is the viewer's, where the caller has read it.
    """
    wanted = [one for one in (post.post_id, post.source_id) if one is not None]
    mine = call.identity is not None and call.identity.member_id == post.author_id
    own = mine or post.source_id is not None
    found = cards(call.session, call.identity, call.book, wanted, call.now, garden, own=own)
    source = None if post.source_id is None else found[post.source_id]
    return post_view(call.book, found[post.post_id], source)
