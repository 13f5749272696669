"""Running rehearsals: what the worker does with those that wait.

Law 14: a report depends on what was recorded before it was asked for, the policies in force then and the
seed, so which worker runs it, when and how often changes nothing in it. Law 13: one whose replayer fails is
marked with the reason and tried again, ever later.

A rehearsal is claimed in a short transaction and run in a longer one that holds its row: a worker that dies
lets go of it, and from ``retry_at`` on another takes it up. How far it has come is written meanwhile, in
short transactions of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from traceback import format_exception

import structlog
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop import policy_text
from coop.book import Book, InForce
from coop.clock import Clock
from coop.database import Database
from coop.errors import AllotmentError
from coop.ledger import append, stamp
from coop.policies import Books
from coop.rehearsal import Progress, Rehearsing
from governance import cases
from governance.deliberation.rules import NAME, DeliberationRules
from governance.rehearsal import holding, reports
from governance.rehearsal.replayers import Replayer, replay_nothing
from governance.rehearsal.tables import Rehearsal, RehearsalProgress
from governance.tables import Proposal
from governance.verification import verify

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
"""How long one that failed waits for its next try: doubled each time, from the first up to the longest."""
MOST_OF_A_DRAFT = 5
"""Tries of a draft; a proposal's rehearsal, which its vote waits for, is tried until it is done."""

LOG = structlog.get_logger("rehearsals")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A rehearsal that this worker has taken up, and as the how-manyth try."""

    id: int
    attempt: int


def rehearse_due(database: Database, books: Books, clock: Clock, replayers: Mapping[str, Replayer]) -> int:
    """Run every rehearsal that waits, the oldest first, and return how many were done or failed.

    Any number of workers may do this at once.
    """
    done = 0
    while (claimed := claim(database, clock)) is not None:
        run(database, books, clock, replayers, claimed)
        done += 1
    return done


def claim(database: Database, clock: Clock) -> Claimed | None:
    """Take up the rehearsal that has waited longest, of those that no worker is at."""
    with database.begin() as session:
        now = clock.now(session)
        row = session.execute(
            select(col(Rehearsal.id), col(Rehearsal.attempts))
            .where(
                or_(
                    col(Rehearsal.state) == "waiting",
                    col(Rehearsal.state).in_(("running", "failed")) & (col(Rehearsal.retry_at) <= now),
                ),
                or_(col(Rehearsal.proposal_id).is_(None), _awaited()),
            )
            .order_by(col(Rehearsal.asked_at), col(Rehearsal.id))
            .limit(1)
            .with_for_update(key_share=True, skip_locked=True)
        ).one_or_none()
        if row is None:
            return None
        claimed = Claimed(row.id, row.attempts + 1)
        session.execute(
            update(Rehearsal)
            .where(col(Rehearsal.id) == claimed.id)
            .values(
                state="running",
                error=None,
                attempts=claimed.attempt,
                started_at=now,
                retry_at=now + waiting(claimed.attempt),
            )
        )
    return claimed


def _awaited() -> ColumnElement[bool]:
    """Return the condition of the rehearsals whose proposal has not ended."""
    return exists().where(col(Proposal.id) == col(Rehearsal.proposal_id), col(Proposal.ended_at).is_(None))


def waiting(attempt: int) -> timedelta:
    """Return how long after the so-manyth try the next one may begin."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempt - 1, 20)))


def run(
    database: Database, books: Books, clock: Clock, replayers: Mapping[str, Replayer], claimed: Claimed
) -> None:
    """Run a claimed rehearsal and write its report, or why there is none."""
    try:
        with database.begin() as session:
            row = _held(session, claimed)
            if row is not None:
                _rehearse(session, books, clock, replayers, row, _progress(database, claimed.id))
    except Exception as error:
        # As text: whole books stand in the frames, which a logger would write out with them.
        trace = "".join(format_exception(error))
        LOG.error("rehearsal failed", rehearsal=claimed.id, attempt=claimed.attempt, trace=trace)
        _fail(database, clock, claimed, error)


