"""Rebasing: a proposal goes on against the text that another vote has put in force.

While its own text is not locked, it is set against the new one where it stands. After it ended as
conflicted, a proposal of its own goes on from it, with its sponsors and without its ballots: the vote is held
anew. Law 5: nobody's ballot or signature is moved to what they have not seen: other operations than those
that were sponsored are talked over again.
"""

from dataclasses import replace
from typing import Any

from sqlmodel import Session

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, RuleBroken
from coop.identity import Identity
from coop.policy_text import sha256
from governance import drafts, proposals, settling, subjects, succession
from governance.adaptation import adapted, clauses_set
from governance.case import Case
from governance.facts import State
from governance.rules import CLASSES, NAME, Entry, VotingRules
from governance.tables import Proposal

IN_PLACE = frozenset({State.SPONSORING, State.DELIBERATION})
"""While it is in one of these, its text is not locked yet."""


def rebase(
    session: Session,
    book: Book,
    author: Identity,
    proposal_id: int,
    patch: list[Any] | None,
    clock: Clock,
) -> int:
    """Set a proposal against the text in force; return it, or the one that goes on from it.

    ``patch`` replaces its own, which is kept without one. Raise NotFound or Forbidden where the author has
    no such proposal, Conflict where it rests on the text in force, its text is locked or it goes on
    already, and RuleBroken where the patch cannot stand or is not what was sponsored.
    """
    case, now = drafts.own(session, author, proposal_id, clock, IN_PLACE | {State.CONFLICTED})
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    if case.facts.base_moved_at is None:
        raise Conflict("It rests on the text in force: there is nothing to rebase.")
    if case.stage.state is State.CONFLICTED:
        return _carry_on(session, book, case, proposal, patch, clock)
    if case.joint_id is not None and patch is None:
        wanted = _as_agreed(book, case, proposal)
    else:
        wanted = _replaced(case, proposal, patch)
    base = _in_force(book, case)
    proposals.amend(session, book, case, wanted, author.handle, now, base_sha256=base)
    return case.id


def _replaced(case: Case, proposal: Proposal, patch: list[Any] | None) -> list[Any]:
    """Return the patch that is wanted; raise RuleBroken where others agreed on the one there is."""
    if patch is None or patch == proposal.patch:
        return list(proposal.patch)
    if case.joint_id is not None:
        fault = Fault("/patch", "Leave it out.")
        raise RuleBroken("Several guilds have agreed on these clauses.", faults=(fault,))
    if case.stage.state is State.SPONSORING:
        fault = Fault("/patch", "Leave it out, or take the proposal back and write another.")
        raise RuleBroken("Members have signed for the patch as it is.", faults=(fault,))
    return patch


def _as_agreed(book: Book, case: Case, proposal: Proposal) -> list[Any]:
    """Return the patch by which the text in force gets the clauses that several guilds agreed on."""
    head = book.policy(case.kind, case.scope)
    return adapted(clauses_set(proposal.patch), {} if head is None else head.data)


def _in_force(book: Book, case: Case) -> str:
    head = book.policy(case.kind, case.scope)
    return sha256("" if head is None else head.text)


def _carry_on(
    session: Session, book: Book, case: Case, proposal: Proposal, patch: list[Any] | None, clock: Clock
) -> int:
    """Open the proposal that goes on from one that is conflicted, and see that its end is written down."""
    if case.joint_id is not None or case.facts.pace == "emergency":
        raise Conflict("It ended together with what it was part of: propose it anew.")
    if succession.successor_of(session, case.id) is not None:
        raise Conflict("Another proposal goes on from this one already.")
    settling.settle(session, case.id, clock)
    wanted = proposals.as_draft(proposal, proposal.patch if patch is None else patch)
    wanted = replace(wanted, base_sha256=_in_force(book, case))
    rules = book.rules(NAME, VotingRules)
    found = subjects.examine(session, book, wanted, case.read_at)
    subject = proposals.no_lighter(case, found, rules)
    heavier = CLASSES.index(subject.risk_class) > CLASSES.index(case.facts.risk_class)
    entry: Entry = "deliberation" if heavier or wanted.patch != proposal.patch else "verification"
    return succession.open_at(
        session,
        book,
        wanted,
        subject,
        proposals.terms_in(proposal, subject, rules),
        author_id=case.author_id,
        author=case.author,
        entry=entry,
        pace=case.facts.pace,
        origin_id=case.id,
        rehearsal_needed=case.facts.rehearsal_needed,
        now=case.read_at,
    )
