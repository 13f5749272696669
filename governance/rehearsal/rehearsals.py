"""Rehearsals: asking for one, of a draft or of a proposal, and reading what came of it.

Law 5: a proposal's ballots bind to the hash of its report. Law 7: a draft's rehearsal is whose who asked; a
proposal's is seen by whoever sees the proposal. Law 13: one that is asked for stays until it is done.
"""

import hashlib
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from coop.book import COOP, Book
from coop.errors import Fault, NotFound, RuleBroken, TooMany
from coop.identity import Identity
from coop.ids import new_id
from coop.tables import Guild, LedgerHead, Member
from governance import cases
from governance.deliberation.rules import NAME, DeliberationRules
from governance.rehearsal.reports import content_sha256
from governance.rehearsal.tables import Rehearsal, RehearsalProgress
from governance.tables import Proposal
from governance.verification import verify

DAY = timedelta(days=1)
GUILD = "guild:"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be rehearsed."""

    scope: str
    kind: str
    patch: list[Any]
    """JSON Patch (RFC 6902) to the policy of that kind and scope."""
    base_sha256: str

    @property
    def sha256(self) -> str:
        """The hash that names it."""
        return content_sha256(
            scope=self.scope, kind=self.kind, base_sha256=self.base_sha256, patch=self.patch
        )


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Where a rehearsal stands; its report is read apart, with :func:`report_of`."""

    id: int
    proposal_id: int | None
    requested_by: int | None
    scope: str
    kind: str
    patch_sha256: str
    state: str
    """``waiting``, ``running``, ``done`` or ``failed``."""
    report_sha256: str | None
    error: str | None
    """Why it failed; it is tried again at ``retry_at``, where there is one."""
    asked_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    retry_at: datetime | None
    attempts: int
    done: int
    total: int
    what: str
    """How far it has come: 0 of 0 before anything is known."""


_SHOWN = (
    col(Rehearsal.id),
    col(Rehearsal.proposal_id),
    col(Rehearsal.requested_by),
    col(Rehearsal.scope),
    col(Rehearsal.kind),
    col(Rehearsal.patch_sha256),
    col(Rehearsal.state),
    col(Rehearsal.report_sha256),
    col(Rehearsal.error),
    col(Rehearsal.asked_at),
    col(Rehearsal.started_at),
    col(Rehearsal.done_at),
    col(Rehearsal.retry_at),
    col(Rehearsal.attempts),
    func.coalesce(col(RehearsalProgress.done), 0).label("done"),
    func.coalesce(col(RehearsalProgress.total), 0).label("total"),
    func.coalesce(col(RehearsalProgress.what), "").label("what"),
)


def needed(kind: str, kinds: Container[str]) -> bool:
    """Say whether a proposal of this kind waits for a rehearsal: one that changes a policy does.

    ``kinds`` are the kinds of policy, such as ``book.kinds``. Whether anything recorded can be replayed is
    told by the report, never decided here.
    """
    return kind in kinds


def ask(session: Session, book: Book, proposal_id: int, now: datetime) -> int:
    """Ask for the rehearsal of a proposal as it now reads, and return its id.

    Asked again for the same text it is the same rehearsal; ``now`` ends the window that is replayed. Raise
    NotFound where there is no such proposal.
    """
    wanted = _proposed(session, proposal_id)
    values = _values(session, book, wanted, now)
    added = (
        insert(Rehearsal)
        .values(proposal_id=proposal_id, **values)
        .on_conflict_do_nothing(index_elements=[col(Rehearsal.proposal_id), col(Rehearsal.patch_sha256)])
    )
    session.execute(added)
    found = select(col(Rehearsal.id)).where(
        col(Rehearsal.proposal_id) == proposal_id, col(Rehearsal.patch_sha256) == wanted.sha256
    )
    return int(session.execute(found).scalar_one())


def ask_draft(session: Session, book: Book, member: Identity, wanted: Change, now: datetime) -> int:
    """Ask for the rehearsal of a change that nobody has proposed, and return its id.

    Raise what :func:`governance.verification.verify` raises, RuleBroken where there is no such scope, and
    TooMany where the member has asked for as many in a day as the clause allows.
    """
    _check_scope(session, wanted.scope)
    verify(book, wanted.scope, wanted.kind, wanted.patch, wanted.base_sha256)
    _within_the_day(session, book, member, now)
    values = _values(session, book, wanted, now)
    made = insert(Rehearsal).values(requested_by=member.member_id, **values).returning(col(Rehearsal.id))
    return int(session.execute(made).scalar_one())


