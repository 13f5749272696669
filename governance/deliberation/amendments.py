"""Amendments: another patch for a proposal, made by anybody of its scope and answered by its author.

After Decidim: an accepted amendment makes its author a co-author, a rejected one may become a proposal of
its own. Law 5: an amendment names the hash of the text that it would replace, and is taken for that text
and no other. Law 13: it is verified when it is made and again when it is accepted.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from coop.book import Book
from coop.clock import Clock
from coop.errors import Conflict, Fault, Forbidden, RuleBroken
from coop.identity import Identity
from coop.ids import new_id
from coop.ledger import append
from coop.names import line, prose
from coop.tables import Member
from governance import cases, drafts, proposals, subjects
from governance.case import Case
from governance.deliberation import coauthors, floor
from governance.deliberation.standing import Standing
from governance.deliberation.tables import Amendment
from governance.drafts import LONGEST_TITLE
from governance.tables import Proposal

PER_MEMBER = "/amendments/per_member"
"""The clause that says how many one member may have open on one proposal."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an amender writes."""

    patch: list[Any]
    """The whole JSON Patch (RFC 6902) that the proposal would then have, to the same policy text."""
    of_patch_sha256: str
    """The proposal's hash as the amender was shown it."""
    rationale: str


def make(
    session: Session, book: Book, amender: Identity, proposal_id: int, wanted: Wanted, clock: Clock
) -> int:
    """Offer another patch while the proposal is talked over, and return the amendment's id.

    Raise what :func:`floor.take` raises, Conflict where the text has moved, Forbidden where the amender
    has as many open as they may, and RuleBroken where the policy could not stand with the patch.
    """
    longest = floor.rules_of(book).amendments.characters
    rationale = prose(wanted.rationale, "/rationale", longest=longest)
    case, now = floor.take(session, amender, proposal_id, clock)
    _check_unmoved(case, wanted.of_patch_sha256)
    proposal = _amendable(session, case)
    subjects.examine(session, book, proposals.as_draft(proposal, wanted.patch), now)
    if wanted.patch == proposal.patch:
        fault = Fault("/patch", "This is the proposal's own patch: change something.")
        raise RuleBroken("This amends nothing.", faults=(fault,))
    detail = "You have as many amendments open here as one member may."
    floor.check_room(book, PER_MEMBER, _open_ones(session, case, amender), detail)
    amendment = Amendment(
        id=new_id(now),
        proposal_id=case.id,
        author_id=amender.member_id,
        of_patch_sha256=case.patch_sha256,
        patch=wanted.patch,
        patch_sha256=hashlib.sha256(rfc8785.dumps(wanted.patch)).hexdigest(),
        rationale=rationale,
        made_at=now,
    )
    session.add(amendment)
    session.flush()
    told = {
        "amender": amender.handle,
        "of_patch_sha256": case.patch_sha256,
        "patch_sha256": amendment.patch_sha256,
    }
    _tell(session, "made", amendment, told, now)
    return amendment.id


def withdraw(session: Session, amender: Identity, amendment_id: int, clock: Clock) -> None:
    """Take one's amendment back while it is open; it stays on record.

    Raise what :func:`floor.take` raises, Forbidden where it is another's, and Conflict where it is not
    open any more.
    """
    amendment, _, now = _open(session, amender, amendment_id, clock)
    if amendment.author_id != amender.member_id:
        raise Forbidden("Only its author takes an amendment back.")
    _end(session, amendment, Standing.WITHDRAWN, now)
    _tell(session, "withdrawn", amendment, {}, now)


def accept(session: Session, book: Book, author: Identity, amendment_id: int, clock: Clock) -> None:
    """Put an amendment's patch in the place of the proposal's own, as the proposal's author.

    Its author becomes a co-author, and the other amendments to the old text have moved. Raise what
    :func:`floor.take` raises, Forbidden where it is another's proposal, Conflict where the amendment is
    not open or the policy has changed, and RuleBroken where the policy could not stand with it any more.
    """
    amendment, case, now = _open(session, author, amendment_id, clock)
    floor.check_author(author, case)
    amender = session.get_one(Member, amendment.author_id).handle
    moved_to = proposals.amend(session, book, case, amendment.patch, amender, now)
    _end(session, amendment, Standing.ACCEPTED, now)
    if amendment.author_id != case.author_id:
        coauthors.add(session, amendment, now)
    told = {"amender": amender, "of_patch_sha256": case.patch_sha256, "to_patch_sha256": moved_to}
    _tell(session, "accepted", amendment, told, now)


