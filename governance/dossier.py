"""The dossier: all that a reader may want to know of one proposal.

Law 14: the state in it is computed when it is read. The diff is made anew from the version that the patch
was written against, so it shows exactly what a ballot's hash binds to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from coop import policy_text
from coop.book import COOP
from coop.identity import Identity
from coop.policies import Books
from coop.receipts import Citation
from coop.tables import PolicyVersion
from governance import cases, sponsors
from governance.cases import Case
from governance.rules import NAME
from governance.tables import Proposal

Show = Literal["open", "ended", "drafts"]
"""Which proposals to list: those under way, those that are over, or one's own drafts."""


@dataclass(frozen=True, slots=True)
class Enacted:
    """The version that a proposal became."""

    number: int
    sha256: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """What stands behind a case."""

    rationale: str
    patch: list[Any]
    base_sha256: str
    nonce: str
    diff: str
    """Unified diff of the policy's text."""
    signatures: list[sponsors.Signature]
    citations: list[Citation]
    """The clauses that decide this proposal, as they stood when it was submitted."""
    enacted: Enacted | None


def read(session: Session, books: Books, case: Case) -> Dossier:
    """Return the dossier of a case that the reader may see."""
    proposal = session.execute(
        select(
            col(Proposal.rationale), col(Proposal.patch), col(Proposal.base_sha256), col(Proposal.nonce)
        ).where(col(Proposal.id) == case.id)
    ).one()
    before, after = texts(session, case.id)
    return Dossier(
        rationale=proposal.rationale,
        patch=proposal.patch,
        base_sha256=proposal.base_sha256,
        nonce=proposal.nonce,
        diff=policy_text.diff(before, after, f"{case.kind}.toml"),
        signatures=sponsors.signatures(session, case.id),
        citations=_citations(session, books, case),
        enacted=_enacted(session, case.id),
    )


def texts(session: Session, proposal_id: int) -> tuple[str, str]:
    """Return the text that a proposal was written against, and that text after its patch."""
    row = session.execute(
        select(col(Proposal.patch), col(PolicyVersion.text))
        .outerjoin(
            PolicyVersion,
            (col(PolicyVersion.scope) == col(Proposal.scope))
            & (col(PolicyVersion.kind) == col(Proposal.kind))
            & (col(PolicyVersion.number) == col(Proposal.base_number)),
        )
        .where(col(Proposal.id) == proposal_id)
    ).one()
    before = row.text or ""
    return before, policy_text.apply(before, row.patch)


def _citations(session: Session, books: Books, case: Case) -> list[Citation]:
    pinned = select(col(PolicyVersion.epoch)).where(col(PolicyVersion.id) == case.voting_version_id)
    book = books.at(session, session.execute(pinned).scalar_one())
    wanted = (f"/classes/{case.facts.risk_class}/", "/sponsors/", "/block/")
    blame = book.policies[COOP, NAME].blame
    return [book.cite(NAME, clause) for clause in blame if clause.startswith(wanted)]


def _enacted(session: Session, proposal_id: int) -> Enacted | None:
    row = session.execute(
        select(col(PolicyVersion.number), col(PolicyVersion.sha256), col(PolicyVersion.epoch))
        .join(Proposal, col(Proposal.version_id) == col(PolicyVersion.id))
        .where(col(Proposal.id) == proposal_id)
    ).one_or_none()
    return None if row is None else Enacted(row.number, row.sha256, row.epoch)


def listing(
    session: Session,
    viewer: Identity,
    now: datetime,
    show: Show,
    *,
    scope: str | None = None,
    kind: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[Case]:
    """Return up to ``limit`` proposals, the newest first, older than the one whose id is ``before``."""
    conditions = [*_shown(viewer, show)]
    if scope is not None:
        conditions.append(col(Proposal.scope) == scope)
    if kind is not None:
        conditions.append(col(Proposal.kind) == kind)
    if before is not None:
        conditions.append(col(Proposal.id) < before)
    return cases.find(session, now, *conditions, limit=limit)


def _shown(viewer: Identity, show: Show) -> Iterable[ColumnElement[bool]]:
    if show == "open":
        return cases.OPEN
    if show == "ended":
        over = col(Proposal.ended_at).is_not(None) | col(Proposal.enacted_at).is_not(None)
        return (col(Proposal.submitted_at).is_not(None), over)
    return (
        col(Proposal.author_id) == viewer.member_id,
        col(Proposal.submitted_at).is_(None),
        col(Proposal.ended_at).is_(None),
    )