def of_proposal(session: Session, proposal_id: int) -> Rehearsed | None:
    """Return the rehearsal of a proposal as it now reads; None where none was asked for.

    A rehearsal of a text that has been amended since is not the proposal's any more. Raise NotFound where
    there is no such proposal.
    """
    wanted = _proposed(session, proposal_id)
    row = session.execute(
        _shown().where(
            col(Rehearsal.proposal_id) == proposal_id, col(Rehearsal.patch_sha256) == wanted.sha256
        )
    ).one_or_none()
    return None if row is None else _rehearsed(row)


def own(session: Session, member: Identity, wanted: Change) -> Rehearsed | None:
    """Return the newest rehearsal of this very change that a member has asked for; None for none."""
    row = session.execute(
        _shown()
        .where(col(Rehearsal.requested_by) == member.member_id, col(Rehearsal.patch_sha256) == wanted.sha256)
        .order_by(col(Rehearsal.asked_at).desc(), col(Rehearsal.id).desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _rehearsed(row)


def visible(session: Session, viewer: Identity, rehearsal_id: int, now: datetime) -> Rehearsed:
    """Return a rehearsal that ``viewer`` may see; raise NotFound for any other."""
    row = session.execute(_shown().where(col(Rehearsal.id) == rehearsal_id)).one_or_none()
    if row is None:
        raise NotFound
    found = _rehearsed(row)
    if found.proposal_id is not None:
        cases.visible(session, viewer, found.proposal_id, now)
    elif found.requested_by != viewer.member_id:
        raise NotFound
    return found


def report_of(session: Session, rehearsal_id: int) -> dict[str, Any] | None:
    """Return the report of a rehearsal that the reader may see; None until it is done."""
    statement = select(col(Rehearsal.report)).where(col(Rehearsal.id) == rehearsal_id)
    found: dict[str, Any] | None = session.execute(statement).scalar_one()
    return found


def _shown() -> Select[*tuple[Any, ...]]:
    return select(*_SHOWN).outerjoin(
        RehearsalProgress, col(RehearsalProgress.rehearsal_id) == col(Rehearsal.id)
    )


def _rehearsed(row: Row[*tuple[Any, ...]]) -> Rehearsed:
    return Rehearsed(**row._mapping)


def _proposed(session: Session, proposal_id: int) -> Change:
    row = session.execute(
        select(col(Proposal.scope), col(Proposal.kind), col(Proposal.patch), col(Proposal.base_sha256)).where(
            col(Proposal.id) == proposal_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Change(row.scope, row.kind, row.patch, row.base_sha256)


def _values(session: Session, book: Book, wanted: Change, now: datetime) -> dict[str, Any]:
    """Return the columns of a new rehearsal.

    Its seed holds the head of the ledger, which nobody could foresee while writing the patch.
    """
    head = session.execute(select(col(LedgerHead.hash))).scalar_one()
    digest = wanted.sha256
    return {
        "id": new_id(now),
        "scope": wanted.scope,
        "kind": wanted.kind,
        "patch": wanted.patch,
        "base_sha256": wanted.base_sha256,
        "patch_sha256": digest,
        "epoch": book.epoch,
        "seed": hashlib.sha256(f"{head}:{digest}".encode()).hexdigest(),
        "state": "waiting",
        "asked_at": now,
        "attempts": 0,
    }


def _check_scope(session: Session, scope: str) -> None:
    slug = scope.removeprefix(GUILD)
    known = select(col(Guild.id)).where(col(Guild.slug) == slug)
    if scope != COOP and (slug == scope or session.execute(known).one_or_none() is None):
        detail = "Use coop, or guild: and a guild's slug."
        raise RuleBroken("There is no such scope.", faults=(Fault("/scope", detail),))


def _within_the_day(session: Session, book: Book, member: Identity, now: datetime) -> None:
    # One request of a member is counted after another, so that two at once cannot both be the last.
    session.execute(
        select(col(Member.id)).where(col(Member.id) == member.member_id).with_for_update(key_share=True)
    )
    mine = (col(Rehearsal.requested_by) == member.member_id, col(Rehearsal.asked_at) > now - DAY)
    count, oldest = session.execute(
        select(func.count(), func.min(col(Rehearsal.asked_at))).where(*mine)
    ).one()
    if count >= book.rules(NAME, DeliberationRules).rehearsals.per_member_day:
        wait = oldest + DAY - now
        clause = book.cite(NAME, "/rehearsals/per_member_day")
        raise TooMany(
            f"You have had {count} drafts rehearsed in a day, which is the number agreed.",
            retry_after_s=max(1, int(wait.total_seconds())),
            faults=(Fault("", "Wait, or propose a larger number.", clause),),
        )
