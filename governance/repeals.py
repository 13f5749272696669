"""Repeals: proposals that take back what another brought and still holds.

Law 12: whatever is in force can be repealed, by one call that drafts the inverse patch. Clauses that others
have set since are theirs, and stay. A repeal is a proposal like any other; one that a crossed tripwire opens
goes the expedited way and needs no sponsors, since the vote that passed the change had agreed to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict
from coop.identity import Identity
from coop.policies import Books
from coop.policy_text import parse, sha256
from governance import cases, drafts, inverse, layers, restoring, subjects, succession
from governance.case import Case
from governance.drafts import LONGEST_TITLE, Draft
from governance.facts import State
from governance.layers import Layered
from governance.rehearsal import rehearsals
from governance.rules import NAME, VotingRules
from governance.tables import Proposal
from governance.targets import check_in_force

TITLE = "Repeal: {title}"


@dataclass(frozen=True, slots=True)
class Repeal:
    """A repeal as it was drafted."""

    proposal_id: int
    left: tuple[str, ...]
    """Clauses that the change had set and others have set since: the repeal leaves them as they are."""


def draft_repeal(session: Session, book: Book, author: Identity, target_id: int, clock: Clock) -> Repeal:
    """Draft the repeal of a change in force, for its author to edit and submit.

    Raise NotFound where there is no such proposal, Conflict where it holds no clause that could be put back,
    and what :func:`governance.drafts.draft` raises.
    """
    now = clock.now(session)
    case = cases.visible(session, author, target_id, now)
    check_in_force(case)
    stack = layers.read(session, case.scope, case.kind, now)
    number = stack.number_of(case.id)
    wanted = stack.uncovered(number)
    if not wanted:
        raise Conflict("Others have set every clause of this change anew: there is nothing to put back.")
    left = tuple(sorted(stack.clauses_of(number).keys() - wanted.keys()))
    draft = _draft(case, stack, inverse.put(stack.data, wanted), _rationale(case, left))
    return Repeal(drafts.draft(session, book, author, draft, now), left)


def _draft(case: Case, stack: Layered, data: dict[str, object], rationale: str) -> Draft:
    return Draft(
        scope=case.scope,
        kind=case.kind,
        title=TITLE.format(title=case.title)[:LONGEST_TITLE],
        rationale=rationale,
        patch=inverse.inverse(data, stack.data),
        base_sha256=sha256(stack.text),
        target_id=case.id,
    )


def _rationale(case: Case, left: tuple[str, ...]) -> str:
    found = f"This puts back what stood before proposal {case.id}, «{case.title}», took force."
    if left:
        found += f" Others have set these clauses since, so they stay: {', '.join(left)}."
    return found


def answered(session: Session, case: Case) -> bool:
    """Say whether an expedited repeal of a change is open, or was decided since it was last renewed."""
    since = case.facts.renewed_at or case.facts.enacted_at
    undecided = col(Proposal.ended_at).is_(None) & col(Proposal.enacted_at).is_(None)
    decided = col(Proposal.tallied_at).is_not(None) & (col(Proposal.ended_as) == State.REJECTED.value)
    found = exists().where(
        col(Proposal.target_id) == case.id,
        col(Proposal.pace) == "expedited",
        col(Proposal.created_at) >= since,
        undecided | decided,
    )
    return bool(session.execute(select(found)).scalar_one())


def open_expedited(
    session: Session, books: Books, case: Case, stack: Layered, reason: str, now: datetime
) -> int | None:
    """Open the expedited repeal of a change, for the reason given, and return its id.

    It is in the name of the change's author. Clauses that could not stand as they were before are left out;
    None where that leaves nothing to vote on.
    """
    book = books.current(session)
    number = stack.number_of(case.id)
    found = restoring.restored(
        stack.text, stack.uncovered(number), lambda data: book.check(case.kind, case.scope, data)
    )
    if found.text == stack.text:
        return None
    others = stack.clauses_of(number).keys() - stack.uncovered(number).keys()
    left = tuple(sorted(others | found.left.keys()))
    wanted = _draft(case, stack, parse(found.text), f"{reason} {_rationale(case, left)}")
    subject = subjects.examine(session, book, wanted, now)
    if subject.method == "consent":
        subject = replace(subject, method="majority")
    return succession.open_at(
        session,
        book,
        wanted,
        subject,
        drafts.terms_of(wanted, subject, book.rules(NAME, VotingRules)),
        author_id=case.author_id,
        author=case.author,
        entry="verification",
        pace="expedited",
        rehearsal_needed=rehearsals.needed(case.kind, book.kinds),
        now=now,
    )
