"""How long posts were before a member: what the script on pages with posts tells, and how it is switched off.

Law 7: the answer is one and the same, whatever was told of whichever posts; who watched what, nobody is told.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice

from flask import Blueprint, Response, flash, request

from audience import watching
from coop.call import Call
from coop.errors import NotFound, Unauthenticated
from coop.sign_in import cookie_attributes
from web.visits import page, see_other

COOKIE, ON, OFF = "allotment_watching", "on", "off"
"""What a browser keeps of its member's choice; one that keeps nothing tells."""
YEAR_S = 365 * 24 * 3600

MOST = 100
"""Posts that are told of at once: no page shows more."""

TELLING = "This browser tells how long you look at a post."
SILENT = "This browser tells nothing of how long you look at a post."

_TOLD = re.compile(r"ms-([0-9]{1,19})")
_MS = re.compile(r"[0-9]{1,12}")


def add_to(pages: Blueprint) -> None:
    """Add where pages tell, the target of the form that switches it off, and ``tells`` for templates."""
    pages.add_url_rule("/watched", "tell_watched", page(tell), methods=["POST"])
    pages.add_url_rule("/members/me/watching", "switch_watching", page(switch), methods=["POST"])
    pages.add_app_template_global(tells, "tells_watching")


def tells() -> bool:
    """Say whether this browser tells how long posts were before its member."""
    return request.cookies.get(COOKIE) != OFF


def tell(call: Call) -> Response:
    """Keep for how many milliseconds posts were before the member: ``ms-<id>=<number>`` each."""
    member = call.member
    if tells():
        # In order of ids: two pages that tell of the same posts at once never wait for one another.
        for post_id, ms in sorted(islice(_told(request.form), MOST)):
            # What they may not see, or were never delivered, answers like what they did.
            with suppress(NotFound):
                watching.watched(call.session, member, call.book, post_id, ms, call.now)
    return Response(status=204)


def switch(call: Call) -> Response:
    """Have the member's browser tell nothing any more, or tell again."""
    if call.identity is None:
        raise Unauthenticated
    attributes = cookie_attributes(call.platform.settings.public_url) | {"max_age": YEAR_S}
    silent = request.form.get("tell") == "no"
    answer = see_other("/members/me#watching")
    answer.set_cookie(COOKIE, OFF if silent else ON, **attributes)
    flash(SILENT if silent else TELLING, "good")
    return answer


def _told(said: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Yield each post that a form names, with its milliseconds; what is written otherwise is left out."""
    for name, ms in said.items():
        found = _TOLD.fullmatch(name)
        if found and _MS.fullmatch(ms):
            yield int(found[1]), int(ms)
