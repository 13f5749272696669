"""The history of a shared draft over HTTP: its revisions, what changed between two, and bringing one back."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from audience.cowriting import history, revising
from audience.cowriting.difference import What
from audience.routes.shared_drafts import SharedDraftView, read_shared_draft
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden, RuleBroken

api = Api("shared drafts")

LARGEST = 2**31 - 1
"""Beyond any number of a revision."""


class Restoration(BaseModel):
    """Which revision is to come back."""

    model_config = ConfigDict(extra="forbid")

    number: int
    base: int
    """The newest that you have seen."""


class RevisionView(BaseModel):
    """A revision, without its text."""

    number: int
    author: str | None
    """Handle."""
    characters: int
    restores: int | None
    """The older one whose text it brought back."""
    at: datetime


class RevisionsView(BaseModel):
    """Revisions of a draft."""

    items: list[RevisionView]
    """The newest first."""


class RevisionTextView(BaseModel):
    """The text of a revision."""

    number: int
    body: str


@dataclass(slots=True)
class LineView:
    """One line of a comparison."""

    what: What
    """``gap``: lines are left out that are the same in both."""
    text: str


class ComparisonView(BaseModel):
    """What changed from one revision to another."""

    old: int
    new: int
    lines: list[LineView]


class RevisionsQuery(BaseModel):
    """Which revisions to list."""

    before: int | None = Field(default=None, ge=1, le=LARGEST)


class ComparisonQuery(BaseModel):
    """Which revisions to compare."""

    old: int = Field(ge=1, le=LARGEST)
    new: int = Field(ge=1, le=LARGEST)


@api.get("/shared-drafts/<id:draft_id>/revisions")
def list_draft_revisions(call: Call, draft_id: int, query: RevisionsQuery) -> RevisionsView:
    """List its revisions that are kept, the newest first; none once it is published."""
    found = history.revisions(call.session, call.member, draft_id, query.before)
    return RevisionsView(items=[RevisionView(**one._asdict()) for one in found])


@api.get("/shared-drafts/<id:draft_id>/revisions/<id:revision>")
def read_draft_revision(call: Call, draft_id: int, revision: int) -> RevisionTextView:
    """Read the text of a revision."""
    body = history.text_of(call.session, call.member, draft_id, revision)
    return RevisionTextView(number=revision, body=body)


@api.get("/shared-drafts/<id:draft_id>/comparison")
def compare_draft_revisions(call: Call, draft_id: int, query: ComparisonQuery) -> ComparisonView:
    """Compare two revisions, line by line."""
    found = history.compare(call.session, call.member, draft_id, query.old, query.new)
    lines = [LineView(one.what, one.text) for one in found.rows]
    return ComparisonView(old=found.old, new=found.new, lines=lines)


@api.post("/shared-drafts/<id:draft_id>/restorations", status=200, raises=(RuleBroken, Forbidden, Conflict))
def restore_draft_revision(call: Call, draft_id: int, body: Restoration) -> SharedDraftView:
    """Bring the text of an older revision back, as a new one."""
    revising.restore(call.session, call.member, call.book, draft_id, body.number, body.base, call.now)
    return read_shared_draft(call, draft_id)
