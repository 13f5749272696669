"""The reader's own part in a proposal: what they may do about it as a whole."""

from collections.abc import Callable
from dataclasses import dataclass

from coop.book import COOP
from coop.errors import Conflict
from governance.case import Case
from governance.dossier import Dossier
from governance.facts import BEFORE_VOTING, State
from governance.people import councils
from governance.rebasing import IN_PLACE
from governance.targets import check_in_force, check_renewable
from web.proposal.section import Sight


@dataclass(frozen=True, slots=True)
class Part:
    """What whoever looks may do about a proposal."""

    may_submit: bool
    may_sponsor: bool
    may_withdraw: bool
    may_rebase: bool
    """Whether another vote has moved the text under the reader's own proposal, which can go on from it."""
    may_repeal: bool
    may_renew: bool
    may_sign: bool
    """Whether it is an emergency measure that waits for the reader as a steward."""


def part(sight: Sight, found: Dossier) -> Part:
    """Return what the reader may do."""
    state, member = sight.case.stage.state, sight.member
    signed = member is not None and any(one.handle == member.handle for one in found.signatures)
    return Part(
        may_submit=sight.is_author and state is State.DRAFT,
        may_sponsor=sight.belongs and state is State.SPONSORING and not signed and not _urgent(sight.case),
        may_withdraw=sight.is_author and state in BEFORE_VOTING,
        may_rebase=_may_rebase(sight, found),
        may_repeal=sight.belongs and _stands(check_in_force, sight.case),
        may_renew=sight.belongs and _stands(check_renewable, sight.case),
        may_sign=_urgent(sight.case) and state is State.SPONSORING and not signed and _is_steward(sight),
    )


def _urgent(case: Case) -> bool:
    return case.facts.pace == "emergency"


def _may_rebase(sight: Sight, found: Dossier) -> bool:
    moved = sight.case.facts.base_moved_at is not None and sight.case.stage.state in IN_PLACE
    ended = sight.case.stage.state is State.CONFLICTED and sight.case.joint_id is None
    return sight.is_author and (moved or (ended and found.successor is None and not _urgent(sight.case)))


def _stands(check: Callable[[Case], None], case: Case) -> bool:
    try:
        check(case)
    except Conflict:
        return False
    return True


def _is_steward(sight: Sight) -> bool:
    if sight.member is None:
        return False
    in_office = councils.in_office(sight.call.session, COOP, sight.call.now)
    return any(steward.handle == sight.member.handle for steward in in_office)
