"""Rehearsals: asking for one, of a draft or of what a proposal may bring, and reading what came of it.

Law 5: a proposal's ballots bind to the hash of its reports, one of each change that its vote may choose.
Law 7: a draft's rehearsal is whose who asked; a proposal's is seen by whoever sees the proposal. Law 13: one
that is asked for stays until it is done.
"""

import hashlib
from collections.abc import Collection, Container
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
from governance.rehearsal.changes import Change, choosable, joined, label
from governance.rehearsal.tables import Rehearsal, RehearsalProgress
from governance.tables import Proposal
from governance.verification import verify

DAY = timedelta(days=1)
GUILD = "guild:"


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


@dataclass(frozen=True, slots=True)
class Placed:
    """One change that the vote on a proposal may choose, and where its rehearsal stands."""

    pointer: str
    """The place of the change in the proposal: ``/patch`` where that is all it has."""
    label: str
    """What people call it; empty where it is the only one."""
    rehearsed: Rehearsed | None
    """None where it was not asked for."""

    @property
    def report_sha256(self) -> str | None:
        """The hash of its report, once there is one."""
        return None if self.rehearsed is None else self.rehearsed.report_sha256


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


def ask(session: Session, book: Book, proposal_id: int, now: datetime) -> list[int]:
    """Ask for the rehearsals of a proposal as it now reads; return their ids, in the order of its changes.

    Asked again for the same change it is the same rehearsal; ``now`` ends the window that is replayed. All of
    them share their seed, so that they can be compared. Raise NotFound where there is no such proposal.
    """
    changes, _ = _proposed(session, proposal_id)
    digests = {pointer: change.sha256 for pointer, change in changes.items()}
    if not digests:
        return []
    seed = _seed(session, joined(digests))
    rows = [{"proposal_id": proposal_id, **_values(book, one, seed, now)} for one in changes.values()]
    added = (
        insert(Rehearsal)
        .values(rows)
        .on_conflict_do_nothing(index_elements=[col(Rehearsal.proposal_id), col(Rehearsal.patch_sha256)])
    )
    session.execute(added)
    found = _by_content(session, proposal_id, digests.values())
    return [found[digest].id for digest in digests.values()]


def ask_draft(session: Session, book: Book, member: Identity, wanted: Change, now: datetime) -> int:
    """Ask for the rehearsal of a change that nobody has proposed, and return its id.

    Raise what :func:`governance.verification.verify` raises, RuleBroken where there is no such scope, and
    TooMany where the member has asked for as many in a day as the clause allows.
    """
    _check_scope(session, wanted.scope)
    verify(book, wanted.scope, wanted.kind, wanted.patch, wanted.base_sha256)
    _within_the_day(session, book, member, now)
    values = _values(book, wanted, _seed(session, wanted.sha256), now)
    made = insert(Rehearsal).values(requested_by=member.member_id, **values).returning(col(Rehearsal.id))
    return int(session.execute(made).scalar_one())


def of_proposal(session: Session, proposal_id: int) -> list[Placed]:
    """Return each change that the vote on a proposal may choose, as it now reads, with its rehearsal.

    A rehearsal of a text that has been amended since is not the proposal's any more. Raise NotFound where
    there is no such proposal.
    """
    changes, options = _proposed(session, proposal_id)
    digests = {pointer: change.sha256 for pointer, change in changes.items()}
    found = _by_content(session, proposal_id, digests.values())
    return [
        Placed(pointer, label(pointer, options), found.get(digest)) for pointer, digest in digests.items()
    ]


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
    return reports_of(session, [rehearsal_id])[rehearsal_id]


def reports_of(session: Session, rehearsal_ids: Collection[int]) -> dict[int, dict[str, Any] | None]:
    """Return the reports of rehearsals that the reader may see, by their ids; None until one is done."""
    statement = select(col(Rehearsal.id), col(Rehearsal.report)).where(
        col(Rehearsal.id).in_(list(rehearsal_ids))
    )
    return {row.id: row.report for row in session.execute(statement)}


def _shown() -> Select[*tuple[Any, ...]]:
    return select(*_SHOWN).outerjoin(
        RehearsalProgress, col(RehearsalProgress.rehearsal_id) == col(Rehearsal.id)
    )


def _rehearsed(row: Row[*tuple[Any, ...]]) -> Rehearsed:
    return Rehearsed(**row._mapping)


def _proposed(session: Session, proposal_id: int) -> tuple[dict[str, Change], Any]:
    """Return the changes that the vote on a proposal may choose, by pointer, and its options."""
    row = session.execute(
        select(
            col(Proposal.scope),
            col(Proposal.kind),
            col(Proposal.base_sha256),
            col(Proposal.method),
            col(Proposal.options),
            col(Proposal.patch),
        ).where(col(Proposal.id) == proposal_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return choosable(**row._mapping), row.options


def _by_content(session: Session, proposal_id: int, digests: Collection[str]) -> dict[str, Rehearsed]:
    """Return the rehearsals of those changes of a proposal that have these hashes, by hash."""
    rows = session.execute(
        _shown().where(
            col(Rehearsal.proposal_id) == proposal_id, col(Rehearsal.patch_sha256).in_(list(digests))
        )
    )
    return {row.patch_sha256: _rehearsed(row) for row in rows}


def _seed(session: Session, digest: str) -> str:
    """Return a seed for what has this hash.

    It holds the head of the ledger, which nobody could foresee while writing the patch.
    """
    head = session.execute(select(col(LedgerHead.hash))).scalar_one()
    return hashlib.sha256(f"{head}:{digest}".encode()).hexdigest()


def _values(book: Book, wanted: Change, seed: str, now: datetime) -> dict[str, Any]:
    """Return the columns of a new rehearsal."""
    return {
        "id": new_id(now),
        "scope": wanted.scope,
        "kind": wanted.kind,
        "patch": wanted.patch,
        "base_sha256": wanted.base_sha256,
        "patch_sha256": wanted.sha256,
        "epoch": book.epoch,
        "seed": seed,
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
