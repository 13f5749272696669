"""The pages put together: their routes, their guard against forged forms, and their errors.

What you may not see answers like what does not exist (law 7), here too.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from audience.feeds.sliders import LABELS
from audience.topics import tags_in
from coop import problems
from coop.errors import AllotmentError, Malformed, NotFound, TooMany, Unauthenticated
from coop.metrics import METRICS
from governance.rehearsal import reports
from web import (
    account_pages,
    agreeing,
    amendment_pages,
    argument_pages,
    ask_pages,
    asking_pages,
    ballot_pages,
    calm_pages,
    case_pages,
    check_pages,
    circle_pages,
    clocks,
    compose_pages,
    contest_pages,
    council_pages,
    cowriting_history_pages,
    cowriting_pages,
    deletion_pages,
    door_pages,
    draft_pages,
    election_pages,
    entry_pages,
    facilitation_pages,
    feature_pages,
    feed_pages,
    filter_pages,
    garden_pages,
    gesture_pages,
    glance,
    guild_pages,
    invitation_pages,
    joint_pages,
    jury_pages,
    labeller_pages,
    leaving_pages,
    less_pages,
    limit_pages,
    moderation_pages,
    moderation_record_pages,
    moderation_wording,
    notice_pages,
    own_feed_pages,
    permission_pages,
    playlist_item_pages,
    playlist_pages,
    policy_pages,
    proposal_pages,
    reach_pages,
    record_pages,
    rehearsal_pages,
    remedy_pages,
    report_pages,
    room_acts,
    room_list_pages,
    room_pages,
    room_stream_pages,
    scales,
    scheduled_pages,
    search_pages,
    statement_pages,
    thanks_pages,
    thread_pages,
    tighten_pages,
    timeline_pages,
    tuning_pages,
    upload_pages,
    volunteer_pages,
    watch_pages,
    webhook_pages,
    wording,
)
from web.text_links import text_links
from web.visits import came_from, see_other

MACHINES = ("/api/", "/oauth/", "/.well-known/", "/healthz", "/readyz", "/metrics")
"""Paths whose answers programs read."""
CONSENT = "/oauth/authorize"
"""The one page among them."""
REFUSED = {
    405: (
        "There is no page at this address",
        "It only takes what a form sends. Go back to the page on which the form stands.",
    ),
    413: (
        "This is too large",
        "Nothing of this was kept: go back and choose a smaller picture, or write less.",
    ),
}
"""What people are told where the web framework refused, in words of ours, by status."""


def blueprint(app: Flask) -> Blueprint:
    """Return the blueprint of all pages."""
    pages = Blueprint("pages", __name__)
    for part in (
        glance,
        policy_pages,
        proposal_pages,
        draft_pages,
        entry_pages,
        contest_pages,
        asking_pages,
        joint_pages,
        ballot_pages,
        election_pages,
        jury_pages,
        remedy_pages,
        council_pages,
        record_pages,
        argument_pages,
        amendment_pages,
        check_pages,
        facilitation_pages,
        statement_pages,
        rehearsal_pages,
        account_pages,
        invitation_pages,
        leaving_pages,
        own_feed_pages,
        tuning_pages,
        feed_pages,
        watch_pages,
        thread_pages,
        case_pages,
        moderation_pages,
        moderation_record_pages,
        report_pages,
        reach_pages,
        feature_pages,
        gesture_pages,
        permission_pages,
        ask_pages,
        less_pages,
        filter_pages,
        garden_pages,
        labeller_pages,
        limit_pages,
        calm_pages,
        thanks_pages,
        volunteer_pages,
        door_pages,
        guild_pages,
        timeline_pages,
        search_pages,
        compose_pages,
        upload_pages,
        scheduled_pages,
        playlist_pages,
        playlist_item_pages,
        cowriting_pages,
        cowriting_history_pages,
        circle_pages,
        tighten_pages,
        deletion_pages,
        notice_pages,
        webhook_pages,
        room_stream_pages,
        room_list_pages,
        room_pages,
        room_acts,
    ):
        part.add_to(pages)
    # The API is for bearers of tokens alone, which no other site can make a browser send.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # A rationale may take a day to write; the token lives as long as the browser's session.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    pages.before_request(_refuse_nul)
    pages.before_request(CSRFProtect(app).protect)
    app.jinja_env.filters.update(
        ago=clocks.ago,
        clock=clocks.clock,
        date=clocks.date,
        day=clocks.day,
        exact=wording.exact,
        fact=wording.fact,
        lasting=wording.lasting,
        limit=wording.limit,
        machine=clocks.machine,
        month=clocks.month,
        moment_there=clocks.moment_there,
        parts=reports.decimal,
        place=wording.place,
        rhythm=wording.rhythm,
        scale=scales.scale,
        share=wording.share,
        span=clocks.span,
        tags_in=tags_in,
        text_links=text_links,
        words=wording.words,
    )
    app.jinja_env.globals.update(
        asset=asset,
        csrf_field=csrf_field,
        STATES=wording.STATES,
        CLASSES=wording.CLASSES,
        CHOICES=wording.CHOICES,
        LIMITS=wording.LIMITS,
        DECIDED=moderation_wording.DECIDED,
        OUTCOMES=moderation_wording.OUTCOMES,
        outcome_words=moderation_wording.outcome_words,
        closed_words=moderation_wording.closed_words,
        MEASURED=moderation_wording.MEASURED,
        DONE_ABOUT=moderation_wording.DONE_ABOUT,
        ENDED=moderation_wording.ENDED,
        PARTS=wording.PARTS,
        SLOTS=feed_pages.SLOTS,
        SPANS=garden_pages.SPANS,
        VERBS=wording.VERBS,
        OPENINGS=wording.OPENINGS,
        STANCES=wording.STANCES,
        STANDINGS=wording.STANDINGS,
        DEGREES=wording.DEGREES,
        ANSWERS=wording.ANSWERS,
        REHEARSALS=wording.REHEARSALS,
        TOPICS=wording.TOPICS,
        RHYTHMS=wording.RHYTHMS,
        SIGNALS=LABELS,
        METRICS=METRICS,
        TRIPWIRES=agreeing.ROWS,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return pages


def _refuse_nul() -> None:
    given = (*(request.view_args or {}).values(), *request.args.values(), *request.form.values())
    if any("\0" in str(value) for value in given):
        raise Malformed("Text cannot hold the NUL character.")


def csrf_field() -> Markup:
    """Return the hidden field that shows a form to be ours."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def asset(name: str) -> str:
    """Return the address of a file of our own, which changes with what is in it."""
    return f"/static/{name}?v={_digest(Path(str(current_app.static_folder)) / name)}"


