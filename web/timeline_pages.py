"""Timelines as pages: of a tag, a place, a guild with its purpose and rules, a member to follow or block.

Law 7: a visitor is shown posts that are public and nothing else; where there are none, a member or a guild
answers like one that there is not.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from flask import Blueprint, Response, flash, request

from audience import following, limit_for_now, relations
from audience.moderation import follows
from audience.routes.timelines import (
    list_guild_posts,
    list_member_posts,
    list_place_posts,
    list_tag_posts,
    list_tags,
)
from coop import directory, places, problems
from coop.book import guild_scope
from coop.call import Call
from coop.errors import AllotmentError, NotFound, RuleBroken, Unauthenticated
from coop.gazetteer import CREDIT
from coop.membership_rules import NAME as MEMBERSHIP
from coop.membership_rules import MembershipRules
from coop.names import normal
from coop.paging import LONGEST, Page, PageQuery
from web import limit_pages
from web.forms import Refusal, refusal
from web.visits import attempt, page, render, see_other

Listed = TypeVar("Listed")

SHOWN = 20
"""Posts on a page."""
TAGS_SHOWN = 100
LONGEST_SENT = 200
"""Characters of a name that are looked at."""

DONE = {
    "follow": "You follow them.",
    "unfollow": "You no longer follow them.",
    "block": "Neither of you is shown what the other makes.",
    "unblock": "You no longer block them.",
}
"""What the form on a member's page may do, and what is told when it is done."""


def add_to(pages: Blueprint) -> None:
    """Add the tags, the pages of a tag, a place, a guild and a member, and the targets of their forms."""
    pages.add_url_rule("/tags", "tags", page(tags))
    pages.add_url_rule("/tags/<name>", "tag", page(tag))
    pages.add_url_rule("/places/<id:place_id>", "place", page(place))
    pages.add_url_rule(
        "/places/<id:place_id>/neighbourhoods", "add_to_city", page(add_to_city), methods=["POST"]
    )
    pages.add_url_rule("/guilds/<slug>", "guild", page(guild))
    pages.add_url_rule("/members/<handle>", "member", page(member))
    pages.add_url_rule("/members/<handle>/relation", "relate", page(relate), methods=["POST"])


def tags(call: Call) -> Response:
    """Show the tags under which there is a post for the viewer."""
    return render(call, "tags.html", found=list_tags(call, _query(TAGS_SHOWN)))


def tag(call: Call, name: str) -> Response:
    """Show the posts of a tag."""
    found = list_tag_posts(call, name, _query(SHOWN))
    return render(call, "tag.html", name=normal(name), found=found, path=f"/tags/{quote(name)}?")


def place(call: Call, place_id: int) -> Response:
    """Show what its authors say is from a place or a part of it, to members."""
    return _place(call, place_id)


def add_to_city(call: Call, place_id: int) -> Response:
    """Add a neighbourhood to a city, or show its page again with what was wrong."""
    name = request.form.get("name", "")
    try:
        with attempt(call):
            made = places.add_neighbourhood(
                call.session, call.member, call.book, place_id, name[:LONGEST_SENT], call.now
            )
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return _place(call, place_id, refusal(error, ("name",)), problems.status_of(error), name)
    flash("Added: everybody can choose it now.", "good")
    return see_other(f"/places/{made.id}")


def _place(
    call: Call, place_id: int, refused: Refusal | None = None, status: int = 200, name: str = ""
) -> Response:
    if call.identity is None:
        raise Unauthenticated
    rules = call.book.rules(MEMBERSHIP, MembershipRules).places
    return render(
        call,
        "place.html",
        status,
        refused=refused,
        named=name,
        addable=rules.neighbourhoods == "members",
        most=rules.neighbourhoods_per_member,
        card=places.place(call.session, place_id),
        found=list_place_posts(call, place_id, _query(SHOWN)),
        path=f"/places/{place_id}?",
        credit=CREDIT,
    )


def guild(call: Call, slug: str) -> Response:
    """Show a guild, its own policies and its posts."""
    return show_guild(call, slug)


def show_guild(call: Call, slug: str, refused: Refusal | None = None, status: int = 200) -> Response:
    """Show a guild, its own policies and its posts; ``refused`` is why one could not enter or leave it."""
    found = _public(call, list_guild_posts(call, slug, _query(SHOWN)))
    viewer, name = call.identity, normal(slug)
    scope = guild_scope(name)
    return render(
        call,
        "guild.html",
        status,
        card=None if viewer is None else directory.guild(call.session, slug),
        slug=name,
        belongs=viewer is not None and name in directory.member(call.session, viewer.handle).guilds,
        refused=refused,
        appointed=request.form.get("handle", ""),
        policies=[one for one in call.book.policies.values() if one.scope == scope],
        found=found,
        path=f"/guilds/{quote(slug)}?",
    )


def member(call: Call, handle: str) -> Response:
    """Show a member and their posts."""
    return _show(call, handle)


def relate(call: Call, handle: str) -> Response:
    """Follow or block a member, or no longer."""
    act = request.form.get("act", "")
    try:
        with attempt(call):
            told = _relate(call, act, handle)
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return _show(call, handle, refusal(error, ()), problems.status_of(error))
    if told is not None:
        flash(told, "good")
    return see_other(f"/members/{quote(handle)}")


def _relate(call: Call, act: str, handle: str) -> str | None:
    """Do it and return what is told; None where it waits, which the page says itself."""
    acts: dict[str, Callable[[], object]] = {
        "follow": lambda: follows.follow(call.session, call.member, call.book, handle, call.now),
        "unfollow": lambda: follows.unfollow(call.session, call.member, call.book, handle, call.now),
        "block": lambda: following.block(call.session, call.member, call.book, handle, call.now),
        "unblock": lambda: relations.unblock(call.session, call.member, handle),
    }
    if act not in acts:
        raise RuleBroken("There is nothing that this form asks for.")
    return None if acts[act]() in ("waiting", "held") else DONE[act]


def _show(call: Call, handle: str, refused: Refusal | None = None, status: int = 200) -> Response:
    found = _public(call, list_member_posts(call, handle, _query(SHOWN)))
    viewer, path = call.identity, f"/members/{quote(handle)}?"
    if viewer is None:
        return render(call, "member.html", handle=normal(handle), found=found, path=path)
    other = relations.member_id_of(call.session, handle)
    mine = other == viewer.member_id
    return render(
        call,
        "member.html",
        status,
        card=directory.member(call.session, handle),
        place=directory.place_of(call.session, viewer) if mine else None,
        handle=normal(handle),
        follows=follows.state(call.session, viewer, other),
        blocks=relations.blocks(call.session, viewer, other),
        limit=limit_for_now.running(call.session, viewer, call.now) if mine else None,
        limits=limit_pages.rules_of(call),
        refused=refused,
        found=found,
        path=path,
    )


def _public(call: Call, found: Page[Listed]) -> Page[Listed]:
    """Return a page; raise NotFound where it shows a visitor nothing."""
    if call.identity is None and not found.items:
        raise NotFound
    return found


def _query(limit: int) -> PageQuery:
    cursor = request.args.get("cursor")
    if cursor is not None and len(cursor) > LONGEST:
        raise NotFound
    return PageQuery(cursor=cursor, limit=limit)
