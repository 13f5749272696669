"""The dossier: all that a reader may want to know of one proposal.

Law 14: the state in it is computed when it is read. The diff is made anew from the version that the patch
was written against, so it shows exactly what a ballot's hash binds to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlmodel import Session, col

from coop import policy_text
from coop.book import COOP, Book
from coop.identity import Identity
from coop.policies import Books
from coop.receipts import Citation
from coop.tables import PolicyVersion
from governance import cases, conflicts, sponsors, succession
from governance.case import Case
from governance.chosen import Patch, patch_of
from governance.conflicts import Rival
from governance.facts import RENEWAL, VETO
from governance.outcome import counted_from
from governance.patch import Terms
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
class Offered:
    """One of the choices of a vote."""

    label: str
    diff: str
    """Unified diff of the policy's text if it is chosen; empty where that leaves the policy as it is."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What stands behind a case."""

    rationale: str
    patch: list[Any]
    base_sha256: str
    nonce: str
    before: str
    after: str
    """The policy's text that it was written against, and the text that follows from it; see :func:`texts`."""
    diff: str
    """Unified diff of the policy's text; empty while the vote has not chosen among several."""
    choices: list[Offered]
    """In the order in which ballots name them; empty where one votes for and against, or names a number."""
    signatures: list[sponsors.Signature]
    citations: list[Citation]
    """The clauses that decide this proposal, as they stood when it was submitted."""
    terms: Terms
    """What was agreed beforehand about how it ends."""
    enacted: Enacted | None
    rivals: list[Rival]
    """Other proposals under way that would set the same clauses."""
    successor: int | None
    """The proposal that goes on from it."""


def read(session: Session, books: Books, case: Case) -> Dossier:
    """Return the dossier of a case that the reader may see."""
    proposal = session.execute(
        _written().add_columns(
            col(Proposal.rationale),
            col(Proposal.base_sha256),
            col(Proposal.nonce),
            col(Proposal.review_after),
            col(Proposal.sunset_after),
            col(Proposal.tripwires),
        ),
        {"proposal": case.id},
    ).one()
    before, after = _texts_of(session, proposal)
    return Dossier(
        rationale=proposal.rationale,
        patch=proposal.patch,
        base_sha256=proposal.base_sha256,
        nonce=proposal.nonce,
        before=before,
        after=after,
        diff=policy_text.diff(before, after, f"{case.kind}.toml"),
        choices=_offered(case, before),
        signatures=sponsors.signatures(session, case.id),
        citations=_citations(session, books, case),
        terms=Terms(proposal.review_after, proposal.sunset_after, tuple(proposal.tripwires)),
        enacted=_enacted(session, case),
        rivals=conflicts.of(session, case),
        successor=succession.successor_of(session, case.id),
    )


def texts(session: Session, proposal_id: int) -> tuple[str, str]:
    """Return the text that a proposal was written against, and the text that follows from it.

    Where a vote chooses among several patches, that is the same text until it has chosen one. Those of a
    renewal are those of what it renews.
    """
    return _texts_of(session, session.execute(_written(), {"proposal": proposal_id}).one())


def _written() -> Select[*tuple[Any, ...]]:
    """Return the statement for what the texts of one proposal follow from."""
    return (
        select(
            col(Proposal.method),
            col(Proposal.options),
            col(Proposal.patch),
            col(Proposal.tally),
            col(Proposal.kind),
            col(Proposal.target_id),
            col(PolicyVersion.text),
        )
        .outerjoin(
            PolicyVersion,
            (col(PolicyVersion.scope) == col(Proposal.scope))
            & (col(PolicyVersion.kind) == col(Proposal.kind))
            & (col(PolicyVersion.number) == col(Proposal.base_number)),
        )
        .where(col(Proposal.id) == bindparam("proposal"))
    )


def _texts_of(session: Session, row: Row[*tuple[Any, ...]]) -> tuple[str, str]:
    if row.kind == RENEWAL:
        return texts(session, row.target_id)
    before = row.text or ""
    counted = None if row.tally is None else counted_from(row.tally)
    return before, policy_text.apply(before, patch_of(row.method, row.options, row.patch, counted))


def _offered(case: Case, before: str) -> list[Offered]:
    choices = [] if case.options is None else case.options.get("choices", [])
    return [
        Offered(choice["label"], _diff(case, before, choice["patch"]) if "patch" in choice else "")
        for choice in choices
    ]


def _diff(case: Case, before: str, patch: Patch) -> str:
    return policy_text.diff(before, policy_text.apply(before, patch), f"{case.kind}.toml")


def pinned(session: Session, books: Books, case: Case, clause: str) -> Citation:
    """Return one clause of the voting rules that a proposal opened under. Raise KeyError for none such."""
    return _book(session, books, case).cite(NAME, clause)


def _book(session: Session, books: Books, case: Case) -> Book:
    """Return the book in which the voting rules are those that the proposal opened under."""
    opened = select(col(PolicyVersion.epoch)).where(col(PolicyVersion.id) == case.voting_version_id)
    return books.at(session, session.execute(opened).scalar_one())


def _citations(session: Session, books: Books, case: Case) -> list[Citation]:
    book = _book(session, books, case)
    wanted = [f"/classes/{case.facts.risk_class}/", "/sponsors/", "/block/", "/extension/"]
    if case.method == "consent":
        wanted.append("/consent/")
    if case.method == "schulze":
        wanted.append("/ranked/")
    if case.scope != COOP or case.kind == VETO:
        wanted.append("/petition/")
    blame = book.policies[COOP, NAME].blame
    return [book.cite(NAME, clause) for clause in blame if clause.startswith(tuple(wanted))]


def _enacted(session: Session, case: Case) -> Enacted | None:
    if case.version_id is None:
        return None
    row = session.execute(
        select(col(PolicyVersion.number), col(PolicyVersion.sha256), col(PolicyVersion.epoch)).where(
            col(PolicyVersion.id) == case.version_id
        )
    ).one()
    return Enacted(row.number, row.sha256, row.epoch)


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
