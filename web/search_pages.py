"""Search as a page: posts, members, guilds, tags and proposals, the first few of each or one kind in full.

A visitor is shown what is public: posts, their tags, and proposals.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from pydantic import ValidationError

from audience.routes.search import PostSearchQuery, search_posts, search_tags
from coop import problems
from coop.call import Call
from coop.errors import NotFound
from coop.paging import decode_int, encode
from coop.routes.search import LONGEST, SearchQuery, search_guilds, search_members
from governance import search as proposals
from web.visits import page, reader, render

_LANGUAGE = re.compile("[a-z]{2,3}")

FEW, MANY = 5, 20
"""How many are shown of each kind, and how many of one alone."""


class Some(NamedTuple):
    """What was found of one kind."""

    items: list[Any]
    next: str | None


Find = Callable[[Call, PostSearchQuery], Any]


def add_to(pages: Blueprint) -> None:
    """Add the page."""
    pages.add_url_rule("/search", "search", page(search))


def search(call: Call) -> Response:
    """Show what has the words that are asked for; without any, ask for them."""
    if not request.args.get("q", "").strip():
        return render(call, "search.html", asked=None, found={}, of=None, longest=LONGEST)
    of = request.args.get("of")
    kinds = FOR_EVERYBODY if call.identity is None else KINDS
    if of is not None and of not in kinds:
        raise NotFound
    asked = _asked(MANY if of else FEW)
    found = {kind: find(call, asked) for kind, find in kinds.items() if of in (None, kind)}
    path = f"/search?{urlencode({'q': asked.q})}"
    return render(call, "search.html", asked=asked, found=found, of=of, path=path, longest=LONGEST)


def _asked(limit: int) -> PostSearchQuery:
    """Return what is asked for; raise RuleBroken where it cannot be. The language is the browser's."""
    said = {"q": request.args["q"], "limit": str(limit)}
    cursor = request.args.get("cursor")
    if cursor is not None:
        said["cursor"] = cursor
    language = (request.accept_languages.best or "").partition("-")[0].lower()
    if _LANGUAGE.fullmatch(language):
        said["language"] = language
    try:
        return PostSearchQuery.model_validate_strings(said)
    except ValidationError as error:
        raise problems.broken(error, "query", said=said) from error


def _search_proposals(call: Call, asked: SearchQuery) -> Some:
    found = proposals.found(
        call.session,
        reader(call),
        asked.q,
        call.now,
        before=decode_int(asked.cursor),
        limit=asked.limit + 1,
    )
    shown = found[: asked.limit]
    return Some(shown, encode(shown[-1].id) if len(found) > len(shown) else None)


FOR_EVERYBODY: Mapping[str, Find] = {
    "posts": search_posts,
    "tags": search_tags,
    "proposals": _search_proposals,
}
KINDS: Mapping[str, Find] = {**FOR_EVERYBODY, "members": search_members, "guilds": search_guilds}
"""What finds each kind."""
