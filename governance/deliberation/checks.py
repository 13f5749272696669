"""Sense-checks: a quick poll to feel which way a thing leans while it is talked over. It decides nothing.

Names are never told. Law 1: how few answers are too few to show stands in the policy; until there are so
many, only their number is told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.names import line
from coop.receipts import Citation
from coop.tables import Member
from governance import cases
from governance.deliberation import coauthors, facilitation, floor
from governance.deliberation.rules import NAME, Checks
from governance.deliberation.tables import SenseAnswer, SenseCheck

SCALE = ("strongly against", "against", "undecided", "for", "strongly for")
"""The five steps of a check whose asker gives no options."""

Form = Literal["options", "scale"]
PER_PROPOSAL = "/checks/per_proposal"
LASTS = "/checks/lasts"
HIDDEN_BELOW = "/checks/hidden_below"


@dataclass(frozen=True, slots=True)
class Card:
    """A sense-check as one reader sees it."""

    id: int
    proposal_id: int
    author: str
    """Handle."""
    question: str
    form: Form
    options: list[str]
    opened_at: datetime
    closes_at: datetime
    """The first moment at which no answer is taken any more."""
    answers: int
    counts: list[int] | None
    """How many chose each option; None while too few have answered to show."""
    yours: int | None
    """Place of the option that the reader chose."""
    clause: Citation
    """What says how few are too few."""


def ask(
    session: Session,
    book: Book,
    member: Identity,
    proposal_id: int,
    question: str,
    options: list[str] | None,
    clock: Clock,
) -> int:
    """Open a sense-check and return its id; without options it is answered on the scale of five steps.

    Its author, a co-author or the facilitator asks. It closes with deliberation at the latest. Raise what
    :func:`floor.take` raises, Forbidden for anybody else or where there are as many as there may be, and
    RuleBroken where question or options do not fit.
    """
    rules = floor.rules_of(book).checks
    asked = line(question, "/question", longest=rules.characters)
    offered = list(SCALE) if options is None else _offered(book, rules, options)
    case, now = floor.take(session, member, proposal_id, clock)
    if not coauthors.include(session, case.id, member.member_id):
        facilitation.check_leads(session, member, case)
    made = select(func.count()).select_from(SenseCheck).where(col(SenseCheck.proposal_id) == case.id)
    detail = "This proposal has had as many sense-checks as it may."
    floor.check_room(book, PER_PROPOSAL, session.execute(made).scalar_one(), detail)
    closes_at = now + rules.lasts
    check = SenseCheck(
        id=new_id(now),
        proposal_id=case.id,
        author_id=member.member_id,
        question=asked,
        form="scale" if options is None else "options",
        options=offered,
        opened_at=now,
        closes_at=closes_at if case.stage.until is None else min(closes_at, case.stage.until),
    )
    session.add(check)
    session.flush()
    return check.id


def answer(session: Session, member: Identity, check_id: int, option: int, clock: Clock) -> None:
    """Answer a sense-check, or change one's answer while it is open: the last one is the only one.

    Raise what :func:`floor.take` raises, Conflict once it has closed, and RuleBroken where it has no such
    option.
    """
    proposal_id = floor.proposal_of(session, col(SenseCheck.proposal_id), col(SenseCheck.id) == check_id)
    _, now = floor.take(session, member, proposal_id, clock, shared=True)
    check = session.get_one(SenseCheck, check_id)
    if now >= check.closes_at:
        raise Conflict("This sense-check has closed.")
    if not 0 <= option < len(check.options):
        fault = Fault("/option", f"Its options are numbered 0 to {len(check.options) - 1}.")
        raise RuleBroken("This check has no such option.", faults=(fault,))
    given = {"option": option, "at": now}
    statement = insert(SenseAnswer).values(check_id=check_id, member_id=member.member_id, **given)
    keys = ["check_id", "member_id"]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=given))


def listing(session: Session, book: Book, viewer: Identity, proposal_id: int) -> list[Card]:
    """Return the sense-checks of a proposal, the newest first; no more than the policy lets it have.

    For a proposal that the viewer may see.
    """
    return _read(session, book, viewer, _cards(viewer).where(col(SenseCheck.proposal_id) == proposal_id))


def one(session: Session, book: Book, viewer: Identity, check_id: int, now: datetime) -> Card:
    """Return one sense-check; raise NotFound where the viewer sees none such."""
    proposal_id = floor.proposal_of(session, col(SenseCheck.proposal_id), col(SenseCheck.id) == check_id)
    cases.visible(session, viewer, proposal_id, now)
    (found,) = _read(session, book, viewer, _cards(viewer).where(col(SenseCheck.id) == check_id))
    return found


def _offered(book: Book, rules: Checks, options: list[str]) -> list[str]:
    found = [line(text, f"/options/{place}", longest=rules.characters) for place, text in enumerate(options)]
    if not 2 <= len(found) <= rules.options:
        fault = Fault("/options", f"Offer 2 to {rules.options}.", book.cite(NAME, "/checks/options"))
        raise RuleBroken("This is no choice.", faults=(fault,))
    if len(set(found)) < len(found):
        raise RuleBroken("This is no choice.", faults=(Fault("/options", "Two of them are the same."),))
    return found


def _cards(viewer: Identity) -> Select[*tuple[Any, ...]]:
    own = (
        select(col(SenseAnswer.option))
        .where(
            col(SenseAnswer.check_id) == col(SenseCheck.id), col(SenseAnswer.member_id) == viewer.member_id
        )
        .correlate(SenseCheck)
        .scalar_subquery()
    )
    return (
        select(SenseCheck, col(Member.handle).label("author"), own.label("yours"))
        .join(Member, col(Member.id) == col(SenseCheck.author_id))
        .order_by(col(SenseCheck.id).desc())
    )


def _read(session: Session, book: Book, viewer: Identity, statement: Select[*tuple[Any, ...]]) -> list[Card]:
    rows = session.execute(statement).all()
    chosen = _chosen(session, [row.SenseCheck.id for row in rows])
    clause = book.cite(NAME, HIDDEN_BELOW)
    return [_card(row, chosen.get(row.SenseCheck.id, {}), clause) for row in rows]


def _chosen(session: Session, check_ids: list[int]) -> dict[int, dict[int, int]]:
    """Return, by check, how many chose which option."""
    rows = session.execute(
        select(col(SenseAnswer.check_id), col(SenseAnswer.option), func.count().label("answers"))
        .where(col(SenseAnswer.check_id).in_(check_ids))
        .group_by(col(SenseAnswer.check_id), col(SenseAnswer.option))
    )
    counted: dict[int, dict[int, int]] = {}
    for row in rows:
        counted.setdefault(row.check_id, {})[row.option] = row.answers
    return counted


def _card(row: Any, chosen: dict[int, int], clause: Citation) -> Card:
    check: SenseCheck = row.SenseCheck
    answers = sum(chosen.values())
    counts = [chosen.get(place, 0) for place in range(len(check.options))]
    return Card(
        id=check.id,
        proposal_id=check.proposal_id,
        author=row.author,
        question=check.question,
        form=cast(Form, check.form),
        options=check.options,
        opened_at=check.opened_at,
        closes_at=check.closes_at,
        answers=answers,
        counts=counts if answers >= clause.value else None,
        yours=row.yours,
        clause=clause,
    )
