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


def keep(call: Call, wanted: Draft) -> int:
    """Keep a draft of the member's own, and return its id; see :func:`governance.drafts.draft`."""
    return drafts.draft(call.session, call.book, call.member, wanted, call.now)


def write(
    call: Call,
    make: Callable[[], int],
    again: Callable[[Refusal, int], Response],
    fields: Iterable[str] = (),
    places: Mapping[str, str] | None = None,
) -> Response:
    """Have ``make`` keep what was typed into a form and return its proposal, and show that to its author.

    Where it is refused, ``again`` shows the form; ``fields`` and ``places`` say where each fault belongs, see
    :func:`web.forms.refusal`.
    """
    try:
        with attempt(call):
            made = make()
    except (NotFound, Unauthenticated):
        raise
    except AllotmentError as error:
        return again(refusal(error, (*SAID, *fields), dict(places or {})), problems.status_of(error))
    return see_other(f"/proposals/{made}")