@lru_cache(maxsize=64)
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def answer_error(error: AllotmentError) -> Response:
    """Answer an error: problem details to programs, a page to people; who must sign in is sent there."""
    if _to_a_machine():
        return problems.answer(error)
    if isinstance(error, Unauthenticated):
        return see_other(f"/sign-in?{urlencode({'next': came_from()})}")
    response = _error_page(problems.status_of(error), error)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def answer_http(error: HTTPException) -> Response:
    """Answer what the web framework itself refused, and what nobody foresaw."""
    if _to_a_machine():
        return problems.answer_http(error)
    if isinstance(error, CSRFError):
        told = "This form is from an earlier visit. Go back, load the page anew and send it again."
        return _error_page(400, Malformed(told))
    status = error.code or 500
    if status == 404:
        return _error_page(404, NotFound())
    title, detail = REFUSED.get(status, (error.name, error.description))
    response = make_response(
        render_template("error.html", title=title, detail=detail, faults=(), status=status)
        if status < 500
        else render_template("broken.html"),
        status,
    )
    allowed = dict(error.get_headers()).get("Allow")
    if allowed is not None:
        response.headers["Allow"] = allowed
    return response


def _to_a_machine() -> bool:
    return request.path.startswith(MACHINES) and request.path != CONSENT


def _error_page(status: int, error: AllotmentError) -> Response:
    detail = "" if error.detail == error.title else error.detail
    return make_response(
        render_template("error.html", title=error.title, detail=detail, faults=error.faults, status=status),
        status,
    )
