"""Cases: the facts of any number of proposals, read in a fixed number of statements.

Law 14: a case's stage is computed from what is read here. Where voting is over and no job has counted
yet, the ballots are counted on the way, so the answer never waits for a job.
Law 5: each case carries the voting rules that its proposal opened under.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from coop.book import COOP
from coop.errors import NotFound
from coop.identity import Identity
from coop.policy_text import parse
from coop.tables import Member, PolicyVersion
from governance import lifecycle
from governance.lifecycle import Facts, Stage, State
from governance.rules import NAME, ClassRules, RiskClass, VotingRules
from governance.tables import Ballot, Proposal
from governance.tally import Tally, count


@dataclass(frozen=True, slots=True)
class Case:
    """One proposal as the rules see it: a plain value, no row."""

    id: int
    scope: str
    kind: str
    title: str
    author: str
    """The author's handle."""
    author_id: int
    patch_sha256: str
    base_number: int
    voting_version_id: int
    sponsors_needed: int | None
    roll_frozen_at: datetime | None
    roll_size: int | None
    tallied_at: datetime | None
    end_reason: str | None
    facts: Facts
    rules: VotingRules
    read_at: datetime

    @property
    def class_rules(self) -> ClassRules:
        """The periods and bars of this proposal's risk class."""
        return self.rules.classes.of(self.facts.risk_class)

    @property
    def times(self) -> lifecycle.Timeline | None:
        """When its periods begin; None until it has its sponsors."""
        if self.facts.sponsored_at is None:
            return None
        return lifecycle.timeline(self.facts.sponsored_at, self.class_rules)

    @property
    def stage(self) -> Stage:
        """Where it stands at the moment it was read at."""
        return lifecycle.stage(self.facts, self.rules, self.read_at)


NEXT = aliased(PolicyVersion, name="next_version")
"""The version that followed the one a proposal was written against."""

OPEN = (
    col(Proposal.submitted_at).is_not(None),
    col(Proposal.ended_at).is_(None),
    col(Proposal.enacted_at).is_(None),
)
"""Conditions of the proposals that time may still change."""


