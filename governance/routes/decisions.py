"""Decisions over HTTP, for anyone: a list, and a feed for readers of Atom."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, request
from pydantic import BaseModel

from coop import atom
from coop.api import Api
from coop.call import Call, platform
from coop.paging import Page, PageQuery, decode_ints, encode
from governance import decisions
from governance.decisions import Decision, Outcome, Position

api = Api("decisions")

FEED = "/decisions.atom"
ENTRIES = 50
"""Decisions in the feed."""
NAMED_SINCE = 2026
"""The year in the ids of the feed; it says nothing and must not change, or readers would see all anew."""
FRESH_S = 60
"""How long a copy of the feed may be shown without asking."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
"""Microseconds that the calendar holds."""


class DecisionView(BaseModel):
    """One thing that was decided about one proposal."""

    proposal: str
    outcome: Outcome
    at: datetime
    scope: str
    kind: str
    title: str
    sentence: str
    """How the vote went, or why it was undone."""


@api.get("/decisions", public=True)
def list_decisions(call: Call, query: PageQuery) -> Page[DecisionView]:
    """List what votes have decided, the newest first."""
    before = _position(query.cursor)
    found = decisions.latest(call.session, call.now, before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    more = encode(_written(decisions.position(shown[-1]))) if len(found) > len(shown) else None
    return Page[DecisionView](items=[_view(decision) for decision in shown], next=more)


def blueprint() -> Blueprint:
    """Return the blueprint that serves the feed."""
    served = Blueprint("decisions", __name__)

    @served.get(FEED)
    def feed() -> Response:
        """Serve the newest decisions as Atom; who has them already is told that nothing is new."""
        with platform().call(None) as call:
            found = decisions.latest(call.session, call.now, before=None, limit=ENTRIES)
        public_url = platform().settings.public_url
        updated = found[0].at if found else _EPOCH
        response = Response(
            atom.document(_feed(found, public_url, updated)), content_type=f"{atom.MEDIA_TYPE}; charset=utf-8"
        )
        response.last_modified = updated
        response.cache_control.public = True
        response.cache_control.max_age = FRESH_S
        response.add_etag()
        response.make_conditional(request)
        return response

    return served


def _feed(found: list[Decision], public_url: str, updated: datetime) -> atom.Feed:
    return atom.Feed(
        id=atom.tag_uri(public_url, NAMED_SINCE, "decisions"),
        title="Decisions",
        author="Allotment",
        link=f"{public_url}/proposals",
        itself=public_url + FEED,
        updated=updated,
        entries=[_entry(decision, public_url) for decision in found],
    )


def _entry(decision: Decision, public_url: str) -> atom.Entry:
    name = f"proposals/{decision.proposal_id}/{decision.outcome}"
    return atom.Entry(
        id=atom.tag_uri(public_url, NAMED_SINCE, name),
        title=f"{decision.outcome.capitalize()}: {decision.title}",
        updated=decision.at,
        link=public_url + decision.path,
        summary=f"{decision.scope}/{decision.kind}. {decision.sentence}",
        category=decision.outcome,
    )


def _view(decision: Decision) -> DecisionView:
    return DecisionView(
        proposal=str(decision.proposal_id),
        outcome=decision.outcome,
        at=decision.at,
        scope=decision.scope,
        kind=decision.kind,
        title=decision.title,
        sentence=decision.sentence,
    )


def _written(position: Position) -> str:
    microseconds = (position.at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}-{position.proposal_id}-{position.step}"


def _position(cursor: str | None) -> Position | None:
    """Return the position that a cursor stands for; raise RuleBroken where it is none of ours."""
    found = decode_ints(cursor, 3)
    if found is None:
        return None
    microseconds, proposal_id, step = found
    at = _EPOCH + timedelta(microseconds=min(microseconds, _LAST))
    return Position(at, proposal_id, min(step, decisions.UNDID))
