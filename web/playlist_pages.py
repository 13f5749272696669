"""Playlists on pages: one's own, those of a member and of a guild, and the forms that make and change one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, request
from sqlalchemy import select
from sqlmodel import col

from audience.limits import rules_of
from audience.playlists import keepers, keeping, sight
from audience.playlists.sight import Shown
from audience.routes.playlists import (
    NewPlaylist,
    PlaylistView,
    list_guild_playlists,
    list_member_playlists,
    list_own_playlists,
    make_playlist,
)
from coop import directory, problems
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from coop.paging import LONGEST, Page, PageQuery
from coop.tables import Guild
from web import acts
from web.forms import Refusal, Sent, refusal
from web.garden_pages import as_sent
from web.visits import attempt, page, render, see_other

PATH = "/playlists"
SHOWN = 20
FIELDS = ("title", "description", "seen_by")
SEEN_BY: Mapping[str, str] = {
    "members": "All members",
    "guild": "Whoever is in the guild",
    "keepers": "Nobody but whoever keeps it",
}
"""Who sees a list, in words."""


def add_to(pages: Blueprint) -> None:
    """Add the pages that list playlists, and the targets of the forms that make, change and end one."""
    pages.add_url_rule(PATH, "playlists", page(mine))
    pages.add_url_rule(PATH, "make_playlist_page", page(make), methods=["POST"])
    pages.add_url_rule("/members/<handle>/playlists", "member_playlists", page(of_member))
    pages.add_url_rule("/guilds/<slug>/playlists", "guild_playlists", page(of_guild))
    acts.add(pages, f"{PATH}/<id:number>/change", change, _again, done="It is so from now on.", fields=FIELDS)
    acts.add(pages, f"{PATH}/<id:number>/end", end, _again, done="The list is gone; the posts stay.")


def mine(call: Call) -> Response:
    """Show the lists that one keeps, and the form that makes one."""
    return _mine(call, {})


def make(call: Call) -> Response:
    """Make a list, or show the form again with what was wrong."""
    said = request.form.to_dict()
    asked = {name: said.get(name, "") for name in FIELDS} | {"guild": said.get("guild") or None}
    try:
        with attempt(call):
            made = make_playlist(call, as_sent(NewPlaylist, asked))
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return _mine(call, said, refusal(error, (*FIELDS, "guild")), problems.status_of(error))
    flash("Made. Put posts into it from their own pages.", "good")
    return see_other(f"{PATH}/{made.id}")


def of_member(call: Call, handle: str) -> Response:
    """Show the lists of a member, as far as one may see them."""
    if call.identity is None:
        raise Unauthenticated
    found = list_member_playlists(call, handle, query())
    card = directory.member(call.session, handle)
    return _listed(call, found, f"Playlists of {card.display_name}", f"/members/{quote(card.handle)}")


def of_guild(call: Call, slug: str) -> Response:
    """Show the lists of a guild, as far as one may see them."""
    if call.identity is None:
        raise Unauthenticated
    found = list_guild_playlists(call, slug, query())
    card = directory.guild(call.session, slug)
    return _listed(call, found, f"Playlists of {card.name}", f"/guilds/{quote(card.slug)}")


def change(call: Call, playlist_id: int) -> str:
    """Call a list something else, or have others see it."""
    wanted = {name: request.form[name] for name in FIELDS if name in request.form}
    keeping.change(call.session, call.member, call.book, playlist_id, wanted, call.now)
    return f"{PATH}/{playlist_id}"


def end(call: Call, playlist_id: int) -> str:
    """End a list."""
    keeping.end(call.session, call.member, call.book, playlist_id, call.now)
    return PATH


def query() -> PageQuery:
    """Return which part of a list an address asks for; raise NotFound where no page links to it."""
    cursor = request.args.get("cursor")
    if cursor is not None and len(cursor) > LONGEST:
        raise NotFound
    return PageQuery(cursor=cursor, limit=SHOWN)


def forms_of(call: Call, found: Shown) -> dict[str, Any]:
    """Return what the page of a list needs to show its keepers its forms."""
    owner = "" if found.guild is None else found.guild
    return {
        "rules": rules_of(call.book, found.guild).playlists,
        "seen_by": {name: words for name, words in SEEN_BY.items() if owner or name != "guild"},
        "held": found.mine and keepers.held(call.book, call.member, found.guild, call.now),
    }


def _again(call: Call, playlist_id: int, sent: Sent, status: int) -> Response:
    found = sight.read(call.session, call.member, call.book, playlist_id, call.now)
    return render(
        call,
        "playlist_form.html",
        status,
        list=found,
        said=sent.said,
        refused=sent.refused,
        **forms_of(call, found),
    )


def _listed(call: Call, found: Page[PlaylistView], title: str, path: str) -> Response:
    return render(
        call,
        "playlists.html",
        found=found,
        title=title,
        owner=path,
        path=f"{path}/playlists",
        seen_by=SEEN_BY,
        form=None,
    )


def _mine(call: Call, said: Mapping[str, str], refused: Refusal | None = None, status: int = 200) -> Response:
    if call.identity is None:
        raise Unauthenticated
    kept = sight.kept_guilds(call.session, call.book, call.identity)
    slugs = call.session.scalars(
        select(col(Guild.slug)).where(col(Guild.id).in_(kept)).order_by(col(Guild.slug))
    )

    def may(guild: str | None) -> bool:
        return keepers.held(call.book, call.member, guild, call.now)

    return render(
        call,
        "playlists.html",
        status,
        found=list_own_playlists(call, query()),
        title="Your playlists",
        owner=None,
        path=PATH,
        seen_by=SEEN_BY,
        form={"own": may(None), "guilds": [slug for slug in slugs if may(slug)]},
        rules=rules_of(call.book, None).playlists,
        said=said,
        refused=refused,
    )
