"""Reading amendments: what each would change, what has become of it, and what the scope thinks of it.

A page of them is read in a fixed number of statements. Law 7: an amendment's draft stays its author's
alone after a promotion, until they submit it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy import case as either
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from coop import policy_text
from coop.identity import Identity
from coop.tables import Member
from governance import cases
from governance.case import Case
from governance.deliberation import floor, suggestions
from governance.deliberation.standing import Standing, standing
from governance.deliberation.suggestions import Degree, Opinion, Opinions
from governance.deliberation.tables import Amendment, AmendmentOpinion, AmendmentSupporter
from governance.dossier import texts
from governance.tables import Proposal


@dataclass(frozen=True, slots=True)
class Card:
    """An amendment as one reader sees it."""

    id: int
    proposal_id: int
    author: str
    """Handle."""
    standing: Standing
    of_patch_sha256: str
    patch: list[Any]
    patch_sha256: str
    rationale: str
    made_at: datetime
    ended_at: datetime | None
    reason: str | None
    promoted_id: int | None
    """The proposal that it became, once the reader may see that."""
    supporters: int
    you_support: bool
    opinions: list[Opinions]
    yours: Opinion | None


@dataclass(frozen=True, slots=True)
class Diffs:
    """What an amendment comes to, as unified diffs of the policy's text."""

    policy: str
    """From the text in force when the proposal was written."""
    proposal: str | None
    """From what the proposal would make of it; None where the amendment is not open any more."""


def listing(session: Session, viewer: Identity, case: Case, *, before: int | None, limit: int) -> list[Card]:
    """Return up to ``limit`` amendments to a proposal, the newest first, older than the one ``before``.

    For a proposal that the viewer may see.
    """
    statement = _cards(viewer).where(col(Amendment.proposal_id) == case.id).limit(limit)
    if before is not None:
        statement = statement.where(col(Amendment.id) < before)
    return _read(session, case, statement)


def one(session: Session, viewer: Identity, amendment_id: int, now: datetime) -> tuple[Card, Diffs]:
    """Return an amendment and what it would change; raise NotFound where the viewer sees none such."""
    proposal_id = floor.proposal_of(session, col(Amendment.proposal_id), col(Amendment.id) == amendment_id)
    found = cases.visible(session, viewer, proposal_id, now)
    (card,) = _read(session, found, _cards(viewer).where(col(Amendment.id) == amendment_id))
    before, proposed = texts(session, found.id)
    after, name = policy_text.apply(before, card.patch), f"{found.kind}.toml"
    beside = policy_text.diff(proposed, after, name) if card.standing is Standing.OPEN else None
    return card, Diffs(policy_text.diff(before, after, name), beside)


def _cards(viewer: Identity) -> Select[*tuple[Any, ...]]:
    promoted, own = aliased(Proposal), aliased(AmendmentOpinion)
    supported = (
        select(func.count())
        .where(col(AmendmentSupporter.amendment_id) == col(Amendment.id))
        .correlate(Amendment)
        .scalar_subquery()
    )
    mine = exists().where(
        col(AmendmentSupporter.amendment_id) == col(Amendment.id),
        col(AmendmentSupporter.member_id) == viewer.member_id,
    )
    shown = or_(col(promoted.submitted_at).is_not(None), col(promoted.author_id) == viewer.member_id)
    return (
        select(
            col(Amendment.id),
            col(Amendment.proposal_id),
            col(Member.handle).label("author"),
            col(Amendment.of_patch_sha256),
            col(Amendment.patch),
            col(Amendment.patch_sha256),
            col(Amendment.rationale),
            col(Amendment.made_at),
            col(Amendment.ended_as),
            col(Amendment.ended_at),
            col(Amendment.reason),
            either((shown, col(promoted.id))).label("promoted_id"),
            supported.label("supporters"),
            mine.label("you_support"),
            col(own.degree),
            col(own.fulfilled),
        )
        .join(Member, col(Member.id) == col(Amendment.author_id))
        .outerjoin(promoted, col(promoted.id) == col(Amendment.promoted_id))
        .outerjoin(
            own,
            (col(own.amendment_id) == col(Amendment.id)) & (col(own.member_id) == viewer.member_id),
        )
        .order_by(col(Amendment.id).desc())
    )


def _read(session: Session, of: Case, statement: Select[*tuple[Any, ...]]) -> list[Card]:
    rows = session.execute(statement).all()
    thought = suggestions.opinions(session, [row.id for row in rows])
    return [_card(row, of, thought[row.id]) for row in rows]


def _card(row: Any, of: Case, thought: list[Opinions]) -> Card:
    return Card(
        id=row.id,
        proposal_id=row.proposal_id,
        author=row.author,
        standing=standing(row.ended_as, row.of_patch_sha256, of.patch_sha256, of.stage.state),
        of_patch_sha256=row.of_patch_sha256,
        patch=row.patch,
        patch_sha256=row.patch_sha256,
        rationale=row.rationale,
        made_at=row.made_at,
        ended_at=row.ended_at,
        reason=row.reason,
        promoted_id=row.promoted_id,
        supporters=row.supporters,
        you_support=row.you_support,
        opinions=thought,
        yours=None if row.degree is None else Opinion(Degree(row.degree), row.fulfilled),
    )
