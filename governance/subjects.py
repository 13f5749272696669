"""Subjects: what a proposal is about, examined before it is stored and again before it is enacted.

Most are a patch to one policy. The other kinds each have an examiner of their own, named in
:data:`EXAMINERS`; what carries out one that passed is wired in ``app.py``.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from coop.book import Book
from coop.errors import Fault, RuleBroken
from governance import contests, numbers, questions
from governance.facts import RENEWAL
from governance.people import elections, suspension_votes
from governance.people.secrecy import SUSPENSION
from governance.people.slate import ELECTION
from governance.rules import NAME, VotingRules
from governance.subject import Examiner, Wanted, check_scope
from governance.subject import Subject as Subject
from governance.targets import check_target, examine_renewal
from governance.verification import verify


def examine(session: Session, book: Book, wanted: Wanted, now: datetime) -> Subject:
    """Return the subject of a draft under the policies of ``book``; raise where it cannot stand."""
    examiner = EXAMINERS.get(wanted.kind)
    if examiner is not None:
        return examiner(session, book, wanted, now)
    check_target(session, wanted, now)
    by_method = POLICY_METHODS.get(wanted.method or "")
    if by_method is not None:
        return by_method(session, book, wanted, now)
    return _one_patch(book, wanted)


def _one_patch(book: Book, wanted: Wanted) -> Subject:
    """Examine one patch to one policy, for or against which one votes."""
    found = verify(book, wanted.scope, wanted.kind, wanted.patch, wanted.base_sha256)
    check_scope(wanted.scope, found.risk_class)
    method = book.rules(NAME, VotingRules).classes.of(found.risk_class).method
    if wanted.method not in (None, method):
        detail = f"A change of class {found.risk_class} is decided by {method}."
        raise RuleBroken("Another method decides this.", faults=(Fault("/method", detail),))
    if wanted.options is not None:
        fault = Fault("/options", "One patch has no options besides for and against.")
        raise RuleBroken("There is nothing to choose from.", faults=(fault,))
    return Subject(found.risk_class, method, found.base_number)


EXAMINERS: Mapping[str, Examiner] = {
    questions.KIND: questions.examine,
    ELECTION: elections.examine,
    SUSPENSION: suspension_votes.examine,
    RENEWAL: examine_renewal,
}
"""By the kind of what is proposed, where that is not a kind of policy."""
POLICY_METHODS: Mapping[str, Examiner] = {
    "schulze": contests.examine,
    "median": numbers.examine,
}
"""By the method, where a change to a policy is decided by another than its class's."""
KINDS = tuple(EXAMINERS)
"""The kinds that are not of policies."""