def find(
    session: Session, now: datetime, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[Case]:
    """Return the proposals that meet ``conditions``, the newest first, as they stand at ``now``."""
    rows = session.execute(_query().where(*conditions).limit(limit)).all()
    rules = _rules(session, {row.voting_sha256 for row in rows})
    return _count_what_closed(session, [_case(row, rules[row.voting_sha256], now) for row in rows])


def one(session: Session, proposal_id: int, now: datetime) -> Case:
    """Return one proposal; raise NotFound where there is none."""
    found = find(session, now, col(Proposal.id) == proposal_id)
    if not found:
        raise NotFound
    return found[0]


def visible(session: Session, viewer: Identity, proposal_id: int, now: datetime) -> Case:
    """Return one proposal that ``viewer`` may see; raise NotFound where there is none.

    Law 7: a draft, and one withdrawn while it was a draft, is its author's alone.
    """
    case = one(session, proposal_id, now)
    if case.facts.submitted_at is None and case.author_id != viewer.member_id:
        raise NotFound
    return case


def lock(session: Session, proposal_id: int, *, shared: bool = False, skip_locked: bool = False) -> bool:
    """Lock a proposal until the transaction ends; say whether it was got.

    Read the clock and the case after this, never before: whoever held the lock may have changed both.
    """
    statement = select(col(Proposal.id)).where(col(Proposal.id) == proposal_id)
    locked = statement.with_for_update(read=shared, key_share=not shared, skip_locked=skip_locked)
    return session.execute(locked).one_or_none() is not None


def _query() -> Select[*tuple[Any, ...]]:
    facts = [
        col(Proposal.risk_class),
        col(Proposal.created_at),
        col(Proposal.submitted_at),
        col(Proposal.sponsored_at),
        col(NEXT.enacted_at).label("base_moved_at"),
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
        col(Proposal.patch_sha256),
        col(Proposal.base_number),
        col(Proposal.voting_version_id),
        col(Proposal.sponsors_needed),
        col(Proposal.roll_frozen_at),
        col(Proposal.roll_size),
        col(Proposal.tallied_at),
        col(Proposal.end_reason),
    ]
    return (
        select(*own, *facts, col(PolicyVersion.sha256).label("voting_sha256"))
        .join(Member, col(Member.id) == col(Proposal.author_id))
        .join(PolicyVersion, col(PolicyVersion.id) == col(Proposal.voting_version_id))
        .outerjoin(
            NEXT,
            (col(NEXT.scope) == col(Proposal.scope))
            & (col(NEXT.kind) == col(Proposal.kind))
            & (col(NEXT.number) == col(Proposal.base_number) + 1),
        )
        .order_by(col(Proposal.id).desc())
    )


def _case(row: Row[*tuple[Any, ...]], rules: VotingRules, now: datetime) -> Case:
    return Case(
        id=row.id,
        scope=row.scope,
        kind=row.kind,
        title=row.title,
        author=row.author,
        author_id=row.author_id,
        patch_sha256=row.patch_sha256,
        base_number=row.base_number,
        voting_version_id=row.voting_version_id,
        sponsors_needed=row.sponsors_needed,
        roll_frozen_at=row.roll_frozen_at,
        roll_size=row.roll_size,
        tallied_at=row.tallied_at,
        end_reason=row.end_reason,
        facts=Facts(
            risk_class=cast(RiskClass, row.risk_class),
            created_at=row.created_at,
            submitted_at=row.submitted_at,
            sponsored_at=row.sponsored_at,
            base_moved_at=row.base_moved_at,
            tally=None if row.tally is None else Tally.from_json(row.tally),
            ended_as=None if row.ended_as is None else State(row.ended_as),
            ended_at=row.ended_at,
            enacted_at=row.enacted_at,
        ),
        rules=rules,
        read_at=now,
    )


@lru_cache(maxsize=64)
def _parsed(text: str) -> VotingRules:
    return VotingRules.model_validate(parse(text))


def _rules(session: Session, digests: set[str]) -> dict[str, VotingRules]:
    """Return the voting rules by the hash of their text; the texts are immutable, so parsed ones are kept."""
    rows = session.execute(
        select(col(PolicyVersion.sha256), col(PolicyVersion.text))
        .where(
            col(PolicyVersion.sha256).in_(digests),
            col(PolicyVersion.scope) == COOP,
            col(PolicyVersion.kind) == NAME,
        )
        .distinct()
    )
    return {row.sha256: _parsed(row.text) for row in rows}


def _count_what_closed(session: Session, cases: list[Case]) -> list[Case]:
    waiting = [case.id for case in cases if _uncounted(case)]
    if not waiting:
        return cases
    votes = _count_ballots(session, waiting)
    return [
        replace(case, facts=replace(case.facts, tally=_tally(case, votes.get(case.id, {}))))
        if case.id in waiting
        else case
        for case in cases
    ]


def _uncounted(case: Case) -> bool:
    times, facts = case.times, case.facts
    over = facts.ended_at is not None or facts.enacted_at is not None
    return not over and facts.tally is None and times is not None and case.read_at >= times.closes_at


def _tally(case: Case, votes: dict[str, int]) -> Tally:
    """Return the count; nobody has voted where no roll is frozen, and then any size of it says no."""
    return count(votes, case.roll_size or 0, case.rules.bar(case.facts.risk_class))


def is_final() -> ColumnElement[bool]:
    """Return the condition of the ballots that count: there is no later version by the same member."""
    newer = aliased(Ballot)
    return ~exists().where(
        col(newer.proposal_id) == col(Ballot.proposal_id),
        col(newer.member_id) == col(Ballot.member_id),
        col(newer.version) > col(Ballot.version),
    )


def _count_ballots(session: Session, proposal_ids: list[int]) -> dict[int, dict[str, int]]:
    """Return, by proposal, how many members chose what."""
    rows = session.execute(
        select(col(Ballot.proposal_id), col(Ballot.choice), func.count().label("votes"))
        .where(col(Ballot.proposal_id).in_(proposal_ids), is_final())
        .group_by(col(Ballot.proposal_id), col(Ballot.choice))
    )
    counted: dict[int, dict[str, int]] = {}
    for row in rows:
        counted.setdefault(row.proposal_id, {})[row.choice] = row.votes
    return counted
