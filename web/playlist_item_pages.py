"""What is in a playlist, on pages: read, arranged without scripts, and added from a post's page."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, request

from audience.playlists import items, keepers, sequence, sight, taking_out
from audience.playlists.order import Place
from audience.playlists.telling import PATH as LISTED
from audience.routes.playlist_items import list_listed_posts, list_playlist_items
from coop.call import Call
from coop.errors import AllotmentError, Fault, NotFound, RuleBroken, Unauthenticated
from coop.ids import as_id
from web import acts
from web.gesture_pages import there
from web.playlist_pages import PATH, forms_of, query
from web.visits import attempt, page, render, see_other

ALL = "all"
"""What the form says that keeps a post out of every list of others."""


def add_to(pages: Blueprint) -> None:
    """Add the page of a list, that of one's own posts in lists of others, and the targets of their forms."""
    one = f"{PATH}/<id:playlist_id>"
    pages.add_url_rule(one, "playlist", page(show))
    for name, act in (("move", move), ("remove", remove)):
        path = f"{one}/items/<id:post_id>/{name}"
        pages.add_url_rule(path, f"playlist_{name}", page(act), methods=["POST"])
    pages.add_url_rule(LISTED, "listed_posts", page(listed))
    acts.add(pages, "/posts/<id:number>/playlists", add, there, done="It is in the list.")
    acts.add(pages, "/posts/<id:number>/playlists/leave", leave, there, done="It is out, for good.")


def show(call: Call, playlist_id: int) -> Response:
    """Show a list and what one sees of it; its keepers its forms."""
    if call.identity is None:
        raise Unauthenticated
    found = sight.read(call.session, call.member, call.book, playlist_id, call.now)
    shown = list_playlist_items(call, playlist_id, query())
    return render(
        call,
        "playlist.html",
        list=found,
        found=shown,
        cursor=request.args.get("cursor"),
        path=f"{PATH}/{playlist_id}",
        **forms_of(call, found),
    )


def move(call: Call, playlist_id: int, post_id: int) -> Response:
    """Move a post of a list: before another, after another, or to a place."""

    def act() -> None:
        to = Place(
            **{name: _number(name) for name in ("before", "after", "number") if request.form.get(name)}
        )
        items.move(call.session, call.member, call.book, playlist_id, post_id, to, call.now)

    return _arranged(call, playlist_id, act, "Moved.")


def remove(call: Call, playlist_id: int, post_id: int) -> Response:
    """Take a post out of a list."""

    def act() -> None:
        items.remove(call.session, call.member, call.book, playlist_id, post_id, call.now)

    return _arranged(call, playlist_id, act, "Taken out.")


def listed(call: Call) -> Response:
    """Show one's own posts in lists of others."""
    if call.identity is None:
        raise Unauthenticated
    return render(call, "listed_posts.html", found=list_listed_posts(call, query()), path=LISTED)


def add(call: Call, post_id: int) -> str:
    """Put a post into a list that one keeps."""
    items.add(call.session, call.member, call.book, _number("playlist"), post_id, call.now)
    return f"/posts/{post_id}"


def leave(call: Call, post_id: int) -> str:
    """Take a post of one's own out of a list of others, or of all of them."""
    if request.form.get("playlist") == ALL:
        taking_out.keep_out(call.session, call.member, post_id, call.now)
    else:
        taking_out.take_out(call.session, call.member, call.book, post_id, _number("playlist"), call.now)
    return LISTED if request.form.get("from") == "listed" else f"/posts/{post_id}"


def around(call: Call, post_id: int, *, own: bool) -> dict[str, Any]:
    """Return what the page of a post shows of lists.

    Those that the reader keeps, to add it to one; the list that they came from, and what is beside it there;
    and, of their ``own`` post, whether it is kept out of lists.
    """
    if call.identity is None:
        return {"lists": [], "may_list": False, "beside": None, "kept_out": None}
    return {
        "lists": sight.choices(call.session, call.member, call.book, post_id, call.now),
        "may_list": keepers.held(call.book, call.member, None, call.now),
        "beside": _beside(call, post_id),
        "kept_out": taking_out.is_kept_out(call.session, post_id) if own else None,
    }


def _beside(call: Call, post_id: int) -> dict[str, Any] | None:
    """Return where a post stands in the list that its address names; None where one sees it in none."""
    playlist_id = as_id(request.args.get("list", ""))
    if playlist_id is None:
        return None
    try:
        found = sight.read(call.session, call.member, call.book, playlist_id, call.now)
        at = sequence.beside(call.session, call.member, call.book, playlist_id, post_id, call.now)
    except NotFound:
        return None
    return {"list": found, "at": at}


def _arranged(call: Call, playlist_id: int, act: Callable[[], None], done: str) -> Response:
    """Change what is in a list and go on to it, telling what was done or what was wrong."""
    try:
        with attempt(call):
            act()
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        flash(" ".join([error.detail, *(fault.detail for fault in error.faults)]), "bad")
    else:
        flash(done, "good")
    return see_other(f"{PATH}/{playlist_id}")


def _number(name: str) -> int:
    found = as_id(request.form.get(name, "").strip())
    if found is None:
        fault = Fault(f"/{name}", "Choose one of those that are there.")
        raise RuleBroken("There is nothing of this number.", faults=(fault,))
    return found
