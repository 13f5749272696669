"""Emergency measures: what stewards may put in force at once, and members ratify or let end.

Law 2: a measure is in force for as long as ``voting /emergency/lasts`` says, while all members vote on it;
unless they ratify it, what it set is put back. Law 12: no measure says who belongs or how we decide, declared
bounds are left to those who vote, and no measure prolongs another: what waits to be ratified cannot be set
again, and what was not ratified is closed to measures for as long as any vote of all may take.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col

from coop.book import COOP, Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.ledger import append
from coop.names import line, prose
from coop.policy_text import changed, parse
from governance import cases, drafts, layers, subjects
from governance.case import Case
from governance.charter import LONGEST_WAY
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.people import councils
from governance.proposals import submission
from governance.rules import NAME, Emergency, VotingRules
from governance.sponsors import sign
from governance.subject import Subject
from governance.tables import Proposal, Sponsor
from governance.verification import verify
from governance.voting_version import voting_sha256, voting_version


def propose(session: Session, book: Book, steward: Identity, wanted: Draft, clock: Clock) -> int:
    """Put a measure to the other stewards, its author's signature the first; return its id.

    It takes force as soon as enough of them have signed. Raise Forbidden where the author is no steward in
    office, Conflict where too few are in office or a clause is closed to measures, and RuleBroken where no
    measure may say this or the policy could not stand.
    """
    now = clock.now(session)
    rules = book.rules(NAME, VotingRules)
    _check_steward(session, steward, rules.emergency, now)
    _check_kind(book, wanted)
    title = line(wanted.title, "/title", longest=LONGEST_TITLE)
    rationale = prose(wanted.rationale, "/rationale", longest=LONGEST_RATIONALE)
    subject = _subject(session, book, wanted, now)
    _check_open(session, wanted, _touched(book, wanted), now)
    terms = drafts.terms_of(wanted, subject, rules)
    proposal = Proposal(
        id=new_id(now),
        title=title,
        rationale=rationale,
        author_id=steward.member_id,
        voting_version_id=voting_version(session, book),
        pace="emergency",
        entry="voting",
        created_at=now,
        submitted_at=now,
        sponsors_needed=rules.emergency.stewards,
        **drafts.columns_of(wanted, subject, terms, steward.handle),
    )
    session.add(proposal)
    session.flush()
    session.add(Sponsor(proposal_id=proposal.id, member_id=steward.member_id, at=now))
    append(session, "proposal.submitted", submission(proposal, steward.handle, voting_sha256(book)), now)
    return proposal.id


def latest(session: Session, now: datetime, *, limit: int) -> list[Case]:
    """Return up to ``limit`` measures, the newest first; none was ever a draft, so everybody may see them."""
    urgent, put = col(Proposal.pace) == "emergency", col(Proposal.submitted_at).is_not(None)
    return cases.find(session, now, urgent, put, limit=limit)


def sign_measure(session: Session, steward: Identity, proposal_id: int, clock: Clock) -> None:
    """Sign a measure as a steward; nothing happens where the steward has signed it.

    Raise NotFound where there is none, Forbidden where the member is no steward in office, and Conflict
    where too few are in office, or it waits for no signatures any more or is no measure.
    """
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, steward, proposal_id, now)
    if case.facts.pace != "emergency":
        raise Conflict("This is no emergency measure: sign it as a sponsor.")
    _check_steward(session, steward, case.rules.emergency, now)
    sign(session, case, steward, now)


def _check_steward(session: Session, member: Identity, rules: Emergency, now: datetime) -> None:
    """Raise Forbidden where the member is no steward of the coop, Conflict where too few of them are."""
    in_office = councils.in_office(session, COOP, now)
    if member.member_id not in {steward.member_id for steward in in_office}:
        raise Forbidden("Only stewards of the coop's council who are in office take emergency measures.")
    if len(in_office) < rules.stewards:
        detail = f"voting /emergency/stewards = {rules.stewards}; {len(in_office)} are in office."
        raise Conflict("Too few stewards are in office.", faults=(Fault("", detail),))


def _check_kind(book: Book, wanted: Draft) -> None:
    kinds = book.rules(NAME, VotingRules).emergency.kinds
    faults = []
    if wanted.scope != COOP:
        faults.append(Fault("/scope", "The council of the coop takes measures of the coop."))
    if wanted.kind not in kinds:
        detail = f"A measure may touch {', '.join(kinds) or 'nothing'}."
        faults.append(Fault("/kind", detail, book.cite(NAME, "/emergency/kinds")))
    if wanted.target_id is not None:
        faults.append(Fault("/target", "A repeal is voted on by all."))
    if wanted.method not in (None, "majority"):
        faults.append(Fault("/method", "A measure is ratified by majority."))
    if faults:
        raise RuleBroken("No emergency measure may say this.", faults=tuple(faults))


def _subject(session: Session, book: Book, wanted: Draft, now: datetime) -> Subject:
    subject = subjects.examine(session, book, replace(wanted, method=None), now)
    if subject.risk_class == "D":
        fault = Fault("/patch", "Declared bounds say what we vote on and how, so no measure changes them.")
        raise RuleBroken("No emergency measure may say this.", faults=(fault,))
    return replace(subject, method="majority")


def _touched(book: Book, wanted: Draft) -> frozenset[str]:
    found = verify(book, wanted.scope, wanted.kind, wanted.patch, wanted.base_sha256)
    return changed(parse(found.before), parse(found.after))


def _check_open(session: Session, wanted: Draft, touched: frozenset[str], now: datetime) -> None:
    """Raise Conflict where a clause waits to be ratified, or was not and is still closed."""
    of_measures = (
        col(Proposal.scope) == wanted.scope,
        col(Proposal.kind) == wanted.kind,
        col(Proposal.pace) == "emergency",
        col(Proposal.enacted_at) > now - LONGEST_WAY,
    )
    stack = layers.read(session, wanted.scope, wanted.kind, now)
    closed = [
        (case, clause)
        for case in _unratified(cases.find(session, now, *of_measures))
        for clause in sorted(touched & stack.clauses_of(stack.number_of(case.id)).keys())
    ]
    if closed:
        faults = tuple(
            Fault(clause, f"Measure {case.id} set it and was not ratified.") for case, clause in closed
        )
        detail = f"for {LONGEST_WAY.days} days from when it took force, a vote of all may set it again."
        raise Conflict(
            f"A measure that was not ratified closes its clauses to measures: {detail}", faults=faults
        )


def _unratified(found: Iterable[Case]) -> list[Case]:
    return [case for case in found if case.facts.tally is None or not case.facts.tally.passed]
