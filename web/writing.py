"""Writing: what was typed into a form becomes a draft, or its form is shown again with what was wrong."""

from collections.abc import Callable, Iterable, Mapping

from flask import Response

from coop import problems
from coop.call import Call
from coop.errors import AllotmentError, NotFound, Unauthenticated
from governance import drafts
from governance.drafts import Draft
from web.forms import Refusal, refusal
from web.visits import attempt, see_other

SAID = ("title", "rationale")
"""Fields of every form of a proposal."""


def write(
    call: Call,
    wanted: Callable[[], Draft],
    again: Callable[[Refusal, int], Response],
    fields: Iterable[str] = (),
    places: Mapping[str, str] | None = None,
    keep: Callable[[Draft], int] | None = None,
) -> Response:
    """Keep what ``wanted`` reads from a form, and show it to its author.

    Where it is refused, ``again`` shows the form; ``fields`` and ``places`` say where each fault belongs, see
    :func:`web.forms.refusal`. ``keep`` stores it in place of a draft.
    """
    member = call.member

    def draft(one: Draft) -> int:
        return drafts.draft(call.session, call.book, member, one, call.now)

    try:
        with attempt(call):
            made = (keep or draft)(wanted())
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return again(refusal(error, (*SAID, *fields), dict(places or {})), problems.status_of(error))
    return see_other(f"/proposals/{made}")
