"""Joining, signing in and out, and one's own page."""

from flask import Blueprint, Response, flash, request
from flask import session as browser

from audience.moderation import reasons
from coop import directory, members, places, problems, profiles, sign_in
from coop.call import Call
from coop.errors import AllotmentError, Fault, RuleBroken
from coop.gazetteer import CREDIT
from coop.ids import as_id
from coop.members import Newcomer
from coop.membership_rules import NAME, MembershipRules
from coop.profiles import LONGEST_DISPLAY_NAME
from web.forms import Refusal, refusal
from web.visits import attempt, here_after, linked_from, page, render, see_other

JOIN_FIELDS = ("handle", "display_name", "password", "invitation")
PROFILE_FIELDS = ("display_name", "about")
MATCHES = 12
"""Places that one search shows: what is not among them is found by typing more."""
LONGEST_SEARCH = 80
"""Both in characters."""


def add_to(pages: Blueprint) -> None:
    """Add the pages of joining, signing in and out, and one's own."""
    pages.add_url_rule("/join", "join", page(ask_newcomer))
    pages.add_url_rule("/join", "enter", page(join), methods=["POST"])
    pages.add_url_rule("/sign-in", "sign_in", page(ask_member))
    pages.add_url_rule("/sign-in", "open_session", page(open_session), methods=["POST"])
    pages.add_url_rule("/sign-out", "sign_out", page(close_session), methods=["POST"])
    pages.add_url_rule("/members/me", "me", page(me))
    pages.add_url_rule("/members/me", "describe_me", page(describe_me), methods=["POST"])
    pages.add_url_rule("/members/me/place", "settle", page(settle), methods=["POST"])


def ask_newcomer(call: Call) -> Response:
    """Show the door."""
    return _door(call)


def join(call: Call) -> Response:
    """Make a member of whoever asks, and sign them in."""
    said = request.form
    handle, password = said.get("handle", ""), said.get("password", "")
    newcomer = Newcomer(
        handle, password, said.get("display_name", ""), invitation=said.get("invitation", "").strip() or None
    )
    try:
        with attempt(call):
            made = members.join(call.session, call.book, newcomer, call.now)
            profiles.introduce(call.session, call.book, made, call.platform.screen_profile, call.now)
    except AllotmentError as error:
        return _door(call, refusal(error, JOIN_FIELDS), problems.status_of(error))
    token = sign_in.sign_in(call.session, handle, password, request.remote_addr or "", call.now)
    flash("Welcome. You have one vote now, like everybody here.", "good")
    return _enter(call, token or "", "/")


def ask_member(call: Call) -> Response:
    """Ask for handle and password; whoever is signed in goes on, or back to where the link stood."""
    target = here_after(request.args.get("next")) if "next" in request.args else linked_from()
    if call.identity is not None:
        return see_other(target)
    return render(call, "sign_in.html", target=target, handle="", refused=None)


def open_session(call: Call) -> Response:
    """Sign in. A failure is an answer and no error, so that it is counted."""
    said = request.form
    target, handle = here_after(said.get("next")), said.get("handle", "")
    token = sign_in.sign_in(
        call.session, handle, said.get("password", ""), request.remote_addr or "", call.now
    )
    if token is None:
        refused = Refusal("This handle and this password do not belong together.")
        return render(call, "sign_in.html", 422, target=target, handle=handle, refused=refused)
    return _enter(call, token, target)


def close_session(call: Call) -> Response:
    """Sign out."""
    sign_in.sign_out(call.session, request.cookies.get(sign_in.COOKIE, ""))
    return signed_out(call)


def signed_out(call: Call) -> Response:
    """Return the way to the front page, on which this browser knows nobody any more."""
    browser.clear()
    response = see_other("/")
    attributes = sign_in.cookie_attributes(call.platform.settings.public_url)
    response.delete_cookie(
        sign_in.COOKIE,
        path=attributes["path"],
        secure=attributes["secure"],
        httponly=attributes["httponly"],
        samesite=attributes["samesite"],
    )
    return response


def me(call: Call) -> Response:
    """Show one's own page."""
    return _own_page(call)


def describe_me(call: Call) -> Response:
    """Change how one is shown to others."""
    said = {name: request.form.get(name, "") for name in PROFILE_FIELDS}
    try:
        with attempt(call):
            profiles.change(
                call.session, call.book, call.member, said, call.platform.screen_profile, call.now
            )
    except AllotmentError as error:
        return _own_page(call, refusal(error, PROFILE_FIELDS), problems.status_of(error))
    if profiles.waiting(call.session, call.member) is None:
        flash("Saved.", "good")
    return see_other("/members/me")


def settle(call: Call) -> Response:
    """Say where one is, or nothing: what was chosen among the places found."""
    try:
        with attempt(call):
            members.settle(call.session, call.member, _chosen(request.form.get("place", "")))
    except AllotmentError as error:
        return _own_page(call, status=problems.status_of(error), unsettled=refusal(error, ()))
    flash("Saved.", "good")
    return see_other("/members/me#place")


def _chosen(place: str) -> int | None:
    """Return the id that a form sent, None where it says nothing; raise RuleBroken where it is no id."""
    if not place:
        return None
    found = as_id(place)
    if found is None:
        raise RuleBroken("This place is unknown.", faults=(Fault("/place", "Choose one that was found."),))
    return found


def _own_page(
    call: Call, refused: Refusal | None = None, status: int = 200, unsettled: Refusal | None = None
) -> Response:
    """Return one's own page; ``refused`` is of the profile's form, ``unsettled`` of the place's."""
    card = directory.member(call.session, call.member.handle)
    sought = request.args.get("place", "")[:LONGEST_SEARCH]
    return render(
        call,
        "me.html",
        status,
        card=card,
        waits=profiles.waiting(call.session, call.member),
        held_by=reasons.of_waiting_profile(call.session, call.member),
        place=directory.place_of(call.session, call.member),
        sought=sought,
        found=places.search(call.session, sought, MATCHES),
        longest_search=LONGEST_SEARCH,
        credit=CREDIT,
        form={} if unsettled else request.form,
        refused=refused,
        unsettled=unsettled,
        longest=LONGEST_DISPLAY_NAME,
    )


def _door(call: Call, refused: Refusal | None = None, status: int = 200) -> Response:
    rules = call.book.rules(NAME, MembershipRules)
    return render(
        call,
        "join.html",
        status,
        invited=rules.joining.admission == "invited",
        shortest=rules.credentials.password_min_length,
        longest=LONGEST_DISPLAY_NAME,
        form=request.form or request.args,
        refused=refused,
    )


def _enter(call: Call, token: str, target: str) -> Response:
    """Set the session's cookie; what the browser knew before, its form token too, is forgotten."""
    notes = browser.get("_flashes")
    browser.clear()
    if notes:
        browser["_flashes"] = notes
    response = see_other(target)
    response.set_cookie(sign_in.COOKIE, token, **sign_in.cookie_attributes(call.platform.settings.public_url))
    return response
