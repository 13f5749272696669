"""One row of a proposal as a case: the columns that are read, and the values made of them.

Law 5: a row names the version of the voting policy that its proposal opened under, and its rules are that
version's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from coop.book import COOP
from coop.policy_text import parse
from coop.tables import Member, PolicyVersion
from governance.case import Case
from governance.facts import Facts, State
from governance.outcome import counted_from
from governance.rules import NAME, Entry, Method, Pace, RiskClass, VotingRules
from governance.tables import Proposal

_NEXT = aliased(PolicyVersion, name="next_version")
"""The version that followed the one a proposal was written against."""


def _query() -> Select[*tuple[Any, ...]]:
    facts = [
        col(Proposal.risk_class),
        col(Proposal.pace),
        col(Proposal.entry),
        col(Proposal.rehearsal_needed),
        col(Proposal.rehearsed_at),
        col(Proposal.floor_at),
        col(Proposal.veto_closes_at),
        col(Proposal.renewed_at),
        col(Proposal.review_after),
        col(Proposal.sunset_after),
        col(Proposal.undone_as),
        col(Proposal.undone_at),
        col(Proposal.created_at),
        col(Proposal.submitted_at),
        col(Proposal.sponsored_at),
        col(_NEXT.enacted_at).label("base_moved_at"),
        col(Proposal.tally),
        col(Proposal.ended_as),
        col(Proposal.ended_at),
        col(Proposal.enacted_at),
    ]
    own = [
        col(Proposal.id),
        col(Proposal.scope),
        col(Proposal.kind),
        col(Proposal.title),
        col(Member.handle).label("author"),
        col(Proposal.author_id),
        col(Proposal.method),
        col(Proposal.options),
        col(Proposal.patch_sha256),
        col(Proposal.base_number),
        col(Proposal.voting_version_id),
        col(Proposal.sponsors_needed),
        col(Proposal.origin_id),
        col(Proposal.target_id),
        col(Proposal.joint_id),
        col(Proposal.rehearsal_sha256),
        col(Proposal.undone_reason),
        col(Proposal.version_id),
        col(Proposal.roll_frozen_at),
        col(Proposal.roll_size),
        col(Proposal.tallied_at),
        col(Proposal.end_reason),
    ]
    return (
        select(*own, *facts, col(PolicyVersion.sha256).label("voting_sha256"))
        .outerjoin(Member, col(Member.id) == col(Proposal.author_id))
        .join(PolicyVersion, col(PolicyVersion.id) == col(Proposal.voting_version_id))
        .outerjoin(
            _NEXT,
            (col(_NEXT.scope) == col(Proposal.scope))
            & (col(_NEXT.kind) == col(Proposal.kind))
            & (col(_NEXT.number) == col(Proposal.base_number) + 1),
        )
        .order_by(col(Proposal.id).desc())
    )


QUERY = _query()
"""Every proposal, the newest first, for :func:`read`; whoever asks adds which of them."""


def read(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> list[Case]:
    """Return the rows of :data:`QUERY` as cases at ``now``, in their order.

    What they say is what is recorded: no count, veto or other proposal is asked for.
    """
    rules = _rules(session, {row.voting_sha256 for row in rows})
    return [_case(row, rules[row.voting_sha256], now) for row in rows]


def _case(row: Row[*tuple[Any, ...]], rules: VotingRules, now: datetime) -> Case:
    return Case(
        id=row.id,
        scope=row.scope,
        kind=row.kind,
        title=row.title,
        author=row.author or "",
        author_id=row.author_id,
        method=cast(Method, row.method),
        options=row.options,
        patch_sha256=row.patch_sha256,
        base_number=row.base_number,
        voting_version_id=row.voting_version_id,
        sponsors_needed=row.sponsors_needed,
        origin_id=row.origin_id,
        target_id=row.target_id,
        joint_id=row.joint_id,
        rehearsal_sha256=row.rehearsal_sha256,
        roll_frozen_at=row.roll_frozen_at,
        roll_size=row.roll_size,
        tallied_at=row.tallied_at,
        end_reason=row.end_reason,
        undone_reason=row.undone_reason,
        version_id=row.version_id,
        facts=_facts(row),
        rules=rules,
        read_at=now,
    )


def _facts(row: Row[*tuple[Any, ...]]) -> Facts:
    return Facts(
        risk_class=cast(RiskClass, row.risk_class),
        created_at=row.created_at,
        pace=cast(Pace, row.pace),
        entry=cast(Entry, row.entry),
        submitted_at=row.submitted_at,
        sponsored_at=row.sponsored_at,
        base_moved_at=row.base_moved_at,
        rehearsal_needed=row.rehearsal_needed,
        rehearsed_at=row.rehearsed_at,
        floor_at=row.floor_at,
        tally=None if row.tally is None else counted_from(row.tally),
        veto_closes_at=row.veto_closes_at,
        ended_as=None if row.ended_as is None else State(row.ended_as),
        ended_at=row.ended_at,
        enacted_at=row.enacted_at,
        renewed_at=row.renewed_at,
        review_after=_seconds(row.review_after),
        sunset_after=_seconds(row.sunset_after),
        undone_as=None if row.undone_as is None else State(row.undone_as),
        undone_at=row.undone_at,
    )


def _seconds(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(seconds=number)


_PARSED: dict[str, VotingRules] = {}
"""Voting rules by the hash of their text, which tells all there is to know of them."""


def _rules(session: Session, digests: set[str]) -> dict[str, VotingRules]:
    """Return the voting rules by the hash of their text; the texts are immutable, so parsed ones are kept."""
    unknown = digests - _PARSED.keys()
    if unknown:
        rows = session.execute(
            select(col(PolicyVersion.sha256), col(PolicyVersion.text))
            .where(
                col(PolicyVersion.sha256).in_(unknown),
                col(PolicyVersion.scope) == COOP,
                col(PolicyVersion.kind) == NAME,
            )
            .distinct()
        )
        _PARSED.update({row.sha256: VotingRules.model_validate(parse(row.text)) for row in rows})
    return {digest: _PARSED[digest] for digest in digests}
