"""Guilds as pages: all of them, founding one, entering and leaving it, and its stewards."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from flask import Blueprint, Response, flash, request

from coop import guilds, problems
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from coop.guilds import LONGEST_NAME, LONGEST_PURPOSE
from coop.membership_rules import NAME
from coop.names import LONGEST_SLUG, normal
from coop.paging import LONGEST, PageQuery
from coop.routes.guilds import list_guilds
from web.forms import Refusal, refusal
from web.timeline_pages import show_guild
from web.visits import attempt, page, render, see_other

SHOWN = 30
FIELDS = ("name", "slug", "purpose")


def add_to(pages: Blueprint) -> None:
    """Add the list of guilds, the form that founds one, and the targets of the buttons on a guild's page."""
    pages.add_url_rule("/guilds", "guilds", page(listing))
    pages.add_url_rule("/guilds/new", "new_guild", page(ask))
    pages.add_url_rule("/guilds/new", "found_guild_page", page(found), methods=["POST"])
    pages.add_url_rule("/guilds/<slug>/join", "join_guild", page(join), methods=["POST"])
    pages.add_url_rule("/guilds/<slug>/leave", "leave_guild_page", page(leave), methods=["POST"])
    pages.add_url_rule("/guilds/<slug>/stewards", "appoint_steward_page", page(appoint), methods=["POST"])
    pages.add_url_rule("/guilds/<slug>/step-down", "step_down_page", page(step_down), methods=["POST"])


def listing(call: Call) -> Response:
    """Show the guilds in the order of their slugs."""
    if call.identity is None:
        raise Unauthenticated
    cursor = request.args.get("cursor")
    if cursor is not None and len(cursor) > LONGEST:
        raise NotFound
    return render(call, "guilds.html", found=list_guilds(call, PageQuery(cursor=cursor, limit=SHOWN)))


def ask(call: Call) -> Response:
    """Show the form that founds a guild."""
    return _form(call, {})


def found(call: Call) -> Response:
    """Found a guild, of which one becomes the first steward."""
    said = request.form
    name, slug, purpose = (said.get(field, "") for field in FIELDS)
    try:
        with attempt(call):
            made = guilds.found(call.session, call.book, call.member, slug, name, purpose, call.now)
    except Unauthenticated:
        raise
    except AllotmentError as error:
        return _form(call, said, refusal(error, FIELDS), problems.status_of(error))
    flash("Founded. You are its first steward.", "good")
    return see_other(f"/guilds/{made.slug}")


def join(call: Call, slug: str) -> Response:
    """Enter a guild."""
    return _done(
        call,
        slug,
        lambda: guilds.join(call.session, call.book, call.member, slug, call.now),
        "You belong to it now: what is made in it for its members is for you too.",
    )


def leave(call: Call, slug: str) -> Response:
    """Leave a guild."""
    return _done(
        call,
        slug,
        lambda: guilds.leave(call.session, call.member, slug, call.now),
        "You have left it.",
    )


def appoint(call: Call, slug: str) -> Response:
    """Make a member of the guild a steward beside oneself."""
    handle = normal(request.form.get("handle", "").strip().removeprefix("@"))
    return _done(
        call,
        slug,
        lambda: guilds.appoint(call.session, call.member, slug, handle, call.now),
        f"@{handle} is a steward of it.",
    )


def step_down(call: Call, slug: str) -> Response:
    """Be an ordinary member of the guild again."""
    return _done(
        call,
        slug,
        lambda: guilds.step_down(call.session, call.member, slug, call.now),
        "You are a steward of it no more.",
    )


def _done(call: Call, slug: str, act: Callable[[], None], told: str) -> Response:
    """Carry out what a button on a guild's page asks, or show the page again with what was wrong."""
    try:
        with attempt(call):
            act()
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return show_guild(call, slug, refusal(error, ()), problems.status_of(error))
    flash(told, "good")
    return see_other(f"/guilds/{quote(slug)}")


def _form(call: Call, said: Mapping[str, str], refused: Refusal | None = None, status: int = 200) -> Response:
    if call.identity is None:
        raise Unauthenticated
    return render(
        call,
        "new_guild.html",
        status,
        said=said,
        refused=refused,
        cap=call.book.cite(NAME, "/guilds/founded_per_member"),
        longest={"name": LONGEST_NAME, "slug": LONGEST_SLUG, "purpose": LONGEST_PURPOSE},
    )
