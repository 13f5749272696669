"""Reports: a member says under which by-law something should be looked at; enough of them call a jury.

Law 7: one reports only what one was delivered, and is told of one's own reports alone. Nobody learns who
reported what, and its author learns that there were reports only once a jury has done something.

Races: reports of one thing come one after another, because each takes the row of its one open case, which a
unique index keeps the only one; so the report that calls the jury is one, and no two cases are opened. Those
of one member come one after another, too (``counted_acts.py``).
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from audience.cases import bad_faith, counted_acts
from audience.cases.causes import by_law, grounds, outcomes_of
from audience.cases.subject import Subject
from audience.cases.tables import Case, Report
from audience.moderation.case_rules import Reports, ground_clause
from audience.moderation.rules import MODERATION, ModerationRules
from audience.moderation.ruleset import scope_of
from audience.moderation.tables import Decision
from coop import judged_profiles
from coop.book import Book
from coop.database import as_array
from coop.errors import Conflict, Fault, RuleBroken, TooMany
from coop.identity import Identity
from coop.ids import first_id_at, new_id
from coop.names import prose

LONGEST_WORDS = 1000
"""In characters."""
DAY = timedelta(days=1)

_LEADING = text("""
SELECT ground FROM report WHERE case_id = :case AND ground = ANY(CAST(:known AS text[]))
GROUP BY ground ORDER BY count(*) DESC, min(id) LIMIT 1
""")


class Filed(NamedTuple):
    """A report, and what has come of it."""

    report: Report
    case: Case
    on_appeal: str | None = None
    """The outcome of an appeal of what its jury did, where that was milder; None else."""


# Of what was decided one appeal is judged at most (a unique index).
_Appeal = aliased(Case)
_ON_APPEAL = (
    select(col(_Appeal.outcome))
    .join(Decision, col(Decision.id) == col(_Appeal.decision_id))
    .where(
        col(_Appeal.decision_id) == col(Case.made_id),
        col(_Appeal.kind) == "appeal",
        col(Decision.judged) == "overturned",
    )
    .correlate(Case)
    .scalar_subquery()
)


def report(
    session: Session, reporter: Identity, book: Book, thing: Subject, ground: str, words: str, now: datetime
) -> Filed:
    """Report something that the reporter was delivered, under a ground of its scope.

    Raise RuleBroken where there is no such ground, or it is their own; Forbidden where juries found them to
    report in bad faith of late, more than once; TooMany where they report too much; and Conflict where they
    reported it already, a jury left it as it is not long ago, or it is a profile that was changed meanwhile.
    """
    rules, scope = book.rules(MODERATION, ModerationRules).reports, scope_of(book, thing.guild)
    words = prose(words, "/words", longest=LONGEST_WORDS)
    _check_ground(book, scope, thing, ground)
    if thing.author_id == reporter.member_id:
        can = "change" if thing.noun == "profile" else "delete"
        raise RuleBroken(f"This is a {thing.noun} of yours: you can {can} it, and do not report it.")
    case = _case(session, thing, now)
    counted_acts.hold(session, reporter, thing)
    _check_often(session, reporter, book, rules, now)
    _check_new(session, reporter, book, rules, thing, case, now)
    if thing.profile_id is not None and not judged_profiles.keep(session, thing.profile_id):
        raise Conflict("They changed their profile just now: look at it again before you report it.")
    made = Report(
        id=new_id(now),
        case_id=case.id,
        reporter_id=reporter.member_id,
        scope=book.cite(MODERATION, ground_clause(ground), scope).scope,
        ground=ground,
        version=book.cite(MODERATION, ground_clause(ground), scope).version,
        words=words,
        made_at=now,
    )
    session.add(made)
    session.flush()
    if case.kind == "report" and case.called_at is None:
        _call(session, book, thing, case, made, now)
    return Filed(made, case)


def listing(
    session: Session, reporter: Identity, *, before: int | None, limit: int
) -> tuple[Sequence[Filed], int | None]:
    """Return up to ``limit`` reports of a member's own, the newest first, and where others begin."""
    wanted = (
        select(Report, Case, _ON_APPEAL)
        .join(Case, col(Case.id) == col(Report.case_id))
        .where(col(Report.reporter_id) == reporter.member_id)
    )
    if before is not None:
        wanted = wanted.where(col(Report.id) < before)
    rows = session.execute(wanted.order_by(col(Report.id).desc()).limit(limit + 1)).all()
    found = [Filed(*row) for row in rows[:limit]]
    return found, found[-1].report.id if len(rows) > limit else None


