"""Proposals: drafting, submitting and withdrawing them.

Law 2: this is the only way to a change of policy. Law 13: a proposal is never deleted, only ended with a
reason; what could not stand is not stored at all.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from coop.book import COOP, Book
from coop.clock import Clock
from coop.errors import Conflict, Forbidden
from coop.identity import Identity
from coop.ids import new_id
from coop.ledger import append, stamp
from coop.names import line, prose
from coop.tables import PolicyVersion
from governance import cases, lifecycle, roll
from governance.cases import Case
from governance.lifecycle import State
from governance.patch import patch_hash
from governance.rules import NAME, VotingRules
from governance.tables import Proposal, Sponsor
from governance.verification import Verified, verify

LONGEST_TITLE = 140
LONGEST_RATIONALE = 20_000
"""Both in characters."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author writes."""

    scope: str
    """``coop`` or ``guild:<slug>``."""
    kind: str
    title: str
    rationale: str
    patch: list[Any]
    """JSON Patch (RFC 6902) to the policy of that kind and scope."""
    base_sha256: str
    """Hash of the policy text that the patch was written against."""


def draft(session: Session, book: Book, author: Identity, wanted: Draft, now: datetime) -> int:
    """Store a draft that its author alone sees, and return its id.

    It has to be one that could be submitted now; see :func:`governance.verification.verify`. Raise
    Forbidden where the author does not belong to the scope.
    """
    values = _checked(session, book, author, wanted)
    proposal = Proposal(id=new_id(now), author_id=author.member_id, created_at=now, **values)
    session.add(proposal)
    session.flush()
    return proposal.id


def edit(
    session: Session, book: Book, author: Identity, proposal_id: int, wanted: Draft, clock: Clock
) -> None:
    """Replace what a draft says, under the same checks; once submitted, its text stays.

    Raise NotFound or Forbidden where the author has no such proposal, Conflict where it is no draft any
    more.
    """
    case, _ = _own(session, author, proposal_id, clock, frozenset({State.DRAFT}))
    values = _checked(session, book, author, wanted)
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(**values))


def submit(session: Session, book: Book, author: Identity, proposal_id: int, clock: Clock) -> None:
    """Ask the scope to sponsor a draft: its text and its voting rules are settled from here on.

    The author is its first sponsor. Raise what :func:`draft` and :func:`edit` raise.
    """
    case, now = _own(session, author, proposal_id, clock, frozenset({State.DRAFT}))
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    roll.check_belongs(session, author, case.scope)
    found = verify(book, case.scope, case.kind, proposal.patch, proposal.base_sha256)
    rules = book.rules(NAME, VotingRules)
    needed = rules.sponsors.needed(roll.size_of(session, case.scope, now))
    proposal.base_number, proposal.risk_class = found.base_number, found.risk_class
    proposal.voting_version_id = _voting_version(session, book)
    proposal.submitted_at, proposal.sponsors_needed = now, needed
    proposal.sponsored_at = now if needed == 1 else None
    session.flush()
    session.add(Sponsor(proposal_id=case.id, member_id=author.member_id, at=now))
    session.flush()
    voting = book.policies[COOP, NAME]
    told = _submission(proposal, author, voting.sources[voting.number].sha256)
    append(session, "proposal.submitted", told, now)


def withdraw(session: Session, author: Identity, proposal_id: int, clock: Clock) -> None:
    """Take a proposal back before anybody votes on it; it stays on record.

    Raise NotFound or Forbidden where the author has no such proposal, Conflict where voting has begun or
    it has ended.
    """
    case, now = _own(session, author, proposal_id, clock, lifecycle.BEFORE_VOTING)
    end(session, case, State.WITHDRAWN, "Its author took it back.", at=now, now=now)


def end(session: Session, case: Case, state: State, reason: str, *, at: datetime, now: datetime) -> None:
    """Write down how a proposal ended without taking force, and when.

    The caller holds its lock. The ledger tells of it where it had been submitted.
    """
    session.execute(
        update(Proposal)
        .where(col(Proposal.id) == case.id)
        .values(ended_as=state.value, ended_at=at, end_reason=reason)
    )
    if case.facts.submitted_at is not None:
        told = {"proposal": str(case.id), "as": state.value, "at": stamp(at), "reason": reason}
        append(session, "proposal.ended", told, now)


def _own(
    session: Session, author: Identity, proposal_id: int, clock: Clock, states: frozenset[State]
) -> tuple[Case, datetime]:
    """Lock a proposal of the author's own, and return it with the time after the lock was got."""
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, author, proposal_id, now)
    if case.author_id != author.member_id:
        raise Forbidden("Only its author may do this to a proposal.")
    state = case.stage.state
    if state not in states:
        raise Conflict(f"That cannot be done any more: this proposal is in the state {state.value!r}.")
    return case, now


def _checked(session: Session, book: Book, author: Identity, wanted: Draft) -> dict[str, Any]:
    """Return the columns of a draft; raise where it could not be submitted."""
    roll.check_belongs(session, author, wanted.scope)
    title = line(wanted.title, "/title", longest=LONGEST_TITLE)
    rationale = prose(wanted.rationale, "/rationale", longest=LONGEST_RATIONALE)
    found: Verified = verify(book, wanted.scope, wanted.kind, wanted.patch, wanted.base_sha256)
    nonce = secrets.token_hex(16)
    return {
        "scope": wanted.scope,
        "kind": wanted.kind,
        "title": title,
        "rationale": rationale,
        "patch": wanted.patch,
        "nonce": nonce,
        "base_sha256": wanted.base_sha256,
        "base_number": found.base_number,
        "patch_sha256": patch_hash(
            scope=wanted.scope,
            kind=wanted.kind,
            base_sha256=wanted.base_sha256,
            patch=wanted.patch,
            proposer=author.handle,
            nonce=nonce,
        ),
        "risk_class": found.risk_class,
        "voting_version_id": _voting_version(session, book),
    }


def _voting_version(session: Session, book: Book) -> int:
    """Return the id of the voting policy's version that is in force in ``book``."""
    head = book.policies[COOP, NAME]
    found = session.execute(
        select(col(PolicyVersion.id)).where(
            col(PolicyVersion.scope) == COOP,
            col(PolicyVersion.kind) == NAME,
            col(PolicyVersion.number) == head.number,
        )
    )
    return int(found.scalar_one())


def _submission(proposal: Proposal, author: Identity, voting_sha256: str) -> dict[str, Any]:
    """Return what the ledger keeps of a submission: enough to compute hash, risk class and bar again."""
    return {
        "proposal": str(proposal.id),
        "scope": proposal.scope,
        "kind": proposal.kind,
        "title": proposal.title,
        "proposer": author.handle,
        "patch": proposal.patch,
        "nonce": proposal.nonce,
        "base_sha256": proposal.base_sha256,
        "patch_sha256": proposal.patch_sha256,
        "risk_class": proposal.risk_class,
        "voting_sha256": voting_sha256,
        "sponsors_needed": proposal.sponsors_needed,
    }
