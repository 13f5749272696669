"""Proposals: submitting, amending and withdrawing them, and how they end.

Law 2: this is the only way to a change of policy. Law 13: a proposal is never deleted, only ended with a
reason.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import update
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.identity import Identity
from coop.ledger import append, stamp
from governance import roll, subjects
from governance.case import Case
from governance.drafts import Draft, columns_of, own
from governance.facts import BEFORE_VOTING, State
from governance.patch import Terms
from governance.rehearsal import rehearsals
from governance.rules import CLASSES, NAME, Method, VotingRules
from governance.subject import Subject
from governance.tables import Proposal, Sponsor
from governance.voting_version import voting_sha256, voting_version

BY_CLASS = ("consent", "majority")
"""Methods that one patch to one policy is decided by, as its class says."""


def submit(session: Session, book: Book, author: Identity, proposal_id: int, clock: Clock) -> None:
    """Ask the scope to sponsor a draft: its text and its voting rules are settled from here on.

    The author is its first sponsor. Raise what :func:`governance.drafts.draft` and
    :func:`governance.drafts.edit` raise.
    """
    case, now = own(session, author, proposal_id, clock, frozenset({State.DRAFT}))
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    roll.check_belongs(session, author, case.scope)
    rules = book.rules(NAME, VotingRules)
    subject = subjects.examine(session, book, as_draft(proposal), now)
    needed = rules.sponsors.needed(roll.size_of(session, case.scope, now))
    if (subject.risk_class, subject.method) != (proposal.risk_class, proposal.method):
        terms = terms_in(proposal, subject, rules)
        for name, value in columns_of(as_draft(proposal), subject, terms, author.handle).items():
            setattr(proposal, name, value)
    proposal.base_number = subject.base_number
    proposal.voting_version_id = voting_version(session, book)
    proposal.rehearsal_needed = rehearsals.needed(proposal.kind, book.kinds)
    proposal.submitted_at, proposal.sponsors_needed = now, needed
    proposal.sponsored_at = now if needed == 1 else None
    session.flush()
    session.add(Sponsor(proposal_id=case.id, member_id=author.member_id, at=now))
    session.flush()
    append(session, "proposal.submitted", submission(proposal, author.handle, voting_sha256(book)), now)


def amend(
    session: Session,
    book: Book,
    case: Case,
    patch: list[Any],
    amender: str,
    now: datetime,
    *,
    base_sha256: str | None = None,
) -> str:
    """Put another patch in the place of a proposal's, and return the new hash.

    With ``base_sha256`` it is one to the policy's text of that hash. The caller holds the proposal's lock
    and has seen that its text is not locked yet. Raise Conflict where the policy has moved on, RuleBroken
    where the patch cannot stand.
    """
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    wanted = as_draft(proposal, patch=patch)
    if base_sha256 is not None:
        wanted = replace(wanted, base_sha256=base_sha256)
    subject = no_lighter(case, subjects.examine(session, book, wanted, now), case.rules)
    terms = terms_in(proposal, subject, case.rules)
    values = columns_of(wanted, subject, terms, case.author)
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(**values))
    told = {
        "proposal": str(case.id),
        "amender": amender,
        "patch": patch,
        "nonce": values["nonce"],
        "patch_sha256": values["patch_sha256"],
        "risk_class": subject.risk_class,
        "method": subject.method,
        "options": subject.options,
        "terms": terms.as_json(),
        "base_sha256": wanted.base_sha256,
    }
    append(session, "proposal.amended", told, now)
    return str(values["patch_sha256"])


def no_lighter(case: Case, found: Subject, rules: VotingRules) -> Subject:
    """Return what a case would be about with another text, decided no sooner than it would have been.

    Its class can rise and never falls, and what is put to an ordinary vote is not decided by consent again.
    """
    risk_class = max(found.risk_class, case.facts.risk_class, key=CLASSES.index)
    method = found.method
    if method in BY_CLASS:
        method = rules.classes.of(risk_class).method if case.method == "consent" else "majority"
    return replace(found, risk_class=risk_class, method=method)


def withdraw(session: Session, author: Identity, proposal_id: int, clock: Clock) -> None:
    """Take a proposal back before anybody votes on it; it stays on record.

    Raise NotFound or Forbidden where the author has no such proposal, Conflict where voting has begun or
    it has ended.
    """
    case, now = own(session, author, proposal_id, clock, BEFORE_VOTING)
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


def as_draft(proposal: Proposal, patch: list[Any] | None = None) -> Draft:
    """Return what a stored proposal says as its author would write it, with another patch if one is given."""
    return Draft(
        scope=proposal.scope,
        kind=proposal.kind,
        title=proposal.title,
        rationale=proposal.rationale,
        patch=proposal.patch if patch is None else patch,
        base_sha256=proposal.base_sha256,
        method=None if proposal.options is None else cast(Method, proposal.method),
        options=proposal.options,
        target_id=proposal.target_id,
    )


def terms_of_row(proposal: Proposal) -> Terms:
    """Return the terms that were agreed for a stored proposal."""
    return Terms(proposal.review_after, proposal.sunset_after, tuple(proposal.tripwires))


def terms_in(proposal: Proposal, subject: Subject, rules: VotingRules) -> Terms:
    """Return the terms agreed for a stored proposal, with no later end than its class lets a change have."""
    agreed, longest = terms_of_row(proposal), rules.classes.of(subject.risk_class).sunset
    if longest is None or not subject.takes_force:
        return agreed
    seconds = int(longest.total_seconds())
    return replace(agreed, sunset_after=min(agreed.sunset_after or seconds, seconds))


def submission(proposal: Proposal, proposer: str, voting_hash: str) -> dict[str, Any]:
    """Return what the ledger keeps of a submission: enough to compute hash, risk class and bar again."""
    return {
        "proposal": str(proposal.id),
        "scope": proposal.scope,
        "kind": proposal.kind,
        "title": proposal.title,
        "proposer": proposer,
        "patch": proposal.patch,
        "method": proposal.method,
        "options": proposal.options,
        "target": None if proposal.target_id is None else str(proposal.target_id),
        "origin": None if proposal.origin_id is None else str(proposal.origin_id),
        "joint": None if proposal.joint_id is None else str(proposal.joint_id),
        "terms": terms_of_row(proposal).as_json(),
        "pace": proposal.pace,
        "entry": proposal.entry,
        "nonce": proposal.nonce,
        "base_sha256": proposal.base_sha256,
        "patch_sha256": proposal.patch_sha256,
        "risk_class": proposal.risk_class,
        "voting_sha256": voting_hash,
        "sponsors_needed": proposal.sponsors_needed,
    }
