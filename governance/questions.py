"""Questions: something that the members decide and no policy says, such as where to meet.

Law 2: a question changes no clause. What was chosen stands on record, for people to act upon.
"""

from datetime import datetime

from sqlmodel import Session

from coop.book import Book
from coop.errors import Fault, RuleBroken
from coop.policies import Books
from governance import choices
from governance.alternatives import check_no_patch
from governance.rules import RiskClass
from governance.subject import Subject, Wanted
from governance.tables import Proposal

KIND = "question"
RISK_CLASS: RiskClass = "B"
NONE_OF_THESE = "None of these"
"""The label of the first choice where choices are ranked; by approval one approves none."""

REFUSED = "This is no question."


def examine(session: Session, book: Book, wanted: Wanted, now: datetime) -> Subject:
    """Return the subject of ``{"choices": [{"label": …}, …]}``, decided by approval unless ranking is asked.

    Raise RuleBroken with every fault.
    """
    check_no_patch(wanted)
    method = wanted.method or "approval"
    if method not in ("approval", "schulze"):
        fault = Fault("/method", "A question is decided by approval or by schulze.")
        raise RuleBroken(REFUSED, faults=(fault,))
    if wanted.base_sha256:
        fault = Fault("/base_sha256", "A question changes no policy: leave this empty.")
        raise RuleBroken(REFUSED, faults=(fault,))
    as_it_is = NONE_OF_THESE if method == "schulze" else None
    options = {"choices": choices.read(wanted.options, has=(), as_it_is=as_it_is)}
    return Subject(RISK_CLASS, method, options=options, takes_force=False)


def stand(session: Session, books: Books, proposal: Proposal, now: datetime) -> None:
    """Carry out an answer: nothing is to be done, it stands as it was counted."""
