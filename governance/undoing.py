"""Undoing: taking a change out of force as was agreed beforehand, and noting what others were laid over.

Law 2: a sunset, a tripwire or the end of an emergency measure writes the version that puts back what stood
before, and names itself as the cause. Law 12: it takes back what the change set and nothing that others
have set since. Law 13: what cannot be put back stays and is named with the reason; it holds up nothing
else. Law 14: the end is dated at the moment that facts and time say, however late the job comes.

Each end is one transaction: the version, what became of the proposal, and the ledger. Whoever writes a
version of a policy first holds the proposals in force of that policy (:func:`hold`), before the epoch, so
that none waits for another in a circle.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from coop import policies, policy_text
from coop.clock import Clock
from coop.ledger import append, stamp
from coop.policies import Books
from coop.tables import PolicyVersion
from governance import cases, inverse, layers
from governance.case import Case
from governance.facts import State
from governance.layers import Layered
from governance.restoring import restored
from governance.tables import Proposal

LOG = structlog.get_logger("undoing")


@dataclass(frozen=True, slots=True)
class End:
    """How, when and why a change goes out of force."""

    state: State
    cause: str
    """Of the version that puts back what stood before; one that ``PolicyVersion.cause`` knows."""
    at: datetime
    reason: str


def hold(session: Session, proposal_ids: Collection[int]) -> None:
    """Lock, in order of their ids, the proposals that versions of these ones' policies may concern.

    They are those that the policies rest on, themselves among them where they are in force, and those that
    they name as their targets. Call this before anything is appended to the ledger and before the policy
    epoch is locked.
    """
    session.execute(_HOLDING, {"ids": list(proposal_ids)}).all()


def _holding() -> Select[*tuple[Any, ...]]:
    """Return the statement of :func:`hold`, which is made once: every enactment begins with it."""
    held, by = aliased(Proposal), aliased(Proposal)
    in_force = or_(col(held.undone_at).is_(None), col(held.undone_as).in_(layers.COVERED))
    of_its_policy = (
        (col(held.scope) == col(by.scope))
        & (col(held.kind) == col(by.kind))
        & col(held.version_id).is_not(None)
        & in_force
    )
    return (
        select(col(held.id))
        .join(by, col(by.id).in_(bindparam("ids", expanding=True)))
        .where(of_its_policy | (col(held.id) == col(by.target_id)))
        .order_by(col(held.id))
        .with_for_update(key_share=True, of=held)
    )


_HOLDING = _holding()


def next_end(session: Session, now: datetime) -> datetime | None:
    """Return the first sunset after ``now``, if any."""
    ends_at = _sunset()
    found: datetime | None = session.execute(
        select(func.min(ends_at)).where(*cases.WATCHED, ends_at > now)
    ).scalar_one()
    return found


def ready(session: Session, now: datetime) -> list[tuple[datetime, int]]:
    """Return the changes in force whose time is over: since when, and the proposal."""
    emergency = (col(Proposal.pace) == "emergency") & col(Proposal.tallied_at).is_not(None)
    found = cases.find(session, now, *cases.WATCHED, emergency | (_sunset() <= now))
    return [(case.stage.since, case.id) for case in found if _end_of(case) is not None]


def end_one(session: Session, books: Books, proposal_id: int, clock: Clock) -> bool:
    """Take a change out of force if its time is over; say whether it was."""
    hold(session, [proposal_id])
    now = clock.now(session)
    case = cases.one(session, proposal_id, now)
    end = _end_of(case)
    if end is not None:
        undo(session, books, case, end, now)
    return end is not None


def _sunset() -> Any:
    """Return the moment of a change's sunset as an expression; null where it has none."""
    since = func.coalesce(col(Proposal.renewed_at), col(Proposal.enacted_at))
    return since + func.make_interval(0, 0, 0, 0, 0, 0, col(Proposal.sunset_after))


def _end_of(case: Case) -> End | None:
    """Return how a change in force has ended by time; None where it has not."""
    if case.facts.enacted_at is None or case.over or case.version_id is None:
        return None
    stage = case.stage
    if stage.state is State.SUNSET:
        return End(State.SUNSET, "sunset", stage.since, "Its time was over, and no vote had renewed it.")
    tally = case.facts.tally
    if stage.state is State.REVERTED and case.tallied_at is not None and tally is not None:
        reason = f"The members did not ratify it. {tally.reason}"
        return End(State.REVERTED, "emergency", stage.since, reason)
    return None


