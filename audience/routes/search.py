"""Search of posts and tags over HTTP."""

from pydantic import Field

from audience import newest, search, tags
from audience.routes.doors import DoorView
from audience.routes.post_views import PostView
from audience.routes.timelines import TagView, shown
from coop.api import Api
from coop.call import Call
from coop.paging import Page, decode, decode_int, encode
from coop.routes.search import SearchQuery

api = Api("search")


class PostSearchQuery(SearchQuery):
    """What is searched for in posts."""

    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    """ISO 639 code of the language of the words: then other forms of them are found too."""


@api.get("/search/posts", public=True)
def search_posts(call: Call, query: PostSearchQuery) -> Page[PostView | DoorView]:
    """Find posts that you may see by their words, the newest first; each takes its seat.

    What you may know of and not open is found by what its door says.
    """
    before = decode_int(query.cursor)
    found, last = search.page(
        call.session,
        call.identity,
        call.book,
        query.q,
        query.language,
        call.now,
        before=newest.START if before is None else before,
        limit=query.limit,
    )
    return Page(items=shown(call, found), next=None if last is None else encode(last))


@api.get("/search/tags", public=True)
def search_tags(call: Call, query: SearchQuery) -> Page[TagView]:
    """Find tags that begin so, of those under which you may see a post."""
    after = decode(query.cursor) or ""
    found = tags.seen(
        call.session,
        call.identity,
        call.book,
        call.now,
        beginning=query.q,
        after=after,
        limit=query.limit + 1,
    )
    page = found[: query.limit]
    more = encode(page[-1]) if len(found) > query.limit else None
    return Page(items=[TagView(name=name) for name in page], next=more)
