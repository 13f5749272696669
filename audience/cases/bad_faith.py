"""Bad faith: what becomes of reports that a jury finds to be made to harm and not to help.

Law 1: how many findings, within which time, keep a reporter from reporting, and for how long, are clauses.
The first one warns, because a jury judges the reports of a case together: among several that were made to
harm one may have been honest. Law 14: whether somebody may report is a function of findings and the time.
Whoever is found to report so is told of it: why, by which clause, and until when.
"""

from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlmodel import Session, col

from audience.cases.tables import Case, Report
from audience.moderation.case_rules import Reports
from audience.moderation.rules import MODERATION, ModerationRules
from coop import notices
from coop.book import Book
from coop.errors import Fault, Forbidden
from coop.notices import Tidings

CLAUSE = "/reports/bad_faith"
LINE = "You reported something. A jury looked, left it as it is, and found that it was reported in bad faith."


def check(session: Session, reporter_id: int, book: Book, now: datetime) -> None:
    """Raise Forbidden, with the clause, where juries' findings keep a member from reporting for now."""
    rules = book.rules(MODERATION, ModerationRules).reports
    until = blocked_until(session, reporter_id, rules)
    if until is None or now >= until:
        return
    again = f"You can report again from {until:%Y-%m-%d %H:%M} UTC on."
    detail = f"Juries found {rules.bad_faith_after} times that you reported in bad faith. {again}"
    raise Forbidden(detail, faults=(Fault("", detail, book.cite(MODERATION, CLAUSE)),))


def blocked_until(session: Session, reporter_id: int, rules: Reports) -> datetime | None:
    """Return until when what juries found keeps, or kept, a member from reporting; None where it did not."""
    found = select(col(Case.closed_at)).join(Report, col(Report.case_id) == col(Case.id))
    mine = found.where(col(Report.reporter_id) == reporter_id, col(Report.bad_faith))
    latest = list(session.scalars(mine.order_by(col(Case.closed_at).desc()).limit(rules.bad_faith_after)))
    if len(latest) < rules.bad_faith_after:
        return None
    last, first = latest[0], latest[-1]
    assert last is not None and first is not None
    return last + rules.bad_faith if first > last - rules.bad_faith_within else None


def found(session: Session, book: Book, case: Case, now: datetime) -> None:
    """Keep that a jury found the reports of a case, closed just now, made in bad faith; tell who made them.

    Whoever is kept from reporting by it is told until when, the others that it is a warning.
    """
    session.execute(update(Report).where(col(Report.case_id) == case.id).values(bad_faith=True))
    rules = book.rules(MODERATION, ModerationRules).reports
    clause = book.cite(MODERATION, CLAUSE)
    by = f"By the clause {clause.clause} of moderation, version {clause.version}"
    until = now + rules.bad_faith
    blocked = _reporters(case).group_by(col(Report.reporter_id)).having(func.count() >= rules.bad_faith_after)
    blocked = blocked.where(col(Case.closed_at) > now - rules.bad_faith_within)
    warned = _reporters(case).where(col(Report.reporter_id).not_in(blocked)).distinct()
    barred = f"{by}, you report nothing until {until:%Y-%m-%d %H:%M} UTC."
    warning = (
        f"This is a warning. {by}, whoever is found so {rules.bad_faith_after} times within"
        f" {rules.bad_faith_within.days} days reports nothing for {rules.bad_faith.days}."
    )
    for moment, who, detail in (("barred", blocked, barred), ("warned", warned, warning)):
        tidings = Tidings(
            topic="report",
            subject=case.id,
            moment=moment,
            line=LINE,
            detail=detail,
            path="/moderation/reports",
            at=now,
        )
        notices.tell(session, book, tidings, who, now)


def _reporters(case: Case) -> Select[int]:
    """Return the statement for those who reported a case, a row for each finding about each of them."""
    theirs = select(col(Report.reporter_id)).where(col(Report.case_id) == case.id)
    return (
        select(col(Report.reporter_id))
        .join(Case, col(Case.id) == col(Report.case_id))
        .where(col(Report.reporter_id).in_(theirs), col(Report.bad_faith))
    )
