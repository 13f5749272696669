"""Search of members and guilds over HTTP, and what every search is asked."""

from dataclasses import asdict
from typing import Annotated

from pydantic import AfterValidator, Field

from coop import directory
from coop.api import Api
from coop.call import Call
from coop.paging import Page, PageQuery, decode, encode
from coop.routes.guilds import GuildOut
from coop.routes.members import MemberOut

api = Api("search")

LONGEST = 300
"""Most characters of what is searched for."""


def _some(words: str) -> str:
    if not words.strip():
        raise ValueError("Say what to search for")
    if "\0" in words:
        raise ValueError("Text cannot hold the NUL character")
    return words


class SearchQuery(PageQuery):
    """What is searched for."""

    q: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_some)]
    """Words, all of which are wanted; "a phrase"; this or that; -without."""


@api.get("/search/members")
def search_members(call: Call, query: SearchQuery) -> Page[MemberOut]:
    """Find members by their handles, names and what they say about themselves.

    The last word may be the beginning of one. The handle that you wrote comes first, then those beginning so.
    """
    found = directory.members_found(call.session, query.q, decode(query.cursor), query.limit + 1)
    page = found[: query.limit]
    more = encode(page[-1].handle) if len(found) > query.limit else None
    return Page(items=[MemberOut(**asdict(card)) for card in page], next=more)


@api.get("/search/guilds")
def search_guilds(call: Call, query: SearchQuery) -> Page[GuildOut]:
    """Find guilds by their slugs, names and purposes, in the order in which members are found."""
    found = directory.guilds_found(call.session, query.q, decode(query.cursor), query.limit + 1)
    page = found[: query.limit]
    more = encode(page[-1].slug) if len(found) > query.limit else None
    return Page(items=[GuildOut(**asdict(card)) for card in page], next=more)
