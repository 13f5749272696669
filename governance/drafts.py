"""Drafts: what an author writes before anyone is asked to sponsor it.

Law 13: what could not stand is not stored at all: a draft is examined like a proposal each time it is
written.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import line, prose
from governance import cases, roll, subjects, tripwires
from governance.case import Case
from governance.facts import State
from governance.patch import Terms, patch_hash
from governance.rules import NAME, Method, VotingRules
from governance.state_words import stands
from governance.subjects import Subject
from governance.tables import Proposal
from governance.voting_version import voting_version

LONGEST_TITLE = 140
LONGEST_RATIONALE = 20_000
"""Both in characters."""
LONGEST_TERM = timedelta(days=10 * 365)
"""Of a review and of a sunset that an author asks for."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author writes."""

    scope: str
    """``coop`` or ``guild:<slug>``."""
    kind: str
    """Kind of the policy to change, or one of :data:`governance.subjects.KINDS`."""
    title: str
    rationale: str
    patch: list[Any]
    """JSON Patch (RFC 6902) to the policy of that kind and scope; empty where there are options."""
    base_sha256: str
    """Hash of the policy text that the patch was written against; empty where no policy is changed."""
    method: Method | None = None
    """How votes are counted; None for what its risk class says."""
    options: Any = None
    target_id: int | None = None
    """The proposal that this one repeals or renews."""
    review_after: timedelta | None = None
    sunset_after: timedelta | None = None
    """None for what the class of the change says."""
    tripwires: tuple[dict[str, Any], ...] = ()


def draft(session: Session, book: Book, author: Identity, wanted: Draft, now: datetime) -> int:
    """Store a draft that its author alone sees, and return its id.

    It has to be one that could be submitted now; see :func:`governance.subjects.examine`. Raise Forbidden
    where the author does not belong to the scope, Conflict where they keep as many drafts as they may.
    """
    _check_room(session, book, author)
    proposal_id = new_id(now)
    values = _columns(session, book, author, wanted, now)
    session.add(Proposal(id=proposal_id, author_id=author.member_id, created_at=now, **values))
    session.flush()
    return proposal_id


def edit(
    session: Session, book: Book, author: Identity, proposal_id: int, wanted: Draft, clock: Clock
) -> None:
    """Replace what a draft says, under the same checks; once submitted, its text stays.

    Raise NotFound or Forbidden where the author has no such proposal, Conflict where it is no draft any
    more.
    """
    case, now = own(session, author, proposal_id, clock, frozenset({State.DRAFT}))
    values = _columns(session, book, author, wanted, now)
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(**values))


def own(
    session: Session, author: Identity, proposal_id: int, clock: Clock, states: frozenset[State]
) -> tuple[Case, datetime]:
    """Lock a proposal of the author's own, and return it with the time after the lock was got.

    Raise NotFound where there is none, Forbidden where it is another's, and Conflict where it is in none of
    ``states``.
    """
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, author, proposal_id, now)
    if case.author_id != author.member_id:
        raise Forbidden("Only its author may do this to a proposal.")
    state = case.stage.state
    if state not in states:
        raise Conflict(f"That cannot be done any more: this proposal {stands(state)}.")
    return case, now


def terms_of(wanted: Draft, subject: Subject, rules: VotingRules) -> Terms:
    """Return the terms of a change: what was asked for, or else what its class says.

    Raise RuleBroken where it would stay longer than its class lets it, or a tripwire measures nothing.
    """
    class_rules = rules.classes.of(subject.risk_class)
    if not subject.takes_force:
        if wanted.tripwires or wanted.review_after or wanted.sunset_after:
            fault = Fault("/terms", "Only a change to a policy has terms.")
            raise RuleBroken("This changes no policy.", faults=(fault,))
        return Terms()
    faults = tripwires.check(wanted.tripwires)
    if faults:
        raise RuleBroken("These tripwires could not be read.", faults=tuple(faults))
    _check_lengths(wanted)
    longest, asked = class_rules.sunset, wanted.sunset_after
    if longest is not None and asked is not None and asked > longest:
        fault = Fault("/sunset_after", f"Class {subject.risk_class} lasts {longest.days} days at most.")
        raise RuleBroken("It would stay longer than its class lets it.", faults=(fault,))
    return Terms(
        review_after=_seconds(wanted.review_after or class_rules.review),
        sunset_after=_seconds(asked or longest),
        tripwires=wanted.tripwires,
    )


def _check_lengths(wanted: Draft) -> None:
    terms = {"/review_after": wanted.review_after, "/sunset_after": wanted.sunset_after}
    faults = [
        Fault(pointer, f"It is at most {LONGEST_TERM.days} days.")
        for pointer, length in terms.items()
        if length is not None and length > LONGEST_TERM
    ]
    if faults:
        raise RuleBroken("Nobody can agree to what is so far away.", faults=tuple(faults))


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def _check_room(session: Session, book: Book, author: Identity) -> None:
    most = book.rules(NAME, VotingRules).sponsors.drafts
    kept = select(func.count()).where(
        col(Proposal.author_id) == author.member_id,
        col(Proposal.submitted_at).is_(None),
        col(Proposal.ended_at).is_(None),
    )
    if session.execute(kept).scalar_one() >= most:
        raise Conflict(
            f"You keep {most} drafts, as many as one of us may: submit or withdraw one first.",
            faults=(Fault("", f"voting /sponsors/drafts = {most}"),),
        )


def _columns(session: Session, book: Book, author: Identity, wanted: Draft, now: datetime) -> dict[str, Any]:
    """Return the columns of a draft; raise where it could not be submitted."""
    roll.check_belongs(session, author, wanted.scope)
    title = line(wanted.title, "/title", longest=LONGEST_TITLE)
    rationale = prose(wanted.rationale, "/rationale", longest=LONGEST_RATIONALE)
    subject = subjects.examine(session, book, wanted, now)
    terms = terms_of(wanted, subject, book.rules(NAME, VotingRules))
    return {
        "title": title,
        "rationale": rationale,
        "voting_version_id": voting_version(session, book),
        **columns_of(wanted, subject, terms, author.handle),
    }


def columns_of(wanted: Draft, subject: Subject, terms: Terms, proposer: str) -> dict[str, Any]:
    """Return the columns that say what is proposed, with a nonce of their own and the hash over them all."""
    nonce = secrets.token_hex(16)
    target = None if wanted.target_id is None else str(wanted.target_id)
    return {
        "scope": wanted.scope,
        "kind": wanted.kind,
        "patch": wanted.patch,
        "method": subject.method,
        "options": subject.options,
        "target_id": wanted.target_id,
        "base_sha256": wanted.base_sha256,
        "base_number": subject.base_number,
        "risk_class": subject.risk_class,
        "review_after": terms.review_after,
        "sunset_after": terms.sunset_after,
        "tripwires": list(terms.tripwires),
        "nonce": nonce,
        "patch_sha256": patch_hash(
            scope=wanted.scope,
            kind=wanted.kind,
            base_sha256=wanted.base_sha256,
            patch=wanted.patch,
            method=subject.method,
            options=subject.options,
            target=target,
            terms=terms.as_json(),
            proposer=proposer,
            nonce=nonce,
        ),
    }