def _held(session: Session, claimed: Claimed) -> Rehearsal | None:
    """Lock and return a claimed rehearsal; None where another worker has it by now.

    A worker that looks for one to claim may hold the row for a moment, and is waited for: passed over, the
    rehearsal would lie until its next try.
    """
    return session.scalars(
        select(Rehearsal)
        .where(
            col(Rehearsal.id) == claimed.id,
            col(Rehearsal.state) == "running",
            col(Rehearsal.attempts) == claimed.attempt,
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _rehearse(
    session: Session,
    books: Books,
    clock: Clock,
    replayers: Mapping[str, Replayer],
    row: Rehearsal,
    progress: Progress,
) -> None:
    asked = rehearsing(books.at(session, row.epoch), row, progress)
    found = replayers.get(row.kind, replay_nothing)(session, asked)
    report = reports.document(asked, found, row.patch_sha256)
    digest = reports.digest(report)
    if row.proposal_id is not None:
        # Of two stored at once neither would find the other, and nobody would let the vote go.
        cases.lock(session, row.proposal_id)
    now = clock.now(session)
    values = {"state": "done", "report": report, "report_sha256": digest, "done_at": now, "retry_at": None}
    session.execute(update(Rehearsal).where(col(Rehearsal.id) == row.id).values(**values))
    if row.proposal_id is not None:
        told = {
            "proposal": str(row.proposal_id),
            "rehearsal": str(row.id),
            "patch_sha256": row.patch_sha256,
            "report_sha256": digest,
            "since": stamp(asked.since),
            "until": stamp(asked.until),
            "seed": row.seed,
        }
        holding.let_go(session, row.proposal_id, now)
        append(session, "proposal.rehearsed", told, now)


def rehearsing(book: Book, row: Rehearsal, progress: Progress) -> Rehearsing:
    """Return what a replayer is handed; raise what ``verify`` raises where the patch cannot stand."""
    rules = book.rules(NAME, DeliberationRules).rehearsals
    found = verify(book, row.scope, row.kind, row.patch, row.base_sha256)
    return Rehearsing(
        scope=row.scope,
        kind=row.kind,
        before=book,
        after=patched(book, row.scope, row.kind, found.base_number, found.after),
        since=row.asked_at - timedelta(days=rules.days),
        until=row.asked_at,
        sample=rules.sample,
        hidden_below=rules.hidden_below,
        seed=row.seed,
        progress=progress,
    )


def patched(book: Book, scope: str, kind: str, base_number: int, text: str) -> Book:
    """Return the book as it would stand with this text of one policy.

    The text has no version yet, so nothing in it can be cited.
    """
    data = policy_text.parse(text)
    policy = InForce(scope, kind, base_number + 1, text, data, blame={}, sources={})
    return replace(book, policies={**book.policies, (scope, kind): policy})


def _progress(database: Database, rehearsal_id: int) -> Progress:
    """Return what writes down how far a rehearsal has come, for everyone to see at once."""

    def tell(done: int, total: int, what: str) -> None:
        values = {"done": done, "total": total, "what": what}
        with database.begin() as session:
            session.execute(
                insert(RehearsalProgress)
                .values(rehearsal_id=rehearsal_id, **values)
                .on_conflict_do_update(index_elements=[col(RehearsalProgress.rehearsal_id)], set_=values)
            )

    return tell


def _fail(database: Database, clock: Clock, claimed: Claimed, error: Exception) -> None:
    """Write down why a rehearsal failed, unless another worker has it by now."""
    with database.begin() as session:
        row = _held(session, claimed)
        if row is None:
            return
        given_up = row.proposal_id is None and claimed.attempt >= MOST_OF_A_DRAFT
        session.execute(
            update(Rehearsal)
            .where(col(Rehearsal.id) == claimed.id)
            .values(
                state="failed", error=_reason(error), retry_at=_next_try(session, clock, claimed, given_up)
            )
        )


def _next_try(session: Session, clock: Clock, claimed: Claimed, given_up: bool) -> datetime | None:
    return None if given_up else clock.now(session) + waiting(claimed.attempt)


def _reason(error: Exception) -> str:
    if isinstance(error, AllotmentError):
        return " ".join([error.detail, *(f"{fault.pointer}: {fault.detail}" for fault in error.faults)])
    return f"What was recorded could not be replayed ({type(error).__name__})."
