"""Feeds over HTTP: the recipes there are, and the next page of one."""

from pydantic import BaseModel, Field

from audience.feeds import page as feeds
from audience.feeds.rules import FEEDS, FeedRules, SlotName, slot_clause
from audience.routes.posts import PostView, ScoreView, post_view
from coop.api import Api
from coop.call import Call
from coop.receipts import Citation

api = Api("feeds")


class ProfileView(BaseModel):
    """One recipe, and every clause that it rests on."""

    name: str
    about: str
    clauses: list[Citation]


class ProfileList(BaseModel):
    """Every recipe of the ``feeds`` policy in force."""

    items: list[ProfileView]
    signals: list[Citation]
    """The clauses inside the signals, which all recipes share."""


class FeedQuery(BaseModel):
    """How much of a page to return."""

    limit: int | None = Field(default=None, ge=1, le=100)
    """At most so many posts; a page never holds more than its profile says."""


class FeedItem(BaseModel):
    """A post, and why it has its place."""

    post: PostView
    why: ScoreView
    slot: SlotName | None
    """``discovery`` or ``bridging`` where only the places kept for such authors brought it here."""
    more: str
    """Where to ask everything else about why you see it."""


class FeedPage(BaseModel):
    """The next posts of a profile. What is delivered here counts as viewed and does not come again."""

    profile: str
    items: list[FeedItem]
    """The highest score first."""
    receipts: dict[str, Citation]
    """By pointer: the clauses that the terms and slots rest on, each with the vote that set it."""


@api.get("/feeds")
def list_feeds(call: Call) -> ProfileList:
    """List the recipes that pages are made by."""
    policy = call.book.policy(FEEDS)
    clauses = [] if policy is None else [call.book.cite(FEEDS, clause) for clause in policy.blame]
    return ProfileList(
        items=[
            ProfileView(
                name=name,
                about=profile.about,
                clauses=[one for one in clauses if one.clause.startswith(f"/profiles/{name}/")],
            )
            for name, profile in call.book.rules(FEEDS, FeedRules).profiles.items()
        ],
        signals=[one for one in clauses if one.clause.startswith("/signals/")],
    )


@api.get("/feeds/<profile>")
def read_feed(call: Call, profile: str, query: FeedQuery) -> FeedPage:
    """Read the next page of a recipe: posts you may see and have not seen, each with its exact score."""
    found = feeds.page(call.session, call.member, call.book, profile, call.now, limit=query.limit)
    clauses = [one.clause for one in feeds.recipe_of(call.book, profile).weighings().values()]
    clauses += [slot_clause(profile, slot) for slot in sorted({item.slot for item in found if item.slot})]
    return FeedPage(
        profile=profile,
        items=[
            FeedItem(
                post=post_view(call.book, item.card),
                why=ScoreView(profile=profile, score=item.score, terms=item.terms),
                slot=item.slot,
                more=f"/api/v1/posts/{item.card.id}/why?profile={profile}",
            )
            for item in found
        ],
        receipts={clause: call.book.cite(FEEDS, clause) for clause in clauses},
    )
