"""What one is told, as pages: what has come, what waits, and the rhythm in which it comes."""

from flask import Blueprint, Response, flash, request
from pydantic import ValidationError

from coop import notices, own_rhythm, problems
from coop.call import Call
from coop.errors import AllotmentError, Malformed, NotFound, RuleBroken
from coop.ids import as_id
from coop.notices import Position
from coop.rhythm import WEEKDAYS, Rhythm, zones
from coop.routes.notice_rhythm import RhythmIn, chosen, of_day
from coop.routes.notices import cursor, position
from web.digests import digests, page_of
from web.forms import Refusal, refusal
from web.visits import attempt, page, render, see_other

PATH = "/notices"
SHOWN = 60
"""Things on a page, at most."""
FIELDS = ("rhythm", "hour", "weekday", "zone", "quiet_from", "quiet_to")


def add_to(pages: Blueprint) -> None:
    """Add the pages of notices, and the targets of their forms."""
    pages.add_url_rule(PATH, "notices", page(listing))
    pages.add_url_rule(f"{PATH}/waiting", "waiting_notices", page(waiting))
    pages.add_url_rule(f"{PATH}/read", "read_notices", page(read), methods=["POST"])
    pages.add_url_rule(f"{PATH}/rhythm", "choose_rhythm", page(choose), methods=["POST"])
    pages.add_url_rule(f"{PATH}/rhythm/forget", "forget_rhythm", page(forget), methods=["POST"])


def listing(call: Call) -> Response:
    """Show what has come, the last batch first."""
    return _shown(call)


def waiting(call: Call) -> Response:
    """Show what has not come yet, to whoever wants to look: waiting is a default and no wall."""
    return _shown(call, waiting=True)


def read(call: Call) -> Response:
    """Mark as read what the page showed and all that came before it; what came later stays unread."""
    through = as_id(request.form.get("through", ""))
    if through is None:
        raise Malformed("Name the newest notice that you have read.")
    notices.mark_read_through(call.session, call.member, through, call.now)
    flash("Marked as read.", "good")
    return see_other(PATH)


def choose(call: Call) -> Response:
    """Choose when one hears of things."""
    try:
        with attempt(call):
            own_rhythm.choose(call.session, call.member, call.book, _asked(), call.now)
    except AllotmentError as error:
        return _shown(call, refusal(error, FIELDS), problems.status_of(error))
    flash("From now on you hear of things in your own rhythm.", "good")
    return see_other(PATH)


def forget(call: Call) -> Response:
    """Hear of things as the clauses say."""
    own_rhythm.forget(call.session, call.member, call.book, call.now)
    flash("You hear of things as we voted.", "good")
    return see_other(PATH)


def _asked() -> Rhythm:
    """Return the rhythm that the form describes; raise RuleBroken where a part of it does not fit."""
    said = {name: value for name in FIELDS if (value := request.form.get(name, "").strip())}
    try:
        return chosen(RhythmIn.model_validate_strings(said))
    except ValidationError as error:
        raise problems.broken(error, said=said) from error


def _shown(
    call: Call, refused: Refusal | None = None, status: int = 200, *, waiting: bool = False
) -> Response:
    """Return the page; ``refused`` is of the form of the rhythm."""
    before = _before()
    found = notices.listing(
        call.session, call.member, call.now, waiting=waiting, before=before, limit=SHOWN + 1
    )
    shown = page_of(found, SHOWN)
    following = found[len(shown)] if len(found) > len(shown) else None
    standing = own_rhythm.standing(call.session, call.member, call.book, call.now)
    rhythm = standing.rhythm
    return render(
        call,
        "notices.html",
        status,
        digests=digests(shown, following, rhythm.zone),
        newest=shown[0].id if shown else None,
        older=cursor(shown[-1]) if following else None,
        first=before is None,
        waiting=waiting,
        standing=standing,
        form=request.form if refused else _form(rhythm),
        refused=refused,
        zones=sorted(zones()),
        weekdays=WEEKDAYS,
    )


def _form(rhythm: Rhythm) -> dict[str, str]:
    """Return the fields of the form as they stand while nothing was typed into them."""
    quiet = rhythm.quiet
    return {
        "rhythm": rhythm.every,
        "hour": str(rhythm.hour),
        "weekday": rhythm.weekday,
        "zone": rhythm.zone,
        "quiet_from": "" if quiet is None else of_day(quiet.begins),
        "quiet_to": "" if quiet is None else of_day(quiet.ends),
    }


def _before() -> Position | None:
    """Return the position that the address names, None where it names none."""
    try:
        return position(request.args.get("before") or None)
    except RuleBroken as error:
        raise NotFound from error