def _check_ground(book: Book, scope: str, thing: Subject, ground: str) -> None:
    """Raise RuleBroken where there is no such ground, or a jury could do nothing under it with this."""
    known = _known(book, scope, thing)
    if ground not in known:
        fault = Fault("/ground", f"There is no such ground here. There are: {', '.join(sorted(known))}.")
        raise RuleBroken("Name the by-law that it breaks.", faults=(fault,))


def _known(book: Book, scope: str, thing: Subject) -> list[str]:
    """Return the grounds under which a jury could do something with a thing."""
    found = grounds(book, scope).items()
    return [name for name, one in found if len(outcomes_of(one.outcomes, thing.noun)) > 1]


def _about(thing: Subject) -> ColumnElement[bool]:
    """Return the condition that a case is about a thing."""
    if thing.profile_id is not None:
        return col(Case.profile_id) == thing.profile_id
    if thing.reply_id is not None:
        return col(Case.reply_id) == thing.reply_id
    return col(Case.post_id) == thing.post_id


def _check_often(session: Session, reporter: Identity, book: Book, rules: Reports, now: datetime) -> None:
    mine = col(Report.reporter_id) == reporter.member_id
    bad_faith.check(session, reporter.member_id, book, now)
    recent = select(col(Report.id)).where(mine, col(Report.id) >= first_id_at(now - DAY))
    made = sorted(session.scalars(recent))
    if len(made) >= rules.per_day:
        clause = book.cite(MODERATION, "/reports/per_day")
        oldest = session.scalars(
            select(col(Report.made_at)).where(col(Report.id) == made[-rules.per_day])
        ).one()
        wait = oldest + DAY - now
        detail = f"You have made {rules.per_day} reports in a day, which is as many as one member makes."
        raise TooMany(
            detail, retry_after_s=max(1, int(wait.total_seconds())), faults=(Fault("", detail, clause),)
        )


def _case(session: Session, thing: Subject, now: datetime) -> Case:
    """Return the one open case about a thing, its row locked; a new one where there is none."""
    wanted = select(Case).where(_about(thing), col(Case.closed_at).is_(None)).with_for_update()
    while True:
        found = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
        if found is not None:
            return found
        session.execute(
            insert(Case)
            .values(
                id=new_id(now),
                kind="report",
                post_id=thing.post_id,
                reply_id=thing.reply_id,
                profile_id=thing.profile_id,
                author_id=thing.author_id,
                guild_id=thing.guild_id,
                ground="",
                words="",
                opened_at=now,
                salt=secrets.token_hex(32),
            )
            .on_conflict_do_nothing()
        )


def _check_new(
    session: Session,
    reporter: Identity,
    book: Book,
    rules: Reports,
    thing: Subject,
    case: Case,
    now: datetime,
) -> None:
    """Raise Conflict where the reporter has reported the thing, or a jury has looked at it not long ago."""
    joined = select(col(Report.id)).join(Case, col(Case.id) == col(Report.case_id))
    mine = joined.where(col(Report.case_id) == case.id, col(Report.reporter_id) == reporter.member_id)
    if session.scalar(mine.limit(1)) is not None:
        raise Conflict(
            f"You have reported this {thing.noun}, and it is being looked at: one report is enough."
        )
    cleared = select(func.max(col(Case.closed_at))).where(
        _about(thing), col(Case.outcome) == "none", col(Case.closed_at) > now - rules.again
    )
    last: datetime | None = session.scalar(cleared)
    if last is not None:
        until = last + rules.again
        clause = book.cite(MODERATION, "/reports/again")
        detail = (
            f"A jury looked at this {thing.noun} and left it as it is."
            f" It can be reported again from {until:%Y-%m-%d} on."
        )
        raise Conflict(detail, faults=(Fault("", detail, clause),))


def _call(session: Session, book: Book, thing: Subject, case: Case, made: Report, now: datetime) -> None:
    """Want a jury, once enough have reported the thing or somebody claims a right of their own.

    It judges by the ground under which most have reported it until now, as that reads now. What is reported
    later, or voted of the ground, changes nothing for it.
    """
    rules, scope = book.rules(MODERATION, ModerationRules).reports, scope_of(book, thing.guild)
    known = as_array(_known(book, scope, thing))
    leading: str = session.scalars(_LEADING, {"case": case.id, "known": known}).one()
    case.ground = leading
    number = session.scalar(select(func.count()).where(col(Report.case_id) == case.id)) or 0
    if grounds(book, scope)[made.ground].claim or number >= rules.to_open:
        case.called_at, case.by_law = now, dict(by_law(book, scope, leading))
    session.flush()