def reject(
    session: Session, book: Book, author: Identity, amendment_id: int, reason: str, clock: Clock
) -> None:
    """Say no to an amendment, as the proposal's author, and why; its own author may then promote it.

    Raise what :func:`accept` raises, and RuleBroken where no reason is given.
    """
    because = prose(reason, "/reason", longest=floor.rules_of(book).amendments.characters)
    if not because:
        fault = Fault("/reason", "Say why: whoever made it put work into it.")
        raise RuleBroken("A rejection gives its reason.", faults=(fault,))
    amendment, case, now = _open(session, author, amendment_id, clock)
    floor.check_author(author, case)
    amendment.reason = because
    _end(session, amendment, Standing.REJECTED, now)
    told = {"reason_sha256": hashlib.sha256(because.encode()).hexdigest()}
    _tell(session, "rejected", amendment, told, now)


def promote(
    session: Session, book: Book, amender: Identity, amendment_id: int, title: str, clock: Clock
) -> int:
    """Draft a proposal of one's own from an amendment that was rejected, and return the draft's id.

    Law 7: a draft is its author's alone, so the ledger is told that this was done and not of which draft.
    Raise NotFound where the amender sees none such, Forbidden where it is another's, Conflict where it was
    not rejected, was promoted already or the policy has changed since, and what
    :func:`governance.drafts.draft` raises.
    """
    heading = line(title, "/title", longest=LONGEST_TITLE)
    proposal_id = floor.proposal_of(session, col(Amendment.proposal_id), col(Amendment.id) == amendment_id)
    cases.lock(session, proposal_id)
    now = clock.now(session)
    case = cases.visible(session, amender, proposal_id, now)
    amendment = session.get_one(Amendment, amendment_id, populate_existing=True)
    if amendment.author_id != amender.member_id:
        raise Forbidden("Only its author promotes an amendment.")
    if amendment.ended_as != Standing.REJECTED:
        raise Conflict("Only an amendment that was rejected can be promoted.")
    if amendment.promoted_id is not None:
        raise Conflict("This amendment has been promoted already.")
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    wanted = replace(
        proposals.as_draft(proposal, amendment.patch), title=heading, rationale=amendment.rationale
    )
    made = drafts.draft(session, book, amender, wanted, now)
    session.execute(update(Proposal).where(col(Proposal.id) == made).values(origin_id=case.id))
    amendment.promoted_id = made
    session.flush()
    _tell(session, "promoted", amendment, {}, now)
    return made


def _open(
    session: Session, member: Identity, amendment_id: int, clock: Clock
) -> tuple[Amendment, Case, datetime]:
    """Hold the proposal of an open amendment; return both with the time after the lock was got."""
    proposal_id = floor.proposal_of(session, col(Amendment.proposal_id), col(Amendment.id) == amendment_id)
    case, now = floor.take(session, member, proposal_id, clock)
    amendment = session.get_one(Amendment, amendment_id, populate_existing=True)
    if amendment.ended_as is not None:
        raise Conflict(f"This amendment has been {amendment.ended_as}.")
    _check_unmoved(case, amendment.of_patch_sha256)
    return amendment, case, now


def _check_unmoved(case: Case, of_patch_sha256: str) -> None:
    if of_patch_sha256 != case.patch_sha256:
        fault = Fault("/of_patch_sha256", f"The proposal's patch is now {case.patch_sha256}.")
        raise Conflict("The text has moved: this amendment is to another one.", faults=(fault,))


def _amendable(session: Session, case: Case) -> Proposal:
    """Return the proposal; raise RuleBroken where it is not one patch to one policy."""
    proposal = session.get_one(Proposal, case.id, populate_existing=True)
    if not proposal.patch or proposal.options is not None:
        raise RuleBroken("Only a proposal that is one patch to a policy can be amended.")
    if proposal.joint_id is not None:
        raise RuleBroken("Several guilds have agreed on these clauses, and one of them does not change them.")
    return proposal


def _open_ones(session: Session, case: Case, amender: Identity) -> int:
    """Return how many of a member's amendments are open; the proposal is in deliberation and held."""
    statement = select(func.count()).where(
        col(Amendment.proposal_id) == case.id,
        col(Amendment.author_id) == amender.member_id,
        col(Amendment.ended_as).is_(None),
        col(Amendment.of_patch_sha256) == case.patch_sha256,
    )
    return int(session.execute(statement).scalar_one())


def _end(session: Session, amendment: Amendment, end: Standing, now: datetime) -> None:
    amendment.ended_as, amendment.ended_at = end.value, now
    session.flush()


def _tell(session: Session, what: str, amendment: Amendment, told: dict[str, Any], now: datetime) -> None:
    about = {"proposal": str(amendment.proposal_id), "amendment": str(amendment.id)}
    append(session, f"amendment.{what}", about | told, now)