def undo(session: Session, books: Books, case: Case, end: End, now: datetime) -> None:
    """Take a change out of force: put back what it set and still holds, and write down that it ended.

    The caller holds the proposals of its policy (:func:`hold`).
    """
    policies.lock_epoch(session)
    stack = layers.read(session, case.scope, case.kind, end.at)
    number = stack.number_of(case.id)
    version, left = _put_back(session, books, case, end, stack, number, now)
    values = {"undone_as": end.state.value, "undone_at": end.at, "undone_reason": _reason(end, left)}
    session.execute(update(Proposal).where(col(Proposal.id) == case.id).values(**values))
    brought = {} if version is None else {"number": version.number, "sha256": version.sha256}
    _tell_undone(session, case.id, end, left, brought, now)
    if version is not None:
        data = policy_text.parse(version.text)
        shown = inverse.surface(stack.layers, stack.gone | {number}, data).values()
        _restore(session, [stack.proposals[one] for one in stack.covered & set(shown)], case.id, now)


def _put_back(
    session: Session, books: Books, case: Case, end: End, stack: Layered, number: int, now: datetime
) -> tuple[PolicyVersion | None, dict[str, str]]:
    """Write the version without a change's own clauses; return it, if any, and what stays with the reason."""
    wanted = stack.uncovered(number)
    try:
        with session.begin_nested():
            book = books.current(session)
            found = restored(
                stack.text,
                wanted,
                lambda data: book.check(case.kind, case.scope, data),
                before=stack.texts[number - 1] if stack.number == number else None,
            )
            if found.text == stack.text:
                return None, found.left
            version = policies.new_version(
                session,
                case.scope,
                case.kind,
                found.text,
                cause=end.cause,
                proposal_id=case.id,
                tally=None,
                now=now,
            )
            return version, found.left
    except DBAPIError:
        raise
    except Exception as error:
        LOG.error("undoing failed", proposal=case.id, exc_info=error)
        return None, dict.fromkeys(wanted, f"It could not be put back ({type(error).__name__}).")


def _reason(end: End, left: dict[str, str]) -> str:
    if not left:
        return end.reason
    stays = "; ".join(f"{clause} ({why})" for clause, why in left.items())
    return f"{end.reason} What it set stays where it could not be put back: {stays}"


def _tell_undone(
    session: Session, proposal_id: int, end: End, left: dict[str, str], brought: dict[str, Any], now: datetime
) -> None:
    told: dict[str, Any] = {
        "proposal": str(proposal_id),
        "as": end.state.value,
        "at": stamp(end.at),
        "reason": end.reason,
        "left": [{"clause": clause, "reason": why} for clause, why in left.items()],
    }
    append(session, "proposal.undone", told | brought, now)


def _restore(session: Session, proposal_ids: Iterable[int], by: int, now: datetime) -> None:
    """Write down that changes which others had been laid over are in force again, on the terms they had."""
    for proposal_id in sorted(proposal_ids):
        again = {"undone_as": None, "undone_at": None, "undone_reason": None}
        session.execute(update(Proposal).where(col(Proposal.id) == proposal_id).values(**again))
        append(session, "proposal.restored", {"proposal": str(proposal_id), "by": str(by)}, now)


def note_covered(session: Session, by: Case, now: datetime) -> None:
    """Write down which changes hold no clause any more now that ``by`` has brought its version.

    The one that it names as its target is repealed, every other is superseded. The caller holds them
    (:func:`hold`).
    """
    stack = layers.read(session, by.scope, by.kind, now)
    shown = set(stack.surface.values())
    for number, proposal_id in stack.proposals.items():
        if number in shown or number in stack.gone | stack.covered:
            continue
        state = State.REPEALED if proposal_id == by.target_id else State.SUPERSEDED
        reason = f"{COVERING[state]} {by.id}."
        end = End(state, "enactment", now, reason)
        values = {"undone_as": state.value, "undone_at": now, "undone_reason": reason}
        session.execute(update(Proposal).where(col(Proposal.id) == proposal_id).values(**values))
        _tell_undone(session, proposal_id, end, {}, {}, now)


COVERING = {
    State.REPEALED: "It was repealed by proposal",
    State.SUPERSEDED: "Every clause that it set has been set anew, last by proposal",
}
"""Why a change that others were laid over is out of force, as the beginning of a sentence."""
